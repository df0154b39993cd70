"""Intervals where every row came out alike: drawing the same rows again cannot tell what others would do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genie_widgets.evaluate.rows import ClassRows

CONFIDENCE = 0.95
# What of the rows a figure rests on: those of the positive class, or each class for itself.
_POSITIVE = frozenset({"recall", "f1", "average_precision"})
_EACH = frozenset({"balanced_accuracy", "f1_macro", "f1_weighted", "roc_auc", "roc_auc_ovo_macro", "mcc"})
_ROUNDING = 1e-12
_MAY_BE_ZERO = frozenset({"accuracy", "balanced_accuracy", "recall", "precision"})


def bound(
    name: str, value: float, rows: ClassRows, groups: NDArray[np.intp] | None = None
) -> tuple[float, float] | None:
    """Give the exact interval of a figure that no row (or each) speaks against.

    Where n of n independent rows came out right, a share of right ones down to ``0.025 ** (1 / n)`` would have done
    so with a probability of 2.5 %: the binomial interval of Clopper and Pearson. A mean over rows that count from 0
    to 1, as the area under the ROC curve is of the positive rows, cannot be lower than that share.

    Parameters
    ----------
    name : str
        A metric of classes.
    value : float
        What it is on these rows.
    rows : ClassRows
    groups : ndarray of int, shape (n,), optional
        Rows of one group count as one.

    Returns
    -------
    tuple of float or None
        None where rows speak for both, and drawing them again tells more.
    """
    n_units = _units(name, rows, groups)
    if not n_units:
        return None
    least = ((1 - CONFIDENCE) / 2) ** (1 / n_units)
    if abs(value - 1.0) < _ROUNDING:
        return (2 * least - 1 if name == "mcc" else least, 1.0)
    return (0.0, 1 - least) if value == 0.0 and name in _MAY_BE_ZERO else None


def _units(name: str, rows: ClassRows, groups: NDArray[np.intp] | None) -> int:
    units = np.arange(len(rows)) if groups is None else groups
    if name == "accuracy":
        return len(np.unique(units))
    if rows.positive is not None and name == "precision":
        return len(np.unique(units[rows.predicted == rows.positive]))
    if rows.positive is not None and name in _POSITIVE:
        return len(np.unique(units[rows.truth == rows.positive]))
    if name in _EACH:
        return min((len(np.unique(units[rows.truth == code])) for code in np.unique(rows.truth)), default=0)
    return 0
