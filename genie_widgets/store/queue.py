"""A fair queue of processes on one machine: first come, first served, and whoever dies gives up his place."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from genie_widgets.language import tr
from genie_widgets.schema import Problem
from genie_widgets.store import lock


class Ticket:
    """A place in the queue, held as long as its file is locked.

    Parameters
    ----------
    path : Path
        The locked file, whose name begins with the moment of its coming.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def before(self) -> list[str]:
        """Name who came earlier and is still there, the first to come first."""
        return [name_of(path) for path in living(self._path.parent) if path.name < self._path.name]


@contextmanager
def take_ticket(folder: Path, name: str) -> Iterator[Ticket]:
    """Join the queue while the body runs.

    Parameters
    ----------
    folder : Path
        The queue; made if it is not there.
    name : str
        Who comes: letters and digits.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{time.time_ns():020d}-{name}"
    hidden = path.with_name(f".{path.name}")
    with hidden.open("w") as file:
        # Locked before it is seen: nobody can take it for a dead one's.
        fcntl.flock(file, fcntl.LOCK_EX)
        hidden.rename(path)
        try:
            yield Ticket(path)
        finally:
            path.unlink(missing_ok=True)


def living(folder: Path) -> list[Path]:
    """List the tickets whose holders live, the first to come first; those of the dead are taken away."""
    found = []
    for path in sorted(folder.glob("[0-9]*-*")):
        if lock.is_held(path):
            found.append(path)
        else:
            path.unlink(missing_ok=True)
    return found


def name_of(ticket: Path) -> str:
    """Give the name on a ticket."""
    return ticket.name.partition("-")[2]


def stopped_waiting() -> Problem:
    """Tell that a run was stopped while it still waited."""
    return Problem(
        code="stopped-waiting",
        title=tr("The run was stopped before its turn had come."),
        remedy=tr("Start it again when you like."),
        culprit="run",
    )
