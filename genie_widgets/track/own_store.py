"""Makes a workspace's own store: a copy of a blank one, or by MLflow itself where none is kept."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from genie_widgets.track import blank
from genie_widgets.track.address import ARTIFACTS, DATABASE, be_quiet


def load_mlflow() -> None:
    """Import MLflow, which then keeps quiet."""
    be_quiet()
    import_module("mlflow")  # which sets its level anew
    for library in ("mlflow", "urllib3"):  # urllib3 warns of each try, with the address's query
        logging.getLogger(library).setLevel(logging.ERROR)


def make_store(workspace: Path) -> None:
    """Make the workspace's own store, whole or not at all: MLflow can't mend one that was left half made.

    Parameters
    ----------
    workspace : Path
        Its store's lock is held by the caller.
    """
    # Whoever makes a store holds its lock, so that what lies there is of one that was killed.
    folder = workspace / f".{DATABASE}.new"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made = _copied(folder, workspace) or _migrated(folder / DATABASE, workspace)
    with made.open("rb") as file:
        os.fsync(file.fileno())
    made.replace(workspace / DATABASE)
    # The store is there, whatever becomes of the folder.
    shutil.rmtree(folder, ignore_errors=True)


def make_blank() -> bool:
    """Make a blank store, if there is none once another process that is at it has ended, and one can be kept.

    Returns
    -------
    bool
        Whether one is kept.
    """
    if not any(blank.kept()):
        with blank.making() as folder:
            if folder is not None and not any(blank.kept()):
                load_mlflow()
                _migrated(folder / DATABASE, folder)
    return any(blank.kept())


def _copied(folder: Path, workspace: Path) -> Path | None:
    """Copy a blank store and have MLflow open it; None where there is none that it takes."""
    if not any(blank.kept()):
        blank.wait_for_maker()
    for number, found in enumerate(blank.kept()):
        # A name of its own: MLflow keeps the connections of one that it did not take.
        database = folder / f"{number}.db"
        if _is_taken(found, database, workspace):
            return database
    return None


def _is_taken(found: Path, database: Path, workspace: Path) -> bool:
    """Copy a blank store, and tell whether MLflow opens the copy."""
    try:
        blank.copy(found, database)
        _open(database, workspace)
    except Exception as error:  # whatever MLflow makes of a file that is none of its own
        sys.stderr.write(f"{found} is no blank store: {error!r}\n")
        return False
    return True


def _migrated(database: Path, workspace: Path) -> Path:
    """Have MLflow make a store of an empty file, and keep a blank copy of it."""
    _open(database, workspace)
    blank.keep(database)
    return database


def _open(database: Path, workspace: Path) -> None:
    """Open a store that nobody knows of yet: MLflow adds what is missing, and refuses what it doesn't know."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    with _written_once(database):
        store = SqlAlchemyStore(f"sqlite:///{database}", (workspace / ARTIFACTS).as_uri())  # type: ignore[no-untyped-call]
    store.engine.dispose()


@contextmanager
def _written_once(database: Path) -> Iterator[None]:
    """Have SQLite not wait for the disk at each of a new store's many steps: 2 s instead of 12 where disks are slow."""
    from sqlalchemy import Engine, event

    def hurry(connection: Any, _record: Any) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        if str(database) in {row[2] for row in connection.execute("PRAGMA database_list")}:
            connection.execute("PRAGMA synchronous = OFF")

    event.listen(Engine, "connect", hurry)
    try:
        yield
    finally:
        event.remove(Engine, "connect", hurry)
