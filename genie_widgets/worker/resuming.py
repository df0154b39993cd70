"""A run that was over, taken up again: its models become its result, or more are trained beside them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from genie_widgets.language import speak, tr
from genie_widgets.schema import GenieError, Problem
from genie_widgets.store import RunFolder
from genie_widgets.worker.allotment import WHOLE_MACHINE, Allotment
from genie_widgets.worker.pipeline import Run, carry_out, hooks_of, run_pipeline, training_seconds

if TYPE_CHECKING:
    from genie_widgets.evaluate import Split
    from genie_widgets.train import TrainedModel


def resume(
    folder: RunFolder,
    *,
    began_at: float | None = None,
    on_stuck: Callable[[], None] = lambda: None,
    allotment: Allotment = WHOLE_MACHINE,
) -> TrainedModel | None:
    """Do what the log's last `Resumed` asks.

    Parameters
    ----------
    folder : RunFolder
        Of a run that is over; the caller holds its lock.
    began_at : float, optional
        When its turn came, where it waited for that.
    on_stuck : callable
        Called from another thread if a fit should end and cannot be interrupted.
    allotment : Allotment
        What of the machine it may use.

    Returns
    -------
    TrainedModel or None
        None where nothing usable was there; the log says why.
    """
    asked = folder.last_resumed()
    if asked is None:
        return run_pipeline(folder, began_at=began_at, on_stuck=on_stuck, allotment=allotment)
    request = folder.read_request()
    speak(request.language)
    request = request.model_copy(update={"plan": request.plan.model_copy(update={"time_limit_s": asked.seconds})})
    if asked.how == "salvage":
        return carry_out(
            folder,
            request,
            _salvage,
            started_at=began_at or asked.time,
            what=tr("Nothing of the run could be saved"),
            notes=(_salvaged(),),
            stopped=True,
            allotment=allotment,
        )
    return carry_out(
        folder,
        request,
        _extend,
        started_at=began_at or asked.time,
        what=tr("The training could not go on"),
        on_stuck=on_stuck,
        allotment=allotment,
    )


def _salvage(run: Run, _split: Split) -> TrainedModel:
    from genie_widgets.train import load_unfinished

    started = time.monotonic()
    run.enter("training", tr("Looking for the best of the models that were finished"))
    model = load_unfinished(run.folder.predictor_path)
    run.timed("training", started)
    return model


def _extend(run: Run, split: Split) -> TrainedModel:
    from genie_widgets.train import fit, fit_more

    started = time.monotonic()
    plan, folder = run.request.plan, run.folder
    run.enter("training", tr("Training more models"))
    path = folder.predictor_path
    with run.allotment.nodes(plan, path) as nodes:
        seconds, machine, hooks = training_seconds(run), run.machine, hooks_of(run, split)
        try:
            model = fit_more(plan, path=path, time_limit_s=seconds, machine=machine, hooks=hooks, nodes=nodes)
        except GenieError as error:
            if error.problem.code not in ("model-unusable", "no-model") or folder.model_path.exists():
                raise
            # It was interrupted before its first model: there is nothing to add to.
            shutil.rmtree(path, ignore_errors=True)
            rows = split.train[[*plan.feature_columns(run.request.profile.column_names), plan.target]]
            model = fit(rows, plan, path=path, time_limit_s=seconds, machine=machine, hooks=hooks, nodes=nodes)
    run.timed("training", started)
    return model


def _salvaged() -> Problem:
    return Problem(
        code="salvaged",
        title=tr("The training was interrupted; this is the best of the models that were finished by then."),
        remedy=tr("Give it more time to train the others."),
        severity="warning",
    )
