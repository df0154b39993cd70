"""Where the record goes, and how that may be shown."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

DATABASE, ARTIFACTS = "mlflow.db", "mlflow-artifacts"
# MLflow's own are 120 s and 7 tries: minutes of waiting for a server that is down.
_QUIET = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
}


def local_uri(workspace: Path) -> str:
    """Name the workspace's own SQLite store."""
    return f"sqlite:///{workspace / DATABASE}"


def without_credentials(uri: str) -> str:
    """Take user, password and query out of an address, so that it can be shown and kept."""
    parts = urlsplit(uri)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", "")) if parts.netloc else uri.partition("?")[0]


def with_credentials(shown: str) -> str:
    """Give an address that was kept without its credentials as the environment knows it."""
    known = os.environ.get("MLFLOW_TRACKING_URI", "")
    return known if shown and without_credentials(known) == shown else shown


def credentials(uri: str) -> str:
    """Take user, password and the sign after them from an address; what stands nowhere if it has none."""
    before, sign, _ = urlsplit(uri).netloc.rpartition("@")
    return before + sign or "\0"


def be_quiet() -> None:
    """Give MLflow short waits and no telemetry, unless the host has set them."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


@contextmanager
def alone(workspace: Path) -> Iterator[None]:
    """Hold the store's lock: two processes that make the same new SQLite store break it."""
    workspace.mkdir(parents=True, exist_ok=True)
    with (workspace / f".{DATABASE}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
