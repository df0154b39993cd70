"""A process that records: ``python -m genie_widgets.worker.recording RUN_DIR``, ``--store WORKSPACE``, or ``--blank``.

The first records what changed after the run's end, and reads everything from
the run's folder. The second only makes the workspace's own store, the third a
blank one that the next workspaces' are copied from. Those are processes of their
own since a thread that makes a store holds the interpreter's lock for most of
its seconds, and a training beside it waits for that.
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


def prepare_blank() -> None:
    """Make a blank store, while somebody looks for a table."""
    from genie_widgets.track import make_blank

    os.nice(LOW_PRIORITY)
    make_blank()


if __name__ == "__main__":
    if sys.argv[1] == "--store":
        prepare_store(Path(sys.argv[2]))
    elif sys.argv[1] == "--blank":
        prepare_blank()
    else:
        record(Path(sys.argv[1]))
