"""SHAP values as plots and as sentences, never claiming a cause."""

from __future__ import annotations

from genie_widgets.render.charts import DOWN, HEIGHT_PX, QUIET, UP, Figure, axis, distinct, figure, label
from genie_widgets.render.escape import number
from genie_widgets.schema import Explanation, RowExplanation

MAX_COLUMNS, MAX_STEPS, MAX_SENTENCES = 15, 10, 4
ROW_PX = 26


def _unit(explanation: Explanation, value: float) -> str:
    """Write a contribution: points of probability, or the target's unit."""
    if explanation.unit == "probability":
        return f"{100 * value:+.1f} points"
    return ("+" if value >= 0 else "−") + number(abs(value))


def importance_figure(explanation: Explanation, output: int = 0) -> Figure:
    """Draw how much each column moves the predictions, with error bars."""
    shown = explanation.outputs[output]
    columns = sorted(shown.importance, key=lambda item: item.mean_abs, reverse=True)[:MAX_COLUMNS]
    scale = 100 if explanation.unit == "probability" else 1
    unit = "points of probability" if explanation.unit == "probability" else f"units of {shown.label}"
    text = "; ".join(f"{item.column} {number(scale * item.mean_abs, 3)}" for item in columns)
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [scale * item.mean_abs for item in columns],
        "y": distinct(label(item.column) for item in columns),
        "error_x": {"type": "data", "array": [scale * item.standard_error for item in columns], "color": QUIET},
        "marker": {"color": DOWN},
        "hovertemplate": "%{y}: %{x:.3g}<extra></extra>",
    }
    return figure(
        f"What moves the prediction of {shown.label}",
        "importance",
        [bars],
        f"Mean size of each column's part in a prediction, in {unit}: {text}.",
        {
            "height": max(HEIGHT_PX // 2, 90 + ROW_PX * len(columns)),
            "xaxis": axis(f"mean size of its part ({label(unit)})"),
            "yaxis": axis(autorange="reversed", type="category"),
        },
    )


def beeswarm_figure(explanation: Explanation, output: int = 0) -> Figure:
    """Draw each explained row as a point for each column, to the right where the column raises the prediction."""
    shown = explanation.outputs[output]
    columns = [item.column for item in sorted(shown.importance, key=lambda i: i.mean_abs, reverse=True)[:MAX_COLUMNS]]
    scale = 100 if explanation.unit == "probability" else 1
    data = []
    for place, column in enumerate(columns):
        parts = [(row.row, part) for row in shown.rows for part in row.contributions if part.column == column]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [scale * part.value for _, part in parts],
                # A fixed spread by row keeps points apart, the same at every drawing.
                "y": [place + ((7 * row) % 13 - 6) / 24 for row, _ in parts],
                # The column's name in the text, not in the template: Plotly fills in "%{...}" there.
                "text": [f"{label(column)} = {label(part.cell)}" for _, part in parts],
                "marker": {"size": 6, "opacity": 0.6, "color": [UP if part.value > 0 else DOWN for _, part in parts]},
                "hovertemplate": "%{text}: %{x:+.3g}<extra></extra>",
                "showlegend": False,
            }
        )
    spread = "; ".join(
        f"{column} from {min(trace['x'], default=0):+.3g} to {max(trace['x'], default=0):+.3g}"  # type: ignore[call-overload]
        for column, trace in zip(columns, data, strict=True)
    )
    return figure(
        "Every explained row",
        "beeswarm",
        data,
        f"Range of each column's part over {len(shown.rows):,} rows: {spread}.",
        {
            "height": max(HEIGHT_PX // 2, 90 + ROW_PX * len(columns)),
            "xaxis": axis("lowers the prediction ← → raises it"),
            "yaxis": axis(
                autorange="reversed",
                tickmode="array",
                tickvals=list(range(len(columns))),
                ticktext=[label(column) for column in columns],
            ),
        },
    )


def waterfall_figure(explanation: Explanation, row: int, output: int = 0) -> Figure:
    """Draw one row's way from the average prediction to its own, column by column.

    Parameters
    ----------
    explanation : Explanation
        Made for that row.
    row : int
        Place in the output's rows.
    output : int
        Place of the output.
    """
    shown = explanation.outputs[output]
    explained = shown.rows[row]
    first, rest = explained.contributions[:MAX_STEPS], explained.contributions[MAX_STEPS:]
    scale = 100 if explanation.unit == "probability" else 1
    names = ["average", *(f"{label(part.column, 24)} = {label(part.cell, 18)}" for part in first)]
    values = [shown.base_value, *(part.value for part in first)]
    if rest:
        names.append(f"{len(rest)} other columns")
        values.append(sum(part.value for part in rest))
    bars = {
        "type": "waterfall",
        "orientation": "h",
        "y": distinct([*names, "this row"]),
        "x": [*(scale * value for value in values), scale * explained.prediction],
        "measure": ["absolute", *["relative"] * (len(values) - 1), "total"],
        "increasing": {"marker": {"color": UP}},
        "decreasing": {"marker": {"color": DOWN}},
        "totals": {"marker": {"color": QUIET}},
        "connector": {"line": {"color": QUIET, "width": 1}},
        "hovertemplate": "%{y}: %{delta:+.3g}<extra></extra>",
    }
    unit = "probability, %" if explanation.unit == "probability" else label(shown.label)
    return figure(
        f"Row {explained.row + 1}",
        "waterfall",
        [bars],
        " ".join(row_sentences(explanation, explained, shown.label, shown.base_value)),
        {
            "height": 100 + ROW_PX * (len(values) + 1),
            "xaxis": axis(unit),
            "yaxis": axis(autorange="reversed", type="category"),
            "showlegend": False,
        },
    )


def row_sentences(explanation: Explanation, row: RowExplanation, name: str, base: float) -> list[str]:
    """Say what moved one prediction; every figure is one of the explanation's."""
    if explanation.unit == "probability":
        sentences = [
            f"The predicted probability of {name} is {100 * row.prediction:.1f}%, against {100 * base:.1f}% on average."
        ]
    else:
        sentences = [f"The predicted {name} is {number(row.prediction)}, against {number(base)} on average."]
    for part in row.contributions[:MAX_SENTENCES]:
        if part.value:
            verb = "raises" if part.value > 0 else "lowers"
            size = _unit(explanation, abs(part.value)).lstrip("+")
            sentences.append(f"{part.column} = {part.cell} {verb} this prediction by {size}.")
    return sentences
