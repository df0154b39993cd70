"""Settings from the environment: read once, at the top, and passed down."""

from __future__ import annotations

import os

from genie_widgets.intent import llm_settings_from_env
from genie_widgets.schema import Settings
from genie_widgets.store import default_workspace


def settings_from_env() -> Settings:
    """Read ``GENIE_HOME``, ``MLFLOW_TRACKING_URI``, ``OPENAI_*`` and ``GENIE_*``."""
    limit = os.environ.get("GENIE_MAX_UPLOAD_MB")
    return Settings(
        workspace=default_workspace(),
        max_upload_bytes=int(limit) * 10**6 if limit and limit.isdecimal() else None,
        tracking_uri=os.environ.get("MLFLOW_TRACKING_URI", ""),
        llm=llm_settings_from_env(),
        shared=os.environ.get("GENIE_SHARED", "") not in ("", "0"),
    )
