"""95% intervals: the score on rows (or whole groups) drawn again with replacement."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from genie_widgets.evaluate.class_metrics import Weighted
from genie_widgets.evaluate.rows import Floats

MOST_RESAMPLES, LEAST_RESAMPLES = 1_000, 200
# Drawn rows over all resamples: bounds the time (about 0.2 s a metric) and, in blocks, the memory.
DRAWN_ROWS, DRAWN_ROWS_IN_BLOCK = 8_000_000, 2_000_000
# With fewer than this many rows (or groups) the percentiles of resamples say nothing.
LEAST_UNITS = 5
# If more resamples than this leave a metric undefined, what remains is no fair picture.
MOST_UNDEFINED = 0.2


def resample_weights(n_rows: int, *, seed: int, groups: NDArray[np.intp] | None = None) -> Iterator[Floats]:
    """Yield blocks of weights (R, n): how often each row stands in each resample.

    Parameters
    ----------
    n_rows : int
    seed : int
    groups : ndarray of int, shape (n,), optional
        Draw whole groups, whose rows are not independent of each other.
    """
    rng = np.random.default_rng(seed)
    units = n_rows if groups is None else int(groups.max()) + 1
    remaining = int(np.clip(DRAWN_ROWS // max(1, n_rows), LEAST_RESAMPLES, MOST_RESAMPLES))
    block = max(1, DRAWN_ROWS_IN_BLOCK // max(1, n_rows))
    while remaining > 0:
        size = min(block, remaining)
        drawn = rng.integers(units, size=(size, units)) + np.arange(size)[:, None] * units
        weights = np.bincount(drawn.ravel(), minlength=size * units).reshape(size, units).astype(float)
        yield weights if groups is None else weights[:, groups]
        remaining -= size


def intervals(
    metrics: dict[str, Weighted], n_rows: int, *, seed: int = 0, groups: NDArray[np.intp] | None = None
) -> dict[str, tuple[float, float]]:
    """Bootstrap percentile intervals of several metrics on the same resamples.

    Parameters
    ----------
    metrics : dict
        Prepared metrics by name (see `metrics.weighted_metric`).
    n_rows : int
        Rows they were prepared for.
    seed : int
        Same seed, same intervals.
    groups : ndarray of int, shape (n_rows,), optional
        Draw whole groups.

    Returns
    -------
    dict of str to (low, high)
        95% intervals; a metric without a fair one is left out.
    """
    units = n_rows if groups is None else len(np.unique(groups))
    if units < LEAST_UNITS:
        return {}
    drawn: dict[str, list[Floats]] = {name: [] for name in metrics}
    for weights in resample_weights(n_rows, seed=seed, groups=groups):
        for name, metric in metrics.items():
            drawn[name].append(metric(weights))
    found = {}
    for name, blocks in drawn.items():
        values = np.concatenate(blocks)
        defined = values[np.isfinite(values)]
        if len(defined) >= (1 - MOST_UNDEFINED) * len(values):
            low, high = np.percentile(defined, [2.5, 97.5])
            found[name] = (float(low), float(high))
    return found
