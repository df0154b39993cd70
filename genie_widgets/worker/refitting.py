"""After the score: the scored model trained once more on all rows, if there is time, to be the one taken away."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from genie_widgets.language import tr
from genie_widgets.schema import RunResult
from genie_widgets.worker.budget import stretched
from genie_widgets.worker.pipeline import Run, save

if TYPE_CHECKING:
    from genie_widgets.evaluate import Split
    from genie_widgets.train import TrainedModel


def refitted(run: Run, model: TrainedModel, split: Split, result: RunResult) -> tuple[TrainedModel, RunResult]:
    """Train the scored model on all rows, where that fits into the time.

    All kinds of split are alike here: where the latest rows were kept apart, those are the ones that new rows will
    resemble most; where whole groups were, the model is to know as many groups as there are.

    Parameters
    ----------
    run : Run
        Its budget decides; one that was stopped or salvaged is not trained once more.
    model : TrainedModel
        The scored one.
    split : Split
        Rows it learned from, and rows it was scored on.
    result : RunResult
        With its score.

    Returns
    -------
    tuple
        The model to take away, which is `model` itself where there was no time, and the result that says so.
    """
    from genie_widgets.train import can_refit, learnable, load_model, refit, refit_seconds

    started = time.monotonic()
    # Half of a model, where an earlier part of the run was killed in it.
    shutil.rmtree(run.folder.refit_path, ignore_errors=True)
    left = run.budget.left_s(keeping_s=run.budget.reserve_s - run.budget.scoring_s)
    n_rows = len(split.train) + len(split.holdout)
    if run.is_stopped or run.should_stop() or not can_refit(model):
        return model, result
    needed = refit_seconds(model, n_rows, overhead=stretched(run.slowness()))
    # What it may take, not what it took: that is what must be left.
    run.learn("refitting", needed)
    if needed > left:
        return model, result
    run.enter("refitting", tr("Training the best once more, on all rows"))
    folder = run.folder
    columns = [*result.features, result.plan.target]
    found: list[TrainedModel] = []

    def step() -> None:
        whole = refit(
            model,
            split.holdout[columns],
            path=folder.refit_path,
            time_limit_s=left,
            machine=run.machine,
            should_stop=run.should_stop,
            on_stuck=run.on_stuck,
        )
        if whole is not None:
            # From here on it lies where it is taken away from, as the models that were scored lie in their own folder.
            whole.save_slim(folder.model_path)
            found.append(load_model(folder.model_path))

    run.attempt(tr("The model could not be trained on all rows"), step)
    shutil.rmtree(folder.refit_path, ignore_errors=True)
    run.timed("refitting", started)
    if not found:
        return model, result
    learned = len(split.train) + len(learnable(model, split.holdout))
    result = result.model_copy(update={"delivered_model": found[0].best_model, "n_delivered": learned})
    return found[0], save(run, result, "scores")
