"""How far off a predicted number may be: a split-conformal interval from the untouched rows."""

from __future__ import annotations

import math

import numpy as np

from genie_widgets.evaluate.rows import NumberRows
from genie_widgets.schema import Interval

LEVEL = 0.9


def interval_of(rows: NumberRows, level: float = LEVEL) -> Interval | None:
    """Give the half width that covers the true number of a new row with at least the probability `level`.

    Parameters
    ----------
    rows : NumberRows
        Rows that no model has seen, exchangeable with the new ones.
    level : float
        In (0, 1).

    Returns
    -------
    Interval or None
        None where the rows are too few for any finite width.
    """
    n = len(rows)
    place = math.ceil((n + 1) * level)
    if place > n:
        return None
    errors = np.sort(np.abs(rows.truth - rows.predicted))
    return Interval(level=level, half_width=float(errors[place - 1]), n_rows=n)
