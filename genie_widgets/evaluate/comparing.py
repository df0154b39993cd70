"""Two models on the same rows: the difference of a metric, with an interval that pairs the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from genie_widgets.evaluate.intervals import LeftOut, Scale, interval
from genie_widgets.evaluate.metrics import metric_scale, weighted_metric
from genie_widgets.evaluate.rows import ClassRows, Floats, Rows
from genie_widgets.schema import PairedDifference


def paired_difference(
    metric: str,
    before: Rows,
    after: Rows,
    *,
    groups: NDArray[np.intp] | None = None,
    widened: float = 1.0,
    seed: int = 0,
) -> PairedDifference | None:
    """Tell how much better one model is than another on rows that both were scored on.

    Parameters
    ----------
    metric : str
        As AutoGluon names it.
    before, after : Rows
        The same rows in the same order, predicted by each.
    groups : ndarray of int, shape (n,), optional
        Where whole groups were kept apart: the interval is that of so many groups.
    widened : float
        By how much standard errors are larger than the rows alone tell; see `scored.widened`.
    seed : int
        Same seed, same interval.

    Returns
    -------
    PairedDifference or None
        None where the true answers differ, or one of them lacks the metric.
    """
    if type(before) is not type(after) or not len(before) or _truth(before) != _truth(after):
        return None
    first, second = weighted_metric(metric, before), weighted_metric(metric, after)
    if first is None or second is None:
        return None

    def difference(weights: Floats) -> Floats:
        return second(weights) - first(weights)

    value = float(difference(np.ones((1, len(after))))[0])
    if not np.isfinite(value):
        return None
    left_out = LeftOut(len(after), groups=groups, seed=seed, widened=widened)
    # Each class must be there with enough rows, as for the metric itself.
    of_each = metric_scale(metric, after)
    scale = Scale("difference", of_each.sets, ranks=of_each.ranks)
    low, high = interval(difference, scale, left_out) or (None, None)
    return PairedDifference(metric=metric, value=value, low=low, high=high, n_rows=len(after))


def _truth(rows: Rows) -> list[Any]:
    if isinstance(rows, ClassRows):
        return [rows.labels[code] for code in rows.truth]
    return list(rows.truth)
