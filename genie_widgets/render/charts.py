"""Plotly figures as plain JSON values, with one look; Plotly itself is not needed to make them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from genie_widgets.render.escape import esc

# Okabe and Ito's colours: told apart by the colour-blind, and on white as on black.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6BB1", "#B8A90B", "#7F7F7F", "#999933")
UP, DOWN, QUIET = "#D55E00", "#0072B2", "#8A93A0"
GRID = "rgba(128,128,128,.25)"
HEIGHT_PX = 380


@dataclass(frozen=True)
class Figure:
    """A plot.

    Attributes
    ----------
    title : str
        Shown above it.
    kind : str
        Its name in files and records.
    spec : dict
        ``data``, ``layout`` and ``config`` as Plotly's JSON.
    text : str
        What it says, in words and figures, for those who cannot see it.
    """

    title: str
    kind: str
    spec: dict[str, Any]
    text: str


def label(text: object, limit: int = 40) -> str:
    """Make people's text safe for Plotly, which reads some HTML in labels."""
    shown = str(text)
    return esc(shown if len(shown) <= limit else shown[: limit - 1] + "…")


def distinct(labels: Iterable[str]) -> list[str]:
    """Tell labels that are alike apart: an axis draws equal names as one, and shortened names may be equal."""
    made: list[str] = []
    for name in labels:
        shown, times = name, 1
        while shown in made:
            times += 1
            shown = f"{name} ({times})"
        made.append(shown)
    return made


def _finite(value: Any) -> Any:
    """Leave out what is no number: JSON has no NaN, and a browser would draw nothing at all."""
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def figure(
    title: str, kind: str, data: list[dict[str, Any]], text: str, layout: dict[str, Any] | None = None
) -> Figure:
    """Make a figure with the common look: no background, grey text, room for long labels."""
    common: dict[str, Any] = {
        "height": HEIGHT_PX,
        "autosize": True,
        "margin": {"l": 10, "r": 10, "t": 16, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": QUIET, "size": 13},
        "hovermode": "closest",
        "legend": {"orientation": "h", "y": -0.22},
        "colorway": list(COLOURS),
    }
    axes = {"xaxis": axis(), "yaxis": axis()}
    merged = {**common, **axes, **(layout or {})}
    config = {"responsive": True, "displaylogo": False, "displayModeBar": False}
    return Figure(title, kind, {"data": _finite(data), "layout": merged, "config": config}, text)


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """Make an axis: quiet grid, automatic margin."""
    return {
        "title": {"text": title},
        "gridcolor": GRID,
        "zerolinecolor": GRID,
        "automargin": True,
        **more,
    }


def line(x: Any, y: Any, name: str, **more: Any) -> dict[str, Any]:
    """Make a line."""
    return {"type": "scatter", "mode": "lines", "x": list(x), "y": list(y), "name": label(name), **more}


def points(x: Any, y: Any, name: str, **more: Any) -> dict[str, Any]:
    """Make a cloud of points."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(x),
        "y": list(y),
        "name": label(name),
        "marker": {"size": 6, "opacity": 0.55},
        **more,
    }


def guide(x: Any, y: Any, name: str) -> dict[str, Any]:
    """Make a dashed line to compare with: chance, or a perfect model."""
    return line(x, y, name, line={"dash": "dash", "color": QUIET, "width": 1}, hoverinfo="skip")
