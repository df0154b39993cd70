"""The record of a run, written by a thread beside the run: MLflow's slowness and failures stay there.

A thread of the process that trains, and no process of its own: AutoGluon has
loaded most of what MLflow needs, which would cost another process five seconds
of a core and 300 MB.
"""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from genie_widgets.store import RunFolder
from genie_widgets.track import Tracker, with_credentials
from genie_widgets.worker.allotment import WHOLE_MACHINE

_asked: list[threading.Thread] = []


def wait_for_records() -> None:
    """Wait for the records that were asked for here: the last thing that the main thread of a process does.

    Python lets no pool of threads begin anything once the main thread has ended, and MLflow uploads by one.
    """
    while _asked:
        _asked.pop().join()


def _tell_nobody(_seconds: float) -> None:
    """Nobody learns from it."""


class Recorder:
    """Gets ready at once, so that the store is open by the time there is a result; records it at the word.

    As long as there may be a record it holds the run's lock for recorders.

    Parameters
    ----------
    folder : RunFolder
        The run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._tracker = Tracker(with_credentials(folder.read_request().tracking_uri), folder.path.parent.parent)
        self._told = threading.Event()
        self._is_wanted = self._is_given_up = False
        self._wanted_at = 0.0
        self._on_recorded: Callable[[float], None] = _tell_nobody
        self._held = ExitStack()
        self._held.enter_context(folder.share_recorders())
        self._work = threading.Thread(target=self._prepare_and_record, name="genie-recording", daemon=True)
        self._work.start()

    def record(self, on_recorded: Callable[[float], None] = _tell_nobody) -> None:
        """Ask for the record; it is written, or why there is none, in bounded time; see `wait_for_records`.

        Parameters
        ----------
        on_recorded : callable
            Told the seconds that it took, by another thread; not where nobody waits for it any more.
        """
        self._is_wanted, self._wanted_at, self._on_recorded = True, time.monotonic(), on_recorded
        self._told.set()
        patience = threading.Thread(target=self._see_to_it, name="genie-recording-patience", daemon=True)
        patience.start()
        _asked.append(patience)

    def abandon(self) -> None:
        """End without a record: there is no model."""
        self._told.set()

    def _prepare_and_record(self) -> None:
        try:
            self._tracker.prepare(lambda: _may_prepare(self._folder))
            self._told.wait()
            if self._is_wanted:
                # One after the other: whoever comes last records the result as it is then.
                turn = self._held.enter_context((self._folder.path / "recording.lock").open("w"))
                fcntl.flock(turn, fcntl.LOCK_EX)
                self._write()
        finally:
            self._held.close()

    def _write(self) -> None:
        import pandas as pd

        from genie_widgets.render import figures
        from genie_widgets.schema import ResultUpdated

        folder = self._folder
        result = folder.read_result()
        if result is None or self._is_given_up:
            return
        tracking = self._tracker.log(
            request=folder.read_request(),
            result=result,
            figures={figure.kind: figure.spec for figure in figures(result)},
            report_path=folder.report_path,
            model_path=folder.model_path,
            input_example=pd.read_parquet(folder.example_path) if folder.example_path.exists() else None,
            recorded=folder.recorded_id(),
        )
        if not self._is_given_up:
            folder.write_tracking(tracking)
            folder.append(ResultUpdated(part="tracking"))
            self._on_recorded(time.monotonic() - self._wanted_at)

    def _see_to_it(self) -> None:
        """Wait with bounded patience; then say that there is no record, and let others try."""
        from genie_widgets.schema import ResultUpdated

        self._work.join(self._tracker.patience_s)
        if not self._work.is_alive():
            return
        self._is_given_up = True
        try:
            self._folder.write_tracking(self._tracker.unanswered())
            self._folder.append(ResultUpdated(part="tracking"))
        finally:
            self._held.close()


def get_ready(uri: str, folder: RunFolder) -> None:
    """Do what a record needs, while the person still types; returns at once.

    Parameters
    ----------
    uri : str
        Where the run will be recorded, as it may be shown; empty for the workspace's own store.
    folder : RunFolder
        The run, whose workspace gets a store of its own if it has none.
    """
    tracker = Tracker(with_credentials(uri), folder.path.parent.parent)
    threading.Thread(
        target=tracker.prepare, args=(lambda: _may_prepare(folder),), name="genie-preparing", daemon=True
    ).start()


def _may_prepare(folder: RunFolder) -> bool:
    """Whether a record may be prepared beside what else its process does.

    While others keep the cores busy, a run that has begun would get half of the little that its process gets; the
    record then takes its seconds after the run's last word.
    """
    if folder.is_draft() or not WHOLE_MACHINE.machine(folder.path).is_busy:
        return True
    return not WHOLE_MACHINE.tried().machine(folder.path).is_busy
