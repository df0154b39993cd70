"""Settings from the environment: read once, at the top, and passed down."""

from __future__ import annotations

import os

from genie_widgets.intent import llm_settings_from_env
from genie_widgets.schema import Settings
from genie_widgets.store import default_workspace

_RAYS_OWN = ("RAY_API_SERVER_ADDRESS", "RAY_ADDRESS")


def settings_from_env() -> Settings:
    """Read ``GENIE_HOME``, ``MLFLOW_TRACKING_URI``, ``JUPYTERHUB_USER``, ``OPENAI_*`` and ``GENIE_*``."""
    megabytes, minutes = _whole("GENIE_MAX_UPLOAD_MB"), _whole("GENIE_MINUTES_EACH")
    # On a page, who opens it need not be who runs it: what the server can reach is not theirs, unless the host says so.
    is_page = "VOILA_BASE_URL" in os.environ
    return Settings(
        workspace=default_workspace(),
        max_upload_bytes=None if megabytes is None else megabytes * 10**6,
        tracking_uri=os.environ.get("MLFLOW_TRACKING_URI", ""),
        llm=llm_settings_from_env(),
        shared=_is_on("GENIE_SHARED", otherwise=False),
        allow_paths=_is_on("GENIE_ALLOW_PATHS", otherwise=not is_page),
        allow_urls=_is_on("GENIE_ALLOW_URLS", otherwise=not is_page),
        allow_queries=_is_on("GENIE_ALLOW_QUERIES", otherwise=not is_page),
        allow_llm=_is_on("GENIE_ALLOW_LLM", otherwise=not is_page),
        allow_mlflow_ui=_is_on("GENIE_ALLOW_MLFLOW_UI", otherwise=not is_page),
        seed=_whole("GENIE_SEED") or 0,
        # A page is everybody's, even where its server is one person's of a hub's.
        person="" if is_page else os.environ.get("JUPYTERHUB_USER", ""),
        seconds_each=None if minutes is None else minutes * 60,
        public_urls_only=is_page,
        runner=os.environ.get("GENIE_RUNNER") or "local",
        # Ray's own names for it come after.
        ray_address=next(
            (found for name in ("GENIE_RAY_ADDRESS", *_RAYS_OWN) if (found := os.environ.get(name, ""))), ""
        ),
    )


def _whole(name: str) -> int | None:
    value = os.environ.get(name, "")
    return int(value) if value.isdecimal() else None


def _is_on(name: str, *, otherwise: bool) -> bool:
    value = os.environ.get(name, "")
    return value != "0" if value else otherwise
