"""How much of a core the run really gets: what its thread ran of the time in which it wanted to run.

What others do to a machine is known only by what they leave. A thread that waits for the disk, or sleeps, wants no
core, so the kernel's own account is read and not the clock.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

# (seconds it ran, seconds it waited for a core)
Account = tuple[float, float]

_NS = 1e-9
# So much work tells what a thread gets of a core, and is given up where even that takes long.
TRIED_S, LONGEST_TRIAL_S = 0.2, 1.0
# Less than this says nothing; more than this is of another hour.
LEAST_WANTED_S, ENOUGH_WANTED_S = 0.2, 2.0
# A core that is had for four fifths of the time is as good as one's own: the rest is within what is kept for a worse
# day. Of one with a twelfth, nothing can be planned.
CALM, MOST = 1.25, 12.0


def account_of_thread(root: Path = Path("/")) -> Account | None:
    """Read what the kernel has noted of the thread that asks; None where it notes nothing.

    Parameters
    ----------
    root : Path
        Root of the file system that holds ``proc``; tests give their own.
    """
    try:
        ran, waited, *_ = (root / "proc/thread-self/schedstat").read_text().split()
        return int(ran) * _NS, int(waited) * _NS
    except (OSError, ValueError):
        return None


def felt_pressure(
    account: Callable[[], Account | None] = account_of_thread, clock: Callable[[], float] = time.monotonic
) -> float | None:
    """Work for a moment, and tell the share of it that was waited for a core; None where nobody knows."""
    before, began = account(), clock()
    now = before
    while before is not None and now is not None and _wanted(before, now) < TRIED_S:
        if clock() - began > LONGEST_TRIAL_S:
            break
        now = account()
    if before is None or now is None or _wanted(before, now) <= 0:
        return None
    return (now[1] - before[1]) / _wanted(before, now)


class Share:
    """The share of a core that a thread has lately had.

    Parameters
    ----------
    account : callable
        Gives what the thread ran and waited so far, or None where nobody knows.
    """

    def __init__(self, account: Callable[[], Account | None] = account_of_thread) -> None:
        self._account = account
        self._marks: deque[Account] = deque()
        self.slowness()

    def slowness(self) -> float | None:
        """Tell how many seconds a second of work takes, by the last seconds in which there was any: 1 on a free core.

        Returns
        -------
        float or None
            None where it is not known yet, or not told by this system.
        """
        now = self._account()
        if now is None:
            return None
        self._marks.append(now)
        while len(self._marks) > 2 and _wanted(self._marks[1], now) >= ENOUGH_WANTED_S:
            self._marks.popleft()
        ran = now[0] - self._marks[0][0]
        wanted = _wanted(self._marks[0], now)
        if wanted < LEAST_WANTED_S or ran <= 0:
            return None
        slowness = wanted / ran
        return 1.0 if slowness < CALM else min(MOST, slowness)


def _wanted(before: Account, after: Account) -> float:
    return sum(after) - sum(before)
