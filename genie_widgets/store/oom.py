"""Whether the system has ended processes for lack of memory: the one trace that such an end leaves."""

from __future__ import annotations

from pathlib import Path

# The container's own count (cgroup v2, v1), or else the machine's.
_COUNTS = ("sys/fs/cgroup/memory.events", "sys/fs/cgroup/memory/memory.oom_control", "proc/vmstat")


def oom_kills(root: Path = Path("/")) -> int | None:
    """Count the processes that the system has ended for lack of memory.

    Parameters
    ----------
    root : Path
        Root of the file system that holds ``proc`` and ``sys``; tests give their own.

    Returns
    -------
    int or None
        None where the system does not tell.
    """
    for name in _COUNTS:
        try:
            lines = (root / name).read_text(errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            key, _, number = line.partition(" ")
            if key == "oom_kill" and number.strip().isdecimal():
                return int(number)
    return None
