"""A model's answer joined with the embedded planner's: repaired, checked, and overruled where data decides."""

from __future__ import annotations

from genie_widgets.intent.build import build_plan
from genie_widgets.intent.constraints import find_constraints
from genie_widgets.intent.prompts import LLMPlan
from genie_widgets.intent.target import MAX_CANDIDATES
from genie_widgets.intent.words import is_near, name_parts
from genie_widgets.schema import METRICS, Answer, Evidence, Plan, Problem, Question, Refusal, TableProfile

MAX_REASON = 200


def join(own: Answer, said: LLMPlan, profile: TableProfile, prompt: str) -> Answer:
    """Join the two planners' answers.

    Parameters
    ----------
    own : Answer
        The embedded planner's.
    said : LLMPlan
        The model's.
    profile : TableProfile
        The table: it decides the type, and which columns exist.
    prompt : str
        The person's request.

    Returns
    -------
    Plan, Question or Refusal
        A question where both are sure of different targets.
    """
    target = _repaired(said.target, profile)
    if said.status == "refusal":
        if own.status == "plan":
            return _ask(own.target, None, profile)
        if own.status == "refusal":
            return own
        text = "The language model takes this for something else than a prediction. Name a column to predict it."
        return Refusal(text=text, reason="llm")
    if said.status == "question" or target is None:
        if own.status == "plan":
            return own
        named = [name for name in (_repaired(c, profile) for c in said.candidates) if name is not None]
        kept = tuple(dict.fromkeys([*named, *(own.candidates if own.status == "question" else ())]))
        return own.model_copy(update={"candidates": kept[:MAX_CANDIDATES]}) if own.status == "question" else own
    if own.status == "plan" and own.target != target:
        return _ask(own.target, target, profile)
    return _plan(own, said, target, profile, prompt)


def _plan(own: Answer, said: LLMPlan, target: str, profile: TableProfile, prompt: str) -> Plan:
    asked = find_constraints(prompt, profile)
    dropped: list[str] = []
    for field, names, into in (("ignore", said.ignore, asked.ignore), ("features", said.features, asked.features)):
        known = [_repaired(name, profile) for name in names]
        dropped += [name for name, repaired in zip(names, known, strict=True) if repaired is None]
        fresh = [name for name in known if name is not None and name not in into and name != target]
        if fresh and not into:
            into.extend(fresh)
            asked.evidence.append(_by_llm(field, ", ".join(fresh), ""))
    if asked.metric is None and said.metric in METRICS:
        asked.metric = said.metric
        asked.evidence.append(_by_llm("metric", str(said.metric), ""))
    if asked.time_limit_s is None and said.time_limit_s:
        asked.time_limit_s = said.time_limit_s
        asked.evidence.append(_by_llm("time_limit_s", str(said.time_limit_s), ""))
    own_evidence = [e for e in own.evidence if e.field == "target"] if own.status == "plan" else []
    evidence = own_evidence[0] if own_evidence else _by_llm("target", target, said.reason[:MAX_REASON])
    plan = build_plan(profile, prompt, target, asked, evidence)
    alone = build_plan(profile, prompt, target, find_constraints(prompt, profile), evidence)
    if len(alone.blockers) < len(plan.blockers):
        # A metric of another kind, no time at all, nothing left to learn from: the person asked for none of it.
        plan = _noted(
            alone,
            "llm-overruled",
            f"What the language model added was left out: {plan.blockers[0].title}",
            "Change the plan if you want it so.",
        )
    if said.problem_type is not None and said.problem_type != plan.problem_type:
        plan = _noted(
            plan,
            "llm-type",
            f"The language model took this for {said.problem_type}; the values say {plan.problem_type}.",
            "Change the problem type if it is right.",
        )
    if dropped:
        unknown = ", ".join(dropped[:5])[:MAX_REASON]
        plan = _noted(
            plan,
            "llm-columns",
            f"The language model named columns that do not exist: {unknown}.",
            "They were left out.",
        )
    return plan


def _ask(own_target: str, other: str | None, profile: TableProfile) -> Question:
    if other is None:
        text = f"The language model doubts that this asks for a prediction. Should {own_target} be predicted?"
        return Question(text=text, candidates=(own_target,))
    rest = tuple(c.name for c in reversed(profile.columns) if c.name not in (own_target, other))
    text = "Two readings of the request differ. Which column should be predicted?"
    return Question(text=text, candidates=(own_target, other, *rest)[:3])


def _repaired(name: str | None, profile: TableProfile) -> str | None:
    """Find the column that was meant: by its name, its spelling, or one slip."""
    if name is None or name in profile.column_names:
        return name
    joined = "".join(name_parts(name))
    alike = [column for column in profile.column_names if is_near("".join(name_parts(column)), joined)]
    return alike[0] if len(alike) == 1 else None


def _by_llm(field: str, value: str, quote: str) -> Evidence:
    return Evidence(field=field, value=value, source="llm", quote=quote)


def _noted(plan: Plan, code: str, title: str, remedy: str) -> Plan:
    note = Problem(code=code, title=title, remedy=remedy, severity="info", culprit="language model")
    return plan.model_copy(update={"problems": (*plan.problems, note)})
