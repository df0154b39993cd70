"""What time that was added to a run brought, in words: more, less, or nothing."""

from __future__ import annotations

from genie_widgets.evaluate.verdicts import show
from genie_widgets.language import tr
from genie_widgets.schema import MetricValue, Problem, RunResult


def added_time_brought(before: RunResult, after: RunResult) -> Problem | None:
    """Tell what became of the score on the same untouched rows.

    Parameters
    ----------
    before, after : RunResult
        Of the same run, scored.

    Returns
    -------
    Problem or None
        A note; None where one of them lacks the score.
    """
    if not _fitted(after) - _fitted(before):
        return _note(
            tr("No further model was finished in the time that was added."),
            tr("The models from before are all kept; add more time at once for those that take longer."),
        )
    earlier, later = _main(before), _main(after)
    if earlier is None or later is None or earlier.name != later.name:
        return None
    title = tr(
        "With the time that was added, {metric} on the untouched rows is {after}; before, it was {before}.",
        metric=later.label,
        after=show(later.value, later),
        before=show(earlier.value, earlier),
    )
    sign = 1 if later.greater_is_better else -1
    if sign * (later.value - earlier.value) >= 0:
        return _note(title, tr("Add more for as long as that is worth it."))
    return _note(
        title,
        tr(
            "The best model is chosen by other rows, so that these stay untouched: small steps up and down are chance. "
            "All models from before are kept."
        ),
    )


def _fitted(result: RunResult) -> set[str]:
    return {row.model for row in result.leaderboard if not row.only_weighs}


def _main(result: RunResult) -> MetricValue | None:
    if result.evaluation is None or not result.evaluation.metrics:
        return None
    main = result.evaluation.metrics[0]
    if not result.evaluation.n_folds:
        return main
    # All rows were scored, by models of their own: on the same rows as before there is the best model's score.
    kept_apart = next((row.score_holdout for row in result.leaderboard if row.model == result.best_model), None)
    if kept_apart is None or main.name != result.plan.metric:
        return None
    return main.model_copy(update={"value": kept_apart})


def _note(title: str, remedy: str) -> Problem:
    return Problem(code="time-added", title=title, remedy=remedy, severity="info")
