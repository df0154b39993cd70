"""How long runs really keep their place on this machine, for each second that they were given."""

from __future__ import annotations

import statistics
from pathlib import Path

FILE = "pace"
# The machine may be busier today than it was: the newest count.
NEWEST = 9
_TAIL_BYTES = 1024


def note_turn(queue: Path, *, held_s: float, given_s: float) -> None:
    """Write down a turn that has ended.

    Parameters
    ----------
    queue : Path
        The workspace's queue.
    held_s : float
        Seconds from its coming to its end: loading, training, the files.
    given_s : float
        Seconds that the person gave.
    """
    if given_s > 0:
        queue.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (queue / FILE).open("a", encoding="ascii") as file:
            # A short line at the file's end is written whole, whoever else writes.
            file.write(f"{held_s / given_s:.4g}\n")


def pace(queue: Path) -> float:
    """Tell how many seconds a turn takes for each that was given: the median of the newest, 1 before there are any."""
    try:
        with (queue / FILE).open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _TAIL_BYTES))
            lines = file.read().decode("ascii", errors="replace").split("\n")[-NEWEST - 1 :]
    except OSError:
        return 1.0
    found = [number for line in lines if (number := _number(line)) is not None]
    return statistics.median(found) if found else 1.0


def _number(line: str) -> float | None:
    try:
        number = float(line)
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None
