"""Places to train: how many there are, who waits for one, and for how long."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from genie_widgets.machine import Machine, detect_machine
from genie_widgets.schema import Queued
from genie_widgets.store.pace import pace
from genie_widgets.store.queue import living, name_of
from genie_widgets.store.view import fold

if TYPE_CHECKING:
    from genie_widgets.store.folder import RunFolder

# A training with fewer would be slower than two after each other, or would not fit.
CORES_FOR_ONE, BYTES_FOR_ONE = 2, 2 * 2**30


def trainings_at_once(machine: Machine) -> int:
    """Tell how many may train at once: ``GENIE_MAX_TRAININGS``, or what cores and memory bear."""
    asked = os.environ.get("GENIE_MAX_TRAININGS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    return max(1, min(machine.usable_cores // CORES_FOR_ONE, machine.memory_bytes // BYTES_FOR_ONE))


def place_behind(folder: RunFolder, before: Sequence[str], known: Queued | None = None) -> Queued | None:
    """Tell a run's place behind others, and how long they will still keep theirs, as runs on this machine do.

    Parameters
    ----------
    folder : RunFolder
        The run.
    before : sequence of str
        Runs of the same workspace that came earlier.
    known : Queued, optional
        What was told before: it stands as long as the place is the same, since to estimate reads all the others' logs.

    Returns
    -------
    Queued or None
        None where there is a place for it.
    """
    places = trainings_at_once(detect_machine(disk=folder.path))
    # One may start as soon as all but the last of the places are taken.
    place = len(before) - places + 1
    if place <= 0 or (known is not None and known.before == place):
        return known if place > 0 else None
    expected, seconds = pace(folder.queue), 0.0
    for run_id in before:
        given, spent = given_and_spent(folder.beside(run_id))
        seconds += max(0.0, given * expected - spent)
    return Queued(before=place, about_s=round(seconds, 1) / places)


def expected_place(folder: RunFolder, known: Queued | None = None) -> Queued | None:
    """Tell the place that a run will have whose own process has not joined the queue yet.

    Parameters
    ----------
    folder : RunFolder
        The run; its process may still be starting, which takes long where many start at once.
    known : Queued, optional
        As for `place_behind`.
    """
    names = [name_of(path) for path in living(folder.queue)]
    before = names[: names.index(folder.run_id)] if folder.run_id in names else names
    return place_behind(folder, before, known)


def given_and_spent(folder: RunFolder) -> tuple[float, float]:
    """Give the seconds that a run was given, and those that it has used."""
    try:
        view = fold(folder.events(), alive=True, now=time.time())
        return float(view.time_limit_s or folder.read_request().plan.time_limit_s), view.elapsed_s
    except (OSError, ValueError):
        return 0.0, 0.0
