"""Figures by the groups of a column: each with its interval, and its difference from all other rows.

Equal to fairlearn's `MetricFrame` on the same rows. Small groups get no interval and no judgement, and the intervals
of differences allow for the number of groups, so that one of many does not stand out by chance.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genie_widgets.evaluate.grouping import Groups, grouped
from genie_widgets.evaluate.intervals import CONFIDENCE, LeftOut, Scale, apart, interval
from genie_widgets.evaluate.metrics import metric_scale, weighted_metric
from genie_widgets.evaluate.rows import ClassRows, Floats, Rows, Weighted, taken
from genie_widgets.evaluate.verdicts import significant
from genie_widgets.language import figure as written
from genie_widgets.language import mark, plural, tr
from genie_widgets.schema import METRICS, GroupFigure, GroupReport, GroupRow, Plan

# Below this many rows a group's figure is mostly chance.
LEAST_ROWS = 30
_MORE = {
    "selection_rate": mark("Predicted positive"),
    "false_positive_rate": mark("False alarms among negatives"),
}
_SHOWN = {
    "binary": ("accuracy", "recall", "precision"),
    "multiclass": ("accuracy",),
    "regression": ("mean_absolute_error",),
    "quantile": ("pinball_loss",),
}
_SHARES = frozenset({"accuracy", "recall", "precision", "balanced_accuracy", *_MORE})


def by_group(
    rows: Rows,
    column: pd.Series[Any],
    plan: Plan,
    *,
    was_used: bool,
    clusters: Any = None,
    widened: float = 1.0,
    seed: int = 0,
) -> GroupReport:
    """Give the figures of a model by the groups of a column.

    Parameters
    ----------
    rows : Rows
        Scored rows.
    column : Series, shape (n,)
        A column of the table, row by row; the model need not have learned from it.
    plan : Plan
        `problem_type` and `metric` are used.
    was_used : bool
        Whether the model learned from the column.
    clusters : ndarray of int, shape (n,), optional
        Where whole groups were kept apart: intervals are those of so many.
    widened : float
        By how much standard errors are larger than the rows alone tell; see `scored.widened`.
    seed : int
        Same seed, same intervals.

    Returns
    -------
    GroupReport
    """
    groups = grouped(column)
    inside = [groups.codes == code for code in range(len(groups.labels))]
    judged = [int(mask.sum()) >= LEAST_ROWS and int((~mask).sum()) >= LEAST_ROWS for mask in inside]
    n_judged = max(1, sum(judged))
    leave_out = partial(_left_out, clusters=clusters, widened=widened, seed=seed)
    made = tuple(
        GroupRow(
            group=label,
            n_rows=int(mask.sum()),
            is_small=int(mask.sum()) < LEAST_ROWS,
            figures=_figures(rows, mask, plan, n_judged if is_judged else 0, leave_out),
        )
        for label, mask, is_judged in zip(groups.labels, inside, judged, strict=True)
    )
    report = GroupReport(column=str(column.name), was_used=was_used, groups=made)
    return report.model_copy(update={"words": _words(report, groups)})


def figure_names(plan: Plan) -> tuple[str, ...]:
    """Name the figures shown for a plan: its own metric first."""
    more = tuple(_MORE) if plan.problem_type == "binary" else ()
    return tuple(dict.fromkeys((plan.metric, *_SHOWN[plan.problem_type], *more)))


def _figures(
    rows: Rows, mask: NDArray[np.bool_], plan: Plan, n_judged: int, leave_out: Callable[[NDArray[np.bool_]], LeftOut]
) -> tuple[GroupFigure, ...]:
    parts = (taken(rows, mask), taken(rows, ~mask))
    left_out = (leave_out(mask), leave_out(~mask)) if n_judged else None
    found = []
    for name in figure_names(plan):
        label = tr(_MORE[name]) if name in _MORE else METRICS[name].label
        inner, outer = (_measured(name, part) for part in parts)
        value, other = (_value(measured, part) for measured, part in zip((inner, outer), parts, strict=True))
        fields: dict[str, Any] = {"name": name, "label": label, "value": value}
        if value is not None and other is not None:
            fields["difference"] = value - other
        if left_out is not None and inner is not None and value is not None:
            fields["low"], fields["high"] = interval(*inner, left_out[0]) or (None, None)
            if outer is not None and other is not None:
                confidence = 1 - (1 - CONFIDENCE) / n_judged
                ends = [
                    interval(*of, at, confidence=confidence) for of, at in zip((inner, outer), left_out, strict=True)
                ]
                if ends[0] is not None and ends[1] is not None:
                    # Too wide, if anything, where rows of one group kept apart are on both sides.
                    fields["difference_low"], fields["difference_high"] = apart(value, ends[0], other, ends[1])
        found.append(GroupFigure(**fields))
    return tuple(found)


def _left_out(mask: NDArray[np.bool_], *, clusters: Any, widened: float, seed: int) -> LeftOut:
    groups = None if clusters is None else np.unique(clusters[mask], return_inverse=True)[1]
    return LeftOut(int(mask.sum()), groups=groups, seed=seed, widened=widened)


def _measured(name: str, rows: Rows) -> tuple[Weighted, Scale] | None:
    """Prepare a figure, and tell how it varies; None where the rows lack what it needs."""
    if not len(rows):
        return None
    if name not in _MORE:
        metric = weighted_metric(name, rows)
        return None if metric is None else (metric, metric_scale(name, rows))
    if not isinstance(rows, ClassRows) or rows.positive is None:
        return None
    asked = np.ones(len(rows), dtype=bool) if name == "selection_rate" else rows.truth != rows.positive
    alarm = (rows.predicted == rows.positive).astype(float)

    def of(weights: Floats) -> Floats:
        n = weights @ asked
        return np.asarray(np.divide(weights @ (asked * alarm), n, out=np.full(len(weights), np.nan), where=n > 0))

    return of, Scale("share", (asked,))


def _value(measured: tuple[Weighted, Scale] | None, rows: Rows) -> float | None:
    if measured is None:
        return None
    value = float(measured[0](np.ones((1, len(rows))))[0])
    return value if np.isfinite(value) else None


def _words(report: GroupReport, groups: Groups) -> tuple[str, ...]:
    said = []
    for row in report.groups:
        for figure in row.figures:
            if not figure.differs or figure.value is None or figure.difference is None:
                continue
            said.append(
                tr(
                    _HIGHER if figure.difference > 0 else _LOWER,
                    metric=figure.label,
                    group=row.group,
                    n_rows=row.n_rows,
                    value=_shown(figure.value, figure),
                    others=_shown(figure.value - figure.difference, figure),
                    difference=_difference(figure),
                )
            )
    if not said:
        said.append(
            tr(
                "No difference between the groups of {column!r} is larger than chance would make it.",
                column=report.column,
            )
        )
    small = [row.group for row in report.groups if row.is_small]
    if small:
        said.append(
            plural(
                "{n} of the {n_groups} groups has fewer than {least} untouched rows: too few to judge it by.",
                "{n} of the {n_groups} groups have fewer than {least} untouched rows: too few to judge them by.",
                len(small),
                n_groups=len(groups.labels),
                least=LEAST_ROWS,
            )
        )
    if not report.was_used:
        said.append(tr("The model did not learn from this column; it may know it all the same, from others."))
    return tuple(said)


_HIGHER = mark(
    "{metric} is higher for {group!r} ({n_rows:,} rows): {value} against {others} for all others "
    "(difference {difference})."
)
_LOWER = mark(
    "{metric} is lower for {group!r} ({n_rows:,} rows): {value} against {others} for all others "
    "(difference {difference})."
)


def _difference(figure: GroupFigure) -> str:
    low, high = figure.difference_low, figure.difference_high
    if low is None or high is None:
        return tr("of unknown size")
    if figure.name in _SHARES:  # points: a percentage of percentages could be read as either
        return tr("{low:+.1f} to {high:+.1f} percentage points", low=100 * low, high=100 * high)
    return tr("{low} to {high}", low=significant(low), high=significant(high))


def _shown(value: float | None, figure: GroupFigure) -> str:
    if value is None:
        return "–"
    return written(value, ".1%") if figure.name in _SHARES else significant(value)
