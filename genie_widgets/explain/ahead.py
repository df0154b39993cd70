"""``python -m genie_widgets.explain.ahead``: compile the kernels while nobody waits for them, and keep them on disk.

In a process of its own: compiling holds the interpreter's lock for most of its seconds, which a training or a first
picture beside it would wait for. Nothing that takes long is loaded before it is known to be needed.
"""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from genie_widgets.explain.kept_code import folder_beside, hash_of_sources, is_kept

MODULE = "genie_widgets.explain.ahead"
# Whoever types, trains or explains goes first; at the lowest priority it would never end on a busy machine.
GIVING_WAY = 5
# Compiling takes 13 s of a core; who waits for another that compiles looks so often whether it has ended.
LONGEST_WAIT_S, LOOK_S = 120.0, 0.1
Start = Callable[..., "subprocess.Popen[Any]"]


@cache
def compile_elsewhere(start: Start = subprocess.Popen) -> subprocess.Popen[Any] | None:
    """Start a process that compiles the kernels, unless this machine is known to have them.

    It lives on if this one ends, so that the next need not begin again.

    Parameters
    ----------
    start : callable
        Starts it, as ``subprocess.Popen`` does.

    Returns
    -------
    Popen or None
        The same at every call; it says a line when the kernels for adding are there. None where nothing is to be done.
    """
    if is_kept():
        return None
    with suppress(OSError):
        # What goes wrong there goes wrong again, and is told, in who needs the kernels.
        return start(
            [sys.executable, "-m", MODULE], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    return None


def main() -> None:
    """Compile, after another process that is at it."""
    os.nice(GIVING_WAY)
    # An interrupted kernel sends its signal to all it started.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with _one_after_the_other():
        if not is_kept():
            from genie_widgets.explain.compiling import keep_on_disk

            keep_on_disk(lambda: _say_so(sys.stdout.buffer))


def is_under_way() -> bool:
    """Whether a process is compiling now: what waits for a core is then not another's work alone."""
    for path in _locks():
        with suppress(OSError), _opened(path, os.O_RDONLY) as descriptor:
            try:
                if _is_own(descriptor):
                    fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
    return False


@contextmanager
def _one_after_the_other() -> Iterator[None]:
    """Wait for another process that compiles the same; without a place for a lock each is by itself."""
    with ExitStack() as held:
        for path in _locks():
            with suppress(OSError):
                descriptor = held.enter_context(_opened(path, os.O_CREAT | os.O_RDWR))
                if _is_own(descriptor):
                    _wait_for(descriptor)
                    break
        yield


def _locks() -> tuple[Path, Path]:
    """Give the places for a lock: beside the package, and this user's own where that cannot be written."""
    own = Path(tempfile.gettempdir()) / f"genie-compiling-{os.getuid()}-{hash_of_sources()}.lock"
    return folder_beside() / "compiling.lock", own


@contextmanager
def _opened(path: Path, how: int) -> Iterator[int]:
    """Open a lock's file, whatever another person has put in its place: a pipe would keep who opens it waiting."""
    descriptor = os.open(path, how | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_own(descriptor: int) -> bool:
    """Whether a lock's file is this user's: another person could keep theirs locked for ever."""
    status = os.fstat(descriptor)
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid()


def _wait_for(descriptor: int) -> None:
    """Lock a file; a process that has it for longer than compiling takes is waited for no more."""
    until = time.monotonic() + LONGEST_WAIT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return
            time.sleep(LOOK_S)
        else:
            return


def _say_so(out: IO[bytes]) -> None:
    """Say a line to who started this process, and may have ended."""
    with suppress(OSError):
        out.write(b"adding\n")
        out.flush()


if __name__ == "__main__":
    main()
