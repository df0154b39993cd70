"""A permutation test: whether the predictions would score as well with the answers shuffled among the rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from genie_widgets.evaluate.metrics import metric_value
from genie_widgets.evaluate.rows import ClassRows, Rows
from genie_widgets.schema import METRICS

SHUFFLES = 199
MOST_ROWS = 5_000
# With fewer rows there are too few different orders to say anything.
LEAST_ROWS = 10


def shuffled_as_good(metric: str, rows: Rows, *, seed: int = 0) -> float | None:
    """Give the share of shuffles that score at least as well as the true answers do: a permutation test's p-value.

    Parameters
    ----------
    metric : str
        AutoGluon's name of a metric that is defined on the rows.
    rows : Rows
        Scored rows; of many a sample is taken.
    seed : int
        Same seed, same shuffles.

    Returns
    -------
    float or None
        In (0, 1], the true order counted as one of the shuffles; None where nothing can be said.
    """
    rng = np.random.default_rng(seed)
    if len(rows) < LEAST_ROWS:
        return None
    if len(rows) > MOST_ROWS:
        rows = _taken(rows, rng.choice(len(rows), MOST_ROWS, replace=False))
    true = metric_value(metric, rows)
    if true is None:
        return None
    sign = 1.0 if METRICS[metric].greater_is_better else -1.0
    as_good = 1
    for _ in range(SHUFFLES):
        shuffled = metric_value(metric, _with_truth(rows, rng.permutation(rows.truth)))
        # Rounding must not make an equal score look worse.
        as_good += shuffled is None or sign * shuffled >= sign * true - 1e-12 * abs(true)
    return as_good / (SHUFFLES + 1)


def _with_truth(rows: Rows, truth: Any) -> Rows:
    return replace(rows, truth=truth)


def _taken(rows: Rows, places: np.ndarray) -> Rows:
    if isinstance(rows, ClassRows):
        chances = None if rows.probabilities is None else rows.probabilities[places]
        return replace(rows, truth=rows.truth[places], predicted=rows.predicted[places], probabilities=chances)
    return replace(rows, truth=rows.truth[places], predicted=rows.predicted[places])
