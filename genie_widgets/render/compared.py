"""Groups of explained rows compared: which columns make their predictions differ."""

from __future__ import annotations

import math

from genie_widgets.language import tr
from genie_widgets.render.axes import read_cells
from genie_widgets.render.charts import COLOURS, HEIGHT_PX, QUIET, Figure, axis, distinct, figure, label
from genie_widgets.render.dependence import parts_in
from genie_widgets.render.explained import scale_of, share_of, signed, unit_of
from genie_widgets.schema import Explanation, RowExplanation

MAX_GROUPS, MAX_COLUMNS, MAX_TOLD = 4, 8, 3
# The mean of fewer rows is mostly chance.
FEW_ROWS = 10


def compared_figure(explanation: Explanation, column: str, output: int | None = None) -> Figure | None:
    """Draw the mean part of each column in each group of rows; the groups are parts of a column.

    Parameters
    ----------
    explanation : Explanation
    column : str
        The column that makes the groups: its common words, or equal shares of its numbers.
    output : int, optional
        Place of the output; by default the one to begin with.

    Returns
    -------
    Figure or None
        None where there are no two groups.
    """
    shown = explanation.outputs[explanation.opening if output is None else output]
    cells = [part.cell for part in parts_in(shown, column)]
    if not cells:
        return None
    names, groups = read_cells(cells).parts(MAX_GROUPS)
    if len(groups) < 2:
        return None
    inside = {group: [row for row, name in zip(shown.rows, names, strict=True) if name == group] for group in groups}
    means: dict[str, dict[str, float]] = {}
    for group, rows in inside.items():
        sums: dict[str, float] = {}
        for row in rows:
            for part in row.contributions:
                sums[part.column] = sums.get(part.column, 0.0) + part.value
        means[group] = {name: total / len(rows) for name, total in sums.items()}
    errors = {group: _errors(rows, means[group]) for group, rows in inside.items()}
    predicted = {group: sum(row.prediction for row in rows) / len(rows) for group, rows in inside.items()}
    every = list(means[groups[0]])
    spread = {name: max(m[name] for m in means.values()) - min(m[name] for m in means.values()) for name in every}
    columns = sorted(every, key=lambda name: -spread[name])
    drawn, scale = columns[:MAX_COLUMNS], scale_of(explanation)
    labels = distinct(label(name) for name in drawn)
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": f"{label(group, 30)} ({len(inside[group])})",
            "x": [scale * means[group][name] for name in drawn],
            "y": labels,
            "error_x": {"type": "data", "array": [2 * scale * errors[group][name] for name in drawn], "color": QUIET},
            "marker": {"color": colour},
            "hovertemplate": "%{y}: %{x:+.3g}<extra></extra>",
        }
        for group, colour in zip(groups, COLOURS, strict=False)
    ]
    few = [group for group in groups if len(inside[group]) < FEW_ROWS]
    return figure(
        tr("How the parts of predictions differ by {column}", column=column),
        "compared",
        bars,
        _words(explanation, column, predicted, means, few),
        {
            "height": max(HEIGHT_PX // 2, 130 + (14 * len(groups) + 12) * len(drawn)),
            "barmode": "group",
            "xaxis": axis(tr("mean part in the prediction ({unit})", unit=label(unit_of(explanation, shown)))),
            "yaxis": axis(autorange="reversed", type="category"),
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "title": {"text": label(column, 24)}},
        },
        (
            ("column", *groups),
            ("rows", *(len(inside[group]) for group in groups)),
            ("mean prediction", *predicted.values()),
            *((name, *(means[group][name] for group in groups)) for name in columns),
            *((f"{name}, standard error", *(errors[group][name] for group in groups)) for name in columns),
        ),
    )


def _errors(rows: list[RowExplanation], means: dict[str, float]) -> dict[str, float]:
    """Give the standard error of each column's mean part: rows differ, and each part has its own error."""
    squares = dict.fromkeys(means, 0.0)
    for row in rows:
        for part in row.contributions:
            # What parts are off by spreads them, too; only a single row does not show it.
            squares[part.column] += (part.value - means[part.column]) ** 2 if len(rows) > 1 else part.standard_error**2
    freedom = max(1, len(rows) - 1)
    return {name: math.sqrt(square / freedom / len(rows)) for name, square in squares.items()}


def _words(
    explanation: Explanation,
    column: str,
    predicted: dict[str, float],
    means: dict[str, dict[str, float]],
    few: list[str],
) -> str:
    listed = "; ".join(f"{group}: {share_of(explanation, mean)}" for group, mean in predicted.items())
    highest, lowest = max(predicted, key=predicted.__getitem__), min(predicted, key=predicted.__getitem__)
    sentences = [tr("The mean prediction by {column}: {means}.", column=column, means=listed)]
    gaps = {name: means[highest][name] - means[lowest][name] for name in means[highest]}
    told = sorted((name for name in gaps if gaps[name]), key=lambda name: -abs(gaps[name]))[:MAX_TOLD]
    if told and highest != lowest:
        parts = ", ".join(f"{name} {signed(explanation, gaps[name])}" for name in told)
        whole = signed(explanation, predicted[highest] - predicted[lowest])
        sentences.append(
            tr(
                "From “{lowest}” to “{highest}” it changes by {whole}; of that, {parts}.",
                lowest=lowest,
                highest=highest,
                whole=whole,
                parts=parts,
            )
        )
    sentences.append(tr("The error bars of the mean parts are twice the standard error."))
    if few:
        sentences.append(tr("Few rows, so mostly chance: {groups}.", groups=", ".join(few)))
    return " ".join(sentences)
