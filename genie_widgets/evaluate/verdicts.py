"""The verdict: plain sentences made from figures by rule, never kinder than the figures."""

from __future__ import annotations

import math

from genie_widgets.language import figure, listed, mark, plural, tr
from genie_widgets.schema import Evaluation, Explanation, MetricValue, Plan, RunResult, WeakGroup

# Fewer untouched rows than this make any score a rough one.
FEW_ROWS = 100
# A score that leaves less than this share of the way from baseline to perfect is suspicious.
NEARLY_PERFECT_GAP = 0.01
# A column with more than this share of all importance dominates.
DOMINANT_SHARE = 0.6
# A suspected leak with at least this share of all importance is what the predictions rest on.
LEANS_ON_LEAK = 0.2
# If more than this share of shuffles score as well, the score may be luck.
LUCK = 0.05
MOST_LISTED = 3
PERFECT = {
    "roc_auc": 1.0,
    "roc_auc_ovo_macro": 1.0,
    "average_precision": 1.0,
    "accuracy": 1.0,
    "balanced_accuracy": 1.0,
    "f1": 1.0,
    "f1_macro": 1.0,
    "f1_weighted": 1.0,
    "precision": 1.0,
    "recall": 1.0,
    "mcc": 1.0,
    "quadratic_kappa": 1.0,
    "r2": 1.0,
}
SHARES = frozenset({"accuracy", "balanced_accuracy", "precision", "recall", "mean_absolute_percentage_error"})


def verdict(result: RunResult) -> tuple[str, ...]:
    """Say in sentences how good the model is.

    Parameters
    ----------
    result : RunResult
        With `evaluation`, and better with `explanation`.

    Returns
    -------
    tuple of str
        The most important first. Text of columns and classes is as in the table: escape it.
    """
    evaluation = result.evaluation
    if evaluation is None or not evaluation.metrics:
        return (tr("The model could not be scored: no untouched row gave a usable figure."),)
    main = evaluation.metrics[0]
    sentences = [_how_good(main, evaluation, result.plan), _against_baseline(main)]
    sentences += [_by_luck(evaluation), _leaks(result), _plainly(evaluation, result.plan)]
    if evaluation.n_rows < FEW_ROWS:
        sentences.append(
            plural(
                "Only {n} untouched row could be scored: take every figure as a rough one.",
                "Only {n} untouched rows could be scored: take every figure as a rough one.",
                evaluation.n_rows,
            )
        )
    if _nearly_perfect(main) and not _leaks(result):
        sentences.append(_suspicion(result.explanation))
    sentences += [_moved(evaluation), _where_it_fails(evaluation, result.plan), which_model(result)]
    leaning = _leans_on(result.explanation)
    if leaning:
        sentences.append(leaning)
    if result.decision is not None:
        sentences.extend(result.decision.words[:2])
    if result.status == "stopped":
        sentences.append(tr("Training was stopped early on request; this is the best model found until then."))
    return tuple(sentence for sentence in sentences if sentence)


def which_model(result: RunResult) -> str:
    """Say that the model that was scored is not the one that predicts; empty where it is."""
    n_folds = result.evaluation.n_folds if result.evaluation is not None else 0
    if n_folds and result.is_refitted:
        return tr(
            "The score is of {k} models of one recipe, each trained without the rows that it was scored on; the model "
            "you take away was then trained by it on all {n_delivered:,}.",
            k=n_folds,
            n_delivered=result.n_delivered,
        )
    if n_folds:
        return tr(
            "The score is of {k} models of one recipe, each trained without the rows that it was scored on; the model "
            "you take away is the first of them, trained on {n_scored:,} rows.",
            k=n_folds,
            n_scored=result.n_train,
        )
    if not result.is_refitted:
        return ""
    return tr(
        "The score is of the model trained on {n_scored:,} rows; the model you take away was then trained on "
        "{n_delivered:,}, those kept apart for the score among them.",
        n_scored=result.n_train,
        n_delivered=result.n_delivered,
    )


def _by_luck(evaluation: Evaluation) -> str:
    share = evaluation.shuffled_as_good
    if share is None or share <= LUCK:
        return ""
    return tr(
        "Do not use this model: with the true answers shuffled among the rows, {share:.0%} of the tries scored as "
        "well. What it found may be luck; more rows, or other columns, may help.",
        share=share,
    )


def _leaks(result: RunResult) -> str:
    suspicious = [problem.culprit for problem in result.plan.problems if problem.code == "leak"]
    ranked = _importance(result.explanation)
    total = sum(value for value, _ in ranked)
    shares = {column: value / total for value, column in ranked}
    leaning = [column for column in suspicious if shares.get(column, 0.0) >= LEANS_ON_LEAK]
    if not leaning:
        return ""
    share = sum(shares[column] for column in leaning)
    return plural(
        "Do not use this model before you have checked {columns}: {share:.0%} of what moves the predictions "
        "rests on what may give {target!r} away. If it can only be known after the outcome, leave "
        "it out and train again.",
        "Do not use this model before you have checked {columns}: {share:.0%} of what moves the predictions "
        "rests on what may give {target!r} away. If they can only be known after the outcome, leave "
        "them out and train again.",
        len(leaning),
        columns=_listed(leaning),
        share=share,
        target=result.plan.target,
    )


def _moved(evaluation: Evaluation) -> str:
    if not evaluation.drift:
        return ""
    named = [
        tr("{column!r} ({share:.0%} of the rows)", column=item.column, share=item.share)
        for item in evaluation.drift[:MOST_LISTED]
    ]
    more = len(evaluation.drift) - len(named)
    if more:
        where = plural(
            "The untouched rows differ from those it learned from in {columns}, and {n} more column.",
            "The untouched rows differ from those it learned from in {columns}, and {n} more columns.",
            more,
            columns=", ".join(named),
        )
    else:
        where = tr("The untouched rows differ from those it learned from in {columns}.", columns=", ".join(named))
    large = any(item.is_large for item in evaluation.drift)
    advice = (
        tr("Do not count on this score for later rows: train again as new ones come.")
        if large
        else tr("Watch the score as new rows come.")
    )
    return f"{where} {advice}"


def _where_it_fails(evaluation: Evaluation, plan: Plan) -> str:
    if not evaluation.weak_groups:
        return ""
    told = [_weak(group, plan) for group in evaluation.weak_groups]
    return tr(
        "It is clearly worse {places}. That is no accident of having looked at {n_groups:,} groups.",
        places="; ".join(told),
        n_groups=evaluation.weak_groups[0].n_looked_at,
    )


def _weak(group: WeakGroup, plan: Plan) -> str:
    """Say where rows are wrong more often, and how often: a part of a sentence."""
    # Translators: follows "It is clearly worse"
    message = mark("where {column!r} is {group} ({n_rows:,} rows): {error:.0%} wrong against {elsewhere:.0%} elsewhere")
    if plan.problem_type in ("binary", "multiclass"):
        if not group.group:
            # Translators: follows "It is clearly worse"
            message = mark(
                "where {column!r} is missing ({n_rows:,} rows): {error:.0%} wrong against {elsewhere:.0%} elsewhere"
            )
        errors: dict[str, float | str] = {"error": group.error, "elsewhere": group.elsewhere}
    else:
        # Translators: follows "It is clearly worse"
        message = mark(
            "where {column!r} is {group} ({n_rows:,} rows): a mean error of {error} against {elsewhere} elsewhere"
        )
        if not group.group:
            # Translators: follows "It is clearly worse"
            message = mark(
                "where {column!r} is missing ({n_rows:,} rows): a mean error of {error} against {elsewhere} elsewhere"
            )
        errors = {"error": significant(group.error), "elsewhere": significant(group.elsewhere)}
    return tr(message, column=group.column, group=group.group, n_rows=group.n_rows, **errors)


def _listed(names: list[str]) -> str:
    return listed([repr(name) for name in names])


def _how_good(metric: MetricValue, evaluation: Evaluation, plan: Plan) -> str:
    values = {"metric": metric.label, "score": _with_interval(metric)}
    if evaluation.n_folds:
        how = tr(
            "Out-of-fold ({k} folds), on {n:,} rows, {metric} is {score}.",
            k=evaluation.n_folds,
            n=evaluation.n_rows,
            **values,
        )
        return (
            how if metric.name == plan.metric else f"{how} {tr('The metric asked for is not defined on these rows.')}"
        )
    if metric.name == plan.metric:
        return plural(
            "On {n:,} row that no model had seen, {metric} is {score}.",
            "On {n:,} rows that no model had seen, {metric} is {score}.",
            evaluation.n_rows,
            **values,
        )
    return plural(
        "On {n:,} row that no model had seen, {metric} is {score}; the metric asked for is not defined on these rows.",
        "On {n:,} rows that no model had seen, {metric} is {score}; the metric asked for is not defined on these rows.",
        evaluation.n_rows,
        **values,
    )


def _with_interval(metric: MetricValue) -> str:
    value = show(metric.value, metric)
    if metric.low is not None and metric.high is not None:
        low, high = show(metric.low, metric), show(metric.high, metric)
        if metric.greater_is_better:
            return tr("{value} (95% interval {low} to {high})", value=value, low=low, high=high)
        return tr("{value} (95% interval {low} to {high}, where lower is better)", value=value, low=low, high=high)
    if metric.no_interval:
        why = metric.no_interval
        if metric.greater_is_better:
            return tr("{value} ({why} for an interval)", value=value, why=why)
        return tr("{value} ({why} for an interval; lower is better)", value=value, why=why)
    return value if metric.greater_is_better else tr("{value} (where lower is better)", value=value)


def _against_baseline(metric: MetricValue) -> str:
    if metric.baseline is None:
        return tr("There is no baseline to compare it with.")
    if metric.low is not None and metric.name == "recall" and metric.baseline >= metric.value:
        return tr("Always predicting the positive class finds all positives: look at precision and F1 as well.")
    return tr(_judgement(metric, metric.baseline), baseline=show(metric.baseline, metric))


def _judgement(metric: MetricValue, baseline: float) -> str:
    sign = 1.0 if metric.greater_is_better else -1.0
    gain = sign * (metric.value - baseline)
    if metric.low is None or metric.high is None:
        return _PERHAPS_BETTER if gain > 0 else _NO_BETTER
    worst, best = (metric.low, metric.high) if metric.greater_is_better else (metric.high, metric.low)
    if sign * (worst - baseline) > 0:
        return _CLEARLY_BETTER
    if sign * (best - baseline) < 0:
        return _WORSE
    return _NOT_BETTER if gain <= 0 else _NOT_CLEARLY_BETTER


_PERHAPS_BETTER = mark(
    "That is better than the baseline, but on too few rows to be sure: a prediction that ignores all columns scores "
    "{baseline}."
)
_NO_BETTER = mark("That is not better: a prediction that ignores all columns scores {baseline}.")
_CLEARLY_BETTER = mark(
    "That is clearly better than the baseline: a prediction that ignores all columns scores {baseline}."
)
_WORSE = mark(
    "That is worse than the baseline: a prediction that ignores all columns scores {baseline}. Do not use this model."
)
_NOT_BETTER = mark(
    "That is not better than the baseline: a prediction that ignores all columns scores {baseline}. The columns may "
    "not tell the target."
)
_NOT_CLEARLY_BETTER = mark(
    "That is not clearly better than the baseline: a prediction that ignores all columns scores {baseline}, which lies "
    "inside the interval."
)


def _plainly(evaluation: Evaluation, plan: Plan) -> str:
    by_name = {metric.name: metric for metric in evaluation.metrics}
    main = evaluation.metrics[0].name
    accuracy, error = by_name.get("accuracy"), by_name.get("median_absolute_error")
    if accuracy is not None and main != "accuracy":
        if accuracy.baseline is None:
            return tr("It names the right class for {share:.0%} of the rows.", share=accuracy.value)
        return tr(
            "It names the right class for {share:.0%} of the rows (the baseline, {baseline}: {baseline_share:.0%}).",
            share=accuracy.value,
            baseline=evaluation.baseline,
            baseline_share=accuracy.baseline,
        )
    if error is not None and main != "median_absolute_error":
        return tr(
            "Half of the predictions are off by less than {error} in {target!r}.",
            error=significant(error.value),
            target=plan.target,
        )
    for curve in evaluation.curves:
        if curve.kind == "quantile_coverage" and curve.x:
            pairs = [
                tr("{share:.0%} for the {level:.0%} quantile", share=y, level=x)
                for x, y in zip(curve.x, curve.y, strict=True)
            ]
            return tr(
                "Share of true values that are not above each predicted quantile: {shares}.", shares=", ".join(pairs)
            )
    return ""


def _nearly_perfect(metric: MetricValue) -> bool:
    perfect = PERFECT.get(metric.name, 0.0)
    if metric.baseline is None or metric.baseline == perfect:
        return False
    left = (perfect - metric.value) / (perfect - metric.baseline)
    return left < NEARLY_PERFECT_GAP


def _suspicion(explanation: Explanation | None) -> str:
    text = tr("That is nearly perfect, which is rare in practice: some column may hold the answer (a leak).")
    column, share = _strongest(explanation)
    if column and share > DOMINANT_SHARE:
        advice = tr(
            "The predictions rest mostly on {column!r} ({share:.0%} of the importance): "
            "check that it is known before the target is, and leave it out if not.",
            column=column,
            share=share,
        )
    else:
        advice = tr("Check that every column is known before the target is.")
    return f"{text} {advice}"


def _importance(explanation: Explanation | None) -> list[tuple[float, str]]:
    totals: dict[str, float] = {}
    for output in explanation.outputs if explanation else ():
        for item in output.importance:
            totals[item.column] = totals.get(item.column, 0.0) + item.mean_abs
    return sorted(((value, column) for column, value in totals.items() if value > 0), reverse=True)


def _strongest(explanation: Explanation | None) -> tuple[str, float]:
    ranked = _importance(explanation)
    return (ranked[0][1], ranked[0][0] / sum(value for value, _ in ranked)) if ranked else ("", 0.0)


def _leans_on(explanation: Explanation | None) -> str:
    ranked = _importance(explanation)
    if not ranked:
        return ""
    return tr(
        "The predictions lean most on {columns}; that tells what the model uses, not what causes the target.",
        columns=_listed([column for _, column in ranked[:MOST_LISTED]]),
    )


def show(value: float, metric: MetricValue) -> str:
    """Round a figure as far as its interval can tell."""
    if metric.name in SHARES and abs(value) < 10:
        return figure(value, ".1%")
    if metric.low is not None and metric.high is not None and metric.high > metric.low:
        decimals = 1 - math.floor(math.log10(metric.high - metric.low))
        if -15 < decimals < 15:
            return figure(round(value, decimals), f",.{max(0, decimals)}f")
    return significant(value)


def significant(value: float, digits: int = 3) -> str:
    """Round to significant digits, without an exponent for everyday sizes."""
    if value == 0 or not math.isfinite(value):
        return figure(value, "g")
    if 1e-4 <= abs(value) < 1e15:
        decimals = digits - 1 - math.floor(math.log10(abs(value)))
        return figure(round(value, decimals), f",.{max(0, decimals)}f")
    return figure(value, f".{digits}g")
