"""The model card: what the model is, how good, on which rows, what to beware of (Mitchell et al., 2019)."""

from __future__ import annotations

import re

from genie_widgets.language import figure, mark, plural, tr
from genie_widgets.schema import METRICS, MetricValue, Problem, RunResult

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&-])")
_NUMBERED = re.compile(r"^(\d+)\.")
MAX_COLUMNS = 200
_KINDS = {
    "binary": mark("binary"),
    "multiclass": mark("multiclass"),
    "regression": mark("regression"),
    "quantile": mark("quantile"),
}


def plain(text: object) -> str:
    """Make people's text plain in Markdown: one line, nothing of it a mark."""
    escaped = _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))
    return _NUMBERED.sub(r"\1\\.", escaped)


def model_card(result: RunResult) -> str:
    """Write the model card.

    Parameters
    ----------
    result : RunResult
        What the run found.

    Returns
    -------
    str
        Markdown; every figure is one of the result's.
    """
    plan = result.plan
    listed = [f"* {plain(name)}" for name in result.features[:MAX_COLUMNS]]
    if len(result.features) > MAX_COLUMNS:
        listed.append("* " + tr("and {n} more (see model.json)", n=len(result.features) - MAX_COLUMNS))
    parts = [
        f"# {tr('Model of {target}', target=plain(plan.target))}",
        plural(
            "Predicts **{target}** ({kind}) from {n} column of {table}.",
            "Predicts **{target}** ({kind}) from {n} columns of {table}.",
            len(result.features),
            target=plain(plan.target),
            kind=tr(_KINDS[plan.problem_type]),
            table=plain(result.table_name),
        ),
        *(plain(sentence) for sentence in result.verdict),
        f"## {tr('Asked')}",
        f"> {plain(result.prompt) or tr('nothing in words')}",
        f"## {tr('How good')}",
        _figures(result),
        plain(scored_and_delivered(result)),
        *_decided(result),
        f"## {tr('Data')}",
        plural(
            "{n:,} row; {n_train:,} to learn from, {n_holdout:,} kept apart to score. Left out: {left_out}.",
            "{n:,} rows; {n_train:,} to learn from, {n_holdout:,} kept apart to score. Left out: {left_out}.",
            result.n_rows,
            n_train=result.n_train,
            n_holdout=result.n_holdout,
            left_out=", ".join(plain(name) for name in plan.ignore) or tr("nothing"),
        ),
        tr("Columns it needs:"),
        "\n".join(listed),
        f"## {tr('What to beware of')}",
        "\n".join(f"* {plain(problem.title)} {plain(problem.remedy)}" for problem in _cautions(result))
        or tr("Nothing was noticed. That is no promise: new rows may differ from those it learned from."),
        tr("The model says what goes together, not what causes what."),
        f"## {tr('Made with')}",
        "\n".join(f"* {name} {version}" for name, version in result.versions.items()),
        tr("Best model: {model}. Run {run}.", model=plain(result.best_model), run=result.run_id),
    ]
    return "\n\n".join(parts) + "\n"


def scored_and_delivered(result: RunResult) -> str:
    """Say which model the figures are of, and which one is taken away."""
    if result.evaluation is not None and result.evaluation.n_folds:
        return tr(
            "The figures are of {k} models of one recipe, each scored on rows that it had not seen. The model in this "
            "bundle is {delivered}, trained by the same recipe on {n_delivered:,} rows.",
            k=result.evaluation.n_folds,
            delivered=result.delivered_model,
            n_delivered=result.n_delivered,
        )
    if not result.is_refitted:
        return tr("The model in this bundle is the one that was scored.")
    figures = {
        "scored": result.scored_model,
        "n_scored": result.n_train,
        "delivered": result.delivered_model,
        "n_delivered": result.n_delivered,
    }
    if result.is_bagged:
        same = tr(
            "The figures are of {scored}, trained on {n_scored:,} rows: of each kind several models, each of which "
            "left out a part of the rows. The model in this bundle is {delivered}: of each kind one, with the same "
            "settings and weights, trained on {n_delivered:,} rows, the scored ones among them.",
            **figures,
        )
    else:
        same = tr(
            "The figures are of {scored}, trained on {n_scored:,} rows. The model in this bundle is {delivered}: the "
            "same models, with the same settings and weights, trained on {n_delivered:,} rows, the scored ones among "
            "them.",
            **figures,
        )
    measured = tr("Thresholds and ranges are those that were measured with the scored model.")
    return f"{same} {measured}"


def _decided(result: RunResult) -> list[str]:
    if result.decision is None:
        return []
    return [f"## {tr('Decision')}", *(plain(sentence) for sentence in result.decision.words)]


def _cautions(result: RunResult) -> list[Problem]:
    return [*result.plan.problems, *result.notes]


def _figures(result: RunResult) -> str:
    evaluation = result.evaluation
    if evaluation is None:
        return tr("It could not be scored.")
    rows = "\n".join(_row(metric) for metric in evaluation.metrics)
    where = plural(
        "On {n:,} row, predicted by a model that had not seen it ({split}). Baseline: {baseline}.",
        "On {n:,} rows, each predicted by a model that had not seen it ({split}). Baseline: {baseline}.",
        evaluation.n_rows,
        split=plain(evaluation.split),
        baseline=plain(evaluation.baseline),
    )
    heads = " | ".join((tr("Figure"), tr("Value"), tr("95% interval"), tr("Baseline")))
    return f"{where}\n\n| {heads} |\n| --- | --- | --- | --- |\n{rows}"


def _row(metric: MetricValue) -> str:
    interval = plain(metric.no_interval)
    if metric.low is not None and metric.high is not None:
        interval = tr("{low:.4g} to {high:.4g}", low=metric.low, high=metric.high)
    baseline = "" if metric.baseline is None else figure(metric.baseline, ".4g")
    name = plain(metric.label)
    if metric.name in METRICS and not metric.greater_is_better:
        name = tr("{metric} (lower is better)", metric=name)
    return f"| {name} | {figure(metric.value, '.4g')} | {interval} | {baseline} |"
