"""A metric by AutoGluon's name, for any kind of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genie_widgets.evaluate.class_metrics import CLASS_METRICS, NEED_PROBABILITIES
from genie_widgets.evaluate.intervals import Scale
from genie_widgets.evaluate.number_metrics import NUMBER_METRICS, QUANTILE_METRICS
from genie_widgets.evaluate.rows import ClassRows, NumberRows, Rows, Weighted
from genie_widgets.schema import METRICS, Plan

# Says something only where the classes have an order, which the table does not tell: shown where it is asked for.
_ASKED_FOR = frozenset({"quadratic_kappa"})
# Means over the classes: one that the model knows and no row is of counts, too.
_OF_EACH_CLASS = frozenset({"balanced_accuracy", "f1_macro", "roc_auc", "roc_auc_ovo_macro"})
_ERRORS = frozenset(
    {
        "pinball_loss",
        "root_mean_squared_error",
        "mean_squared_error",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
    }
)


def metric_names(plan: Plan) -> tuple[str, ...]:
    """Name the metrics shown for a plan: its own first, then others of its problem type."""
    fitting = [
        name
        for name, info in METRICS.items()
        if plan.problem_type in info.problem_types and (name == plan.metric or name not in _ASKED_FOR)
    ]
    return (*(name for name in fitting if name == plan.metric), *(name for name in fitting if name != plan.metric))


def weighted_metric(name: str, rows: Rows) -> Weighted | None:
    """Prepare a metric for `rows`; None where the rows lack what it needs.

    Returns
    -------
    callable or None
        Takes weights of shape (R, n), whole numbers, and gives R values; NaN where undefined.
    """
    if isinstance(rows, ClassRows):
        if name in NEED_PROBABILITIES and rows.probabilities is None:
            return None
        if name in {"roc_auc", "average_precision", "f1", "precision", "recall"} and rows.positive is None:
            return None
        return CLASS_METRICS[name](rows) if name in CLASS_METRICS else None
    if isinstance(rows, NumberRows):
        return NUMBER_METRICS[name](rows) if name in NUMBER_METRICS else None
    return QUANTILE_METRICS[name](rows) if name in QUANTILE_METRICS else None


def metric_value(name: str, rows: Rows) -> float | None:
    """Value of a metric on `rows`; None where it is undefined."""
    metric = weighted_metric(name, rows) if len(rows) else None
    if metric is None:
        return None
    value = float(metric(np.ones((1, len(rows))))[0])
    return value if np.isfinite(value) else None


def metric_scale(name: str, rows: Rows) -> Scale:
    """Tell how a metric varies, and which of the rows it is a mean of."""
    if name == "log_loss":
        # Of two classes the rarer one has the large losses; of many no single one does.
        return Scale("size", _each(rows) if isinstance(rows, ClassRows) and len(rows.labels) == 2 else ())
    if name in _ERRORS:
        return Scale("size")
    if isinstance(rows, NumberRows):
        if name == "median_absolute_error":
            return Scale("median", values=np.abs(rows.truth - rows.predicted))
        return Scale("explained")
    assert isinstance(rows, ClassRows)
    right = rows.truth == rows.predicted
    if name == "quadratic_kappa":
        return Scale("correlation")
    if name == "mcc":
        return Scale("correlation", _each(rows), right) if len(rows.labels) == 2 else Scale("correlation")
    if name in _OF_EACH_CLASS:
        ranks = name in NEED_PROBABILITIES
        return Scale("share", _each(rows), None if ranks else right, ranks)
    truth, alarm = rows.truth == rows.positive, rows.predicted == rows.positive
    of = {"recall": truth, "average_precision": truth, "precision": alarm, "f1": truth | alarm}
    return Scale("share", (of[name],) if name in of else (), ranks=name in NEED_PROBABILITIES)


def _each(rows: ClassRows) -> tuple[NDArray[np.bool_], ...]:
    return tuple(rows.truth == code for code in range(len(rows.labels)))
