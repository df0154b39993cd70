"""Figures by the groups of a column: each with its interval, and its difference from all other rows.

Equal to fairlearn's `MetricFrame` on the same rows. Small groups get no interval and no judgement, and the intervals
of differences allow for the number of groups, so that one of many does not stand out by chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genie_widgets.evaluate.bootstrap import resample_weights
from genie_widgets.evaluate.grouping import Groups, grouped
from genie_widgets.evaluate.metrics import weighted_metric
from genie_widgets.evaluate.rows import ClassRows, Floats, Rows, taken
from genie_widgets.evaluate.verdicts import significant
from genie_widgets.language import figure as written
from genie_widgets.language import mark, plural, tr
from genie_widgets.schema import METRICS, GroupFigure, GroupReport, GroupRow, Plan

# Below this many rows a group's figure is mostly chance.
LEAST_ROWS = 30
MOST_UNDEFINED = 0.2
CONFIDENCE = 0.95
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

Weighted = Callable[[Floats], Floats]


def by_group(
    rows: Rows, column: pd.Series[Any], plan: Plan, *, was_used: bool, clusters: Any = None, seed: int = 0
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
        Where whole groups were kept apart: intervals then draw those.
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
    made = tuple(
        GroupRow(
            group=label,
            n_rows=int(mask.sum()),
            is_small=int(mask.sum()) < LEAST_ROWS,
            figures=_figures(rows, mask, plan, n_judged if is_judged else 0, clusters, seed),
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
    rows: Rows, mask: NDArray[np.bool_], plan: Plan, n_judged: int, clusters: Any, seed: int
) -> tuple[GroupFigure, ...]:
    parts = [taken(rows, mask), taken(rows, ~mask)]
    metrics = {name: [_metric(name, part) for part in parts] for name in figure_names(plan)}
    drawn = _drawn(metrics, [mask, ~mask], clusters, seed) if n_judged else {}
    found = []
    for name, (inner, outer) in metrics.items():
        value, other = (_value(metric, part) for metric, part in zip((inner, outer), parts, strict=True))
        label = tr(_MORE[name]) if name in _MORE else METRICS[name].label
        fields: dict[str, Any] = {"name": name, "label": label, "value": value}
        if value is not None and other is not None:
            fields["difference"] = value - other
        if name in drawn and value is not None:
            fields["low"], fields["high"] = _interval(drawn[name][0], 1 - CONFIDENCE)
            if other is not None:
                bounds = _interval(drawn[name][0] - drawn[name][1], (1 - CONFIDENCE) / n_judged)
                fields["difference_low"], fields["difference_high"] = bounds
        shares = [_share(name, part) for part in parts]
        if n_judged and clusters is None and shares[0] and shares[1]:
            # Resamples of 0 in 20 are all 0, as if that were certain; score intervals know better.
            fields["low"], fields["high"] = _wilson(*shares[0], 1 - CONFIDENCE)
            bounds = _newcombe(shares[0], shares[1], (1 - CONFIDENCE) / n_judged)
            fields["difference_low"], fields["difference_high"] = bounds
        found.append(GroupFigure(**fields))
    return tuple(found)


def _drawn(
    metrics: dict[str, list[Weighted | None]], masks: list[NDArray[np.bool_]], clusters: Any, seed: int
) -> dict[str, tuple[Floats, Floats]]:
    blocks: dict[str, list[tuple[Floats, Floats]]] = {name: [] for name in metrics}
    for weights in resample_weights(len(masks[0]), seed=seed, groups=clusters):
        for name, (inner, outer) in metrics.items():
            if inner is not None and outer is not None:
                with np.errstate(divide="ignore", invalid="ignore"):
                    blocks[name].append((inner(weights[:, masks[0]]), outer(weights[:, masks[1]])))
    return {
        name: (np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found]))
        for name, found in blocks.items()
        if found
    }


def _interval(values: Floats, alpha: float) -> tuple[float | None, float | None]:
    defined = values[np.isfinite(values)]
    if len(defined) < (1 - MOST_UNDEFINED) * len(values):
        return None, None
    low, high = np.quantile(defined, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)


def _share(name: str, rows: Rows) -> tuple[int, int] | None:
    """Give a figure that is a share of rows as its two counts; None for others, and for a share of nothing."""
    if not isinstance(rows, ClassRows):
        return None
    if name == "accuracy":
        of, hits = np.ones(len(rows), dtype=bool), rows.truth == rows.predicted
    elif rows.positive is not None and name in ("recall", "precision", *_MORE):
        true, alarm = rows.truth == rows.positive, rows.predicted == rows.positive
        everyone = np.ones(len(rows), dtype=bool)
        of, hits = {
            "recall": (true, alarm),
            "precision": (alarm, true),
            "selection_rate": (everyone, alarm),
            "false_positive_rate": (~true, alarm),
        }[name]
    else:
        return None
    n = int(of.sum())
    return (int((of & hits).sum()), n) if n else None


def _wilson(hits: int, n: int, alpha: float) -> tuple[float, float]:
    """Score interval of a share (Wilson, 1927)."""
    z = NormalDist().inv_cdf(1 - alpha / 2)
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def _newcombe(one: tuple[int, int], other: tuple[int, int], alpha: float) -> tuple[float, float]:
    """Interval of the difference of two shares, from their score intervals (Newcombe, 1998, method 10)."""
    a, b = one[0] / one[1], other[0] / other[1]
    (a_low, a_high), (b_low, b_high) = _wilson(*one, alpha), _wilson(*other, alpha)
    return a - b - math.hypot(a - a_low, b_high - b), a - b + math.hypot(a_high - a, b - b_low)


def _metric(name: str, rows: Rows) -> Weighted | None:
    if not len(rows):
        return None
    if name in _MORE:
        if not isinstance(rows, ClassRows) or rows.positive is None:
            return None
        asked = np.ones(len(rows)) if name == "selection_rate" else (rows.truth != rows.positive).astype(float)
        alarm = (rows.predicted == rows.positive).astype(float)

        def of(weights: Floats) -> Floats:
            n = weights @ asked
            return np.asarray(np.divide(weights @ (asked * alarm), n, out=np.full(len(weights), np.nan), where=n > 0))

        return of
    return weighted_metric(name, rows)


def _value(metric: Weighted | None, rows: Rows) -> float | None:
    if metric is None:
        return None
    value = float(metric(np.ones((1, len(rows))))[0])
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
