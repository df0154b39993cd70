"""What every metric reads: true values and predictions of the scored rows, as plain arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
# A metric of weighted rows: one value for each row of the weights.
Weighted = Callable[[Floats], Floats]


@dataclass(frozen=True)
class ClassRows:
    """Scored rows of a classification.

    Attributes
    ----------
    truth, predicted : ndarray of int, shape (n,)
        Codes into `labels`.
    labels : tuple of str
        The model's classes in its order, then labels it does not know.
    probabilities : ndarray or None, shape (n, len(labels))
        0 for labels the model does not know.
    positive : int or None
        For binary: the code of the positive class.
    """

    truth: Codes
    predicted: Codes
    labels: tuple[str, ...]
    probabilities: Floats | None = None
    positive: int | None = None

    def __len__(self) -> int:
        return len(self.truth)


@dataclass(frozen=True)
class NumberRows:
    """Scored rows of a regression; `truth` and `predicted` have shape (n,)."""

    truth: Floats
    predicted: Floats

    def __len__(self) -> int:
        return len(self.truth)


@dataclass(frozen=True)
class QuantileRows:
    """Scored rows of a quantile regression; `predicted` has shape (n, len(levels))."""

    truth: Floats
    predicted: Floats
    levels: Floats = field(default_factory=lambda: np.empty(0))

    def __len__(self) -> int:
        return len(self.truth)


Rows = ClassRows | NumberRows | QuantileRows


def taken(rows: Rows, mask: NDArray[np.bool_]) -> Rows:
    """Give the rows that a mask names."""
    if isinstance(rows, ClassRows):
        chances = None if rows.probabilities is None else rows.probabilities[mask]
        return replace(rows, truth=rows.truth[mask], predicted=rows.predicted[mask], probabilities=chances)
    return replace(rows, truth=rows.truth[mask], predicted=rows.predicted[mask])
