"""Runs side by side: the list of them, what changed from one to another, and their curves in one plot."""

from __future__ import annotations

from collections.abc import Iterable

from genie_widgets.render.charts import Figure, axis, figure, guide, label, line
from genie_widgets.render.escape import esc, metric_value, moment
from genie_widgets.render.plan_card import change_html
from genie_widgets.schema import METRICS, Comparison, Curve, MetricValue, RunResult, RunSummary

# Curves that two runs can be laid over each other in: kind, title, axes, the line of chance.
_CURVES = {
    "roc": ("Ranking (ROC), before and now", "false alarms", "found", True),
    "calibration": ("Calibration, before and now", "predicted", "happened", True),
    "error_by_size": ("Error by size, before and now", "predicted", "mean error", False),
    "quantile_coverage": ("Coverage, before and now", "quantile", "share below", True),
}
MOST_SERIES = 3


def runs_html(runs: Iterable[RunSummary]) -> str:
    """List runs with their figures, newest first."""
    rows = "".join(
        f'<tr><th scope="row">{moment(run.created_at)}'
        f"{' <b>(champion)</b>' if run.is_champion else ''}<small class='g-why'>{esc(run.run_id[:8])}</small></th>"
        f"<td>{esc(run.target)}<small class='g-why'>of {esc(run.table_name)}</small></td>"
        f'<td class="n">{_scored(run)}</td><td>{esc(run.status)}</td></tr>'
        for run in runs
    )
    if not rows:
        return "<p>There is none yet.</p>"
    return (
        '<div class="g-scroll" tabindex="0" role="region" aria-label="Earlier runs"><table class="g-t g-runs g-stack">'
        "<caption>Scores on untouched rows, with 95% intervals.</caption><thead><tr>"
        '<th scope="col">Begun</th><th scope="col">Predicts</th><th scope="col" class="n">Score</th>'
        f'<th scope="col">State</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _scored(run: RunSummary) -> str:
    if run.score is None:
        return "–"
    name = METRICS[run.metric].label if run.metric in METRICS else run.metric
    low, high = (metric_value(run.metric, bound) for bound in (run.low, run.high))
    between = "" if run.low is None else f"<small class='g-why'>{low} to {high}</small>"
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
        f'<tr><th scope="row">{name}</th><td class="n">{esc(before)}</td><td class="n">{esc(after)}</td></tr>'
        for (name, before), (_, after) in zip(_facts(comparison.before), _facts(comparison.after), strict=True)
    )
    table = (
        '<div class="g-scroll" tabindex="0" role="region" aria-label="Side by side"><table class="g-t g-stack g-pair">'
        "<caption>On the untouched rows of each, with 95% intervals</caption><thead><tr><th scope='col'>Figure</th>"
        '<th scope="col" class="n">Before</th><th scope="col" class="n">Now</th></tr></thead>'
        f"<tbody>{rows}{facts}</tbody></table></div>"
    )
    changes = change_html(comparison.plan_before, comparison.plan_after, title="What was asked differently")
    return words + table + changes


def _facts(result: RunResult) -> list[tuple[str, str]]:
    return [
        ("Rows learned from", f"{result.n_train:,}"),
        ("Untouched rows", f"{result.n_holdout:,}"),
        ("Columns", f"{len(result.features):,}"),
        ("Model", result.best_model),
    ]


def _value(metric: MetricValue | None) -> str:
    if metric is None:
        return "–"
    low, value, high = (metric_value(metric.name, figure) for figure in (metric.low, metric.value, metric.high))
    between = "" if metric.low is None else f"<small class=g-why>{low} to {high}</small>"
    return f"{value}{between}"


def comparison_figure(comparison: Comparison) -> Figure | None:
    """Lay the first kind of curve that both runs have over each other; None where there is none."""
    for kind, (title, x, y, has_guide) in _CURVES.items():
        pairs = [
            (name, curve)
            for name, result in (("before", comparison.before), ("now", comparison.after))
            for curve in _curves(result, kind)
        ]
        if {name for name, _ in pairs} != {"before", "now"}:
            continue
        many = len({curve.series for _, curve in pairs}) > 1
        lines = [
            line(
                curve.x,
                curve.y,
                f"{name}, {curve.series}" if many else name,
                line={"dash": "dot" if name == "before" else "solid"},
            )
            for name, curve in pairs
        ]
        data = [*([guide([0, 1], [0, 1], "chance")] if has_guide else []), *lines]
        told = f"{title}: the dotted line is the earlier run, the solid one the later."
        return figure(title, "comparison", data, told, {"xaxis": axis(label(x)), "yaxis": axis(label(y))})
    return None


def _curves(result: RunResult, kind: str) -> list[Curve]:
    found = result.evaluation.curves if result.evaluation is not None else ()
    return [curve for curve in found if curve.kind == kind and curve.x][:MOST_SERIES]
