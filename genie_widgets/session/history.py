"""Two runs compared: what was asked, what was found, and whether the one is better, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from genie_widgets.language import figure, mark, plural, tr
from genie_widgets.schema import (
    METRICS,
    ComparedFigure,
    Comparison,
    GenieError,
    PairedDifference,
    Plan,
    RunRequest,
    RunResult,
    TableProfile,
)
from genie_widgets.session.tracing import scored_result, scored_rows
from genie_widgets.store import RunFolder

MOST_NAMED = 5
# The fields of a plan, as they are named in a sentence.
_FIELDS = {
    "target": mark("target"),
    "problem_type": mark("problem type"),
    "metric": mark("metric"),
    "positive_class": mark("positive class"),
    "features": mark("features"),
    "ignore": mark("ignore"),
    "quantile_levels": mark("quantile levels"),
    "time_limit_s": mark("time limit s"),
    "quality": mark("quality"),
    "validation": mark("validation"),
    "rows_left_out": mark("rows left out"),
    "empty_target": mark("empty target"),
    "accepted": mark("accepted"),
}
# How rows are kept apart for scoring, where it is told in a list of changes.
_SPLITS = {
    "random": mark("random"),
    "group": mark("group by {column!r}"),
    "time": mark("time by {column!r}"),
}


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
    from genie_widgets.evaluate import at_decision, group_codes, paired_difference, rows_of, widened

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
        widened=max(widened(rows) for rows in scored),
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
        yield tr(
            "The table changed: {before} before, {after} now.", before=_size(before.profile), after=_size(after.profile)
        )
    changes = after.plan.changes_since(before.plan)
    told = [_change(change.field, change.before, change.after) for change in changes]
    if told:
        yield tr("Asked differently: {changes}.", changes="; ".join(told))
    elif before.profile == after.profile:
        yield tr("Both were asked the same.")


def _size(profile: TableProfile) -> str:
    rows = plural("{n:,} row", "{n:,} rows", profile.n_rows)
    return plural(
        "{rows} and {n:,} column of {table}",
        "{rows} and {n:,} columns of {table}",
        len(profile.columns),
        rows=rows,
        table=profile.name,
    )


def _change(field: str, before: Any, after: Any) -> str:
    if field in ("ignore", "features") and isinstance(before, tuple) and isinstance(after, tuple):
        more, less = [name for name in after if name not in before], [name for name in before if name not in after]
        said = _LEFT_OUT if field == "ignore" else _USED
        parts = [tr(text, columns=_listed(names)) for names, text in zip((more, less), said, strict=True) if names]
        return ", ".join(parts) or tr("{field} in another order", field=tr(_FIELDS[field]))
    return tr(
        "{field} {before} before, {after} now", field=tr(_FIELDS[field]), before=_value(before), after=_value(after)
    )


_LEFT_OUT = (mark("{columns} left out"), mark("{columns} no longer left out"))
_USED = (mark("{columns} used as well"), mark("{columns} no longer used"))


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return shown if more <= 0 else plural("{names} and {n} more", "{names} and {n} more", more, names=shown)


def _value(value: Any) -> str:
    if value is None:
        return tr("none")
    if isinstance(value, tuple):
        return _listed([str(item) for item in value]) or tr("none")
    if hasattr(value, "kind"):
        return tr(_SPLITS[value.kind], column=value.column)
    return figure(value) if isinstance(value, int | float) else str(value)


def _better(found: tuple[RunResult, RunResult], difference: PairedDifference | None) -> Iterable[str]:
    before, after = found
    plans: tuple[Plan, Plan] = (before.plan, after.plan)
    if plans[0].target != plans[1].target or plans[0].problem_type != plans[1].problem_type:
        yield tr("They predict different things: their figures cannot be compared.")
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
        yield tr("{measure} is not known of both.", measure=info.label)
        return
    pair = {"measure": info.label, "now": _figure(values[1].value), "before": _figure(values[0].value)}
    if difference is None:
        yield tr(
            "{measure} is {now} now, and was {before}. They were scored on different rows, so part of the difference "
            "is chance.",
            **pair,
        )
        return
    yield _paired(pair, difference, greater=info.greater_is_better)


def _paired(pair: dict[str, str], difference: PairedDifference, *, greater: bool) -> str:
    low, high = difference.low, difference.high
    rows = plural("the same {n:,} untouched row", "the same {n:,} untouched rows", difference.n_rows)
    if low is None or high is None:
        return tr(
            "{measure} is {now} now, and was {before}, on {rows}: too few to tell whether that is more than chance.",
            rows=rows,
            **pair,
        )
    interval = tr(
        "(difference {difference}, 95% interval {low} to {high})",
        difference=_figure(difference.value),
        low=_figure(low),
        high=_figure(high),
    )
    if low <= 0 <= high:
        said = mark(
            "{measure} is {now} now, and was {before}, on {rows} {interval}: no difference that is larger than chance."
        )
    elif (low > 0) == greater:
        said = mark("{measure} is {now} now, and was {before}, on {rows} {interval}: better by more than chance.")
    else:
        said = mark("{measure} is {now} now, and was {before}, on {rows} {interval}: worse by more than chance.")
    return tr(said, rows=rows, interval=interval, **pair)


def _figure(value: float) -> str:
    from genie_widgets.render import number

    return number(value)
