"""Which run is the champion of each registered model, as this workspace last set it."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path

from genie_widgets.store.files import read_object, write_atomically


class Champions:
    """The champions of a workspace.

    Parameters
    ----------
    workspace : Path
        Holds the file.
    """

    def __init__(self, workspace: Path) -> None:
        self._path = workspace / "champions.json"

    def runs(self) -> frozenset[str]:
        """Give the ids of the runs that are champions."""
        return frozenset(run for run in read_object(self._path).values() if run)

    def note(self, model: str, run_id: str) -> None:
        """Note the champion of a registered model; an empty id: it has none now."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_name(".champions.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            write_atomically(self._path, json.dumps({**read_object(self._path), model: run_id}))
