"""Plotly figures as plain JSON values, with one look; Plotly itself is not needed to make them."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from genie_widgets.language import separators
from genie_widgets.render.escape import esc

# Okabe and Ito's colours: told apart by the colour-blind, and on white as on black.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6BB1", "#B8A90B", "#7F7F7F", "#999933")
UP, DOWN, QUIET = "#D55E00", "#0072B2", "#8A93A0"
# From low to high, told apart by the colour-blind.
LOW_TO_HIGH = (DOWN, "#B9A8C4", UP)
# Of cells with figures in them. Not transparent: Plotly writes dark or light by the colour alone, whatever lies below.
HEAT = [[0, "#E4EDF5"], [1, DOWN]]
GRID = "rgba(128,128,128,.25)"
HEIGHT_PX = 380
PLOTLYS_SEPARATORS = ".,"
# Longer titles are cut off on a phone, or where a legend takes much of the height: Plotly breaks no lines.
MOST_IN_A_LINE = {"xaxis": 18, "yaxis": 24}

Rows = tuple[tuple[Any, ...], ...]


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
    table : tuple of tuple
        Its data, names of the columns first; empty where the words hold all of it.
    """

    title: str
    kind: str
    spec: dict[str, Any]
    text: str
    table: Rows = ()


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
    title: str,
    kind: str,
    data: list[dict[str, Any]],
    text: str,
    layout: dict[str, Any] | None = None,
    table: Rows = (),
) -> Figure:
    """Make a figure with the common look: no background, grey text, room for long labels."""
    common: dict[str, Any] = {
        "height": HEIGHT_PX,
        "autosize": True,
        "margin": {"l": 10, "r": 24, "t": 16, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": QUIET, "size": 13},
        "hovermode": "closest",
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        "colorway": list(COLOURS),
    }
    if separators() != PLOTLYS_SEPARATORS:
        common["separators"] = separators()
    axes = {"xaxis": axis(), "yaxis": axis()}
    merged = {**common, **axes, **(layout or {})}
    for name, most in MOST_IN_A_LINE.items():
        one = merged[name]
        merged[name] = {**one, "title": {**one["title"], "text": _in_lines(one["title"]["text"], most)}}
    config = {"responsive": True, "displaylogo": False, "displayModeBar": False}
    return Figure(title, kind, {"data": _finite(data), "layout": merged, "config": config}, text, table)


def _in_lines(title: str, most: int) -> str:
    return "<br>".join(textwrap.wrap(title, most, break_long_words=False, break_on_hyphens=False))


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """Make an axis: quiet grid, automatic margin."""
    return {
        "title": {"text": title},
        "gridcolor": GRID,
        "zerolinecolor": GRID,
        "automargin": True,
        **more,
    }


def shades(heights: Iterable[float | None]) -> list[str]:
    """Give heights from 0 to 1 a colour each, from `DOWN` to `UP`; the quiet one where there is none."""
    made = []
    for height in heights:
        if height is None:
            made.append(QUIET)
            continue
        step = min(1.0, max(0.0, height)) * (len(LOW_TO_HIGH) - 1)
        low, high = LOW_TO_HIGH[int(step)], LOW_TO_HIGH[min(int(step) + 1, len(LOW_TO_HIGH) - 1)]
        mixed = [
            round(int(low[at : at + 2], 16) * (1 - step % 1) + int(high[at : at + 2], 16) * (step % 1))
            for at in (1, 3, 5)
        ]
        made.append("#" + "".join(f"{part:02X}" for part in mixed))
    return made


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
        "marker": {"size": 6, "opacity": 0.7},
        **more,
    }


def guide(x: Any, y: Any, name: str, **look: Any) -> dict[str, Any]:
    """Make a dashed line to compare with: chance, or a perfect model."""
    return line(x, y, name, line={"dash": "dash", "color": QUIET, "width": 1, **look}, hoverinfo="skip")
