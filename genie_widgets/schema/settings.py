"""Limits and paths, built once at the top and passed down."""

from __future__ import annotations

from pathlib import Path

from pydantic import ConfigDict, Field, SecretStr

from genie_widgets.schema.base import Value


class _Confidential(Value):
    """A value whose errors do not quote what they refuse: it may be the key, put into a wrong field."""

    model_config = ConfigDict(hide_input_in_errors=True)

    def __setattr__(self, name: str, _value: object) -> None:
        # The frozen base refuses every change, and quotes it: it is given nothing to quote.
        super().__setattr__(name, None)


class LLMSettings(_Confidential):
    """How to reach an OpenAI-compatible server. The key never leaves memory.

    Attributes
    ----------
    api_key : SecretStr
        Never written to a notebook, a log, an event or MLflow.
    base_url : str or None
        Another server than OpenAI's own.
    model : str
        Model name as the server knows it.
    timeout_s : float
        Seconds for one whole answer.
    max_retries : int
        Further tries after 429, 5xx and lost connections.
    with_values : bool
        Whether it may see cells: the commonest values of columns of few values, the least and the greatest of
        numbers and dates.
    prices : tuple of float, or None
        For a million tokens, in and out, in the person's currency; None: no cost is told.
    """

    api_key: SecretStr
    base_url: str | None = None
    model: str = "gpt-4.1-mini"
    timeout_s: float = 20.0
    max_retries: int = 2
    with_values: bool = False
    prices: tuple[float, float] | None = None


class Settings(_Confidential):
    """What a host may set.

    Attributes
    ----------
    workspace : Path
        Holds ``runs/``, ``uploads/`` and ``mlflow.db``.
    max_upload_bytes : int or None
        Largest upload; None means what the disk holds.
    tracking_uri : str
        MLflow address; empty means the workspace's SQLite store.
    llm : LLMSettings or None
        None means the embedded planner alone.
    shared : bool
        Strangers use this server: nobody is shown the runs of others.
    allow_paths, allow_urls, allow_queries : bool
        Whether a person may name a file of this machine, an address on the network, a database to read from.
    allow_llm : bool
        Whether a person may name a language model other than the host's own, by a key or an address.
    allow_mlflow_ui : bool
        Whether a person may have MLflow's own pages opened, for whoever is on this machine.
    seed : int
        Fixes splits and samples of every run that is given no other.
    person : str
        Who trains here; empty where nobody said it.
    seconds_each : int or None
        Seconds of training that each person has in all; None: as long as they like.
    public_urls_only : bool
        Whether addresses of this machine and of its own network are refused all the same.
    runner : str
        Where trainings run: ``"local"`` in processes of this machine, ``"ray"`` as jobs of a cluster.
    ray_address : str
        Of the cluster's head, as ``http://HOST:8265``.
    """

    workspace: Path
    max_upload_bytes: int | None = None
    tracking_uri: str = ""
    llm: LLMSettings | None = Field(default=None, repr=False)
    shared: bool = False
    allow_paths: bool = True
    allow_urls: bool = True
    allow_queries: bool = True
    allow_llm: bool = True
    allow_mlflow_ui: bool = True
    seed: int = 0
    person: str = ""
    seconds_each: int | None = None
    public_urls_only: bool = False
    runner: str = "local"
    ray_address: str = ""
