"""One door for every planner: the embedded one always, a language model beside it where one is configured."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from genie_widgets.intent.grammar import plan_from_prompt
from genie_widgets.schema import Answer, LLMExchange, LLMSettings, TableProfile

if TYPE_CHECKING:
    from genie_widgets.intent.llm import Stopper


def make_plan(
    profile: TableProfile,
    prompt: str,
    *,
    llm: LLMSettings | None = None,
    on_exchange: Callable[[LLMExchange], object] | None = None,
    stopper: Stopper | None = None,
) -> Answer:
    """Answer a sentence with a plan, a question or a refusal.

    Parameters
    ----------
    profile : TableProfile
        The table's facts; all that any planner sees.
    prompt : str
        The person's sentence.
    llm : LLMSettings or None
        A language model to ask as well; None for the embedded planner alone.
    on_exchange : callable, optional
        Told of what is sent, to the letter, before it is; and at the end of what that took.
    stopper : Stopper, optional
        Ends the asking early; the embedded planner's answer is then given.

    Returns
    -------
    Plan, Question or Refusal
        Never raises for a bad answer of the model: it falls back and says so in `problems`.
    """
    own = plan_from_prompt(profile, prompt)
    if llm is None or not prompt.strip():
        return own
    from genie_widgets.intent.join import join_with_llm

    return join_with_llm(own, profile, prompt, llm, on_exchange=on_exchange, stopper=stopper)
