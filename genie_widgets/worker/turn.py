"""Waiting for one's turn: so many trainings at once as the machine can bear, the first to come first."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from genie_widgets.machine import Machine, detect_machine
from genie_widgets.schema import GenieError, Queued
from genie_widgets.store import RunFolder, fold, note_turn, pace, stopped_waiting, take_ticket

# A training with fewer would be slower than two after each other, or would not fit.
CORES_FOR_ONE, BYTES_FOR_ONE = 2, 2 * 2**30
POLL_INTERVAL_S = 0.25
# So many get ready while those before them train.
READY_AHEAD = 1


def trainings_at_once(machine: Machine) -> int:
    """Tell how many may train at once: ``GENIE_MAX_TRAININGS``, or what cores and memory bear."""
    asked = os.environ.get("GENIE_MAX_TRAININGS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    return max(1, min(machine.usable_cores // CORES_FOR_ONE, machine.memory_bytes // BYTES_FOR_ONE))


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
    places = trainings_at_once(detect_machine(disk=folder.path))
    with take_ticket(folder.queue, folder.run_id) as ticket:
        told: int | None = None
        while len(before := ticket.before()) >= places:
            if folder.stop_requested():
                raise GenieError(stopped_waiting())
            # One may start as soon as all but the last of the places are taken.
            place = len(before) - places + 1
            if place != told:
                told = place
                folder.append(Queued(before=place, about_s=_seconds_of(folder, before) / places))
            if place <= READY_AHEAD:
                get_ready()
            time.sleep(POLL_INTERVAL_S)
        if told is not None:
            folder.append(Queued(before=0, about_s=0.0))
        came_at = time.monotonic()
        get_ready()
        yield None if told is None else time.time()
        note_turn(folder.queue, held_s=time.monotonic() - came_at, given_s=_given_and_spent(folder)[0])


def _seconds_of(folder: RunFolder, run_ids: list[str]) -> float:
    """Add up how long the runs before will still keep their places, as runs on this machine do."""
    expected = pace(folder.queue)
    seconds = 0.0
    for run_id in run_ids:
        given, spent = _given_and_spent(RunFolder(folder.path.parent / run_id))
        seconds += max(0.0, given * expected - spent)
    return round(seconds, 1)


def _given_and_spent(folder: RunFolder) -> tuple[float, float]:
    try:
        view = fold(folder.events(), alive=True, now=time.time())
        return float(view.time_limit_s or folder.read_request().plan.time_limit_s), view.elapsed_s
    except (OSError, ValueError):
        return 0.0, 0.0
