"""Who is expected in this workspace: the people of a class, each with a key that lets nobody else speak for them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from pathlib import Path

from genie_widgets.store.files import read_object, write_atomically


class People:
    """The people of a workspace.

    Parameters
    ----------
    workspace : Path
        Holds the file of their keys, which only its owner may read.
    """

    def __init__(self, workspace: Path) -> None:
        self._path = workspace / "people.json"

    def enrol(self, names: Iterable[str]) -> dict[str, str]:
        """Give each of these people a key; who has one keeps it.

        Returns
        -------
        dict of str to str
            Keys by name, in the order given.
        """
        known = read_object(self._path)
        keys = {name: known.get(name) or secrets.token_urlsafe(16) for name in names}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._path, json.dumps({**known, **keys}, ensure_ascii=False, indent=1))
        self._path.chmod(0o600)
        return keys

    def name_of(self, key: str) -> str:
        """Give the name of the person whose key this is; empty for nobody's."""
        asked = _bytes(key)
        return next(
            (name for name, known in read_object(self._path).items() if secrets.compare_digest(_bytes(known), asked)),
            "",
        )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
