"""How many rows a fit takes, and which."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.machine import Machine
from genie_widgets.schema import Plan, Validation
from genie_widgets.train import rows_that_fit, sample_rows
from genie_widgets.train.fitting import LEAST_OF_A_CLASS, LEAST_ROWS

GIB = 2**30
QUIET = Machine(2, 16 * GIB, 16 * GIB, GIB)
PLAN = Plan(target="y", problem_type="binary", metric="roc_auc")


def test_a_table_that_fits_is_taken_whole():
    assert rows_that_fit(10_000, 12, 30, QUIET).limit == ""
    assert rows_that_fit(10_000, 12, 30, QUIET).n_rows == 10_000


def test_a_million_rows_in_little_time_are_too_many():
    short = rows_that_fit(1_000_000, 12, 6, QUIET)
    assert short.limit == "time"
    assert LEAST_ROWS < short.n_rows < 1_000_000
    assert short.n_rows < rows_that_fit(1_000_000, 12, 12, QUIET).n_rows
    assert rows_that_fit(1_000_000, 12, short.seconds_for_all + 1, QUIET).limit == "", "what would fit is told"


def test_a_busy_machine_takes_fewer():
    busy = Machine(2, 16 * GIB, 16 * GIB, GIB, pressure=0.9)
    assert rows_that_fit(10**6, 12, 6, busy).n_rows < rows_that_fit(10**6, 12, 6, QUIET).n_rows


def test_little_memory_takes_fewer():
    small = Machine(2, 2 * GIB, GIB // 2, GIB)
    fitting = rows_that_fit(10**6, 40, 3600, small)
    assert fitting.limit == "memory"
    assert fitting.n_rows < 10**6


def test_something_is_always_learned_from():
    assert rows_that_fit(10**6, 10**5, 0.0, QUIET).n_rows == LEAST_ROWS
    assert rows_that_fit(50, 10**5, 0.0, QUIET).n_rows == 50


@pytest.fixture
def frame():
    n = 10_000
    target = np.where(np.arange(n) % 500 == 0, "rare", "common")
    return pd.DataFrame({"x": np.arange(n), "day": np.arange(n)[::-1], "y": target}, index=np.arange(n) + 7)


def test_the_same_rows_in_their_order_for_the_same_seed(frame):
    one, same, other = (sample_rows(frame, 1000, PLAN, seed=seed) for seed in (1, 1, 2))
    assert one.index.is_monotonic_increasing
    assert one.index.is_unique
    pd.testing.assert_frame_equal(one, same)
    assert list(one.index) != list(other.index)


def test_a_rare_class_is_kept(frame):
    taken = sample_rows(frame, 500, PLAN, seed=0)
    assert (taken["y"] == "rare").sum() >= LEAST_OF_A_CLASS
    assert 500 <= len(taken) <= 500 + 2 * LEAST_OF_A_CLASS


def test_where_time_counts_the_latest_are_taken(frame):
    plan = PLAN.model_copy(update={"validation": Validation(kind="time", column="day")})
    assert sorted(sample_rows(frame, 100, plan, seed=0)["day"]) == list(range(9900, 10_000))


def test_few_rows_are_left_as_they_are(frame):
    assert sample_rows(frame, 10_000, PLAN, seed=0) is frame
