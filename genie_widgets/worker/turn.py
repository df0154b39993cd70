"""Waiting for one's turn: so many trainings at once as the machine can bear, the first to come first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from genie_widgets.schema import GenieError, Queued
from genie_widgets.store import RunFolder, given_and_spent, note_turn, place_behind, stopped_waiting, take_ticket

POLL_INTERVAL_S = 0.25
# So many get ready while those before them train.
READY_AHEAD = 1


@contextmanager
def turn(folder: RunFolder, get_ready: Callable[[], None]) -> Iterator[float | None]:
    """Wait for the run's turn, and hold it while the body runs; the log tells the place.

    Parameters
    ----------
    folder : RunFolder
        The run; others of the same workspace are waited for.
    get_ready : callable
        Called when the turn is near and once it has come: does what then need not be done.

    Yields
    ------
    float or None
        Seconds since 1970 at which it can begin; None if there was nothing to wait for.

    Raises
    ------
    GenieError
        If the person asked to stop before the turn came.
    """
    with take_ticket(folder.queue, folder.run_id) as ticket:
        told: Queued | None = None
        while (queued := place_behind(folder, ticket.before(), told)) is not None:
            if folder.stop_requested():
                raise GenieError(stopped_waiting())
            if queued != told:
                told = queued
                folder.append(queued)
            if queued.before <= READY_AHEAD:
                get_ready()
            time.sleep(POLL_INTERVAL_S)
        if told is not None:
            folder.append(Queued(before=0, about_s=0.0))
        came_at = time.monotonic()
        get_ready()
        yield None if told is None else time.time()
        note_turn(folder.queue, held_s=time.monotonic() - came_at, given_s=given_and_spent(folder)[0])
