"""Alive or dead across machines: a lock may not be seen there, or outlive its holder; a heartbeat does neither."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BEAT_S = 2.0
# A node's clock may differ a little from this one's, and a busy process beat late.
SILENCE_S = 30.0


@contextmanager
def beating(path: Path) -> Iterator[None]:
    """Keep the heartbeat at `path` while the body runs, and take it away with it."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_S):
            _beat(path)

    _beat(path)
    heart = threading.Thread(target=beat, name="genie-heartbeat", daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()
        path.unlink(missing_ok=True)


def is_beating(path: Path) -> bool:
    """Whether some process, on whatever machine, keeps the heartbeat at `path`."""
    return bool(_whose(path))


def beats_elsewhere(path: Path) -> bool:
    """Whether a process other than this one keeps it; a program that took another's place is that one still."""
    return _whose(path) not in ("", _myself())


def _whose(path: Path) -> str:
    """Name the process whose heartbeat it is; empty if it beats no more."""
    try:
        # Opened, and not only asked for its time: NFS then looks again.
        with path.open(encoding="utf-8") as file:
            is_fresh = time.time() - os.fstat(file.fileno()).st_mtime < SILENCE_S
            return (file.read() or "?") if is_fresh else ""
    except OSError:  # none, or replaced in this very moment by another machine
        return ""


def _myself() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _beat(path: Path) -> None:
    # Replaced, and not touched: NFS then looks at the folder again, and sees the stop that a person asked for.
    temporary = path.with_name(f".{path.name}")
    with contextlib.suppress(OSError):  # a full disk, or a network that is gone for a moment
        temporary.write_text(_myself(), encoding="utf-8")
        temporary.replace(path)
