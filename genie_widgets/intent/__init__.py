"""From a sentence and a table's facts to a plan, a question or a refusal.

Only `TableProfile` is seen, never a row. The names below are resolved when
first used, so that importing the package is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genie_widgets.intent.check import check_plan
    from genie_widgets.intent.choosing import choose_tool
    from genie_widgets.intent.edit import answer_question, edit_plan, leave_out
    from genie_widgets.intent.facts import EMPTY_CLASS, opposite_of
    from genie_widgets.intent.follow_up import revise_plan
    from genie_widgets.intent.follow_up_words import asks_to_undo
    from genie_widgets.intent.llm import LLMFailedError, Stopper, llm_settings_from_env, planned_exchange
    from genie_widgets.intent.planner import make_plan
    from genie_widgets.intent.prompts import sent_to_llm
    from genie_widgets.intent.wording import reword, sent_to_reword

_HOME = {
    "EMPTY_CLASS": "facts",
    "LLMFailedError": "llm",
    "choose_tool": "choosing",
    "Stopper": "llm",
    "answer_question": "edit",
    "asks_to_undo": "follow_up_words",
    "check_plan": "check",
    "edit_plan": "edit",
    "revise_plan": "follow_up",
    "leave_out": "edit",
    "llm_settings_from_env": "llm",
    "make_plan": "planner",
    "opposite_of": "facts",
    "planned_exchange": "llm",
    "reword": "wording",
    "sent_to_llm": "prompts",
    "sent_to_reword": "wording",
}

__all__ = [
    "EMPTY_CLASS",
    "LLMFailedError",
    "Stopper",
    "answer_question",
    "asks_to_undo",
    "check_plan",
    "choose_tool",
    "edit_plan",
    "leave_out",
    "llm_settings_from_env",
    "make_plan",
    "opposite_of",
    "planned_exchange",
    "revise_plan",
    "reword",
    "sent_to_llm",
    "sent_to_reword",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
