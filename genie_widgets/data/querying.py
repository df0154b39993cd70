"""A query on a database, by SQLAlchemy: only read, and the address with its password is told to nobody."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genie_widgets.data import problems
from genie_widgets.data.memory import SAMPLE_SEED, table_budget_bytes
from genie_widgets.data.parsed import Parsed
from genie_widgets.data.reading import make_table
from genie_widgets.data.table import Table
from genie_widgets.language import tr

if TYPE_CHECKING:
    from pydantic import SecretStr

CHUNK_ROWS = 20_000
CONNECT_TIMEOUT_S = 15
# The database itself refuses to write after this; of others it is not known, and they are not asked.
_READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}
_WORDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}
# Drivers that are well kept and come ready to use: `pip install "genie-widgets[sql]"`.
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_COMMENTS = re.compile(r"\A(\s+|--[^\n]*(\n|\Z)|/\*.*?\*/)*", re.DOTALL)
_READS = re.compile(r"(\(\s*)*(select|with|values|table)\b", re.IGNORECASE)
# A read-only transaction of MySQL may still write files of the server.
_WRITES_FILES = re.compile(r"\binto\s+(outfile|dumpfile)\b", re.IGNORECASE)


def read_query(address: str | SecretStr, query: str, *, budget_bytes: int | None = None) -> Table:
    """Read the rows of a query.

    Parameters
    ----------
    address : str or SecretStr
        As SQLAlchemy takes it: ``postgresql://name:password@host/database``.
    query : str
        One query that reads.
    budget_bytes : int, optional
        More than this is sampled, uniformly over the rows; None means a safe share of what the container allows.

    Raises
    ------
    GenieError
        If the database cannot be asked, or does not answer. Nothing of the address is in it but the host.
    """
    asked = query.strip().rstrip(";").rstrip()
    url = _url(address)
    kind = url.get_backend_name()
    if kind not in _READ_ONLY:
        raise problems.unreadable(
            "unknown-database",
            tr(
                "Databases of the kind {kind} are not asked: no way is known to make sure that they are only read.",
                kind=kind[:40],
            ),
            tr("Export the table as CSV or Parquet, and upload it."),
            kind[:40],
        )
    _check(asked)
    parsed = _answer(url, asked, table_budget_bytes() if budget_bytes is None else budget_bytes)
    parsed.notes.insert(0, tr("a query on {database}", database=_WORDS[kind]))
    return make_table(parsed, str(Path(url.database or kind).stem) or kind)


def _url(address: str | SecretStr) -> Any:
    from sqlalchemy.engine import make_url

    told = address if isinstance(address, str) else address.get_secret_value()
    try:
        url = make_url(told.strip())
    except Exception:  # its errors quote the address
        raise problems.unreadable(
            "no-database-address",
            tr("This is no address of a database."),
            tr("Give one such as postgresql://name:password@host/database or sqlite:///file.db."),
            "address",
        ) from None
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _check(query: str) -> None:
    if not _READS.match(_COMMENTS.sub("", query)) or _WRITES_FILES.search(query):
        raise problems.unreadable(
            "query-not-read-only", tr("Only a query that reads is sent."), tr("Begin it with SELECT or WITH."), "query"
        )
    if ";" in query:
        raise problems.unreadable(
            "several-queries",
            tr("Only one query is sent, and none with a semicolon in it."),
            tr("Leave out the others."),
            "query",
        )


def _engine(url: Any) -> Any:
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    kind = url.get_backend_name()
    options: dict[str, Any] = {"poolclass": NullPool, "hide_parameters": True, "echo": False}
    if kind == "sqlite":
        # Not made where it is not there, and not written to.
        place = f"{Path(url.database or '').expanduser().resolve().as_uri()}?mode=ro"
        options["creator"] = lambda: sqlite3.connect(place, uri=True, check_same_thread=False)
    else:
        options["connect_args"] = {"connect_timeout": CONNECT_TIMEOUT_S}
    engine = create_engine(url, **options)

    def only_read(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(_READ_ONLY[kind])
        cursor.close()
        connection.commit()

    event.listen(engine, "connect", only_read)
    return engine


def _answer(url: Any, query: str, budget_bytes: int) -> Parsed:
    try:
        with _engine(url).connect() as connection:
            asked = connection.execution_options(stream_results=True, no_parameters=True)
            result = asked.exec_driver_sql(query)
            names = list(result.keys())
            chunks = (
                pd.DataFrame(list(map(tuple, rows)), columns=range(len(names)))
                for rows in result.partitions(CHUNK_ROWS)
            )
            frame, n_rows = _sampled(chunks, len(names), budget_bytes)
    except ImportError as error:
        raise problems.unreadable(
            "no-driver",
            tr("What speaks to this database is not installed here: {module}.", module=error.name),
            tr('Install it: pip install "genie-widgets[sql]"; then start the kernel anew.'),
            str(error.name),
        ) from None
    except Exception as error:  # each driver has its own, and they quote the address
        raise problems.unreadable(
            "query-failed",
            tr("The database did not answer: {reason}", reason=_reason(error, url)),
            tr("Check the address and the query."),
            str(url.host or "query"),
        ) from None
    frame.columns = pd.Index(names, dtype=object)
    return Parsed(frame, [], n_rows=n_rows if len(frame) < n_rows else None)


def _sampled(chunks: Iterator[pd.DataFrame], width: int, budget_bytes: int) -> tuple[pd.DataFrame, int]:
    """Keep rows with the same chance each; the chance falls as the memory fills, for those kept before as well."""
    rng = np.random.default_rng(SAMPLE_SEED)
    kept: list[pd.DataFrame] = []
    share, seen, held = 1.0, 0, 0.0
    for chunk in chunks:
        seen += len(chunk)
        part = chunk if share >= 1 else chunk[rng.random(len(chunk)) < share]
        held += float(part.memory_usage(deep=True).sum())
        kept.append(part)
        while held > budget_bytes and sum(map(len, kept)) > 1:
            kept = [old[rng.random(len(old)) < 0.5] for old in kept]
            share, held = share / 2, sum(float(old.memory_usage(deep=True).sum()) for old in kept)
    whole = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=range(width))
    return whole.infer_objects(), seen


def _reason(error: Exception, url: Any) -> str:
    """Give the database's own words, without what is secret in the address."""
    words = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
    for secret in (str(url.password or ""), url.render_as_string(hide_password=False), str(url.username or "")):
        if secret:
            words = words.replace(secret, "***")
    return words if words.endswith(".") else f"{words}."
