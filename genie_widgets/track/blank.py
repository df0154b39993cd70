"""Blank stores: what MLflow makes of an empty file by some seventy migrations, kept to be copied from then on.

A blank store is named by the version and the migrations that it was made by, and knows nothing of the workspace that it
was made for. None of this loads MLflow.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from genie_widgets.caches import own_cache, whole_file

# What another version left, or a process that was killed, goes when a blank store is kept and it is as old as this.
OLD_S = 24 * 3600.0
# To make one takes some seconds of a core. Who needs a store waits so long for whoever makes a blank one.
LONGEST_WAIT_S, LOOK_S = 5.0, 0.1
# Who would make one waits longer: nobody waits for them.
LONGEST_TURN_S = 60.0
ROOT = 0
# Who makes a blank store holds it.
LOCK = "mlflow.lock"
# What every file of SQLite begins with.
SQLITE = b"SQLite format 3\0"


@cache
def name() -> str:
    """Name the blank store of the MLflow that is installed."""
    here = find_spec("mlflow")
    folders = [Path(folder) / "store" for folder in (here and here.submodule_search_locations) or ()]
    sources = [*(folder / "tracking/dbmodels/initial_models.py" for folder in folders)]
    sources += [path for folder in folders for path in sorted((folder / "db_migrations/versions").glob("*.py"))]
    made_by = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources if path.exists()))
    return f"mlflow-{version('mlflow')}-{made_by.hexdigest()[:12]}.db.gz"


def places() -> tuple[Path, ...]:
    """Give the folders for blank stores: beside the package, as its compiled code is, and the person's own."""
    found = (Path(__file__).parent / "__pycache__", own_cache())
    return tuple(place for place in found if place is not None)


def place_to_write() -> Path | None:
    """Give the first folder that can be written; None where nothing can be kept.

    A package that others may write to is left to its owner: members of a group don't believe what another member keeps,
    and would replace each other's without end.
    """
    beside, *own = places()
    for place in (beside, *own) if os.getuid() in (ROOT, _owner()) else own:
        with suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
            # Root's lock in another's folder keeps its owner out.
            is_open = not (lock := place / LOCK).exists() or os.access(lock, os.R_OK | os.W_OK)
            if is_open and os.access(place, os.W_OK | os.X_OK):
                return place
    return None


def kept() -> Iterator[Path]:
    """Go through the blank stores of the MLflow that is installed.

    Yields
    ------
    Path
        Whoever owns it could as well have written the package's code, or is the person themselves.
    """
    trusted = {os.getuid(), _owner(), ROOT}
    for place in places():
        path = place / name()
        with suppress(OSError):
            if path.lstat().st_uid in trusted and path.is_file() and os.access(path, os.R_OK):
                yield path


def _owner() -> int:
    """Give the user whose the package is."""
    return Path(__file__).stat().st_uid


def copy(blank: Path, database: Path) -> None:
    """Copy a blank store.

    Parameters
    ----------
    blank : Path
    database : Path
        What to write; nobody may know of it yet.

    Raises
    ------
    OSError, EOFError, or zlib.error
        If it can't be read or written, or is damaged.
    """
    content = gzip.decompress(blank.read_bytes())  # and compare its sum of checking
    if not content.startswith(SQLITE):  # nothing at all is something that can be unpacked, too
        raise OSError(f"{blank} is no database")
    database.write_bytes(content)


def keep(database: Path) -> None:
    """Keep a blank copy of a store that nothing was recorded in, whole or not at all; without a place for it, don't.

    Parameters
    ----------
    database : Path
        A store that was just made.
    """
    place = place_to_write()
    if place is None:
        return
    blank = database.with_name("blank.db")
    with suppress(OSError, sqlite3.Error):
        shutil.copyfile(database, blank)
        _forget_workspace(blank)
        with whole_file(place / name()) as part:
            part.write_bytes(gzip.compress(blank.read_bytes(), compresslevel=6))
        _forget_old(place)


def _forget_workspace(database: Path) -> None:
    """Take out what MLflow puts in anew when it is missing: the default experiment, whose files lie in a workspace."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("DELETE FROM experiments")
        connection.execute("VACUUM")  # what was deleted would be legible in the file
    finally:
        connection.close()


def _forget_old(place: Path) -> None:
    for path in place.glob("mlflow-*.db*"):
        with suppress(OSError):  # another process was quicker
            if path.name != name() and time.time() - path.stat().st_mtime > OLD_S:
                path.unlink()


@contextmanager
def making() -> Iterator[Path | None]:
    """Be the one who makes a blank store, after another process that is at it.

    Yields
    ------
    Path or None
        A folder to make it in. None where it can't be kept, or another process takes longer than that can take.
    """
    with ExitStack() as held:
        folder = None
        with suppress(OSError):
            place = place_to_write()
            if place is not None:
                held.callback(os.close, _locked(place, fcntl.LOCK_EX, LONGEST_TURN_S))
                # Whoever makes a blank store holds the lock, so that what lies there is of one that was killed.
                fresh = place / "mlflow.new"
                shutil.rmtree(fresh, ignore_errors=True)
                fresh.mkdir()
                held.callback(shutil.rmtree, fresh, ignore_errors=True)
                folder = fresh
        yield folder


def is_being_made() -> bool:
    """Whether another process makes a blank store at this moment."""
    place = place_to_write()
    try:
        if place is not None:
            os.close(_locked(place, fcntl.LOCK_SH))
    except BlockingIOError:
        return True
    except OSError:  # no locks here: nobody makes one
        return False
    return False


def is_wanted() -> bool:
    """Whether a blank store should be made: there is none, nobody is at it, and it can be kept."""
    return not any(kept()) and place_to_write() is not None and not is_being_made()


def wait_for_maker() -> None:
    """Wait while another process makes a blank store, but not for long: where cores are busy it gives way to all."""
    until = time.monotonic() + LONGEST_WAIT_S
    while is_being_made() and time.monotonic() < until:
        time.sleep(LOOK_S)


def _locked(place: Path, how: int, within_s: float = 0.0) -> int:
    """Lock a folder for blank stores; gives the descriptor that holds the lock.

    Raises
    ------
    BlockingIOError
        If another process has it for so long.
    OSError
        If nothing can be locked there.
    """
    descriptor = os.open(place / LOCK, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + within_s
    try:
        while True:
            try:
                fcntl.flock(descriptor, how | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise
                time.sleep(LOOK_S)
            else:
                return descriptor
    except OSError:
        os.close(descriptor)
        raise
