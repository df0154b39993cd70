"""The plots of a result, by problem type, from its figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from genie_widgets.render.charts import HEAT, HEIGHT_PX, UP, Figure, axis, distinct, figure, guide, label, line, points
from genie_widgets.render.escape import number
from genie_widgets.render.explained import importance_figure
from genie_widgets.schema import Confusion, Curve, Decision, RunResult

MAX_CELLS_WITH_TEXT = 15
MAX_CLASSES_DRAWN = 30
# A line through a cloud of points is seen only in another colour than theirs.
_OVER_POINTS = {"color": UP, "width": 2}


def figures(result: RunResult) -> tuple[Figure, ...]:
    """Make the plots of a result.

    Returns
    -------
    tuple of Figure
        What its problem type has: confusion, figures by class, ROC, precision-recall and
        calibration for classes, and for two of them gain, lift and threshold; predicted
        against true, residuals and error by size for numbers; coverage and pinball loss for
        quantiles; importance where it is explained.
    """
    made = []
    if result.evaluation is not None:
        if result.evaluation.confusion is not None:
            made.append(_confusion(result.evaluation.confusion))
            if result.plan.problem_type == "multiclass":
                made.append(_per_class(result.evaluation.confusion))
        for kind, make in _BY_KIND.items():
            curves = [curve for curve in result.evaluation.curves if curve.kind == kind and curve.x]
            if curves:
                made.append(make(curves))
        if result.decision is not None:
            made = [_marked(plot, result.decision) if plot.kind == "threshold" else plot for plot in made]
    if result.explanation is not None and result.explanation.outputs:
        made.append(importance_figure(result.explanation))
    return tuple(made)


def _by_size(confusion: Confusion) -> Confusion:
    """Put the classes in order, the most frequent first; classes of equal size stay as they were."""
    order = sorted(range(len(confusion.labels)), key=lambda place: -sum(confusion.counts[place]))
    return Confusion(
        labels=tuple(confusion.labels[place] for place in order),
        counts=tuple(tuple(confusion.counts[row][column] for column in order) for row in order),
    )


def _per_class(confusion: Confusion) -> Figure:
    """Draw precision and recall of each class, the class that is found worst first."""
    columns = [sum(row[place] for row in confusion.counts) for place in range(len(confusion.labels))]
    found = []
    for place, name in enumerate(confusion.labels):
        hit, true = confusion.counts[place][place], sum(confusion.counts[place])
        if true:
            found.append((hit / true, hit / columns[place] if columns[place] else 0.0, true, name))
    found.sort(key=lambda item: item[:2])
    shown = found[:MAX_CLASSES_DRAWN]
    labels = distinct(label(name, 24) for *_, name in shown)
    told = "; ".join(
        f"{name} ({true:,} rows): {100 * recall:.0f}% found, {100 * precision:.0f}% of its predictions right"
        for recall, precision, true, name in shown
    )
    more = f" {len(found) - len(shown)} classes that are found better are not shown." if len(found) > len(shown) else ""
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "y": labels,
            "x": [item[place] for item in shown],
            "name": name,
            "customdata": [item[2] for item in shown],
            "hovertemplate": name + ", %{y}: %{x:.0%} of %{customdata:,} rows<extra></extra>",
        }
        for place, name in ((0, "recall (found)"), (1, "precision (right)"))
    ]
    return figure(
        "Figures by class",
        "per_class",
        bars,
        f"{told}.{more}",
        {
            "xaxis": axis("share", range=[0, 1], tickformat=".0%"),
            "yaxis": axis(type="category", autorange="reversed", showgrid=False),
            "barmode": "group",
            "height": max(HEIGHT_PX, 60 + 34 * len(shown)),
        },
    )


def _confusion(unsorted: Confusion) -> Figure:
    confusion = _by_size(unsorted) if len(unsorted.labels) > 2 else unsorted
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
        "colorscale": HEAT,
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


def _of_each(title: str, curves: Sequence[Curve]) -> str:
    """Say so in a title where several classes are drawn."""
    return f"{title} (each class against all others)" if len(curves) > 1 else title


def _roc(curves: Sequence[Curve]) -> Figure:
    data = [line(c.x, c.y, c.series) for c in curves]
    return figure(
        _of_each("Ranking (ROC)", curves),
        "roc",
        [*data, guide((0, 1), (0, 1), "chance")],
        "Share of positives found against share of false alarms. "
        + _at(curves, 0.1, "At 10% false alarms", "are found"),
        {"xaxis": axis("false alarms", range=[0, 1]), "yaxis": axis("found", range=[0, 1.02])},
    )


def _precision_recall(curves: Sequence[Curve]) -> Figure:
    return figure(
        _of_each("Precision and recall", curves),
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
        _of_each("Are the probabilities true?", curves),
        "calibration",
        [*(line(c.x, c.y, c.series, mode="lines+markers") for c in curves), guide((0, 1), (0, 1), "perfect")],
        f"Predicted probability against how often it came true: {told}.",
        {"xaxis": axis("predicted probability", range=[0, 1]), "yaxis": axis("came true", range=[0, 1.02])},
    )


def _gain(curves: Sequence[Curve]) -> Figure:
    return figure(
        "Gain: how many are found by acting on the likeliest rows",
        "gain",
        [*(line(c.x, c.y, c.series) for c in curves), guide((0, 1), (0, 1), "chance")],
        "Share of the positives found against share of the rows acted on, likeliest first. "
        + _at(curves, 0.2, "Acting on 20% of the rows", "are found"),
        {
            "xaxis": axis("rows acted on, likeliest first", range=[0, 1], tickformat=".0%"),
            "yaxis": axis("positives found", range=[0, 1.02], tickformat=".0%"),
        },
    )


def _lift(curves: Sequence[Curve]) -> Figure:
    told = []
    for share in (0.1, 0.2, 0.5):
        for curve in curves[:1]:
            near = _nearest(curve.x, share)
            told.append(f"{100 * share:.0f}%: {curve.y[near]:.1f} times")
    return figure(
        "Lift: how much better than chance",
        "lift",
        [*(line(c.x, c.y, c.series) for c in curves), guide((0, 1), (1, 1), "chance")],
        f"Positives among the rows acted on, as a multiple of chance, by the share acted on. {'; '.join(told)}.",
        {
            "xaxis": axis("rows acted on, likeliest first", range=[0, 1], tickformat=".0%"),
            "yaxis": axis("times as many as by chance", rangemode="tozero"),
        },
    )


_THRESHOLD_NAMES = {"precision": "alarms that are right", "recall": "positives found", "alarms": "rows that are alarms"}


def _threshold(curves: Sequence[Curve]) -> Figure:
    told = []
    for threshold in (0.2, 0.5, 0.8):
        near = [_nearest(c.x, threshold) for c in curves]
        shares = ", ".join(
            f"{100 * c.y[place]:.0f}% {_THRESHOLD_NAMES.get(c.series, c.series)}"
            for c, place in zip(curves, near, strict=True)
        )
        told.append(f"from {threshold:.0%} on: {shares}")
    return figure(
        "What a threshold does",
        "threshold",
        [line(c.x, c.y, _THRESHOLD_NAMES.get(c.series, c.series)) for c in curves],
        f"Shares by the probability from which on a row is an alarm; {'; '.join(told)}.",
        {
            "xaxis": axis("threshold", range=[0, 1], tickformat=".0%"),
            "yaxis": axis("share", range=[0, 1.02], tickformat=".0%"),
        },
    )


def _marked(plot: Figure, decision: Decision) -> Figure:
    """Mark the threshold that was decided on."""
    if decision.threshold > 1:
        return plot
    at = decision.threshold
    spec = {**plot.spec, "data": [*plot.spec["data"], guide((at, at), (0, 1), "decided")]}
    return replace(plot, spec=spec, text=f"{plot.text} Decided: {at:.1%}.")


def _predicted_true(curves: Sequence[Curve]) -> Figure:
    values = [value for c in curves for value in (*c.x, *c.y)]
    ends = (min(values), max(values))
    return figure(
        "Predicted and true",
        "predicted_true",
        [*(points(c.x, c.y, c.series) for c in curves), guide(ends, ends, "perfect", **_OVER_POINTS)],
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
        [*(points(c.x, c.y, c.series) for c in curves), guide(ends, (0, 0), "no error", **_OVER_POINTS)],
        f"Half of the errors are below {number(errors[len(errors) // 2])}, "
        f"nine in ten below {number(errors[int(0.9 * (len(errors) - 1))])}.",
        {"xaxis": axis("predicted"), "yaxis": axis("true less predicted")},
    )


def _error_by_size(curves: Sequence[Curve]) -> Figure:
    told = "; ".join(
        f"around {number(x)}: {number(y)} ({count:,} rows)"
        for c in curves
        for x, y, count in zip(c.x, c.y, c.counts, strict=True)
    )
    return figure(
        "Mean error from small predictions to large ones",
        "error_by_size",
        [line(c.x, c.y, c.series, mode="lines+markers") for c in curves],
        f"Mean absolute error by the size of the prediction: {told}.",
        {"xaxis": axis("predicted"), "yaxis": axis("mean absolute error", rangemode="tozero")},
    )


def _pinball(curves: Sequence[Curve]) -> Figure:
    told = "; ".join(f"{x:g}: {number(y)}" for c in curves for x, y in zip(c.x, c.y, strict=True))
    bars = [{"type": "bar", "x": [f"{x:g}" for x in c.x], "y": list(c.y), "name": label(c.series)} for c in curves]
    return figure(
        "Error of each quantile (pinball loss)",
        "pinball",
        bars,
        f"Pinball loss of each predicted quantile, lower is better: {told}.",
        {"xaxis": axis("quantile", type="category"), "yaxis": axis("pinball loss", rangemode="tozero")},
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


def _nearest(values: Sequence[float], wanted: float) -> int:
    return min(range(len(values)), key=lambda place: abs(values[place] - wanted))


def _at(curves: Sequence[Curve], x: float, before: str, after: str) -> str:
    told = []
    for curve in curves[:10]:
        near = _nearest(curve.x, x)
        told.append(f"{curve.series}: {100 * curve.y[near]:.0f}%")
    return f"{before}, {'; '.join(told)} {after}." if told else ""


_BY_KIND: dict[str, Callable[[Sequence[Curve]], Figure]] = {
    "roc": _roc,
    "precision_recall": _precision_recall,
    "calibration": _calibration,
    "gain": _gain,
    "lift": _lift,
    "threshold": _threshold,
    "predicted_true": _predicted_true,
    "residuals": _residuals,
    "error_by_size": _error_by_size,
    "quantile_coverage": _coverage,
    "pinball": _pinball,
}
