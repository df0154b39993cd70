"""A change to a plan, whoever asks for it, and a person's answer to a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from genie_widgets.intent.build import build_plan
from genie_widgets.intent.check import check_plan
from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.facts import positive_class_of, usual_metric
from genie_widgets.intent.grammar import MAX_PROMPT_CHARACTERS
from genie_widgets.intent.hearing import hear
from genie_widgets.intent.target import target_evidence
from genie_widgets.language import tr
from genie_widgets.schema import (
    METRICS,
    Answer,
    ColumnProfile,
    Evidence,
    GenieError,
    Plan,
    Problem,
    ProblemType,
    Question,
    TableProfile,
    finite_number,
)

PART = "follow-up-part"  # a note on the last change; the next one leaves it behind
_WISHED = ("prompt", "user", "llm")
_FIXED = {"status", "evidence", "problems"}
# What follows from the problem type, or from what empty cells of the target mean, unless it is set too.
_FOLLOWING = ("problem_type", "metric", "positive_class", "quantile_levels")


def edit_plan(plan: Plan, profile: TableProfile, **changes: Any) -> Plan:
    """Change fields of a plan as a person asks; what depends on them follows.

    Parameters
    ----------
    plan : Plan
        The plan as it stands.
    profile : TableProfile
        The table it is for.
    **changes
        Fields of `Plan` with their new values.

    Returns
    -------
    Plan
        Checked again; the changed fields' evidence says ``"user"``.

    Raises
    ------
    GenieError
        If there is no such field, or the value cannot be one of its values.
    """
    return change_plan(plan, profile, changes, {name: _by_user(name, _text(value)) for name, value in changes.items()})


def change_plan(plan: Plan, profile: TableProfile, changes: dict[str, Any], evidence: Mapping[str, Evidence]) -> Plan:
    """Change fields of a plan, each for a reason; what depends on them follows.

    Parameters
    ----------
    plan : Plan
        The plan as it stands.
    profile : TableProfile
        The table it is for.
    changes : dict
        Fields of `Plan` with their new values.
    evidence : mapping
        Why, for each changed field.

    Returns
    -------
    Plan
        Checked again.

    Raises
    ------
    GenieError
        If there is no such field, or the value cannot be one of its values.
    """
    unknown = sorted(set(changes) - set(Plan.model_fields) | set(changes) & _FIXED)
    if unknown:
        raise _no_such_change(unknown[0], "")
    target = changes.get("target", plan.target)
    if target not in profile.column_names:
        raise _no_such_change("target", str(target))
    before = plan if target == plan.target else _for_target(plan, profile, target, evidence["target"])
    fields = before.model_dump()
    fields["problems"] = tuple(problem for problem in before.problems if problem.code != PART)
    fields.update(changes)
    if "ignore" in changes and "asked_to_ignore" not in changes:
        # What the data says stays what the data says; all else was asked for.
        by_data = set(before.ignore) - set(before.asked_to_ignore)
        fields["asked_to_ignore"] = tuple(name for name in changes["ignore"] if name not in by_data)
    try:
        Plan.model_validate({**fields, "evidence": ()})
    except ValueError:
        name, value = next(iter(changes.items()))
        raise _no_such_change(name, str(value)) from None
    _follow(fields, changes, profile)
    fields["evidence"] = _evidence(before, fields, changes, evidence)
    return check_plan(Plan.model_validate(fields), profile)


def leave_out(plan: Plan, profile: TableProfile, names: Iterable[str]) -> dict[str, Any]:
    """Give the changes by which exactly these columns are not learned from.

    Parameters
    ----------
    plan : Plan
        The plan as it stands.
    profile : TableProfile
        The table it is for.
    names : iterable of str
        The columns to leave out; all others are learned from.

    Returns
    -------
    dict
        For `edit_plan`: empty where that is so already.
    """
    out = set(names)
    used = set(plan.feature_columns(profile.column_names))
    columns = [name for name in profile.column_names if name != plan.target]
    added = [name for name in columns if name in out and name in used]
    taken_back = {name for name in columns if name not in out and name not in used}
    if not added and not taken_back:
        return {}
    if plan.features is None:
        return {"ignore": (*(name for name in plan.ignore if name not in taken_back), *added)}
    changes: dict[str, Any] = {"features": tuple(name for name in columns if name not in out)}
    if taken_back & set(plan.ignore):
        changes["ignore"] = tuple(name for name in plan.ignore if name not in taken_back)
    return changes


def _for_target(plan: Plan, profile: TableProfile, target: str, evidence: Evidence) -> Plan:
    """Plan for another target; what was asked besides is kept, and a metric only where it fits."""
    kept = _kept(plan, target)
    fresh = build_plan(profile, "", target, kept, evidence)
    if kept.metric is not None and fresh.problem_type not in METRICS[fresh.metric].problem_types:
        kept.metric, kept.evidence = None, [item for item in kept.evidence if item.field != "metric"]
        fresh = build_plan(profile, "", target, kept, evidence)
    return fresh


def _follow(fields: dict[str, Any], changes: dict[str, Any], profile: TableProfile) -> None:
    """Let what depends on a changed problem type or target follow, unless the person set it too."""
    column = _meant_target(fields, changes, profile)
    kind = fields["problem_type"]
    metric = METRICS.get(fields["metric"])
    if "metric" not in changes and (metric is None or kind not in metric.problem_types):
        fields["metric"] = usual_metric(column, profile.n_sampled, kind)[0]
    if kind != "binary":
        fields["positive_class"] = None
    elif fields["positive_class"] is None and column.top_values:
        fields["positive_class"] = positive_class_of(column, "")[0]
    if kind != "quantile":
        fields["quantile_levels"] = ()
    else:
        fields["quantile_levels"] = tuple(sorted(set(fields["quantile_levels"]))) or (0.1, 0.5, 0.9)


def _meant_target(fields: dict[str, Any], changes: dict[str, Any], profile: TableProfile) -> ColumnProfile:
    """Give the target's facts as it is meant; another meaning of its empty cells changes how many classes there are."""
    is_amount = fields["problem_type"] in ("regression", "quantile")
    if is_amount and fields["empty_target"] and finite_number(fields["empty_target"]) is None:
        if "empty_target" in changes:
            raise _no_such_change("empty_target", fields["empty_target"])
        fields["empty_target"] = ""
    column = profile.column(fields["target"]).filled(fields["empty_target"])
    if "empty_target" in changes and not is_amount:
        kind: ProblemType = "binary" if column.n_distinct == 2 else "multiclass"
        if "problem_type" not in changes and kind != fields["problem_type"]:
            fields["problem_type"] = kind
            wanted = any(e["field"] == "metric" and e["source"] in _WISHED for e in fields["evidence"])
            if "metric" not in changes and not wanted:
                fields["metric"] = usual_metric(column, profile.n_sampled, kind)[0]
        if "positive_class" not in changes and fields["positive_class"] not in {v.value for v in column.top_values}:
            fields["positive_class"] = None
    return column


def _evidence(
    before: Plan, fields: dict[str, Any], changes: dict[str, Any], evidence: Mapping[str, Evidence]
) -> tuple[dict[str, Any], ...]:
    """Keep what still holds, say why each change was made, and what followed from it."""
    followed = [name for name in _FOLLOWING if name not in changes and fields[name] != getattr(before, name)]
    still_ignored = set(fields["ignore"])
    kept = [
        item
        for item in before.evidence
        if item.field not in followed
        and (item.field not in changes or (item.field == "ignore" and still_ignored & _columns_of(item)))
    ]
    was = set(before.ignore)
    for name in changes:
        if name == "ignore" and was and set(fields["ignore"]) <= was:
            continue  # some are taken back: what is left has its reasons already
        if name in evidence:
            kept.append(evidence[name])
    follows = [
        Evidence(field=name, value=_text(fields[name]), source="default")
        for name in followed
        if fields[name] not in (None, ())
    ]
    return tuple(item.model_dump() for item in (*kept, *follows))


def _columns_of(item: Evidence) -> set[str]:
    return {item.value, *item.value.split(", ")}


def _kept(plan: Plan, target: str) -> Constraints:
    """Keep what was asked when another target is chosen: time, metric, quality, columns left out."""
    wishes = {"ignore", "features", "time_limit_s", "metric", "quality", "validation", "quantile_levels"}
    evidence = [e for e in plan.evidence if e.field in wishes and e.source in _WISHED]
    said = {e.field for e in evidence}
    return Constraints(
        rest="",
        ignore=[name for name in plan.asked_to_ignore if name != target],
        features=list(plan.features or ()),
        time_limit_s=plan.time_limit_s if "time_limit_s" in said else None,
        metric=plan.metric if "metric" in said else None,
        quality=plan.quality if "quality" in said else None,
        quantile_levels=plan.quantile_levels if "quantile_levels" in said else (),
        validation=plan.validation if "validation" in said and plan.validation.column != target else None,
        evidence=evidence,
    )


def answer_question(question: Question, profile: TableProfile, prompt: str, choice: str) -> Answer:
    """Take a person's answer to a question.

    Parameters
    ----------
    question : Question
        As it was asked.
    profile : TableProfile
        The table.
    prompt : str
        The sentence that led to it; its other wishes still count.
    choice : str
        One of its candidates, or another column where a column is asked for.

    Returns
    -------
    Plan
        With the choice as its target, metric or quality.

    Raises
    ------
    GenieError
        If the table has no such column, or it is none of the candidates.
    """
    heard = hear(prompt[:MAX_PROMPT_CHARACTERS], profile)
    asked = heard.asked
    if question.field in ("metric", "quality"):
        # The target was clear; this was asked besides.
        target = heard.ranked[0]
        if choice not in question.candidates:
            raise _no_such_change(question.field, choice)
        setattr(asked, question.field, choice)
        asked.evidence = [e for e in asked.evidence if e.field != question.field]
        asked.evidence.append(_by_user(question.field, choice))
        return build_plan(profile, prompt, target.column, asked, target_evidence(target, profile))
    if choice not in profile.column_names:
        raise _no_such_change(question.field, choice)
    asked.give_back("ignore", [choice])
    return build_plan(profile, prompt, choice, asked, _by_user("target", choice))


def _by_user(field: str, value: str) -> Evidence:
    return Evidence(field=field, value=value, source="user", quote=tr("your choice"))


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _no_such_change(field: str, value: str) -> GenieError:
    if value:
        title = tr("The plan's {field} cannot be {value}.", field=field, value=value[:60])
    else:
        title = tr("The plan's {field} cannot be changed.", field=field)
    return GenieError(
        Problem(
            code="no-such-change",
            title=title,
            remedy=tr("Choose one of the values that are offered."),
            culprit=field,
            value=value[:60],
            field=field,
        )
    )
