"""Two runs compared: what was asked, what was found, and whether the one is better, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from genie_widgets.schema import (
    METRICS,
    ComparedFigure,
    Comparison,
    GenieError,
    PairedDifference,
    Plan,
    RunRequest,
    RunResult,
)
from genie_widgets.session.tracing import scored_result, scored_rows
from genie_widgets.store import RunFolder

MOST_NAMED = 5


def compare(before: RunFolder, after: RunFolder) -> Comparison:
    """Compare two runs; see `Run.compare`."""
    asked = before.read_request(), after.read_request()
    found = scored_result(before), scored_result(after)
    difference = _difference(before, after, asked, found)
    plans = asked[0].plan, asked[1].plan
    return Comparison(
        before=found[0],
        after=found[1],
        plan_before=plans[0],
        plan_after=plans[1],
        figures=_figures(*found),
        difference=difference,
        words=(*_asked(*asked), *_better(found, difference)),
    )


def _difference(
    before: RunFolder, after: RunFolder, asked: tuple[RunRequest, RunRequest], found: tuple[RunResult, RunResult]
) -> PairedDifference | None:
    from genie_widgets.evaluate import at_decision, group_codes, paired_difference, rows_of

    try:
        scored = scored_rows(before), scored_rows(after)
    except GenieError:
        return None
    if not scored[0].index.equals(scored[1].index):
        return None
    made = [rows_of(rows, result.plan, result.classes) for rows, result in zip(scored, found, strict=True)]
    (first, used), (second, _) = made
    return paired_difference(
        found[1].plan.metric,
        at_decision(first, found[0].decision),
        at_decision(second, found[1].decision),
        groups=group_codes(scored[1].get("group"), used),
        seed=asked[1].seed,
    )


def _figures(before: RunResult, after: RunResult) -> tuple[ComparedFigure, ...]:
    known = [
        {metric.name: metric for metric in result.evaluation.metrics} if result.evaluation is not None else {}
        for result in (before, after)
    ]
    names = dict.fromkeys([*known[1], *known[0]])
    return tuple(
        ComparedFigure(
            name=name,
            label=(known[1].get(name) or known[0][name]).label,
            before=known[0].get(name),
            after=known[1].get(name),
        )
        for name in names
    )


def _asked(before: RunRequest, after: RunRequest) -> Iterable[str]:
    if before.profile != after.profile:
        yield (
            f"The table changed: {before.profile.n_rows:,} rows and {len(before.profile.columns):,} columns of "
            f"{before.profile.name} before, {after.profile.n_rows:,} rows and {len(after.profile.columns):,} columns "
            f"of {after.profile.name} now."
        )
    changes = after.plan.changes_since(before.plan)
    told = [_change(change.field, change.before, change.after) for change in changes]
    if told:
        yield f"Asked differently: {'; '.join(told)}."
    elif before.profile == after.profile:
        yield "Both were asked the same."


def _change(field: str, before: Any, after: Any) -> str:
    if field in ("ignore", "features") and isinstance(before, tuple) and isinstance(after, tuple):
        more, less = [name for name in after if name not in before], [name for name in before if name not in after]
        verbs = ("left out", "no longer left out") if field == "ignore" else ("used as well", "no longer used")
        parts = [f"{_listed(names)} {verb}" for names, verb in zip((more, less), verbs, strict=True) if names]
        return ", ".join(parts) or f"{field} in another order"
    return f"{field.replace('_', ' ')} {_value(before)} before, {_value(after)} now"


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} and {len(names) - MOST_NAMED} more"


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return _listed([str(item) for item in value]) or "none"
    if hasattr(value, "kind"):
        return f"{value.kind}" + (f" by {value.column!r}" if value.column else "")
    return str(value)


def _better(found: tuple[RunResult, RunResult], difference: PairedDifference | None) -> Iterable[str]:
    before, after = found
    plans: tuple[Plan, Plan] = (before.plan, after.plan)
    if plans[0].target != plans[1].target or plans[0].problem_type != plans[1].problem_type:
        yield "They predict different things: their figures cannot be compared."
        return
    name = plans[1].metric
    info = METRICS[name]
    values = [
        next((metric for metric in result.evaluation.metrics if metric.name == name), None)
        if result.evaluation is not None
        else None
        for result in found
    ]
    if values[0] is None or values[1] is None:
        yield f"{info.label} is not known of both."
        return
    pair = f"{info.label} is {_figure(values[1].value)} now, and was {_figure(values[0].value)}"
    if difference is None:
        yield f"{pair}. They were scored on different rows, so part of the difference is chance."
        return
    yield _paired(pair, difference, greater=info.greater_is_better)


def _paired(pair: str, difference: PairedDifference, *, greater: bool) -> str:
    where = f"on the same {difference.n_rows:,} untouched rows"
    low, high = difference.low, difference.high
    if low is None or high is None:
        return f"{pair}, {where}: too few to tell whether that is more than chance."
    between = f"difference {_figure(difference.value)}, 95% interval {_figure(low)} to {_figure(high)}"
    if low <= 0 <= high:
        return f"{pair}, {where} ({between}): no difference that is larger than chance."
    better = (low > 0) == greater
    return f"{pair}, {where} ({between}): {'better' if better else 'worse'} by more than chance."


def _figure(value: float) -> str:
    from genie_widgets.render import number

    return number(value)
