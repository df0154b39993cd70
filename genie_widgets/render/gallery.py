"""The plots of a result, by problem type, from its figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from genie_widgets.render.charts import Figure, axis, distinct, figure, guide, label, line, points
from genie_widgets.render.escape import number
from genie_widgets.render.explained import importance_figure
from genie_widgets.schema import Confusion, Curve, RunResult

MAX_CELLS_WITH_TEXT = 15


def figures(result: RunResult) -> tuple[Figure, ...]:
    """Make the plots of a result.

    Returns
    -------
    tuple of Figure
        What its problem type has: ROC, precision-recall, calibration and
        confusion for classes; predicted against true and residuals for
        numbers; coverage for quantiles; importance where it is explained.
    """
    made = []
    if result.evaluation is not None:
        if result.evaluation.confusion is not None:
            made.append(_confusion(result.evaluation.confusion))
        for kind, make in _BY_KIND.items():
            curves = [curve for curve in result.evaluation.curves if curve.kind == kind and curve.x]
            if curves:
                made.append(make(curves))
    if result.explanation is not None and result.explanation.outputs:
        made.append(importance_figure(result.explanation))
    return tuple(made)


def _confusion(confusion: Confusion) -> Figure:
    labels = distinct(label(name, 24) for name in confusion.labels)
    totals = [max(1, sum(row)) for row in confusion.counts]
    shares = [[cell / total for cell in row] for row, total in zip(confusion.counts, totals, strict=True)]
    small = len(labels) <= MAX_CELLS_WITH_TEXT
    found = ", ".join(
        f"{name} {100 * shares[place][place]:.0f}%"
        for place, name in enumerate(confusion.labels)
        if sum(confusion.counts[place])
    )
    heat = {
        "type": "heatmap",
        "x": labels,
        "y": labels,
        "z": shares,
        "text": [[f"{cell:,}" for cell in row] for row in confusion.counts],
        "texttemplate": "%{text}" if small else "",
        "colorscale": [[0, "rgba(0,114,178,.05)"], [1, "#0072B2"]],
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
        "hovertemplate": "true %{y}, predicted %{x}: %{text} rows (%{z:.0%})<extra></extra>",
    }
    return figure(
        "Right and wrong by class",
        "confusion",
        [heat],
        f"Share of each true class that was found: {found}.",
        {
            "xaxis": axis("predicted", type="category", showgrid=False),
            "yaxis": axis("true", type="category", autorange="reversed", showgrid=False),
        },
    )


def _roc(curves: Sequence[Curve]) -> Figure:
    data = [line(c.x, c.y, c.series) for c in curves]
    return figure(
        "Ranking (ROC)",
        "roc",
        [*data, guide((0, 1), (0, 1), "chance")],
        "Share of positives found against share of false alarms. "
        + _at(curves, 0.1, "At 10% false alarms", "are found"),
        {"xaxis": axis("false alarms", range=[0, 1]), "yaxis": axis("found", range=[0, 1.02])},
    )


def _precision_recall(curves: Sequence[Curve]) -> Figure:
    return figure(
        "Precision and recall",
        "precision_recall",
        [line(c.x, c.y, c.series) for c in curves],
        "Share of alarms that are right, against share of positives found. "
        + _at(curves, 0.5, "With half of them found", "of the alarms are right"),
        {"xaxis": axis("recall (found)", range=[0, 1]), "yaxis": axis("precision (right alarms)", range=[0, 1.02])},
    )


def _calibration(curves: Sequence[Curve]) -> Figure:
    told = "; ".join(
        f"said {100 * x:.0f}%, came true {100 * y:.0f}%" for c in curves[:1] for x, y in zip(c.x, c.y, strict=True)
    )
    return figure(
        "Are the probabilities true?",
        "calibration",
        [*(line(c.x, c.y, c.series, mode="lines+markers") for c in curves), guide((0, 1), (0, 1), "perfect")],
        f"Predicted probability against how often it came true: {told}.",
        {"xaxis": axis("predicted probability", range=[0, 1]), "yaxis": axis("came true", range=[0, 1.02])},
    )


def _predicted_true(curves: Sequence[Curve]) -> Figure:
    values = [value for c in curves for value in (*c.x, *c.y)]
    ends = (min(values), max(values))
    return figure(
        "Predicted and true",
        "predicted_true",
        [*(points(c.x, c.y, c.series) for c in curves), guide(ends, ends, "perfect")],
        f"Predicted against true values of {len(curves[0].x):,} untouched rows, "
        f"from {number(ends[0])} to {number(ends[1])}.",
        {"xaxis": axis("predicted"), "yaxis": axis("true")},
    )


def _residuals(curves: Sequence[Curve]) -> Figure:
    errors = sorted(abs(value) for c in curves for value in c.y)
    ends = (min(curves[0].x), max(curves[0].x))
    return figure(
        "Errors by size of the prediction",
        "residuals",
        [*(points(c.x, c.y, c.series) for c in curves), guide(ends, (0, 0), "no error")],
        f"Half of the errors are below {number(errors[len(errors) // 2])}, "
        f"nine in ten below {number(errors[int(0.9 * (len(errors) - 1))])}.",
        {"xaxis": axis("predicted"), "yaxis": axis("true less predicted")},
    )


def _coverage(curves: Sequence[Curve]) -> Figure:
    told = "; ".join(f"{x:g}: {100 * y:.0f}%" for c in curves for x, y in zip(c.x, c.y, strict=True))
    return figure(
        "Do the quantiles hold?",
        "quantile_coverage",
        [*(line(c.x, c.y, c.series, mode="lines+markers") for c in curves), guide((0, 1), (0, 1), "perfect")],
        f"Share of true values below each predicted quantile: {told}.",
        {"xaxis": axis("quantile", range=[0, 1]), "yaxis": axis("true values below it", range=[0, 1.02])},
    )


def _at(curves: Sequence[Curve], x: float, before: str, after: str) -> str:
    told = []
    for curve in curves[:10]:
        near = min(range(len(curve.x)), key=lambda place: abs(curve.x[place] - x))
        told.append(f"{curve.series}: {100 * curve.y[near]:.0f}%")
    return f"{before}, {'; '.join(told)} {after}." if told else ""


_BY_KIND: dict[str, Callable[[Sequence[Curve]], Figure]] = {
    "roc": _roc,
    "precision_recall": _precision_recall,
    "calibration": _calibration,
    "predicted_true": _predicted_true,
    "residuals": _residuals,
    "quantile_coverage": _coverage,
}
