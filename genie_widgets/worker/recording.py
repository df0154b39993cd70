"""The recording process: ``python -m genie_widgets.worker.recording RUN_DIR``, or ``--store WORKSPACE``.

Prepares MLflow's store at once, and itself when it is told that there will be
a record soon; waits for the word, records the finished run, and ends. It reads
everything from the run folder.
"""

from __future__ import annotations

import fcntl
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genie_widgets.schema import RunRequest
    from genie_widgets.store import RunFolder
    from genie_widgets.track import Tracker

LOW_PRIORITY = 10


def main(path: Path) -> None:
    """Prepare, wait for the word on stdin, and record."""
    from genie_widgets.store import RunFolder
    from genie_widgets.track import Tracker, with_credentials

    folder = RunFolder(path)
    request = folder.read_request()
    workspace = folder.path.parent.parent
    tracker = Tracker(with_credentials(request.tracking_uri), workspace)
    soon = threading.Event()
    preparing = threading.Thread(target=_prepare, args=(tracker, soon), name="genie-preparing", daemon=True)
    preparing.start()
    for word in map(str.strip, sys.stdin):
        soon.set()
        if word == "record":
            break
    else:
        return
    watchdog = threading.Timer(tracker.patience_s, _give_up, args=(folder, tracker))
    watchdog.daemon = True
    watchdog.start()
    try:
        preparing.join()
        with (folder.path / "recording.lock").open("w") as turn:
            # One after the other: whoever comes last records the result as it is then.
            fcntl.flock(turn, fcntl.LOCK_EX)
            _record(folder, request, tracker)
    finally:
        watchdog.cancel()


def _prepare(tracker: Tracker, soon: threading.Event) -> None:
    """Prepare at low priority, while models are trained; the record itself is waited for by a person."""
    # Linux knows a priority of each thread, and none that anybody but root may raise again.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY)
    tracker.prepare()
    tracker.rehearse()
    soon.wait()  # until then the memory is the models'
    tracker.load_for_check()


def _give_up(folder: RunFolder, tracker: Tracker) -> None:
    """Say that there is no record, and end whatever the main thread waits for."""
    from genie_widgets.schema import ResultUpdated

    try:
        folder.write_tracking(tracker.unanswered())
        folder.append(ResultUpdated(part="tracking"))
    finally:
        os._exit(1)


def _record(folder: RunFolder, request: RunRequest, tracker: Tracker) -> None:
    import pandas as pd

    from genie_widgets.render import figures
    from genie_widgets.schema import ResultUpdated

    result = folder.read_result()
    if result is None:
        return
    example = pd.read_parquet(folder.example_path) if folder.example_path.exists() else None
    tracking = tracker.log(
        request=request,
        result=result,
        figures={figure.kind: figure.spec for figure in figures(result)},
        report_path=folder.report_path,
        model_path=folder.model_path,
        input_example=example,
        recorded=folder.recorded_id(),
    )
    folder.write_tracking(tracking)
    folder.append(ResultUpdated(part="tracking"))


def prepare_store(workspace: Path) -> None:
    """Make the workspace's own store, while somebody still types."""
    from genie_widgets.track import Tracker

    os.nice(LOW_PRIORITY)
    Tracker("", workspace).prepare()


if __name__ == "__main__":
    if sys.argv[1] == "--store":
        prepare_store(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
