"""One door for every planner: the embedded one always, a language model beside it where one is configured."""

from __future__ import annotations

from collections.abc import Callable

from genie_widgets.intent.grammar import plan_from_prompt
from genie_widgets.schema import Answer, LLMSettings, TableProfile


def make_plan(
    profile: TableProfile,
    prompt: str,
    *,
    llm: LLMSettings | None = None,
    on_sent: Callable[[str], None] | None = None,
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
    on_sent : callable, optional
        Told the exact text before it is sent.

    Returns
    -------
    Plan, Question or Refusal
        Never raises for a bad answer of the model: it falls back and says so in `problems`.
    """
    own = plan_from_prompt(profile, prompt)
    if llm is None or not prompt.strip():
        return own
    from genie_widgets.intent.llm import join_with_llm

    return join_with_llm(own, profile, prompt, llm, on_sent)
