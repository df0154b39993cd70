"""Writing so that a torn write is never read."""

from __future__ import annotations

import errno
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from genie_widgets.language import tr
from genie_widgets.schema import GenieError, Problem


@contextmanager
def telling_disk_full(path: Path) -> Iterator[None]:
    """Turn the system's disk errors into a `GenieError` that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise GenieError(
                Problem(
                    code="disk-full",
                    title=tr("The disk is full."),
                    remedy=tr("Free some space, or set GENIE_HOME to a folder on another disk; then start again."),
                    culprit=path.name,
                )
            ) from error
        raise


def read_object(path: Path) -> dict[str, str]:
    """Read the names and texts of a small JSON file; empty where there is none, or it is damaged."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_atomically(path: Path, text: str) -> None:
    """Replace the file at `path` by `text`, all or nothing.

    Raises
    ------
    GenieError
        If the disk is full.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with telling_disk_full(path):
        try:
            with temporary.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
