"""Two models on the same rows: the difference is the metrics' own, and its interval pairs the rows."""

import numpy as np
import pytest

from genie_widgets.evaluate.comparing import paired_difference
from genie_widgets.evaluate.metrics import metric_value
from genie_widgets.evaluate.rows import ClassRows, NumberRows


def numbers(noise, n=300, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n)
    return NumberRows(truth, truth + noise * np.random.default_rng(1).normal(size=n))


def test_the_difference_is_that_of_the_metrics():
    before, after = numbers(1.0), numbers(0.9)
    found = paired_difference("root_mean_squared_error", before, after)
    expected = [metric_value("root_mean_squared_error", rows) for rows in (after, before)]
    assert found.value == pytest.approx(expected[0] - expected[1])
    # The errors go together row by row: an interval that did not pair them would hold 0.
    assert found.low < found.value < found.high < 0


def test_the_interval_is_widened_where_the_rows_are_not_independent():
    before, after = numbers(1.0), numbers(0.9)
    plain, wide = (paired_difference("root_mean_squared_error", before, after, widened=by) for by in (1.0, 1.3))
    assert wide.value == plain.value
    assert wide.high - wide.low == pytest.approx(1.3 * (plain.high - plain.low))


def test_rows_with_other_answers_are_not_paired():
    assert paired_difference("r2", numbers(1.0), numbers(1.0, seed=2)) is None
    assert paired_difference("r2", numbers(1.0), numbers(1.0, n=200)) is None
    classes = ClassRows(np.array([0, 1]), np.array([0, 1]), ("a", "b"))
    assert paired_difference("r2", numbers(1.0), classes) is None
    other = ClassRows(np.array([0, 1]), np.array([0, 1]), ("b", "a"))
    assert paired_difference("accuracy", classes, other) is None


def test_a_metric_that_one_of_them_lacks_is_no_difference():
    rows = ClassRows(np.array([0, 1] * 20), np.array([0, 1] * 20), ("a", "b"))
    assert paired_difference("log_loss", rows, rows) is None
    assert paired_difference("accuracy", rows, rows).value == 0
