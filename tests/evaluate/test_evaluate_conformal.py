"""Intervals of new predictions hold what they promise."""

import numpy as np
import pytest

from genie_widgets.evaluate.conformal import interval_of
from genie_widgets.evaluate.rows import NumberRows


def rows(n, rng):
    truth = rng.standard_t(3, size=n)
    return NumberRows(truth, np.zeros(n))


@pytest.mark.parametrize("n", [20, 200])
def test_the_interval_covers_new_rows_as_often_as_promised(n):
    rng = np.random.default_rng(0)
    covered = [(np.abs(rng.standard_t(3, size=500)) <= interval_of(rows(n, rng)).half_width).mean() for _ in range(300)]
    # On average at least the level, and not much more: 1 / (n + 1) at most.
    assert 0.9 - 0.01 <= np.mean(covered) <= 0.9 + 1 / (n + 1) + 0.01


def test_too_few_rows_promise_nothing():
    rng = np.random.default_rng(0)
    assert interval_of(rows(8, rng)) is None
    assert interval_of(rows(9, rng)).n_rows == 9
