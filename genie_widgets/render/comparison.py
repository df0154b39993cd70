"""Runs side by side: the list of them, what changed from one to another, and their curves in one plot."""

from __future__ import annotations

from collections.abc import Iterable

from genie_widgets.language import figure as written
from genie_widgets.language import mark, tr
from genie_widgets.render.charts import Figure, axis, figure, guide, label, line
from genie_widgets.render.escape import between_said, esc, metric_value, moment
from genie_widgets.render.plan_card import change_html
from genie_widgets.schema import METRICS, Comparison, Curve, MetricValue, RunResult, RunSummary

# Curves that two runs can be laid over each other in: kind, title, axes, the line of chance.
_CURVES = {
    "roc": (mark("Ranking (ROC), before and now"), mark("false alarms"), mark("found"), True),
    "calibration": (mark("Calibration, before and now"), mark("predicted"), mark("happened"), True),
    "error_by_size": (mark("Error by size, before and now"), mark("predicted"), mark("mean error"), False),
    "quantile_coverage": (mark("Coverage, before and now"), mark("quantile"), mark("share below"), True),
}
MOST_SERIES = 3
# What became of a run.
_STATES = {
    "waiting": mark("waiting"),
    "running": mark("running"),
    "stopping": mark("stopping"),
    "done": mark("done"),
    "stopped": mark("stopped"),
    "failed": mark("failed"),
    "interrupted": mark("interrupted"),
    "unreadable": mark("unreadable"),
}


def runs_html(runs: Iterable[RunSummary]) -> str:
    """List runs with their figures, newest first."""
    champion = f" <b>{tr('(champion)')}</b>"
    rows = "".join(
        f'<tr><th scope="row">{moment(run.created_at)}'
        f"{champion if run.is_champion else ''}<small class='g-why'>{esc(run.run_id[:8])}</small></th>"
        f"<td>{esc(run.target)}<small class='g-why'>{tr('of {table}', table=esc(run.table_name))}</small></td>"
        f'<td class="n">{_scored(run)}</td><td>{esc(tr(_STATES.get(run.status, run.status)))}</td></tr>'
        for run in runs
    )
    if not rows:
        return f"<p>{tr('There is none yet.')}</p>"
    return (
        f'<div class="g-scroll" tabindex="0" role="region" aria-label="{esc(tr("Earlier runs"))}">'
        f'<table class="g-t g-runs g-stack"><caption>{tr("Scores on untouched rows, with 95% intervals.")}</caption>'
        f'<thead><tr><th scope="col">{tr("Begun")}</th><th scope="col">{tr("Predicts")}</th>'
        f'<th scope="col" class="n">{tr("Score")}</th><th scope="col">{tr("State")}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _scored(run: RunSummary) -> str:
    if run.score is None:
        return "–"
    name = METRICS[run.metric].label if run.metric in METRICS else run.metric
    low, high = (metric_value(run.metric, bound) for bound in (run.low, run.high))
    between = "" if run.low is None else f"<small class='g-why'>{between_said(low, high)}</small>"
    return f"{esc(name)} {metric_value(run.metric, run.score)}{between}"


def comparison_html(comparison: Comparison) -> str:
    """Show what changed, in words, and every figure side by side."""
    first, *rest = reversed(comparison.words)
    words = f'<p class="g-verdict">{esc(first)}</p>' + "".join(f"<p>{esc(text)}</p>" for text in reversed(rest))
    rows = "".join(
        f'<tr><th scope="row">{esc(item.label)}</th><td class="n">{_value(item.before)}</td>'
        f'<td class="n">{_value(item.after)}</td></tr>'
        for item in comparison.figures
    )
    facts = "".join(
        f'<tr><th scope="row">{esc(name)}</th><td class="n">{esc(before)}</td><td class="n">{esc(after)}</td></tr>'
        for (name, before), (_, after) in zip(_facts(comparison.before), _facts(comparison.after), strict=True)
    )
    table = (
        f'<div class="g-scroll" tabindex="0" role="region" aria-label="{esc(tr("Side by side"))}">'
        '<table class="g-t g-stack g-pair">'
        f"<caption>{tr('On the untouched rows of each, with 95% intervals')}</caption>"
        f"<thead><tr><th scope='col'>{tr('Figure')}</th>"
        f'<th scope="col" class="n">{tr("Before")}</th><th scope="col" class="n">{tr("Now")}</th></tr></thead>'
        f"<tbody>{rows}{facts}</tbody></table></div>"
    )
    changes = change_html(comparison.plan_before, comparison.plan_after, title=tr("What was asked differently"))
    return words + table + changes


def _facts(result: RunResult) -> list[tuple[str, str]]:
    return [
        (tr("Rows learned from"), written(result.n_train, ",")),
        (tr("Untouched rows"), written(result.n_holdout, ",")),
        (tr("Columns"), written(len(result.features), ",")),
        (tr("Model"), result.best_model),
    ]


def _value(metric: MetricValue | None) -> str:
    if metric is None:
        return "–"
    low, value, high = (metric_value(metric.name, figure) for figure in (metric.low, metric.value, metric.high))
    between = "" if metric.low is None else f"<small class=g-why>{between_said(low, high)}</small>"
    return f"{value}{between}"


def comparison_figure(comparison: Comparison) -> Figure | None:
    """Lay the first kind of curve that both runs have over each other; None where there is none."""
    for kind, (title, x, y, has_guide) in _CURVES.items():
        before, now = (_curves(result, kind) for result in (comparison.before, comparison.after))
        if not before or not now:
            continue
        # Translators: the earlier of two runs, and the later one: names of lines in a plot
        pairs = [*((tr("before"), "dot", curve) for curve in before), *((tr("now"), "solid", curve) for curve in now)]
        many = len({curve.series for *_, curve in pairs}) > 1
        lines = [
            line(
                curve.x,
                curve.y,
                f"{name}, {curve.series}" if many else name,
                line={"dash": dash},
            )
            for name, dash, curve in pairs
        ]
        data = [*([guide([0, 1], [0, 1], tr("chance"))] if has_guide else []), *lines]
        told = tr("{title}: the dotted line is the earlier run, the solid one the later.", title=tr(title))
        return figure(tr(title), "comparison", data, told, {"xaxis": axis(label(tr(x))), "yaxis": axis(label(tr(y)))})
    return None


def _curves(result: RunResult, kind: str) -> list[Curve]:
    found = result.evaluation.curves if result.evaluation is not None else ()
    return [curve for curve in found if curve.kind == kind and curve.x][:MOST_SERIES]
