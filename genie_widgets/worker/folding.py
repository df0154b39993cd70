"""Small tables: what was trained and scored once is trained and scored on each further part, until all rows are."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import pandas as pd

from genie_widgets.language import tr
from genie_widgets.schema import Evaluation, RunResult
from genie_widgets.worker.pipeline import Run, judged, predicted, save

if TYPE_CHECKING:
    from genie_widgets.evaluate import Fold, Split
    from genie_widgets.train import TrainedModel

# What each fold must have: so many times what the models took, and never less. With too little of it they would be cut
# short, and be others than the ones that are scored. The training itself is not made shorter for it.
FAIR_SHARE, LEAST_S = 1.25, 10.0


def out_of_fold(run: Run, model: TrainedModel, split: Split, result: RunResult) -> RunResult:
    """Score all rows of a small table, where that fits into the time.

    Each part is predicted by a model of its own, that was trained on the others by the same recipe from the beginning:
    preparation, models, early stopping, choice and weights. Nothing that is scored has had a part in any of it.

    Parameters
    ----------
    run : Run
        Its budget decides; one that was stopped or salvaged keeps the score it has.
    model : TrainedModel
        What learned from all but the rows that were kept apart; these are the first fold.
    split : Split
    result : RunResult
        With the score of the rows that were kept apart.

    Returns
    -------
    RunResult
        With the score of all rows, or as it was.
    """
    from genie_widgets.evaluate import GROUP, folds_of, in_words, verdict, wants_folds

    if result.evaluation is None or not wants_folds(split, run.request.plan) or run.is_stopped or run.should_stop():
        return result
    folds = folds_of(split, run.request.plan, seed=run.request.seed)
    if _left(run) < max(LEAST_S, FAIR_SHARE * _fitted_s(result)) * (len(folds) - 1):
        return result
    started, found = time.monotonic(), dict[str, Evaluation]()

    def step() -> None:
        scored = _scored(run, model, folds)
        if scored is None:
            return
        rows = pd.concat([fold.out for fold in folds])
        if split.groups is not None:
            scored[GROUP] = pd.factorize(rows[run.request.plan.validation.column])[0]
        how = in_words(folds, split, run.request.plan)
        evaluation = judged(run, model, scored, rows, learned=rows, how=how)
        assert result.evaluation is not None
        found["evaluation"] = evaluation.model_copy(update={"n_folds": len(folds), "drift": result.evaluation.drift})
        fresh = run.folder.scored_path.with_suffix(".new")
        scored.to_parquet(fresh)
        fresh.replace(run.folder.scored_path)

    run.attempt(tr("The other rows could not be scored"), step)
    shutil.rmtree(run.folder.folds_path, ignore_errors=True)
    run.timed("folds", started)
    if not found:
        return result
    result = result.model_copy(update=found)
    return save(run, result.model_copy(update={"verdict": verdict(result)}), "scores")


def _fitted_s(result: RunResult) -> float:
    """Give the seconds that a run's models took; an ensemble's are those of its members."""
    return sum(row.fit_s for row in result.leaderboard if not row.only_weighs)


def _left(run: Run) -> float:
    return run.budget.left_s(keeping_s=run.budget.exporting_s + run.budget.tracking_s)


def _scored(run: Run, model: TrainedModel, folds: tuple[Fold, ...]) -> pd.DataFrame | None:
    """Give every row's prediction by a model that has not seen it; None where time ran out, or it was stopped."""
    from genie_widgets.evaluate import FOLD
    from genie_widgets.schema import GenieError
    from genie_widgets.train import Hooks, fit

    plan, folder = run.request.plan, run.folder
    columns = [*plan.feature_columns(run.request.profile.column_names), plan.target]
    recipe = model.recipe()
    scored = [predicted(run, model, folds[0].out, model.classes).assign(**{FOLD: 0})]
    for place, fold in enumerate(folds[1:], start=1):
        run.enter("scoring", tr("Scoring all rows, fold by fold: {k} of {n}", k=place + 1, n=len(folds)))
        path = folder.folds_path / str(place)
        shutil.rmtree(path, ignore_errors=True)
        try:
            of_fold = fit(
                fold.train[columns],
                plan,
                path=path,
                time_limit_s=_left(run) / (len(folds) - place),
                machine=run.machine,
                hooks=Hooks(should_stop=run.should_stop, on_stuck=run.on_stuck),
                recipe=recipe,
            )
        except GenieError:  # too few seconds, or of one class: what was scored before still stands
            return None
        if run.should_stop():
            return None
        scored.append(predicted(run, of_fold, fold.out, model.classes).assign(**{FOLD: place}))
        shutil.rmtree(path, ignore_errors=True)
    return pd.concat(scored)
