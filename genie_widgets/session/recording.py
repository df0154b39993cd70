"""The processes that keep MLflow's record; nobody waits for them, and they outlive this one."""

from __future__ import annotations

import subprocess
import sys

from genie_widgets.language import tr
from genie_widgets.schema import Problem, RunRequest, Settings, Tracking
from genie_widgets.session.spawning import start_process
from genie_widgets.store import RunFolder
from genie_widgets.track import EXPERIMENT, has_store, is_blank_wanted

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
    return _start_quietly("--store", str(settings.workspace))


def prepare_blank(settings: Settings) -> subprocess.Popen[bytes] | None:
    """Have a blank store made, which a new workspace's own is copied from, where one is wanted.

    Returns
    -------
    Popen or None
        The process that makes it; None where there is nothing to make, or nobody would use it here.
    """
    if settings.tracking_uri or has_store(settings.workspace) or not is_blank_wanted():
        return None
    return _start_quietly("--blank")


def _start_quietly(*what: str) -> subprocess.Popen[bytes]:
    """Start a process that is alone with what goes wrong: whoever records next meets it, and tells it."""
    return start_process(
        [sys.executable, "-m", MODULE, *what],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
