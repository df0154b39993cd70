"""A run becomes the champion, in a process of its own: the kernel never loads MLflow."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from genie_widgets.language import spoken, tr
from genie_widgets.schema import GenieError, Problem
from genie_widgets.session.tracing import scored_result
from genie_widgets.store import RunFolder

PROMOTING = "genie_widgets.worker.promoting"
TIMEOUT_S = 600.0


def promote(folder: RunFolder, *, back: bool = False) -> str:
    """Promote a run, or give the alias back to the one before; see `Run.promote` and `Run.go_back`."""
    tracking = scored_result(folder).tracking
    if tracking is None or tracking.problem is not None:
        raise GenieError(_not_recorded())
    command = [sys.executable, "-m", PROMOTING, str(folder.path), *(["back"] if back else [])]
    with folder.log_path.open("ab") as log:
        try:
            done = subprocess.run(
                command,
                stdout=subprocess.PIPE,
                stderr=log,
                check=False,
                timeout=TIMEOUT_S,
                # Its problem is told to whoever asked now, not to whom the run is of.
                env={**os.environ, "GENIE_LANGUAGE": spoken()},
            )
        except subprocess.TimeoutExpired:
            raise GenieError(_no_answer()) from None
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    if done.returncode != 0 or not lines:
        raise GenieError(_no_answer())
    answer = json.loads(lines[-1])
    if "problem" in answer:
        raise GenieError(Problem.model_validate(answer["problem"]))
    return str(answer["champion"])


def _not_recorded() -> Problem:
    return Problem(
        code="not-recorded",
        title=tr("This run is not recorded in MLflow, so it cannot become the champion there."),
        remedy=tr("Wait until the record is written; the Download tab says where it is, or why there is none."),
        culprit="run",
    )


def _no_answer() -> Problem:
    return Problem(
        code="promotion-failed",
        title=tr("MLflow's registry did not answer."),
        remedy=tr("Check that the server runs, and MLFLOW_TRACKING_URI; the run's log says more."),
        culprit="MLFLOW_TRACKING_URI",
    )
