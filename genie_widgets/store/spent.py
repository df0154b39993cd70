"""The seconds that a run took of its person's allowance."""

from __future__ import annotations

from collections.abc import Iterable

from genie_widgets.schema import Event, Failed, Finished, Resumed, RunStarted

# A worker of another process that takes longer between the request and its lock never came; on two cores that
# others used too, 95 s were seen.
START_TIMEOUT_S = 180.0


def seconds_spent(events: Iterable[Event], time_limit_s: int, *, asked_at: float, alive: bool, now: float) -> float:
    """Add up a run's seconds, each time that it was taken up again.

    Parameters
    ----------
    events : iterable of Event
        The run's log, in order.
    time_limit_s : int
        What it was first given.
    asked_at : float
        When it was asked for, in seconds since 1970.
    alive : bool
        Whether its worker lives.
    now : float
        Seconds since 1970.

    Returns
    -------
    float
        Seconds used; of what is still waiting or going on, all that it was given.
    """
    spent, given, last = 0.0, float(time_limit_s), 0.0
    started: float | None = None
    waits = True
    for event in events:
        last = event.time
        if isinstance(event, Resumed):
            spent += 0.0 if started is None else event.time - started
            given, started, waits, asked_at = float(event.seconds), None, True, event.time
        elif isinstance(event, RunStarted):
            started, waits = event.time, False
        elif isinstance(event, Finished | Failed):
            spent, started, waits = spent + (0.0 if started is None else event.time - started), None, False
    if (alive and started is not None) or (waits and (alive or now - asked_at < START_TIMEOUT_S)):
        return spent + max(given, 0.0 if started is None else now - started)
    # It ended without a last word: what it wrote last is the best that is known.
    return spent if started is None else spent + max(0.0, last - started)
