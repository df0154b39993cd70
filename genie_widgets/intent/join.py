"""A model's answer joined with the embedded planner's: repaired, checked, and overruled where data decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from genie_widgets.intent.check import MAX_TIME_S, MIN_TIME_S
from genie_widgets.intent.edit import change_plan
from genie_widgets.intent.facts import USELESS_KINDS, is_no_target, may_mean_no, said_kind
from genie_widgets.intent.llm import LLMFailedError, Stopper, ask_llm, planned_exchange
from genie_widgets.intent.prompts import LLMPlan
from genie_widgets.intent.words import STOP_WORDS, is_near, name_parts, words_of
from genie_widgets.language import tr
from genie_widgets.schema import (
    METRICS,
    Answer,
    Evidence,
    LLMExchange,
    LLMSettings,
    Plan,
    Problem,
    Question,
    Refusal,
    TableProfile,
    Validation,
)

MAX_CANDIDATES, MAX_LEVELS, MAX_NOTED = 5, 9, 200
# Of a question's candidates, those that keep their place before what the model suggests.
FIRST = 3
_NUMBERS = ("number", "integer")


def join_with_llm(
    own: Answer,
    profile: TableProfile,
    prompt: str,
    settings: LLMSettings,
    *,
    on_exchange: Callable[[LLMExchange], object] | None = None,
    stopper: Stopper | None = None,
) -> Answer:
    """Ask the model, and join its answer with the embedded planner's.

    Returns
    -------
    Plan, Question or Refusal
        The embedded planner's own, with a warning, where the model failed.
    """
    planned = planned_exchange(profile, prompt, settings)
    try:
        said = ask_llm(planned, settings, on_exchange=on_exchange, stopper=stopper)
    except LLMFailedError as failure:
        return with_failure(own, str(failure))
    return join(own, said, profile, prompt)


def join(own: Answer, said: LLMPlan, profile: TableProfile, prompt: str) -> Answer:
    """Join the two planners' answers.

    The model may add to the embedded planner's answer, and cast doubt on it;
    it replaces nothing, so that a bad model makes nothing worse.

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
        A question where the two see different targets.
    """
    target = _possible_target(said.target, profile)
    if own.status == "question":
        picks = [name for name in (target, *(repaired(c, profile) for c in said.candidates)) if name is not None]
        return suggested(own, picks, profile, doubts=said.status == "refusal")
    if own.status == "refusal":
        if said.status != "plan" or target is None:
            return own
        more = tr('The language model would predict {target}: if that is meant, ask "predict {target}".', target=target)
        return Refusal(text=f"{own.text} {more}", reason=own.reason)
    if said.status == "refusal":
        text = tr(
            "The language model doubts that this asks for a prediction. Should {column} be predicted?",
            column=own.target,
        )
        return Question(text=text, candidates=(own.target,))
    if said.status == "plan" and target is not None and target != own.target and target not in own.asked_to_ignore:
        rest = (c.name for c in reversed(profile.columns) if not is_no_target(c))
        candidates = dict.fromkeys((own.target, target, *rest))
        text = tr(
            "Two readings of the request differ: {one}, or {other}. Which column should be predicted?",
            one=own.target,
            other=target,
        )
        return Question(text=text, candidates=tuple(candidates)[:FIRST])
    if said.status == "question":
        return _with_unknown(own, _unknown(said, profile))
    return added(own, said, profile, prompt)


def suggested(own: Question, picks: list[str], profile: TableProfile, *, doubts: bool = False) -> Question:
    """Let a model's picks order a question's first candidates, and stand after them."""
    if own.field != "target":
        return own
    picks = [name for name in dict.fromkeys(picks) if not is_no_target(profile.column(name))]
    first = sorted(own.candidates[:FIRST], key=lambda name: picks.index(name) if name in picks else len(picks))
    candidates = dict.fromkeys((*first, *picks, *own.candidates[FIRST:]))
    text = own.text
    if doubts:
        text = f"{text} {tr('The language model doubts that this asks for a prediction.')}"
    elif picks:
        text = f"{text} {tr('The language model suggests {column}.', column=picks[0])}"
    return own.model_copy(update={"text": text, "candidates": tuple(candidates)[:MAX_CANDIDATES]})


def added(plan: Plan, said: LLMPlan, profile: TableProfile, request: str, before: Plan | None = None) -> Plan:
    """Add to a plan what the model found in the request's words, as far as the data allows.

    Parameters
    ----------
    plan : Plan
        The embedded planner's.
    said : LLMPlan
        The model's answer, of the same target.
    profile : TableProfile
        The table.
    request : str
        The sentence; a field for which no free words of it ask is left out.
    before : Plan, optional
        For a sentence that changes a plan: the plan that it changes.

    Returns
    -------
    Plan
        With notes of what was left out.
    """
    changes: dict[str, Any] = {}
    evidence: dict[str, Evidence] = {}
    left_out: list[str] = []
    fresh = plan.evidence if before is None else [item for item in plan.evidence if item not in before.evidence]
    asked = {item.field for item in fresh if item.source in ("prompt", "user")}
    for field, value in _proposals(plan, said, profile):
        if field in asked and field not in ("ignore", "features"):
            continue
        words = _words_for(field, said, request, [item.quote for item in fresh if item.source == "prompt"])
        if words is None or value is None:
            left_out.append(field)
        else:
            changes[field] = value
            evidence[field] = Evidence(field=field, value=_shown(value), source="llm", quote=words)
    if changes.get("quantile_levels"):
        changes["problem_type"] = "quantile"
        evidence["problem_type"] = evidence["quantile_levels"].model_copy(
            update={"field": "problem_type", "value": "quantile"}
        )
    made = change_plan(plan, profile, changes, evidence) if changes else plan
    if len(made.blockers) > len(plan.blockers):
        # Nothing left to learn from, say: the person asked for none of it.
        left_out, made = [*left_out, *changes], plan
    if left_out:
        made = _noted(
            made,
            "llm-overruled",
            tr("What the language model added was left out: {fields}.", fields=", ".join(dict.fromkeys(left_out))),
            tr("The request's words or the data do not bear it; change the plan if you want it so."),
        )
    if said.problem_type is not None and said.problem_type != made.problem_type:
        made = _noted(
            made,
            "llm-type",
            tr(
                "The language model took this for {kind}; the values say {other_kind}.",
                kind=said_kind(said.problem_type),
                other_kind=said_kind(made.problem_type),
            ),
            tr("Change the problem type if it is right."),
            "problem_type",
        )
    return _with_unknown(made, _unknown(said, profile))


def _proposals(plan: Plan, said: LLMPlan, profile: TableProfile) -> Iterator[tuple[str, Any]]:
    """Give each field that the model fills otherwise than the plan, with a value that is possible, or None."""
    known = {name for name in (repaired(column, profile) for column in said.ignore) if name not in (None, plan.target)}
    fresh = tuple(name for name in profile.column_names if name in known and name not in plan.ignore)
    if fresh:
        yield "ignore", (*plan.ignore, *fresh)
    limited = {repaired(column, profile) for column in said.features} - {None, plan.target, *plan.asked_to_ignore}
    if limited and plan.features is None and limited != set(plan.feature_columns(profile.column_names)):
        yield "features", tuple(name for name in profile.column_names if name in limited)
    if said.metric is not None and said.metric != plan.metric:
        info = METRICS.get(said.metric)
        yield "metric", said.metric if info is not None and plan.problem_type in info.problem_types else None
    if said.time_limit_s is not None and said.time_limit_s != plan.time_limit_s:
        yield "time_limit_s", said.time_limit_s if MIN_TIME_S <= said.time_limit_s <= MAX_TIME_S else None
    if said.quality is not None and said.quality != plan.quality:
        yield "quality", said.quality
    if said.positive_class is not None and said.positive_class != plan.positive_class:
        values = [item.value for item in plan.target_facts(profile).top_values]
        alike = [value for value in values if value.strip().casefold() == said.positive_class.strip().casefold()]
        yield "positive_class", alike[0] if plan.problem_type == "binary" and len(alike) == 1 else None
    levels = tuple(sorted({level for level in said.quantile_levels if 0 < level < 1}))
    if levels and levels != plan.quantile_levels:
        is_number = profile.column(plan.target).kind in _NUMBERS
        yield "quantile_levels", levels if is_number and len(levels) <= MAX_LEVELS else None
    validation = _validation(plan, said, profile)
    if said.validation is not None and validation != plan.validation:
        yield "validation", validation


def _validation(plan: Plan, said: LLMPlan, profile: TableProfile) -> Validation | None:
    if said.validation is None or said.validation.kind == "random":
        return Validation()
    column = repaired(said.validation.column, profile)
    if column is None or column == plan.target:
        return None
    if said.validation.kind == "time" and profile.column(column).kind not in (*_NUMBERS, "date"):
        return None
    return Validation(kind=said.validation.kind, column=column)


def _words_for(field: str, said: LLMPlan, request: str, spent: list[str]) -> str | None:
    """Find the request's own words behind a field: in the request to the letter, and not all spoken for already."""
    places = (re.search(re.escape(words), request, re.IGNORECASE) for words in spent if words)
    taken = [place.span() for place in places if place is not None]
    for quote in said.quotes:
        words = quote.words.strip(" \t\n\"'.,;:!?").split()
        if quote.field != field or not words:
            continue
        match = re.search(r"\s+".join(map(re.escape, words)), request, re.IGNORECASE)
        if match is None:
            continue
        free = [
            word
            for word in words_of(match.group())
            if word.plain not in STOP_WORDS
            and not any(a <= match.start() + word.start and match.start() + word.end <= b for a, b in taken)
        ]
        if free:
            return match.group()
    return None


def repaired(name: str | None, profile: TableProfile) -> str | None:
    """Find the column that was meant: by its name, its spelling, or one slip."""
    if name is None or name in profile.column_names:
        return name
    joined = "".join(name_parts(name))
    alike = [column for column in profile.column_names if is_near("".join(name_parts(column)), joined)]
    return alike[0] if len(alike) == 1 else None


def _possible_target(name: str | None, profile: TableProfile) -> str | None:
    """Find the column that was meant, if it can be predicted at all: an id or a constant cannot."""
    column = repaired(name, profile)
    if column is None or may_mean_no(profile.column(column)):
        return column
    return None if profile.column(column).kind in USELESS_KINDS else column


def _unknown(said: LLMPlan, profile: TableProfile) -> list[str]:
    named = (said.target or "", *said.candidates, *said.ignore, *said.features)
    return [name for name in dict.fromkeys(named) if name and repaired(name, profile) is None]


def _with_unknown(plan: Plan, unknown: list[str]) -> Plan:
    if not unknown:
        return plan
    named = ", ".join(unknown[:5])[:MAX_NOTED]
    title = tr("The language model named columns that do not exist: {columns}.", columns=named)
    return _noted(plan, "llm-columns", title, tr("They were left out."))


def _shown(value: Any) -> str:
    if isinstance(value, Validation):
        return value.kind if value.column is None else f"{value.kind} by {value.column}"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _noted(plan: Plan, code: str, title: str, remedy: str, field: str | None = None) -> Plan:
    note = Problem(code=code, title=title, remedy=remedy, severity="info", culprit="language model", field=field)
    return plan.model_copy(update={"problems": (*plan.problems, note)})


def with_failure(own: Answer, why: str) -> Answer:
    """Say beside the embedded planner's answer why the model was of no help."""
    title = tr("The language model was of no help: {reason}.", reason=why)
    if own.status != "plan":
        return own.model_copy(update={"text": f"{own.text} ({title})"})
    note = Problem(
        code="llm-failed",
        title=title,
        remedy=tr("This plan is the embedded planner's; check it, or try again."),
        severity="warning",
        culprit="language model",
    )
    return own.model_copy(update={"problems": (*own.problems, note)})
