"""From a sentence and a table's facts to a plan, a question or a refusal.

Only `TableProfile` is seen, never a row. The names below are resolved when
first used, so that importing the package is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genie_widgets.intent.check import check_plan
    from genie_widgets.intent.edit import answer_question, edit_plan
    from genie_widgets.intent.llm import llm_settings_from_env
    from genie_widgets.intent.planner import make_plan
    from genie_widgets.intent.prompts import sent_to_llm

_HOME = {
    "answer_question": "edit",
    "check_plan": "check",
    "edit_plan": "edit",
    "llm_settings_from_env": "llm",
    "make_plan": "planner",
    "sent_to_llm": "prompts",
}

__all__ = ["answer_question", "check_plan", "edit_plan", "llm_settings_from_env", "make_plan", "sent_to_llm"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
