"""How long runs really keep their place on this machine, for each second that they were given."""

from __future__ import annotations

import statistics
from pathlib import Path

from genie_widgets.store.lines import newest_lines, note_line, number

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
        note_line(queue / FILE, f"{held_s / given_s:.4g}")


def pace(queue: Path) -> float:
    """Tell how many seconds a turn takes for each that was given: the median of the newest, 1 before there are any."""
    found = [turn for line in newest_lines(queue / FILE, _TAIL_BYTES)[-NEWEST - 1 :] if (turn := number(line))]
    return statistics.median(found) if found else 1.0
