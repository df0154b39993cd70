"""Score predictions of rows that no model has seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genie_widgets.evaluate.baseline import Baseline
from genie_widgets.evaluate.conformal import interval_of
from genie_widgets.evaluate.curves import confusion, curves
from genie_widgets.evaluate.deciding import at_decision, decided
from genie_widgets.evaluate.grouping import grouped
from genie_widgets.evaluate.intervals import LEAST_UNITS, LeftOut, fewest_units, interval
from genie_widgets.evaluate.labels import label_codes
from genie_widgets.evaluate.metrics import metric_names, metric_scale, metric_value, weighted_metric
from genie_widgets.evaluate.rows import ClassRows, Floats, NumberRows, QuantileRows, Rows, taken
from genie_widgets.evaluate.scored import GROUP, TRUTH, parts, widened
from genie_widgets.evaluate.shuffling import shuffled_as_good
from genie_widgets.evaluate.weak_groups import weak_groups
from genie_widgets.language import plural, tr
from genie_widgets.schema import METRICS, Decision, Evaluation, MetricValue, Plan

# Pairwise ranking costs a sort and a pass for each pair of classes: no interval beyond this.
MOST_CLASSES_OVO_INTERVAL, MOST_CLASSES_OVO = 12, 100


def evaluate(
    scored: pd.DataFrame,
    *,
    plan: Plan,
    classes: Sequence[str] = (),
    y_train: Any,
    how: str,
    cells: pd.DataFrame | None = None,
    seed: int = 0,
) -> Evaluation:
    """Score predictions against the truth, beside a baseline, with intervals and figures of plots.

    Parameters
    ----------
    scored : DataFrame, shape (n, ...)
        The holdout rows as `scored_table` puts them together. Where whole groups were kept apart,
        intervals are those of so many groups.
    plan : Plan
        `problem_type`, `metric`, `positive_class`, `quantile_levels`.
    classes : sequence of str
        Labels in the model's order.
    y_train : array-like, shape (n_train,)
        Target of the training rows; the baseline is made from it.
    how : str
        How the rows were kept apart, in words.
    cells : DataFrame, shape (n, n_columns), optional
        Columns to look for groups of rows in on which the model errs more.
    seed : int
        Same seed, same intervals and same thinned points.

    Returns
    -------
    Evaluation
        Metrics that are undefined on these rows (one class only, constant target) are left out;
        rows without a usable prediction are left out and counted in `split`.
    """
    rows, used = rows_of(scored, plan, classes)
    n_left_out = int((~used).sum())
    if n_left_out:
        how = plural(
            "{split}; {n:,} of them got no usable prediction and is not in the figures",
            "{split}; {n:,} of them got no usable prediction and are not in the figures",
            n_left_out,
            split=how,
        )
    if not len(rows):
        return Evaluation(n_rows=0, split=how, metrics=(), baseline=tr("none: no row could be scored"))
    train = label_codes(y_train, rows.labels)[0] if isinstance(rows, ClassRows) else _numbers(y_train)
    baseline = Baseline(rows, train)
    metrics = _metrics(rows, plan, baseline.value, group_codes(scored.get(GROUP), used), seed, widened(scored))
    return Evaluation(
        n_rows=len(rows),
        split=how,
        metrics=metrics,
        baseline=baseline.words,
        curves=curves(rows, seed=seed),
        confusion=confusion(rows) if isinstance(rows, ClassRows) else None,
        shuffled_as_good=shuffled_as_good(metrics[0].name, rows, seed=seed) if metrics else None,
        weak_groups=() if cells is None else weak_groups(rows, cells.loc[used]),
        interval=interval_of(rows) if isinstance(rows, NumberRows) else None,
    )


def rows_of(scored: pd.DataFrame, plan: Plan, classes: Sequence[str]) -> tuple[Rows, NDArray[np.bool_]]:
    """Read scored rows (see `scored_table`) as metrics take them.

    Returns
    -------
    tuple
        The rows that can be scored, and which of the table's those are, shape (n,).
    """
    given = parts(scored, plan, classes)
    if plan.problem_type in ("binary", "multiclass"):
        return _class_rows(scored[TRUTH], given["predictions"], given.get("probabilities"), plan, tuple(classes))
    predicted = given["quantiles"] if plan.problem_type == "quantile" else given["predictions"]
    return _number_rows(scored[TRUTH], predicted, plan)


def at_threshold(
    evaluation: Evaluation,
    scored: pd.DataFrame,
    plan: Plan,
    classes: Sequence[str],
    threshold: float | None,
    *,
    cells: pd.DataFrame | None = None,
    seed: int = 0,
) -> Evaluation:
    """Give an evaluation's figures as they are with another threshold; None for the model's own."""
    rows, used = rows_of(scored, plan, classes)
    assert isinstance(rows, ClassRows)
    if threshold is not None:
        rows = decided(rows, threshold)
    # The baseline ignores the threshold as it ignores the columns.
    baselines = {metric.name: metric.baseline for metric in evaluation.metrics}
    found = _metrics(rows, plan, baselines.get, group_codes(scored.get(GROUP), used), seed, widened(scored))
    changed = {
        "metrics": found,
        "confusion": confusion(rows),
        "shuffled_as_good": shuffled_as_good(found[0].name, rows, seed=seed) if found else None,
        "weak_groups": () if cells is None else weak_groups(rows, cells.loc[used]),
    }
    return evaluation.model_copy(update=changed)


def within(
    evaluation: Evaluation,
    scored: pd.DataFrame,
    plan: Plan,
    classes: Sequence[str],
    column: pd.Series[Any],
    group: str,
    *,
    y_train: Any,
    decision: Decision | None = None,
    seed: int = 0,
) -> Evaluation:
    """Give an evaluation's figures as they are on the rows of one group of a column.

    Parameters
    ----------
    evaluation : Evaluation
        Of all scored rows.
    scored : DataFrame, shape (n, ...)
        See `scored_table`.
    plan, classes
        As for `evaluate`.
    column : Series, shape (n,)
        Cells of the scored rows, by which they are put in groups as `by_group` does.
    group : str
        The group's name, as `by_group` gives it.
    y_train : array-like
        Target of the training rows: the baseline stays what it is for all rows.
    decision : Decision, optional
        Its threshold is used.
    seed : int
        Same seed, same intervals.

    Raises
    ------
    LookupError
        If there is no such group.
    """
    rows, used = rows_of(scored, plan, classes)
    groups = grouped(column[used])
    if group not in groups.labels:
        raise LookupError(group)
    mask = groups.codes == groups.labels.index(group)
    rows = taken(at_decision(rows, decision), mask)
    train = label_codes(y_train, rows.labels)[0] if isinstance(rows, ClassRows) else _numbers(y_train)
    clusters = group_codes(scored.get(GROUP), used)
    if clusters is not None:
        clusters = np.unique(clusters[mask], return_inverse=True)[1]
    return evaluation.model_copy(
        update={
            "n_rows": len(rows),
            "metrics": _metrics(rows, plan, Baseline(rows, train).value, clusters, seed, widened(scored)),
            "curves": curves(rows, seed=seed),
            "confusion": confusion(rows) if isinstance(rows, ClassRows) else None,
            "shuffled_as_good": None,
            "weak_groups": (),
        }
    )


def group_codes(groups: Any, used: NDArray[np.bool_]) -> NDArray[np.intp] | None:
    """Give the groups of the rows that are used numbers, from 0."""
    if groups is None:
        return None
    return np.asarray(np.unique(pd.factorize(np.asarray(groups)[used])[0], return_inverse=True)[1], dtype=np.intp)


def _metrics(
    rows: Rows,
    plan: Plan,
    baseline: Callable[[str], float | None],
    groups: NDArray[np.intp] | None,
    seed: int,
    wider: float,
) -> tuple[MetricValue, ...]:
    n_classes = len(rows.labels) if isinstance(rows, ClassRows) else 0
    names = [name for name in metric_names(plan) if name != "roc_auc_ovo_macro" or n_classes <= MOST_CLASSES_OVO]
    values = {name: value for name in names if (value := metric_value(name, rows)) is not None}
    prepared = {
        name: metric
        for name in values
        if (name != "roc_auc_ovo_macro" or n_classes <= MOST_CLASSES_OVO_INTERVAL)
        and (metric := weighted_metric(name, rows)) is not None
    }
    left_out = LeftOut(len(rows), groups=groups, seed=seed, widened=wider)
    bounds = {
        name: found
        for name, metric in prepared.items()
        if (found := interval(metric, metric_scale(name, rows), left_out)) is not None
    }
    return tuple(
        MetricValue(
            name=name,
            label=METRICS[name].label,
            value=value,
            low=bounds[name][0] if name in bounds else None,
            high=bounds[name][1] if name in bounds else None,
            baseline=baseline(name),
            greater_is_better=METRICS[name].greater_is_better,
            no_interval="" if name in bounds else _too_few(name, rows, left_out),
        )
        for name, value in values.items()
    )


def _too_few(name: str, rows: Rows, left_out: LeftOut) -> str:
    """Say which rows there are too few of for an interval; empty where that is not what it lacks."""
    if left_out.n_units < LEAST_UNITS:
        return tr("too few rows")
    scale = metric_scale(name, rows)
    if not isinstance(rows, ClassRows) or fewest_units(scale, left_out) >= LEAST_UNITS:
        return ""
    if len(scale.sets) == len(rows.labels):
        fewest = min(range(len(rows.labels)), key=lambda code: left_out.units(scale.sets[code]))
        return tr("too few rows of {label!r}", label=rows.labels[fewest])
    assert rows.positive is not None
    label = rows.labels[rows.positive]
    if name == "precision":
        return tr("too few predictions of {label!r}", label=label)
    return tr("too few rows of {label!r}", label=label)


def _class_rows(
    y_true: Any, predictions: Any, probabilities: pd.DataFrame | None, plan: Plan, labels: tuple[str, ...]
) -> tuple[ClassRows, NDArray[np.bool_]]:
    n_known = len(labels)
    truth, labels = label_codes(y_true, labels)
    predicted, labels = label_codes(predictions, labels)
    used = (truth >= 0) & (predicted >= 0)
    scores = None
    if probabilities is not None:
        scores = np.zeros((len(truth), len(labels)))
        places, _ = label_codes(list(probabilities.columns), labels)
        inside = places < len(labels)
        scores[:, places[inside]] = probabilities.to_numpy(dtype=float)[:, inside]
        used &= np.isfinite(scores).all(axis=1)
        scores = scores[used]
    positive = None
    if plan.problem_type == "binary":
        # AutoGluon's own choice where the plan names none: the second class.
        wanted = plan.positive_class if plan.positive_class is not None else "".join(labels[1:n_known][:1])
        code = int(label_codes([wanted], labels)[0][0])
        positive = code if code < len(labels) else None
    return ClassRows(truth[used], predicted[used], labels, scores, positive), used


def _number_rows(y_true: Any, predicted: Any, plan: Plan) -> tuple[NumberRows | QuantileRows, NDArray[np.bool_]]:
    truth = _numbers(y_true)
    if plan.problem_type == "quantile":
        table = np.asarray(predicted, dtype=float)
        used = np.isfinite(truth) & np.isfinite(table).all(axis=1)
        return QuantileRows(truth[used], table[used], np.asarray(plan.quantile_levels, dtype=float)), used
    values = _numbers(predicted)
    used = np.isfinite(truth) & np.isfinite(values)
    return NumberRows(truth[used], values[used]), used


def _numbers(values: Any) -> Floats:
    return np.asarray(pd.to_numeric(pd.Series(np.asarray(values)), errors="coerce"), dtype=float)
