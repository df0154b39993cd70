"""A process that records: ``python -m genie_widgets.worker.recording RUN_DIR``, or ``--store WORKSPACE``.

The first records what changed after the run's end, and reads everything from
the run's folder. The second only makes the workspace's own store.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

LOW_PRIORITY = 10


def record(path: Path) -> None:
    """Record a run as it is now; the process ends with it."""
    from genie_widgets.language import speak
    from genie_widgets.store import RunFolder
    from genie_widgets.worker.recorder import Recorder, wait_for_records

    folder = RunFolder(path)
    speak(folder.read_request().language)
    Recorder(folder).record()
    wait_for_records()


def prepare_store(workspace: Path) -> None:
    """Make the workspace's own store, while somebody still types."""
    from genie_widgets.track import Tracker

    os.nice(LOW_PRIORITY)
    Tracker("", workspace).prepare()


if __name__ == "__main__":
    if sys.argv[1] == "--store":
        prepare_store(Path(sys.argv[2]))
    else:
        record(Path(sys.argv[1]))
