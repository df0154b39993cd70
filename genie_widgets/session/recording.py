"""The processes that keep MLflow's record; nobody waits for them, and they outlive this one."""

from __future__ import annotations

import subprocess
import sys

from genie_widgets.language import tr
from genie_widgets.schema import Problem, RunRequest, Settings, Tracking
from genie_widgets.session.spawning import start_process
from genie_widgets.store import RunFolder
from genie_widgets.track import EXPERIMENT, has_store

MODULE = "genie_widgets.worker.recording"


def record_again(folder: RunFolder) -> None:
    """Have what changed in a run recorded."""
    with folder.log_path.open("ab") as log, folder.share_recorders() as lock:
        start_process(
            [sys.executable, "-m", MODULE, str(folder.path)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(lock.fileno(),),
        )


def unrecorded(request: RunRequest) -> Tracking:
    """Tell that a run has no record, and nobody left who would make it: the process was ended from outside."""
    problem = Problem(
        code="tracking-failed",
        title=tr("The run is not recorded in MLflow: the process that records it ended without a word."),
        remedy=tr("The result is whole. Have it recorded again; the log says more."),
        culprit="MLflow",
        severity="warning",
    )
    return Tracking(uri=request.tracking_uri, experiment=EXPERIMENT, problem=problem)


def prepare_store(settings: Settings) -> subprocess.Popen[bytes] | None:
    """Have a workspace's own store made, where it has none: MLflow takes about ten seconds for a new one.

    Returns
    -------
    Popen or None
        The process that makes it; None where there is nothing to make.
    """
    if settings.tracking_uri or has_store(settings.workspace):
        return None
    return start_process(
        [sys.executable, "-m", MODULE, "--store", str(settings.workspace)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # whoever records next meets what went wrong, and tells it
        start_new_session=True,
    )
