"""The model card: what the model is, how good, on which rows, what to beware of (Mitchell et al., 2019)."""

from __future__ import annotations

import re

from genie_widgets.schema import METRICS, MetricValue, Problem, RunResult

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&-])")
_NUMBERED = re.compile(r"^(\d+)\.")
MAX_COLUMNS = 200


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
        listed.append(f"* and {len(result.features) - MAX_COLUMNS} more (see model.json)")
    parts = [
        f"# Model of {plain(plan.target)}",
        f"Predicts **{plain(plan.target)}** ({plan.problem_type}) from {len(result.features)} columns of "
        f"{plain(result.table_name)}.",
        *(plain(sentence) for sentence in result.verdict),
        "## Asked",
        f"> {plain(result.prompt) or 'nothing in words'}",
        "## How good",
        _figures(result),
        *_decided(result),
        "## Data",
        f"{result.n_rows:,} rows; {result.n_train:,} to learn from, {result.n_holdout:,} kept apart to score. "
        f"Left out: {', '.join(plain(name) for name in plan.ignore) or 'nothing'}.",
        "Columns it needs:\n\n" + "\n".join(listed),
        "## What to beware of",
        "\n".join(f"* {plain(problem.title)} {plain(problem.remedy)}" for problem in _cautions(result))
        or "Nothing was noticed. That is no promise: new rows may differ from those it learned from.",
        "The model says what goes together, not what causes what.",
        "## Made with",
        "\n".join(f"* {name} {version}" for name, version in result.versions.items()),
        f"Best model: {plain(result.best_model)}. Run {result.run_id}.",
    ]
    return "\n\n".join(parts) + "\n"


def _decided(result: RunResult) -> list[str]:
    if result.decision is None:
        return []
    return ["## Decision", *(plain(sentence) for sentence in result.decision.words)]


def _cautions(result: RunResult) -> list[Problem]:
    return [*result.plan.problems, *result.notes]


def _figures(result: RunResult) -> str:
    evaluation = result.evaluation
    if evaluation is None:
        return "It could not be scored."
    rows = "\n".join(_row(metric) for metric in evaluation.metrics)
    return (
        f"On {evaluation.n_rows:,} rows that the model has not seen ({plain(evaluation.split)}). "
        f"Baseline: {plain(evaluation.baseline)}.\n\n"
        f"| Figure | Value | 95% interval | Baseline |\n| --- | --- | --- | --- |\n{rows}"
    )


def _row(metric: MetricValue) -> str:
    interval = "" if metric.low is None or metric.high is None else f"{metric.low:.4g} to {metric.high:.4g}"
    baseline = "" if metric.baseline is None else f"{metric.baseline:.4g}"
    better = "" if metric.name not in METRICS or metric.greater_is_better else " (lower is better)"
    return f"| {plain(metric.label)}{better} | {metric.value:.4g} | {interval} | {baseline} |"
