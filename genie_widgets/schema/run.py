"""What a run was asked to do, and its name."""

from __future__ import annotations

import re
import secrets

from genie_widgets.schema.base import Value
from genie_widgets.schema.plan import Plan
from genie_widgets.schema.table import TableProfile

# What a cluster's job ends with where its node does not see the run's folder: "no input", as sysexits.h numbers it.
NO_FOLDER = 66
_RUN_ID = re.compile(r"[0-9a-f]{32}\Z")


def new_run_id() -> str:
    """Make a fresh run id: 128 random bits as 32 hexadecimal digits."""
    return secrets.token_hex(16)


def run_id_is_valid(text: str) -> bool:
    """Whether `text` has a run id's form; checked before it touches a path."""
    return _RUN_ID.match(text) is not None


class ClusterJob(Value):
    """Written to ``cluster.json``: which job of a Ray cluster trains the run.

    Attributes
    ----------
    address : str
        Of the cluster's head, as ``http://HOST:8265``.
    submission_id : str
        Ray's name for the job; one of a name is taken only once.
    cores : int
        Asked for.
    memory_bytes : int
        Asked for.
    """

    address: str
    submission_id: str
    cores: int
    memory_bytes: int


class RunRequest(Value):
    """Written to ``request.json``: all the worker needs beside ``table.parquet``.

    Attributes
    ----------
    run_id : str
        32 hexadecimal digits.
    prompt : str
        The person's sentence; hostile text, shown only escaped.
    plan : Plan
        As confirmed.
    profile : TableProfile
        As shown when it was confirmed.
    seed : int
        Fixes splits and samples.
    created_at : float
        Seconds since 1970 at confirmation: the budget counts from here.
    tracking_uri : str
        MLflow address; empty means the workspace's own SQLite store.
    person : str
        Who asked; empty where nobody said it.
    language : str
        One of `genie_widgets.language.LANGUAGES`: the run's texts are in it, its report's among them.
    """

    run_id: str
    prompt: str
    plan: Plan
    profile: TableProfile
    seed: int = 0
    created_at: float
    tracking_uri: str = ""
    person: str = ""
    language: str = "en"
