"""The record of a run, written by a process beside the worker: MLflow's slowness and failures stay there."""

from __future__ import annotations

import subprocess
import sys

from genie_widgets.store import RunFolder


class Recorder:
    """Starts the recording process early, so that MLflow is loaded while the models train.

    Parameters
    ----------
    folder : RunFolder
        The run.
    """

    def __init__(self, folder: RunFolder) -> None:
        # A session of its own: a slow tracking server may take longer than the worker lives.
        with folder.share_recorders() as lock:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "genie_widgets.worker.recording", str(folder.path)],
                stdin=subprocess.PIPE,
                text=True,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
            )

    def get_ready(self) -> None:
        """Tell that there will be a record soon: there is a model."""
        self._say("soon\n")

    def record(self) -> None:
        """Ask for the record; the process writes it, or why there is none, in bounded time by itself."""
        self._say("record\n", last=True)

    def abandon(self) -> None:
        """End the process without a record: there is no model."""
        self._say("", last=True)

    def _say(self, text: str, *, last: bool = False) -> None:
        stdin = self._process.stdin
        if stdin is None:
            return
        try:
            stdin.write(text)
            stdin.flush()
            if last:
                stdin.close()
        except OSError:
            return  # it died, and its lock with it: whoever looks at the run is told that there is no record
