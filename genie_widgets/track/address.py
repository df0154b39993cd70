"""Where the record goes, and how that may be shown."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote

DATABASE, ARTIFACTS = "mlflow.db", "mlflow-artifacts"
# MLflow's own are 120 s and 7 tries: minutes of waiting for a server that is down.
_QUIET = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
}
_MAY_HOLD_A_USER = re.compile(r"[^/].*@", re.DOTALL)
_FORGOT_THE_SCHEME = re.compile(r"[^/.][^/]*:.*@", re.DOTALL)
LEAST_SECRET = 4


def local_uri(workspace: Path) -> str:
    """Name the workspace's own SQLite store."""
    return f"sqlite:///{workspace / DATABASE}"


def has_store(workspace: Path) -> bool:
    """Whether the workspace has its own store."""
    return (workspace / DATABASE).exists()


def without_credentials(uri: str) -> str:
    """Take user, password and query out of an address, so that it can be shown and kept.

    By signs rather than by the rules of addresses: a password with a slash breaks the rules, and is one all the same.
    """
    return _parts(uri)[0]


def _parts(uri: str) -> tuple[str, str, str]:
    """Take an address apart: what may be shown of it, user and password, and what follows the question mark."""
    scheme, sign, rest = uri.partition("://")
    if not sign:
        scheme, rest = "", uri
    credentials = ""
    # A path of this machine may hold an "@" of its own.
    if _MAY_HOLD_A_USER.match(rest) if sign else _FORGOT_THE_SCHEME.match(rest):
        credentials, _, rest = rest.rpartition("@")
    place, _, query = rest.partition("?")
    return scheme + sign + (place.partition("#")[0] if sign else place), credentials, query


def with_credentials(shown: str) -> str:
    """Give an address that was kept without its credentials as the environment knows it."""
    known = os.environ.get("MLFLOW_TRACKING_URI", "")
    return known if shown and without_credentials(known) == shown else shown


def scrubbed(text: str, uri: str) -> str:
    """Take an address's credentials out of a text, such as a traceback."""
    _, credentials, query = _parts(uri)
    password = credentials.partition(":")[2]
    words = [password, unquote(password), query, *(value for _, value in parse_qsl(query))]
    if credentials:
        text = text.replace(f"{credentials}@", "")
    for word in sorted(words, key=len, reverse=True):
        # Shorter ones stand everywhere in a text; nobody's secret is so short.
        if len(word) >= LEAST_SECRET:
            text = text.replace(word, "***")
    return text


def be_quiet() -> None:
    """Give MLflow short waits and no telemetry, unless the host has set them."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    # MLflow prints the run's address with user and password, and what is printed stands in the log.
    os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"


@contextmanager
def alone(workspace: Path) -> Iterator[None]:
    """Hold the store's lock: two processes that make the same new SQLite store break it."""
    workspace.mkdir(parents=True, exist_ok=True)
    with (workspace / f".{DATABASE}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
