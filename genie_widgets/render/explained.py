"""SHAP values of all explained rows as plots with words: which columns matter, and for which class."""

from __future__ import annotations

from typing import Any

from genie_widgets.language import figure as written
from genie_widgets.language import plural, tr
from genie_widgets.render.axes import cell_said, read_cells
from genie_widgets.render.charts import (
    DOWN,
    GRID,
    HEAT,
    HEIGHT_PX,
    QUIET,
    UP,
    Figure,
    axis,
    distinct,
    figure,
    label,
    shades,
)
from genie_widgets.render.escape import esc, number
from genie_widgets.schema import ExplainedOutput, Explanation, FeatureImportance

MAX_COLUMNS, MAX_CLASSES = 15, 12
ROW_PX, TWO_LINES_PX = 26, 38
# Points of probability that are written without decimals.
ALL_DIGITS_FROM = 9.95


def points_of(explanation: Explanation, value: float) -> str:
    """Write a size: points of probability, or the target's unit."""
    if explanation.unit != "probability":
        return number(value)
    points = abs(100 * value)
    shown = written(points, ".0f" if points >= ALL_DIGITS_FROM else ".1f")
    # Rounded: 1.04 points are one.
    n = 1 if round(points, 1) == 1 else 2
    return ("-" if value < 0 else "") + plural("{points} point", "{points} points", n, points=shown)


def signed(explanation: Explanation, value: float) -> str:
    """Write a part with its sign; what is nothing once rounded has none."""
    shown = points_of(explanation, abs(value))
    rounded = round(100 * value, 1) if explanation.unit == "probability" else value
    return ("+" if rounded > 0 else "−" if rounded < 0 else "") + shown


def known_within(explanation: Explanation, error: float) -> str:
    """Say how well the points of a plot are known."""
    return tr("Each point is known within ± {size}.", size=points_of(explanation, error))


def share_of(explanation: Explanation, value: float) -> str:
    """Write a prediction."""
    return written(value, ".1%") if explanation.unit == "probability" else number(value)


def how_html(explanation: Explanation) -> str:
    """Say on what path the values were found, how exact they are, and what they are not."""
    error = explanation.additivity_error
    told = [explanation.method, tr("The parts of a row add up to its prediction within {error:.1e}.", error=error)]
    if explanation.gate_error is not None:
        error = explanation.gate_error
        told.append(tr("The model's parts, as read here, say what the model says within {error:.1e}.", error=error))
    told.append(tr("They tell what the model uses, not what causes what."))
    return f'<p class="g-mut">{esc(" ".join(told))}</p>'


def scale_of(explanation: Explanation) -> int:
    """Probabilities are drawn as percent."""
    return 100 if explanation.unit == "probability" else 1


def unit_of(explanation: Explanation, output: ExplainedOutput) -> str:
    """Name the unit of what is drawn."""
    if explanation.unit == "probability":
        return tr("points of probability")
    return tr("units of {target}", target=output.label)


def strongest(output: ExplainedOutput, most: int = MAX_COLUMNS) -> list[FeatureImportance]:
    """Give the columns that move this output most."""
    return sorted(output.importance, key=lambda item: item.mean_abs, reverse=True)[:most]


def importance_figure(explanation: Explanation, output: int | None = None) -> Figure:
    """Draw how much each column moves the predictions, with error bars."""
    shown = explanation.outputs[explanation.opening if output is None else output]
    columns, scale = strongest(shown), scale_of(explanation)
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [scale * item.mean_abs for item in columns],
        "y": distinct(label(item.column) for item in columns),
        "error_x": {"type": "data", "array": [2 * scale * item.standard_error for item in columns], "color": QUIET},
        "marker": {"color": DOWN},
        "hovertemplate": "%{y}: %{x:.3g}<extra></extra>",
    }
    return figure(
        tr("What moves the prediction of {output}", output=shown.label),
        "importance",
        [bars],
        _importance_words(explanation, shown, columns),
        {
            "height": max(HEIGHT_PX // 2, 90 + ROW_PX * len(columns)),
            "xaxis": axis(tr("mean size of its part ({unit})", unit=label(unit_of(explanation, shown)))),
            "yaxis": axis(autorange="reversed", type="category"),
        },
        (
            ("column", "mean size of its part", "standard error", "goes with"),
            *((i.column, i.mean_abs, i.standard_error, i.partner) for i in strongest(shown, len(shown.importance))),
        ),
    )


def _sized(item: FeatureImportance, scale: int) -> str:
    return f"{item.column} {number(scale * item.mean_abs, 3)} (± {number(2 * scale * item.standard_error, 2)})"


def _importance_words(explanation: Explanation, shown: ExplainedOutput, columns: list[FeatureImportance]) -> str:
    total = sum(item.mean_abs for item in shown.importance)
    if not total:
        return plural(
            "No column moves the prediction of {output} in the {n:,} explained row.",
            "No column moves the prediction of {output} in the {n:,} explained rows.",
            explanation.n_rows,
            output=shown.label,
        )
    first, scale = columns[0], scale_of(explanation)
    listed = "; ".join(_sized(item, scale) for item in columns)
    return tr(
        "{column} moves the prediction most: by {size} up or down on average, {share:.0%} of all movement. Mean size "
        "of each column's part, in {unit}, with twice its standard error: {sizes}.",
        column=first.column,
        size=points_of(explanation, first.mean_abs),
        share=first.mean_abs / total,
        unit=unit_of(explanation, shown),
        sizes=listed,
    )


def classes_figure(explanation: Explanation) -> Figure | None:
    """Draw how much each column moves each class (or quantile); None where there is only one."""
    outputs = explanation.outputs[:MAX_CLASSES]
    if len(outputs) < 2:
        return None
    scale = scale_of(explanation)
    sizes = [{item.column: scale * item.mean_abs for item in output.importance} for output in outputs]
    together = {name: sum(size.get(name, 0.0) for size in sizes) for size in sizes for name in size}
    columns = sorted(together, key=lambda name: -together[name])[:MAX_COLUMNS]
    grid = [[size.get(name, 0.0) for size in sizes] for name in columns]
    errors = [{item.column: item.standard_error for item in output.importance} for output in outputs]
    twice = [[2 * scale * error.get(name, 0.0) for error in errors] for name in columns]
    heat = {
        "type": "heatmap",
        "x": distinct(label(output.label, 24) for output in outputs),
        "y": distinct(label(name) for name in columns),
        "z": grid,
        "text": [
            [f"{number(cell, 2)}<br>± {number(error, 1)}" for cell, error in zip(*row, strict=True)]
            for row in zip(grid, twice, strict=True)
        ],
        "customdata": twice,
        "texttemplate": "%{text}",
        "colorscale": HEAT,
        "zmin": 0,
        "showscale": False,
        "hovertemplate": "%{y}, %{x}: %{z:.3g} ± %{customdata:.2g}<extra></extra>",
    }
    told = "; ".join(
        f"{output.label}: {', '.join(_sized(item, scale) for item in strongest(output, 3))}" for output in outputs
    )
    if explanation.unit == "probability":
        title = tr("Which columns matter for which class")
        words = tr(
            "Mean size of each column's part, in points of probability, by class, with twice its standard error, "
            "the three strongest of each. {sizes}.",
            sizes=told,
        )
    else:
        title = tr("Which columns matter for which quantile")
        words = tr(
            "Mean size of each column's part, in units of the target, by quantile, with twice its standard error, "
            "the three strongest of each. {sizes}.",
            sizes=told,
        )
    return figure(
        title,
        "classes",
        [heat],
        words,
        {
            "height": max(HEIGHT_PX // 2, 110 + TWO_LINES_PX * len(columns)),
            "xaxis": axis(type="category", showgrid=False),
            "yaxis": axis(autorange="reversed", type="category", showgrid=False),
        },
        (
            ("column", *(output.label for output in outputs), *(f"{o.label}, standard error" for o in outputs)),
            *(
                (name, *(size.get(name, 0.0) / scale for size in sizes), *(error.get(name, 0.0) for error in errors))
                for name in columns
            ),
        ),
    )


def beeswarm_figure(explanation: Explanation, output: int | None = None) -> Figure:
    """Draw each explained row as a point for each column, to the right where the column raises the prediction."""
    shown = explanation.outputs[explanation.opening if output is None else output]
    columns = [item.column for item in strongest(shown)]
    scale = scale_of(explanation)
    data = []
    table: list[tuple[object, ...]] = [("row", "column", "cell", "part", "standard error")]
    for place, column in enumerate(columns):
        parts = [(row.row, part) for row in shown.rows for part in row.contributions if part.column == column]
        table += [(row + 1, column, part.cell, part.value, part.standard_error) for row, part in parts]
        cells = read_cells([part.cell for _, part in parts])
        trace: dict[str, Any] = {
            "type": "scatter",
            "mode": "markers",
            "x": [scale * part.value for _, part in parts],
            # A fixed spread by row keeps points apart, the same at every drawing.
            "y": [place + ((7 * row) % 13 - 6) / 24 for row, _ in parts],
            # The column's name in the text, not in the template: Plotly fills in "%{...}" there.
            "text": [f"{label(column)} = {label(cell_said(part.cell))}" for _, part in parts],
            "marker": {"size": 6, "opacity": 0.75, "color": shades(cells.ranks)},
            "hovertemplate": "%{text}: %{x:+.3g}<extra></extra>",
            "showlegend": False,
        }
        errors = [2 * scale * part.standard_error for _, part in parts]
        if any(errors):
            trace["error_x"] = {"type": "data", "array": errors, "color": GRID, "thickness": 1, "width": 0}
        data.append(trace)
    spread = "; ".join(
        tr(
            "{column} from {low:+.3g} to {high:+.3g}",
            column=column,
            low=min(trace["x"], default=0),
            high=max(trace["x"], default=0),
        )
        for column, trace in zip(columns, data, strict=True)
    )
    error = max((2 * part.standard_error for row in shown.rows for part in row.contributions), default=0.0)
    words = plural(
        "Range of each column's part over {n:,} row, in {unit}: {ranges}.",
        "Range of each column's part over {n:,} rows, in {unit}: {ranges}.",
        len(shown.rows),
        unit=unit_of(explanation, shown),
        ranges=spread,
    )
    keys = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [None],
            "y": [None],
            "name": name,
            "marker": {"size": 8, "color": colour},
            "hoverinfo": "skip",
        }
        for name, colour in (
            (tr("low value"), DOWN),
            (tr("high value"), UP),
            (tr("words, or missing"), QUIET),
        )
    ]
    return figure(
        tr("Every explained row"),
        "beeswarm",
        [*data, *keys],
        f"{words} {known_within(explanation, error)}" if error else words,
        {
            "height": max(HEIGHT_PX // 2, 130 + ROW_PX * len(columns)),
            "xaxis": axis(tr("lowers the prediction ← → raises it")),
            "yaxis": axis(
                autorange="reversed",
                tickmode="array",
                tickvals=list(range(len(columns))),
                ticktext=[label(column) for column in columns],
            ),
        },
        tuple(table),
    )
