"""Where a person's programs keep what can be made again, and how a file comes there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def own_cache() -> Path | None:
    """Give the person's own folder for what Genie can make again; it need not exist.

    Returns
    -------
    Path or None
        None for a user without a home, as containers have them.
    """
    asked = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        # By the specification of these folders a relative one is to be ignored.
        return (asked if asked.is_absolute() else Path.home() / ".cache") / "genie-widgets"
    except RuntimeError:
        return None


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Write a file that others read, which is there whole or not at all.

    Parameters
    ----------
    path : Path
        Its folder exists. What lies there is replaced.

    Yields
    ------
    Path
        The file to write to. Its name is nobody else's: processes of several machines may share the folder, and then
        have the same numbers.
    """
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
        part.chmod(0o644)
        # Nobody waits for the disk: whoever reads what was torn there sees it.
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
