"""What happens when: the session behind every door, the worker's handle, and the public functions.

The names below are resolved when first used, so that importing the package is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genie_widgets.session.api import (
        accept,
        answer_question,
        edit_plan,
        list_runs,
        open_run,
        plan,
        train,
    )
    from genie_widgets.session.asking import SUGGESTIONS
    from genie_widgets.session.cautions import Remedy, drift_remedies, remedies
    from genie_widgets.session.configuration import settings_from_env
    from genie_widgets.session.running import Run
    from genie_widgets.session.script import python_code
    from genie_widgets.session.session import Session
    from genie_widgets.session.state import PredictionsState, SessionState, Stage, blockers

_HOME = {
    "SUGGESTIONS": "asking",
    "PredictionsState": "state",
    "Remedy": "cautions",
    "Run": "running",
    "Session": "session",
    "SessionState": "state",
    "Stage": "state",
    "accept": "api",
    "answer_question": "api",
    "blockers": "state",
    "edit_plan": "api",
    "list_runs": "api",
    "open_run": "api",
    "plan": "api",
    "drift_remedies": "cautions",
    "remedies": "cautions",
    "python_code": "script",
    "settings_from_env": "configuration",
    "train": "api",
}

__all__ = [
    "SUGGESTIONS",
    "PredictionsState",
    "Remedy",
    "Run",
    "Session",
    "SessionState",
    "Stage",
    "accept",
    "answer_question",
    "blockers",
    "drift_remedies",
    "edit_plan",
    "list_runs",
    "open_run",
    "plan",
    "python_code",
    "remedies",
    "settings_from_env",
    "train",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
