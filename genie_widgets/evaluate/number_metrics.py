"""Metrics of predicted numbers and quantiles, for many resamples at once (see `class_metrics`)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from genie_widgets.evaluate.rows import Floats, NumberRows, QuantileRows, Weighted


def _mean(values: Floats) -> Weighted:
    return lambda weights: np.asarray((weights @ values) / weights.sum(axis=1))


def root_mean_squared_error(rows: NumberRows) -> Weighted:
    """Square root of the mean squared error."""
    mean = _mean((rows.truth - rows.predicted) ** 2)
    return lambda weights: np.sqrt(mean(weights))


def mean_squared_error(rows: NumberRows) -> Weighted:
    """Mean of the squared errors."""
    return _mean((rows.truth - rows.predicted) ** 2)


def mean_absolute_error(rows: NumberRows) -> Weighted:
    """Mean absolute error."""
    return _mean(np.abs(rows.truth - rows.predicted))


def mean_absolute_percentage_error(rows: NumberRows) -> Weighted:
    """Mean error as a share of the true value, which counts as float64's epsilon where it is 0."""
    size = np.maximum(np.abs(rows.truth), np.finfo(np.float64).eps)
    return _mean(np.abs(rows.truth - rows.predicted) / size)


def median_absolute_error(rows: NumberRows) -> Weighted:
    """Median of the absolute errors."""
    errors = np.abs(rows.truth - rows.predicted)
    order = np.argsort(errors, kind="stable")
    errors = errors[order]

    def of(weights: Floats) -> Floats:
        # Weights are whole numbers: the median is the middle of the rows repeated so often.
        reached = np.cumsum(weights.take(order, axis=1), axis=1)
        n = reached[:, -1:]
        lower = (reached >= np.floor((n + 1) / 2)).argmax(axis=1)
        upper = (reached >= np.floor(n / 2) + 1).argmax(axis=1)
        return np.asarray((errors[lower] + errors[upper]) / 2)

    return of


def r2(rows: NumberRows) -> Weighted:
    """Share of variance explained; undefined for a constant target."""
    # Centred first: the sum of squares would lose digits where the mean is large.
    centred = rows.truth - rows.truth.mean()
    squared_error = (rows.truth - rows.predicted) ** 2

    def of(weights: Floats) -> Floats:
        n = weights.sum(axis=1)
        mean = (weights @ centred) / n
        spread = weights @ centred**2 - n * mean**2
        enough = spread > 1e-12 * np.maximum(1e-300, weights @ (rows.truth**2))
        return np.where(enough, 1 - (weights @ squared_error) / np.where(enough, spread, 1.0), np.nan)

    return of


def pinball_loss(rows: QuantileRows) -> Weighted:
    """Pinball loss, averaged over rows and levels."""
    error = rows.truth[:, None] - rows.predicted
    loss = np.maximum(rows.levels * error, (rows.levels - 1) * error)
    return _mean(loss.mean(axis=1))


NUMBER_METRICS: dict[str, Callable[[NumberRows], Weighted]] = {
    "root_mean_squared_error": root_mean_squared_error,
    "mean_squared_error": mean_squared_error,
    "mean_absolute_error": mean_absolute_error,
    "median_absolute_error": median_absolute_error,
    "mean_absolute_percentage_error": mean_absolute_percentage_error,
    "r2": r2,
}

QUANTILE_METRICS: dict[str, Callable[[QuantileRows], Weighted]] = {"pinball_loss": pinball_loss}
