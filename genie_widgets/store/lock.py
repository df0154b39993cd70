"""Alive or dead is decided by a lock that the operating system frees, never by a process id."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

# Whoever asks `is_held` has the lock himself for an instant: that must not turn a worker away.
PATIENCE_S, PAUSE_S = 0.5, 0.005


@contextmanager
def hold(path: Path) -> Iterator[bool]:
    """Hold the lock at `path` while the body runs.

    Yields
    ------
    bool
        Whether it was got; False if another process holds it.
    """
    with path.open("a") as file:
        deadline = time.monotonic() + PATIENCE_S
        while not (got := _try(file)) and time.monotonic() < deadline:
            time.sleep(PAUSE_S)
        yield got


@contextmanager
def hold_free(path: Path) -> Iterator[bool]:
    """Hold the lock at `path` while the body runs, if nobody holds it; as `hold`, without patience."""
    with path.open("a") as file:
        yield _try(file)


@contextmanager
def hold_alone(path: Path) -> Iterator[None]:
    """Hold the lock at `path` while the body runs, after whoever holds it now."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _try(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def share(path: Path) -> Iterator[IO[str]]:
    """Hold the lock at `path` beside others while the body runs, and as long as a process lives that inherited it.

    Yields
    ------
    file
        Its descriptor is what a process inherits.
    """
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        # Closed and not unlocked: the lock is the open file's, and that is the other process's, too.
        yield file


def is_shared(path: Path) -> bool:
    """Whether some process holds the lock at `path`, alone or beside others."""
    try:
        # For writing, as some network file systems want it, and without making what is not there.
        with path.open("r+") as file:
            return not _try(file)
    except FileNotFoundError:
        return False


def is_held(path: Path) -> bool:
    """Whether some process holds the lock at `path`."""
    try:
        with path.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
