"""The plots of a result, by problem type, from its figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from genie_widgets.language import figure as written
from genie_widgets.language import mark, plural, tr
from genie_widgets.render.charts import HEAT, HEIGHT_PX, UP, Figure, axis, distinct, figure, guide, label, line, points
from genie_widgets.render.escape import number
from genie_widgets.render.explained import importance_figure
from genie_widgets.schema import Confusion, Curve, Decision, RunResult

MAX_CELLS_WITH_TEXT = 15
MAX_CLASSES_DRAWN = 30
MAX_CURVES_TOLD = 10
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
    told = "; ".join(_class_words(*item) for item in shown) + "."
    more = len(found) - len(shown)
    if more:
        told += " " + plural(
            "{n} class that is found better is not shown.", "{n} classes that are found better are not shown.", more
        )
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "y": labels,
            "x": [item[place] for item in shown],
            "name": name,
            "customdata": [item[2] for item in shown],
            "hovertemplate": name + ", " + _of_rows() + "<extra></extra>",
        }
        for place, name in ((0, tr("recall (found)")), (1, tr("precision (right)")))
    ]
    return figure(
        tr("Figures by class"),
        "per_class",
        bars,
        told,
        {
            "xaxis": axis(tr("share"), range=[0, 1], tickformat=".0%"),
            "yaxis": axis(type="category", autorange="reversed", showgrid=False),
            "barmode": "group",
            "height": max(HEIGHT_PX, 60 + 34 * len(shown)),
        },
    )


def _class_words(recall: float, precision: float, n_rows: int, name: str) -> str:
    return plural(
        "{label} ({n:,} row): {found:.0%} found, {right:.0%} of its predictions right",
        "{label} ({n:,} rows): {found:.0%} found, {right:.0%} of its predictions right",
        n_rows,
        label=name,
        found=recall,
        right=precision,
    )


def _of_rows() -> str:
    """Say what the pointer shows of a bar; Plotly fills in the figures."""
    return tr("{label}: {share} of {n_rows} rows", label="%{y}", share="%{x:.0%}", n_rows="%{customdata:,}")


def _confusion(unsorted: Confusion) -> Figure:
    confusion = _by_size(unsorted) if len(unsorted.labels) > 2 else unsorted
    labels = distinct(label(name, 24) for name in confusion.labels)
    totals = [max(1, sum(row)) for row in confusion.counts]
    shares = [[cell / total for cell in row] for row, total in zip(confusion.counts, totals, strict=True)]
    small = len(labels) <= MAX_CELLS_WITH_TEXT
    found = ", ".join(
        f"{name} {written(shares[place][place], '.0%')}"
        for place, name in enumerate(confusion.labels)
        if sum(confusion.counts[place])
    )
    heat = {
        "type": "heatmap",
        "x": labels,
        "y": labels,
        "z": shares,
        "text": [[written(cell, ",") for cell in row] for row in confusion.counts],
        "texttemplate": "%{text}" if small else "",
        "colorscale": HEAT,
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
        "hovertemplate": _of_cell() + "<extra></extra>",
    }
    return figure(
        tr("Right and wrong by class"),
        "confusion",
        [heat],
        tr("Share of each true class that was found: {shares}.", shares=found),
        {
            "xaxis": axis(tr("predicted"), type="category", showgrid=False),
            # Translators: of a row's class, as opposed to the predicted one
            "yaxis": axis(tr("true"), type="category", autorange="reversed", showgrid=False),
        },
    )


def _of_cell() -> str:
    """Say what the pointer shows of a cell; Plotly fills in the figures."""
    return tr(
        "true {true}, predicted {predicted}: {n_rows} rows ({share})",
        true="%{y}",
        predicted="%{x}",
        n_rows="%{text}",
        share="%{z:.0%}",
    )


def _of_each(title: str, curves: Sequence[Curve]) -> str:
    """Say so in a title where several classes are drawn."""
    return tr("{title} (each class against all others)", title=title) if len(curves) > 1 else title


def _roc(curves: Sequence[Curve]) -> Figure:
    data = [line(c.x, c.y, c.series) for c in curves]
    return figure(
        _of_each(tr("Ranking (ROC)"), curves),
        "roc",
        [*data, guide((0, 1), (0, 1), tr("chance"))],
        _joined(
            tr("Share of positives found against share of false alarms."),
            tr("Found at 10% false alarms: {shares}.", shares=_at(curves, 0.1)),
        ),
        {"xaxis": axis(tr("false alarms"), range=[0, 1]), "yaxis": axis(tr("found"), range=[0, 1.02])},
    )


def _precision_recall(curves: Sequence[Curve]) -> Figure:
    return figure(
        _of_each(tr("Precision and recall"), curves),
        "precision_recall",
        [line(c.x, c.y, c.series) for c in curves],
        _joined(
            tr("Share of alarms that are right, against share of positives found."),
            tr("Alarms that are right with half of them found: {shares}.", shares=_at(curves, 0.5)),
        ),
        {
            "xaxis": axis(tr("recall (found)"), range=[0, 1]),
            "yaxis": axis(tr("precision (right alarms)"), range=[0, 1.02]),
        },
    )


def _calibration(curves: Sequence[Curve]) -> Figure:
    told = "; ".join(
        tr("said {said:.0%}, came true {true:.0%}", said=x, true=y)
        for c in curves[:1]
        for x, y in zip(c.x, c.y, strict=True)
    )
    return figure(
        _of_each(tr("Are the probabilities true?"), curves),
        "calibration",
        [*(line(c.x, c.y, c.series, mode="lines+markers") for c in curves), guide((0, 1), (0, 1), tr("perfect"))],
        tr("Predicted probability against how often it came true: {shares}.", shares=told),
        {"xaxis": axis(tr("predicted probability"), range=[0, 1]), "yaxis": axis(tr("came true"), range=[0, 1.02])},
    )


def _gain(curves: Sequence[Curve]) -> Figure:
    return figure(
        tr("Gain: how many are found by acting on the likeliest rows"),
        "gain",
        [*(line(c.x, c.y, c.series) for c in curves), guide((0, 1), (0, 1), tr("chance"))],
        _joined(
            tr("Share of the positives found against share of the rows acted on, likeliest first."),
            tr("Found by acting on 20% of the rows: {shares}.", shares=_at(curves, 0.2)),
        ),
        {
            "xaxis": axis(tr("rows acted on, likeliest first"), range=[0, 1], tickformat=".0%"),
            "yaxis": axis(tr("positives found"), range=[0, 1.02], tickformat=".0%"),
        },
    )


def _lift(curves: Sequence[Curve]) -> Figure:
    told = []
    for share in (0.1, 0.2, 0.5):
        for curve in curves[:1]:
            near = _nearest(curve.x, share)
            told.append(tr("{share:.0%}: {lift:.1f} times", share=share, lift=curve.y[near]))
    return figure(
        tr("Lift: how much better than chance"),
        "lift",
        [*(line(c.x, c.y, c.series) for c in curves), guide((0, 1), (1, 1), tr("chance"))],
        tr(
            "Positives among the rows acted on, as a multiple of chance, by the share acted on. {lifts}.",
            lifts="; ".join(told),
        ),
        {
            "xaxis": axis(tr("rows acted on, likeliest first"), range=[0, 1], tickformat=".0%"),
            "yaxis": axis(tr("times as many as by chance"), rangemode="tozero"),
        },
    )


_THRESHOLD_NAMES = {
    "precision": mark("alarms that are right"),
    "recall": mark("positives found"),
    "alarms": mark("rows that are alarms"),
}


def _threshold_name(curve: Curve) -> str:
    return tr(_THRESHOLD_NAMES[curve.series]) if curve.series in _THRESHOLD_NAMES else curve.series


def _threshold(curves: Sequence[Curve]) -> Figure:
    told = []
    for threshold in (0.2, 0.5, 0.8):
        near = [_nearest(c.x, threshold) for c in curves]
        shares = ", ".join(
            tr("{share:.0%} {of_what}", share=c.y[place], of_what=_threshold_name(c))
            for c, place in zip(curves, near, strict=True)
        )
        told.append(tr("from {threshold:.0%} on: {shares}", threshold=threshold, shares=shares))
    return figure(
        tr("What a threshold does"),
        "threshold",
        [line(c.x, c.y, _threshold_name(c)) for c in curves],
        tr("Shares by the probability from which on a row is an alarm; {shares}.", shares="; ".join(told)),
        {
            "xaxis": axis(tr("threshold"), range=[0, 1], tickformat=".0%"),
            "yaxis": axis(tr("share"), range=[0, 1.02], tickformat=".0%"),
        },
    )


def _marked(plot: Figure, decision: Decision) -> Figure:
    """Mark the threshold that was decided on."""
    if decision.threshold > 1:
        return plot
    at = decision.threshold
    spec = {**plot.spec, "data": [*plot.spec["data"], guide((at, at), (0, 1), tr("decided"))]}
    return replace(plot, spec=spec, text=_joined(plot.text, tr("Decided: {threshold:.1%}.", threshold=at)))


def _predicted_true(curves: Sequence[Curve]) -> Figure:
    values = [value for c in curves for value in (*c.x, *c.y)]
    ends = (min(values), max(values))
    return figure(
        tr("Predicted and true"),
        "predicted_true",
        [*(points(c.x, c.y, _series_said(c)) for c in curves), guide(ends, ends, tr("perfect"), **_OVER_POINTS)],
        plural(
            "Predicted against true values of {n:,} untouched row, from {low} to {high}.",
            "Predicted against true values of {n:,} untouched rows, from {low} to {high}.",
            len(curves[0].x),
            low=number(ends[0]),
            high=number(ends[1]),
        ),
        # Translators: of a row's value, as opposed to the predicted one
        {"xaxis": axis(tr("predicted")), "yaxis": axis(tr("true"))},
    )


def _residuals(curves: Sequence[Curve]) -> Figure:
    errors = sorted(abs(value) for c in curves for value in c.y)
    ends = (min(curves[0].x), max(curves[0].x))
    return figure(
        tr("Errors by size of the prediction"),
        "residuals",
        [*(points(c.x, c.y, _series_said(c)) for c in curves), guide(ends, (0, 0), tr("no error"), **_OVER_POINTS)],
        tr(
            "Half of the errors are below {half}, nine in ten below {nine_in_ten}.",
            half=number(errors[len(errors) // 2]),
            nine_in_ten=number(errors[int(0.9 * (len(errors) - 1))]),
        ),
        {"xaxis": axis(tr("predicted")), "yaxis": axis(tr("true less predicted"))},
    )


def _error_by_size(curves: Sequence[Curve]) -> Figure:
    told = "; ".join(
        plural(
            "around {x}: {error} ({n:,} row)", "around {x}: {error} ({n:,} rows)", count, x=number(x), error=number(y)
        )
        for c in curves
        for x, y, count in zip(c.x, c.y, c.counts, strict=True)
    )
    return figure(
        tr("Mean error from small predictions to large ones"),
        "error_by_size",
        [_marked_line(c) for c in curves],
        tr("Mean absolute error by the size of the prediction: {errors}.", errors=told),
        {"xaxis": axis(tr("predicted")), "yaxis": axis(tr("mean absolute error"), rangemode="tozero")},
    )


def _pinball(curves: Sequence[Curve]) -> Figure:
    told = "; ".join(f"{written(x, 'g')}: {number(y)}" for c in curves for x, y in zip(c.x, c.y, strict=True))
    bars = [
        {"type": "bar", "x": [written(x, "g") for x in c.x], "y": list(c.y), "name": label(_series_said(c))}
        for c in curves
    ]
    return figure(
        tr("Error of each quantile (pinball loss)"),
        "pinball",
        bars,
        tr("Pinball loss of each predicted quantile, lower is better: {losses}.", losses=told),
        {"xaxis": axis(tr("quantile"), type="category"), "yaxis": axis(tr("pinball loss"), rangemode="tozero")},
    )


def _coverage(curves: Sequence[Curve]) -> Figure:
    told = "; ".join(f"{written(x, 'g')}: {written(y, '.0%')}" for c in curves for x, y in zip(c.x, c.y, strict=True))
    return figure(
        tr("Do the quantiles hold?"),
        "quantile_coverage",
        [
            *(line(c.x, c.y, _series_said(c), mode="lines+markers") for c in curves),
            guide((0, 1), (0, 1), tr("perfect")),
        ],
        tr("Share of true values below each predicted quantile: {shares}.", shares=told),
        {"xaxis": axis(tr("quantile"), range=[0, 1]), "yaxis": axis(tr("true values below it"), range=[0, 1.02])},
    )


def _nearest(values: Sequence[float], wanted: float) -> int:
    return min(range(len(values)), key=lambda place: abs(values[place] - wanted))


def _at(curves: Sequence[Curve], x: float) -> str:
    """List what each curve has there."""
    return "; ".join(
        f"{curve.series}: {written(curve.y[_nearest(curve.x, x)], '.0%')}" for curve in curves[:MAX_CURVES_TOLD]
    )


def _joined(*sentences: str) -> str:
    return " ".join(sentences)


# What the points of numbers are, and those of quantiles.
_SERIES = {"rows": mark("rows"), "quantiles": mark("quantiles")}


def _marked_line(curve: Curve) -> dict[str, object]:
    return line(curve.x, curve.y, _series_said(curve), mode="lines+markers")


def _series_said(curve: Curve) -> str:
    return tr(_SERIES[curve.series]) if curve.series in _SERIES else curve.series


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
