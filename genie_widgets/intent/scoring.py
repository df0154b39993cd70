"""How good a planner is: its answers to a folder's cases, each judged against what the person meant."""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from pydantic import Field

from genie_widgets.schema import Answer, ColumnProfile, GenieError, Plan, Problem, TableProfile
from genie_widgets.schema.base import Value
from genie_widgets.schema.table import ColumnKind, ValueCount

Verdict = Literal["right", "asked", "asked badly", "wrong", "kept", "kept otherwise", "let through"]
CONSTRAINTS = ("ignore", "features", "metric", "time_limit_s", "quantile_levels")
# The right column must stand among as many of a question's candidates.
FIRST_CANDIDATES = 3
# A column of which only examples are known is taken to hold as many different values, unless it is 0 and 1.
_ASSUMED_ROWS, _ASSUMED_NUMBERS, _ASSUMED_INTEGERS = 1000, 900, 60


class CaseColumn(Value):
    """A column of a case that brings no table: its name, its type and a few values."""

    name: str
    dtype: str = ""
    examples: tuple[Any, ...] = ()


class Case(Value, extra="ignore"):
    """A sentence on a table, and the plan that was meant.

    Attributes
    ----------
    id : str
        Its name.
    prompt : str
        The sentence.
    table : str or None
        File in the folder's ``tables/``; None where `columns` describe it.
    columns : tuple of CaseColumn
        A table told in words.
    target, problem_type, metric, ignore, features, time_limit_s, quantile_levels
        As in `Plan`; None or empty where the sentence does not say.
    expect : {"clarify", "refuse"} or None
        Set where nothing may be planned.
    expect_accept, target_accept, problem_type_accept, metric_accept
        Other answers that are right too.
    style, kind, lang : str
        What kind of sentence it is; scores are told by these.
    """

    id: str
    prompt: str
    table: str | None = None
    columns: tuple[CaseColumn, ...] = ()
    target: str | None = None
    problem_type: str | None = None
    metric: str | None = None
    ignore: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    time_limit_s: int | None = None
    quantile_levels: tuple[float, ...] = ()
    expect: Literal["clarify", "refuse"] | None = None
    expect_accept: tuple[str, ...] = ()
    target_accept: tuple[str, ...] = ()
    problem_type_accept: tuple[str, ...] = ()
    metric_accept: tuple[str | None, ...] = ()
    style: str = ""
    kind: str = ""
    lang: str = "en"


class Scored(Value):
    """A case, the planner's answer, and the judgement of both.

    Attributes
    ----------
    case : Case
        What was asked.
    answer : Answer
        What the planner said.
    verdict : str
        ``"right"``, ``"asked"`` (the right column among the first three), ``"asked badly"`` or ``"wrong"``; for cases
        that must not be planned ``"kept"``, ``"kept otherwise"`` (refused where a question is meant, or the other way
        round) or ``"let through"``.
    constraints : dict
        Whether each wish that the sentence names is in the plan; where the planner asked, in the plan that the right
        answer leads to.
    invented : tuple of str
        Wishes in the plan that the sentence does not name.
    milliseconds : float
        How long the planner took.
    """

    case: Case
    answer: Answer
    verdict: Verdict
    constraints: dict[str, bool] = Field(default_factory=dict)
    invented: tuple[str, ...] = ()
    milliseconds: float


def read_cases(lines: Iterable[str], source: str = "cases.jsonl") -> list[Case]:
    """Read cases, one JSON object a line.

    Raises
    ------
    GenieError
        If a line is none.
    """
    cases = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            cases.append(Case.model_validate_json(_without_nulls(line)))
        except ValueError as error:
            raise GenieError(
                Problem(
                    code="no-case",
                    title=f"Line {number} of {source} is no case: {str(error).splitlines()[0]}",
                    remedy="Each line is a JSON object with id, table, prompt and what is expected.",
                    culprit=source,
                    value=line[:60],
                )
            ) from error
    return cases


def _without_nulls(line: str) -> str:
    """Drop what is null: a list that is null is an empty one."""
    said = json.loads(line)
    if not isinstance(said, dict):
        return line
    return json.dumps({name: value for name, value in said.items() if value is not None})


def told_profile(case: Case) -> TableProfile | None:
    """Make a profile of the columns that a case without a table describes; None where it describes none."""
    if not case.columns:
        return None
    columns = tuple(_told_column(column) for column in case.columns)
    return TableProfile(name="", n_rows=_ASSUMED_ROWS, n_sampled=_ASSUMED_ROWS, columns=columns)


def _told_column(column: CaseColumn) -> ColumnProfile:
    values = list(dict.fromkeys(column.examples))
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    n_distinct = max(len(values), 2)
    kind: ColumnKind = "category"
    if "float" in column.dtype or any(not number.is_integer() for number in numbers):
        kind, n_distinct = "number", _ASSUMED_NUMBERS
    elif numbers and set(numbers) <= {0.0, 1.0}:
        kind, n_distinct = "boolean", 2
    elif "int" in column.dtype:
        kind, n_distinct = "integer", _ASSUMED_INTEGERS
    elif "date" in column.dtype or "time" in column.dtype:
        kind, n_distinct = "date", _ASSUMED_NUMBERS
    elif "bool" in column.dtype:
        kind = "boolean"
    return ColumnProfile(
        name=column.name,
        kind=kind,
        dtype=column.dtype,
        n_distinct=n_distinct,
        top_values=tuple(ValueCount(value=str(v), count=_ASSUMED_ROWS // n_distinct) for v in values[:n_distinct]),
        min_count=_ASSUMED_ROWS // n_distinct,
        minimum=min(numbers, default=None),
        maximum=max(numbers, default=None),
    )


def score_cases(
    cases: Iterable[Case],
    profile_of: Callable[[Case], TableProfile],
    plan: Callable[[TableProfile, str], Answer],
) -> Iterator[Scored]:
    """Put each case to a planner and judge its answer.

    Parameters
    ----------
    cases : iterable of Case
        What is asked.
    profile_of : callable
        Gives the table of a case.
    plan : callable
        The planner.

    Yields
    ------
    Scored
        In the cases' order.
    """
    for case in cases:
        profile = profile_of(case)
        start = time.perf_counter()
        answer = plan(profile, case.prompt)
        milliseconds = 1000 * (time.perf_counter() - start)
        verdict = _verdict(case, answer)
        settled = _settled(case, answer, profile)
        yield Scored(
            case=case,
            answer=answer,
            verdict=verdict,
            constraints={} if settled is None else dict(_constraints(case, settled)),
            invented=() if settled is None else tuple(_invented(case, settled)),
            milliseconds=milliseconds,
        )


def _verdict(case: Case, answer: Answer) -> Verdict:
    if case.expect is not None:
        meant = {"question": "clarify", "refusal": "refuse", "plan": "plan"}[answer.status]
        if meant in {case.expect, *case.expect_accept} or (answer.status == "plan" and answer.blockers):
            return "kept"
        return "let through" if answer.status == "plan" else "kept otherwise"
    targets = {case.target, *case.target_accept}
    if answer.status == "plan":
        fits = answer.target in targets and answer.problem_type in {case.problem_type, *case.problem_type_accept}
        return "right" if fits else "wrong"
    near = answer.status == "question" and bool(targets & set(answer.candidates[:FIRST_CANDIDATES]))
    return "asked" if near else "asked badly"


def _settled(case: Case, answer: Answer, profile: TableProfile) -> Plan | None:
    """Give the plan that stands in the end: the one proposed, or the one after the right answer to a question."""
    from genie_widgets.intent.edit import answer_question

    if case.expect is not None:
        return None
    if answer.status == "question" and answer.field == "target" and case.target in profile.column_names:
        settled = answer_question(answer, profile, case.prompt, case.target)
        return settled if settled.status == "plan" else None
    return answer if answer.status == "plan" else None


def _constraints(case: Case, plan: Plan) -> Iterator[tuple[str, bool]]:
    if case.metric is not None:
        yield "metric", plan.metric in {case.metric, *case.metric_accept} or (None in case.metric_accept)
    if case.time_limit_s is not None:
        yield "time_limit_s", plan.time_limit_s == case.time_limit_s
    if case.ignore:
        yield "ignore", set(plan.asked_to_ignore) == set(case.ignore)
    if case.features:
        yield "features", set(plan.features or ()) == set(case.features)
    if case.quantile_levels:
        yield "quantile_levels", plan.quantile_levels == tuple(sorted(case.quantile_levels))


def _invented(case: Case, plan: Plan) -> Iterator[str]:
    asked = {item.field for item in plan.evidence if item.source == "prompt"}
    if case.metric is None and None not in case.metric_accept and "metric" in asked:
        yield "metric"
    if case.time_limit_s is None and "time_limit_s" in asked:
        yield "time_limit_s"
    if not case.ignore and plan.asked_to_ignore:
        yield "ignore"
    if not case.features and plan.features is not None:
        yield "features"


def summary(scored: Iterable[Scored]) -> dict[str, Any]:
    """Sum up: counts and shares of verdicts and constraints, over all and by style, kind and language.

    Returns
    -------
    dict
        JSON-ready.
    """
    every = list(scored)
    by: dict[str, dict[str, Any]] = {}
    for name in ("style", "kind", "lang"):
        values = sorted({getattr(one.case, name) for one in every if getattr(one.case, name)})
        by[name] = {value: _counts([one for one in every if getattr(one.case, name) == value]) for value in values}
    milliseconds = [one.milliseconds for one in every]
    return {
        **_counts(every),
        "constraints": {
            name: {"right": sum(told), "named": len(told)}
            for name in CONSTRAINTS
            if (told := [one.constraints[name] for one in every if name in one.constraints])
        },
        "invented": dict(Counter(name for one in every for name in one.invented)),
        "milliseconds": {
            "median": round(statistics.median(milliseconds), 2) if milliseconds else None,
            "longest": round(max(milliseconds), 2) if milliseconds else None,
        },
        "by": by,
    }


def _counts(scored: list[Scored]) -> dict[str, Any]:
    verdicts = Counter(one.verdict for one in scored)
    planned = sum(verdicts[v] for v in ("right", "asked", "asked badly", "wrong"))
    kept = sum(verdicts[v] for v in ("kept", "kept otherwise", "let through"))
    return {
        "cases": len(scored),
        "to_be_planned": planned,
        "right": verdicts["right"],
        "asked_right_among_three": verdicts["asked"],
        "asked_right_not_among_three": verdicts["asked badly"],
        "wrong": verdicts["wrong"],
        "must_not_be_planned": kept,
        "kept": verdicts["kept"],
        "kept_otherwise": verdicts["kept otherwise"],
    }
