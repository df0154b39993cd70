"""The event log: append-only, one event a line, each with a sequence number and a time."""

from __future__ import annotations

import fcntl
import os
import time
from io import FileIO
from pathlib import Path

from genie_widgets.schema import Event, decode_event, encode_event
from genie_widgets.store.files import telling_disk_full


def append(path: Path, event: Event) -> Event:
    """Append an event, filling `seq` and `time`.

    A line that a dying writer left unfinished is cut off first: it was never
    read, and nothing may be glued to it.

    Returns
    -------
    Event
        As it stands in the log.

    Raises
    ------
    GenieError
        If the disk is full.
    """
    with telling_disk_full(path), path.open("a+b", buffering=0) as file:
        # Two processes write (the worker, and whoever records the tracking): the numbers must not collide.
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        content = file.readall()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) != len(content):
            file.truncate(len(whole))
        stamped = event.model_copy(update={"seq": whole.count(b"\n") + 1, "time": time.time()})
        try:
            _write(file, encode_event(stamped).encode() + b"\n")
        except OSError:
            # All or nothing: whoever was told that it failed must not find it there later.
            file.truncate(len(whole))
            raise
    return stamped


def _write(file: FileIO, line: bytes) -> None:
    left = memoryview(line)
    while left:
        left = left[file.write(left) :]
    os.fsync(file.fileno())


def read(path: Path, after: int = 0) -> list[Event]:
    """Read the events whose `seq` is greater than `after`; an unfinished last line is left for later."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    lines = content[: content.rfind(b"\n") + 1].splitlines()
    return [decode_event(line) for line in lines[after:]]
