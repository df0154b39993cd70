"""What the steps after a training really took on this machine, of the seconds that are usually kept for them."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path

from genie_widgets.store.lines import newest_lines, note_line, number

FILE = "costs"
# Of each step; the machine may be busier today than it was.
NEWEST = 9
# Most of the newest took no more than this one of them.
HIGH = 0.8
_TAIL_BYTES = 8192


def note_cost(queue: Path, step: str, n_rows: int, *, took_s: float, planned_s: float) -> None:
    """Write down a step that has ended; a disk that is full learns nothing.

    Parameters
    ----------
    queue : Path
        The workspace's queue.
    step : str
        Its name, a single word.
    n_rows : int
        Rows of the table: tables of another size are another matter.
    took_s : float
        Seconds that it took.
    planned_s : float
        Seconds that are kept for it where nothing is known.
    """
    if planned_s > 0:
        with contextlib.suppress(OSError):
            note_line(queue / FILE, f"{step} {_size(n_rows)} {took_s / planned_s:.4g}")


def costs(queue: Path, n_rows: int) -> dict[str, float]:
    """Tell what share of its usual seconds each step takes, at most times.

    Parameters
    ----------
    queue : Path
        The workspace's queue.
    n_rows : int
        Rows of the table.

    Returns
    -------
    dict
        By step; those that are missing have not been seen yet.
    """
    seen: dict[str, list[float]] = {}
    for line in newest_lines(queue / FILE, _TAIL_BYTES):
        match line.split():
            case [step, size, text] if size == str(_size(n_rows)) and (share := number(text)) is not None:
                seen.setdefault(step, []).append(share)
    newest = {step: sorted(shares[-NEWEST:]) for step, shares in seen.items()}
    return {step: shares[math.ceil(HIGH * (len(shares) - 1))] for step, shares in newest.items()}


def _size(n_rows: int) -> int:
    return len(str(n_rows))
