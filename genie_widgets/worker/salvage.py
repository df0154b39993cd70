"""A run whose worker was killed: the models that it had finished become its result."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from genie_widgets.schema import Failed, Problem, RunStarted
from genie_widgets.store import RunFolder
from genie_widgets.worker.budget import plan_budget
from genie_widgets.worker.incidents import problem_of
from genie_widgets.worker.pipeline import Run, finish, set_apart
from genie_widgets.worker.recorder import Recorder

if TYPE_CHECKING:
    from genie_widgets.train import TrainedModel

# Nothing is trained any more; scoring, explaining and the files share this.
SECONDS = 60


def salvage(folder: RunFolder) -> TrainedModel | None:
    """Score, explain, export and record what an interrupted run had trained.

    Parameters
    ----------
    folder : RunFolder
        Of a run whose worker is gone; the caller holds its lock.

    Returns
    -------
    TrainedModel or None
        None where nothing usable was left; the log says why.
    """
    from genie_widgets.train import load_model

    request = folder.read_request()
    budget = plan_budget(time.time(), SECONDS, request.profile.n_rows)
    folder.append(RunStarted(time_limit_s=SECONDS))
    run = Run(folder, request, budget, notes=[_NOTE], is_salvage=True)
    recorder = Recorder(folder)
    try:
        model = load_model(folder.predictor_path)
        finish(run, recorder, model, set_apart(run))
    except Exception as error:
        recorder.abandon()
        folder.append(Failed(problem=problem_of(error, "Nothing of the run could be saved")))
        return None
    return model


_NOTE = Problem(
    code="salvaged",
    title="The training was interrupted; this is the best of the models that were finished by then.",
    remedy="Train again for the others.",
    severity="warning",
)
