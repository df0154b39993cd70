"""How many rows to keep apart."""

from __future__ import annotations

import math

# The standard error of a score falls with the square root of the rows it comes from, so a
# small table must give a large share, and a large one loses little by giving less.
SMALL_TABLE_ROWS, SMALL_TABLE_SHARE = 1_000, 0.25
LARGE_TABLE_ROWS, LARGE_TABLE_SHARE = 25_000, 0.10
# Below ten rows a score says nothing; above 20,000 its error is under half a point of
# accuracy, while predicting and bootstrapping the rows would eat the time for training.
LEAST_ROWS, MOST_ROWS = 10, 20_000


def holdout_size(n_rows: int, fraction: float | None = None) -> int:
    """Rows to keep apart of `n_rows` (at least 2): never more than half, never none.

    Parameters
    ----------
    n_rows : int
        Rows that have a target.
    fraction : float, optional
        Share asked for, in (0, 1); by default falling from 25% (up to 1,000 rows) to 10% (from 25,000).
    """
    if fraction is None:
        span = math.log(LARGE_TABLE_ROWS / SMALL_TABLE_ROWS)
        place = min(1.0, max(0.0, math.log(max(n_rows, 1) / SMALL_TABLE_ROWS) / span))
        fraction = SMALL_TABLE_SHARE + place * (LARGE_TABLE_SHARE - SMALL_TABLE_SHARE)
    elif not 0 < fraction < 1:
        raise ValueError(f"holdout_fraction must be between 0 and 1, not {fraction}")
    size = min(MOST_ROWS, max(LEAST_ROWS, round(n_rows * fraction)))
    return max(1, min(size, n_rows // 2))
