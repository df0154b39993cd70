"""The processes that keep MLflow's record; nobody waits for them, and they outlive this one."""

from __future__ import annotations

import subprocess
import sys

from genie_widgets.schema import Settings
from genie_widgets.store import RunFolder
from genie_widgets.track import has_store

MODULE = "genie_widgets.worker.recording"


def record_again(folder: RunFolder) -> None:
    """Have what changed in a run recorded."""
    with folder.log_path.open("ab") as log:
        recorder = subprocess.Popen(
            [sys.executable, "-m", MODULE, str(folder.path)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    assert recorder.stdin is not None
    recorder.stdin.write(b"record\n")
    recorder.stdin.close()


def prepare_store(settings: Settings) -> None:
    """Have a workspace's own store made, where it has none: MLflow takes about ten seconds for a new one."""
    if settings.tracking_uri or has_store(settings.workspace):
        return
    subprocess.Popen(
        [sys.executable, "-m", MODULE, "--store", str(settings.workspace)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # whoever records next meets what went wrong, and tells it
        start_new_session=True,
    )
