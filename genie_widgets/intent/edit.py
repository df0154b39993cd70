"""A person's change to a plan, and a person's answer to a question."""

from __future__ import annotations

from typing import Any

from genie_widgets.intent.build import build_plan
from genie_widgets.intent.check import check_plan
from genie_widgets.intent.constraints import Constraints, find_constraints
from genie_widgets.intent.facts import positive_class_of
from genie_widgets.schema import (
    METRICS,
    Answer,
    Evidence,
    GenieError,
    Plan,
    Problem,
    Question,
    TableProfile,
    default_metric,
)


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
    unknown = sorted(set(changes) - set(Plan.model_fields) | set(changes) & {"status", "evidence", "problems"})
    if unknown:
        raise _no_such_change(unknown[0], "")
    target = changes.get("target", plan.target)
    if target not in profile.column_names:
        raise _no_such_change("target", str(target))
    fields = plan.model_dump()
    if target != plan.target:
        fresh = build_plan(profile, "", target, _kept(plan, target), _by_user("target", target))
        fields = fresh.model_dump()
    fields.update(changes)
    if "ignore" in changes:
        fields["asked_to_ignore"] = tuple(changes["ignore"])
    try:
        Plan.model_validate({**fields, "evidence": ()})
    except ValueError:
        name, value = next(iter(changes.items()))
        raise _no_such_change(name, str(value)) from None
    _follow(fields, changes, profile)
    fields["evidence"] = (
        *(e for e in fields["evidence"] if e["field"] not in changes),
        *(_by_user(name, str(value)).model_dump() for name, value in changes.items()),
    )
    return check_plan(Plan.model_validate(fields), profile)


def _follow(fields: dict[str, Any], changes: dict[str, Any], profile: TableProfile) -> None:
    """Let what depends on a changed problem type follow, unless the person set it too."""
    kind = fields["problem_type"]
    metric = METRICS.get(fields["metric"])
    if "metric" not in changes and (metric is None or kind not in metric.problem_types):
        fields["metric"] = default_metric(kind)
    if kind != "binary":
        fields["positive_class"] = None
    elif fields["positive_class"] is None and profile.column(fields["target"]).top_values:
        fields["positive_class"] = positive_class_of(profile.column(fields["target"]), "")[0]
    if kind != "quantile":
        fields["quantile_levels"] = ()
    else:
        fields["quantile_levels"] = tuple(sorted(set(fields["quantile_levels"]))) or (0.1, 0.5, 0.9)


def _kept(plan: Plan, target: str) -> Constraints:
    """Keep what was asked when another target is chosen: time, quality, columns left out."""
    kept = {"ignore", "features", "time_limit_s", "quality", "validation"}
    evidence = [e for e in plan.evidence if e.field in kept and e.source in ("prompt", "user", "llm")]
    said = {e.field for e in evidence}
    return Constraints(
        rest="",
        ignore=[name for name in plan.asked_to_ignore if name != target],
        features=list(plan.features or ()),
        time_limit_s=plan.time_limit_s if "time_limit_s" in said else None,
        quality=plan.quality if "quality" in said else None,
        validation=plan.validation if "validation" in said else None,
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
        The column chosen.

    Returns
    -------
    Plan
        For the chosen target.

    Raises
    ------
    GenieError
        If the table has no such column.
    """
    if choice not in profile.column_names:
        raise _no_such_change(question.field, choice)
    asked = find_constraints(prompt, profile)
    asked.ignore = [name for name in asked.ignore if name != choice]
    return build_plan(profile, prompt, choice, asked, _by_user("target", choice))


def _by_user(field: str, value: str) -> Evidence:
    return Evidence(field=field, value=value, source="user", quote="your choice")


def _no_such_change(field: str, value: str) -> GenieError:
    return GenieError(
        Problem(
            code="no-such-change",
            title=f"The plan's {field} cannot be {value[:60] or 'changed'}.",
            remedy="Choose one of the values that are offered.",
            culprit=field,
            value=value[:60],
            field=field,
        )
    )
