"""The trivial prediction that a model must beat, made from the training rows and scored on the same rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from genie_widgets.evaluate.metrics import metric_value
from genie_widgets.evaluate.rows import ClassRows, Codes, Floats, NumberRows, QuantileRows, Rows
from genie_widgets.language import figure, tr

# Metrics of absolute errors, for which the median is the best constant; the mean is for the others.
MEDIAN_IS_BEST = frozenset({"mean_absolute_error", "median_absolute_error", "mean_absolute_percentage_error"})


class Baseline:
    """A constant prediction.

    Parameters
    ----------
    rows : Rows
        The scored rows, whose predictions are replaced.
    train : ndarray, shape (n_train,)
        Target of the training rows: codes into the rows' labels (others are left out), or numbers.

    Attributes
    ----------
    words : str
        What is predicted, for people.
    """

    words: str

    def __init__(self, rows: Rows, train: Codes | Floats) -> None:
        if isinstance(rows, ClassRows):
            self.words, self._constant = _class_constant(rows, train.astype(np.intp))
        elif isinstance(rows, QuantileRows):
            self.words, self._constant = _quantile_constant(rows, _finite(train))
        else:
            self.words, self._constant = _number_constants(rows, _finite(train))

    def value(self, metric: str) -> float | None:
        """Score the constant; None where the metric is undefined."""
        rows = self._constant.get("median" if metric in MEDIAN_IS_BEST else "", self._constant[""])
        return metric_value(metric, rows)


def _class_constant(rows: ClassRows, train: Codes) -> tuple[str, dict[str, Rows]]:
    train = train[(train >= 0) & (train < len(rows.labels))]
    counts = np.bincount(train, minlength=len(rows.labels)).astype(float)
    share = counts / counts.sum() if counts.sum() else np.full(len(counts), 1 / len(counts))
    most = int(share.argmax())
    constant = replace(
        rows, predicted=np.full(len(rows), most, dtype=np.intp), probabilities=np.tile(share, (len(rows), 1))
    )
    words = tr(
        "always the most frequent class, {label!r} ({share:.0%} of the training rows)",
        label=rows.labels[most],
        share=share[most],
    )
    return words, {"": constant}


def _number_constants(rows: NumberRows, train: Floats) -> tuple[str, dict[str, Rows]]:
    mean, median = float(train.mean()), float(np.median(train))
    constants: dict[str, Rows] = {
        "": replace(rows, predicted=np.full(len(rows), mean)),
        "median": replace(rows, predicted=np.full(len(rows), median)),
    }
    words = tr(
        "always the training rows' mean, {mean:.4g} (for absolute errors their median, {median:.4g})",
        mean=mean,
        median=median,
    )
    return words, constants


def _quantile_constant(rows: QuantileRows, train: Floats) -> tuple[str, dict[str, Rows]]:
    quantiles = np.quantile(train, rows.levels)
    shown = ", ".join(figure(value, ".4g") for value in quantiles)
    constant = replace(rows, predicted=np.tile(quantiles, (len(rows), 1)))
    return tr("always the training rows' own quantiles ({quantiles})", quantiles=shown), {"": constant}


def _finite(values: Codes | Floats) -> Floats:
    numbers = np.asarray(values, dtype=float)
    return np.asarray(numbers[np.isfinite(numbers)])
