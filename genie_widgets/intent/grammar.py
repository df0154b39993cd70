"""The embedded planner: no key, no network, a few milliseconds."""

from __future__ import annotations

import re

from genie_widgets.intent import phrases
from genie_widgets.intent.build import build_plan
from genie_widgets.intent.constraints import find_constraints
from genie_widgets.intent.facts import USELESS_KINDS, useless_columns
from genie_widgets.intent.target import MAX_CANDIDATES, Candidate, is_clear, rank_targets
from genie_widgets.schema import Answer, Evidence, Problem, Question, Refusal, TableProfile

MAX_PROMPT_CHARACTERS = 2_000


def plan_from_prompt(profile: TableProfile, prompt: str) -> Answer:
    """Plan from a sentence alone.

    Parameters
    ----------
    profile : TableProfile
        The table's facts.
    prompt : str
        The sentence; of a very long one the first 2,000 characters are read.

    Returns
    -------
    Plan, Question or Refusal
        A question where the target is not clear; a refusal where no column is to be predicted.
    """
    text = prompt[:MAX_PROMPT_CHARACTERS]
    refusal = _refusal(text, profile)
    if refusal is not None:
        return refusal
    asked = find_constraints(text, profile)
    ranked = rank_targets(asked.rest, profile)
    if not is_clear(ranked):
        return _question([c for c in ranked if c.column not in asked.ignore] or ranked, profile, asked.rest)
    best = ranked[0]
    evidence = Evidence(field="target", value=best.column, source="prompt", quote=best.quote)
    plan = build_plan(profile, text, best.column, asked, evidence)
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        note = Problem(
            code="prompt-cut",
            title=f"The request is long: its first {MAX_PROMPT_CHARACTERS:,} characters were read.",
            remedy="Check the plan, or say it in a sentence or two.",
            severity="warning",
        )
        plan = plan.model_copy(update={"problems": (*plan.problems, note)})
    return plan


def _refusal(text: str, profile: TableProfile) -> Refusal | None:
    for pattern, reason, words in phrases.REFUSALS:
        if re.search(pattern, text, re.IGNORECASE):
            examples = [c.name for c in reversed(profile.columns) if c.kind not in USELESS_KINDS][:3]
            offer = (
                f' Genie can predict a column of this table, for example: "predict {examples[0]}".' if examples else ""
            )
            return Refusal(text=f"This asks for {words}, which Genie does not do.{offer}", reason=reason)
    return None


def _question(ranked: list[Candidate], profile: TableProfile, text: str) -> Question:
    useful = [c for c in ranked if profile.column(c.column).kind not in USELESS_KINDS] or ranked
    named = [c for c in useful if c.named]
    useless = useless_columns(profile)
    hopeless = next((c.column for c in ranked if c.named and c.column in useless), None)
    # The rest of the table, from its end: that is where people put the outcome.
    order = {column.name: place for place, column in enumerate(profile.columns)}
    rest = sorted((c for c in useful if not c.named), key=lambda c: (-c.score, -order[c.column]))
    candidates = tuple(c.column for c in (*named, *rest)[:MAX_CANDIDATES])
    if not text.strip():
        words = "What should be predicted?"
    elif len(named) > 1:
        words = "Which of these columns should be predicted?"
    elif hopeless is not None:
        words = f"{hopeless} {useless[hopeless]}. Which column should be predicted instead?"
    elif named:
        words = f"Should {named[0].column} be predicted, or another column?"
    else:
        words = "No column of the table is named in the request. Which one should be predicted?"
    return Question(text=words, candidates=candidates)
