"""The seconds that a run took of its person's allowance."""

from __future__ import annotations

from collections.abc import Iterable

from genie_widgets.schema import Event, Failed, Finished, Resumed, RunStarted


def seconds_spent(events: Iterable[Event], time_limit_s: int, *, alive: bool, now: float) -> float:
    """Add up a run's seconds, each time that it was taken up again.

    Parameters
    ----------
    events : iterable of Event
        The run's log, in order.
    time_limit_s : int
        What it was first given.
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
            given, started, waits = float(event.seconds), None, True
        elif isinstance(event, RunStarted):
            started, waits = event.time, False
        elif isinstance(event, Finished | Failed) and started is not None:
            spent, started = spent + event.time - started, None
    if alive and (started is not None or waits):
        return spent + max(given, 0.0 if started is None else now - started)
    # It ended without a last word: what it wrote last is the best that is known.
    return spent if started is None else spent + max(0.0, last - started)
