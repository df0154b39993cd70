"""How a column's part follows its value, coloured by the column that it goes with most."""

from __future__ import annotations

from typing import Any

from genie_widgets.language import plural, tr
from genie_widgets.render.axes import MISSING, Column, cell_said, other_said, read_cells
from genie_widgets.render.charts import COLOURS, DOWN, QUIET, Figure, axis, figure, label, shades
from genie_widgets.render.explained import known_within, scale_of, signed, unit_of
from genie_widgets.schema import Contribution, ExplainedOutput, Explanation

MAX_WORDS, MAX_COLOURS, MAX_PARTS = 20, 6, 5


def dependence_figure(explanation: Explanation, column: str, output: int | None = None) -> Figure | None:
    """Draw a column's part in each explained row against its value there.

    Parameters
    ----------
    explanation : Explanation
    column : str
        The column on the axis.
    output : int, optional
        Place of the output; by default the one to begin with.

    Returns
    -------
    Figure or None
        None where the explanation does not hold that column, or no row.
    """
    shown = explanation.outputs[explanation.opening if output is None else output]
    parts = parts_in(shown, column)
    if not parts:
        return None
    partner = next((item.partner for item in shown.importance if item.column == column), "")
    cells, others = [part.cell for part in parts], [part.cell for part in parts_in(shown, partner)]
    cells_said, others_said = ([cell_said(cell) for cell in listed] for listed in (cells, others))
    scale = scale_of(explanation)
    x, axis_kind = _placed(read_cells(cells))
    beside = [f", {partner} = {other}" for other in others_said] or [""] * len(cells)
    texts = [label(f"{column} = {cell}{more}", 90) for cell, more in zip(cells_said, beside, strict=True)]
    data = []
    for name, colour, places in _coloured(partner, others, len(parts)):
        trace: dict[str, Any] = {
            "type": "scatter",
            "mode": "markers",
            "x": [x[place] for place in places],
            "y": [scale * parts[place].value for place in places],
            "name": label(name, 30),
            "showlegend": bool(name),
            "text": [texts[place] for place in places],
            "marker": {"size": 7, "opacity": 0.75, "color": colour},
            "hovertemplate": "%{text}: %{y:+.3g}<extra></extra>",
        }
        errors = [2 * scale * parts[place].standard_error for place in places]
        if any(errors):
            trace["error_y"] = {"type": "data", "array": errors, "color": QUIET, "thickness": 1, "width": 0}
        data.append(trace)
    heads = ("row", column, "part", "standard error", *([partner] if others else []))
    lines = [
        (row.row + 1, part.cell, part.value, part.standard_error) for row, part in zip(shown.rows, parts, strict=True)
    ]
    if others:
        lines = [(*start, other) for start, other in zip(lines, others, strict=True)]  # type: ignore[misc]
    return figure(
        tr("How {column} goes with the prediction of {output}", column=column, output=shown.label),
        "dependence",
        data,
        _words(explanation, column, parts, partner if others else ""),
        {
            "xaxis": axis(label(column), type=axis_kind),
            "yaxis": axis(
                tr("part in the prediction ({unit})", unit=label(unit_of(explanation, shown))), zeroline=True
            ),
        },
        (heads, *lines),
    )


def parts_in(shown: ExplainedOutput, column: str) -> list[Contribution]:
    """Give a column's part in each explained row, in the rows' order."""
    return [part for row in shown.rows for part in row.contributions if part.column == column]


def _placed(column: Column) -> tuple[list[Any], str]:
    """Put cells on an axis; missing ones of numbers and dates have no place there, and are told in words."""
    if column.kind == "number":
        return list(column.heights), "linear"
    if column.kind == "date":
        return [None if cell == MISSING else cell for cell in column.cells], "date"
    names, _ = column.parts(MAX_WORDS)
    return [label(name, 24) for name in names], "category"


def _coloured(partner: str, others: list[str], n: int) -> list[tuple[str, Any, list[int]]]:
    """Share the points among traces: name, colour or colours, places."""
    if not others:
        return [("", DOWN, list(range(n)))]
    column = read_cells(others)
    if column.kind == "word":
        (names, order), rest = column.parts(MAX_COLOURS), other_said()
        return [
            (f"{partner} = {name}" if name != rest else rest, colour, [p for p in range(n) if names[p] == name])
            for name, colour in zip(order, COLOURS, strict=False)
        ]
    ranks = column.ranks
    halves: dict[str, list[int]] = {"low": [], "high": [], "missing": []}
    for place, rank in enumerate(ranks):
        halves["missing" if rank is None else "low" if rank < 1 / 2 else "high"].append(place)
    for places in halves.values():
        # A legend wears the colour of the first point: the clearest one.
        places.sort(key=lambda place: -abs((ranks[place] or 0.0) - 1 / 2))
    said = {
        "low": tr("{column} low", column=partner),
        "high": tr("{column} high", column=partner),
        "missing": tr("{column} missing", column=partner),
    }
    return [(said[half], shades(ranks[place] for place in places), places) for half, places in halves.items() if places]


def _words(explanation: Explanation, column: str, parts: list[Contribution], partner: str) -> str:
    names, order = read_cells([part.cell for part in parts]).parts(MAX_PARTS)
    told = []
    for name in order:
        inside = [part.value for part, other in zip(parts, names, strict=True) if other == name]
        mean = signed(explanation, sum(inside) / len(inside))
        told.append(
            plural("{value}: {mean} ({n:,} row)", "{value}: {mean} ({n:,} rows)", len(inside), value=name, mean=mean)
        )
    sentences = [
        tr(
            "The average part of {column} in the prediction, by its value: {parts}.",
            column=column,
            parts="; ".join(told),
        )
    ]
    if partner:
        sentences.append(
            tr(
                "Between rows of nearly the same value it goes most with {column}, which the colours show.",
                column=partner,
            )
        )
    spread = max((2 * part.standard_error for part in parts), default=0.0)
    if spread:
        sentences.append(known_within(explanation, spread))
    return " ".join(sentences)
