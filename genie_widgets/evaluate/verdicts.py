"""The verdict: plain sentences made from figures by rule, never kinder than the figures."""

from __future__ import annotations

import math

from genie_widgets.schema import Evaluation, Explanation, MetricValue, Plan, RunResult

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
        return ("The model could not be scored: no untouched row gave a usable figure.",)
    main = evaluation.metrics[0]
    sentences = [_how_good(main, evaluation, result.plan), _against_baseline(main)]
    sentences += [_by_luck(evaluation), _leaks(result), _plainly(evaluation, result.plan)]
    if evaluation.n_rows < FEW_ROWS:
        rows = "row" if evaluation.n_rows == 1 else "rows"
        sentences.append(
            f"Only {evaluation.n_rows} untouched {rows} could be scored: take every figure as a rough one."
        )
    if _nearly_perfect(main) and not _leaks(result):
        sentences.append(_suspicion(result.explanation))
    sentences += [_moved(evaluation), _where_it_fails(evaluation, result.plan)]
    leaning = _leans_on(result.explanation)
    if leaning:
        sentences.append(leaning)
    if result.decision is not None:
        sentences.extend(result.decision.words[:2])
    if result.status == "stopped":
        sentences.append("Training was stopped early on request; this is the best model found until then.")
    return tuple(sentence for sentence in sentences if sentence)


def _by_luck(evaluation: Evaluation) -> str:
    share = evaluation.shuffled_as_good
    if share is None or share <= LUCK:
        return ""
    return (
        f"Do not use this model: with the true answers shuffled among the rows, {share:.0%} of the tries scored as "
        "well. What it found may be luck; more rows, or other columns, may help."
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
    it = "it" if len(leaning) == 1 else "they"
    return (
        f"Do not use this model before you have checked {_listed(leaning)}: {share:.0%} of what moves the predictions "
        f"rests on what may give {result.plan.target!r} away. If {it} can only be known after the outcome, leave "
        f"{'it' if len(leaning) == 1 else 'them'} out and train again."
    )


def _moved(evaluation: Evaluation) -> str:
    if not evaluation.drift:
        return ""
    named = [f"{item.column!r} ({item.share:.0%} of the rows)" for item in evaluation.drift[:MOST_LISTED]]
    more = len(evaluation.drift) - len(named)
    others = f", and {more} more columns" if more else ""
    large = any(item.is_large for item in evaluation.drift)
    advice = (
        "Do not count on this score for later rows: train again as new ones come."
        if large
        else "Watch the score as new rows come."
    )
    return f"The untouched rows differ from those it learned from in {', '.join(named)}{others}. {advice}"


def _where_it_fails(evaluation: Evaluation, plan: Plan) -> str:
    if not evaluation.weak_groups:
        return ""
    is_class = plan.problem_type in ("binary", "multiclass")
    told = []
    for group in evaluation.weak_groups:
        where = f"{group.column!r} is {group.group}" if group.group else f"{group.column!r} is missing"
        inside, outside = (
            (f"{group.error:.0%} wrong", f"{group.elsewhere:.0%}")
            if is_class
            else (f"a mean error of {significant(group.error)}", significant(group.elsewhere))
        )
        told.append(f"where {where} ({group.n_rows:,} rows): {inside} against {outside} elsewhere")
    looked = evaluation.weak_groups[0].n_looked_at
    return f"It is clearly worse {'; '.join(told)}. That is no accident of having looked at {looked:,} groups."


def _listed(names: list[str]) -> str:
    quoted = [repr(name) for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _how_good(metric: MetricValue, evaluation: Evaluation, plan: Plan) -> str:
    where = f"On {evaluation.n_rows:,} {'row' if evaluation.n_rows == 1 else 'rows'} that no model had seen"
    better = "" if metric.greater_is_better else ", where lower is better"
    figure = f"{metric.label} is {show(metric.value, metric)}"
    if metric.low is not None and metric.high is not None:
        figure += f" (95% interval {show(metric.low, metric)} to {show(metric.high, metric)}{better})"
    elif better:
        figure += f" ({better[2:]})"
    if metric.name != plan.metric:
        figure += "; the metric asked for is not defined on these rows"
    return f"{where}, {figure}."


def _against_baseline(metric: MetricValue) -> str:
    if metric.baseline is None:
        return "There is no baseline to compare it with."
    trivial = f"a prediction that ignores all columns scores {show(metric.baseline, metric)}"
    sign = 1.0 if metric.greater_is_better else -1.0
    gain = sign * (metric.value - metric.baseline)
    if metric.low is None or metric.high is None:
        judgement = "better than the baseline, but on too few rows to be sure" if gain > 0 else "not better"
        return f"That is {judgement}: {trivial}."
    if metric.name == "recall" and metric.baseline >= metric.value:
        return "Always predicting the positive class finds all positives: look at precision and F1 as well."
    worst, best = (metric.low, metric.high) if metric.greater_is_better else (metric.high, metric.low)
    if sign * (worst - metric.baseline) > 0:
        text = f"That is clearly better than the baseline: {trivial}."
    elif sign * (best - metric.baseline) < 0:
        text = f"That is worse than the baseline: {trivial}. Do not use this model."
    elif gain <= 0:
        text = f"That is not better than the baseline: {trivial}. The columns may not tell the target."
    else:
        text = f"That is not clearly better than the baseline: {trivial}, which lies inside the interval."
    return text


def _plainly(evaluation: Evaluation, plan: Plan) -> str:
    by_name = {metric.name: metric for metric in evaluation.metrics}
    main = evaluation.metrics[0].name
    accuracy, error = by_name.get("accuracy"), by_name.get("median_absolute_error")
    if accuracy is not None and main != "accuracy":
        text = f"It names the right class for {accuracy.value:.0%} of the rows"
        if accuracy.baseline is not None:
            text += f" (the baseline, {evaluation.baseline}: {accuracy.baseline:.0%})"
        return f"{text}."
    if error is not None and main != "median_absolute_error":
        return f"Half of the predictions are off by less than {significant(error.value)} in {plan.target!r}."
    for curve in evaluation.curves:
        if curve.kind == "quantile_coverage" and curve.x:
            pairs = ", ".join(f"{y:.0%} for the {x:.0%} quantile" for x, y in zip(curve.x, curve.y, strict=True))
            return f"Share of true values that are not above each predicted quantile: {pairs}."
    return ""


def _nearly_perfect(metric: MetricValue) -> bool:
    perfect = PERFECT.get(metric.name, 0.0)
    if metric.baseline is None or metric.baseline == perfect:
        return False
    left = (perfect - metric.value) / (perfect - metric.baseline)
    return left < NEARLY_PERFECT_GAP


def _suspicion(explanation: Explanation | None) -> str:
    text = "That is nearly perfect, which is rare in practice: some column may hold the answer (a leak)"
    column, share = _strongest(explanation)
    if column and share > DOMINANT_SHARE:
        return (
            f"{text}. The predictions rest mostly on {column!r} ({share:.0%} of the importance): "
            "check that it is known before the target is, and leave it out if not."
        )
    return f"{text}. Check that every column is known before the target is."


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
    listed = _listed([column for _, column in ranked[:MOST_LISTED]])
    return f"The predictions lean most on {listed}; that tells what the model uses, not what causes the target."


def show(value: float, metric: MetricValue) -> str:
    """Round a figure as far as its interval can tell."""
    if metric.name in SHARES and abs(value) < 10:
        return f"{value:.1%}"
    if metric.low is not None and metric.high is not None and metric.high > metric.low:
        decimals = 1 - math.floor(math.log10(metric.high - metric.low))
        if -15 < decimals < 15:
            rounded = round(value, decimals)
            return f"{rounded:,.{max(0, decimals)}f}"
    return significant(value)


def significant(value: float, digits: int = 3) -> str:
    """Round to significant digits, without an exponent for everyday sizes."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if 1e-4 <= abs(value) < 1e15:
        decimals = digits - 1 - math.floor(math.log10(abs(value)))
        return f"{round(value, decimals):,.{max(0, decimals)}f}"
    return f"{value:.{digits}g}"
