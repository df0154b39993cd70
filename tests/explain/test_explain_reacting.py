"""Which columns a function reacts to: found in few calls, within a share of the time, however wide the table."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.explain.game import Game
from genie_widgets.explain.hybrids import Hybrids
from genie_widgets.explain.meter import Meter
from genie_widgets.explain.reacting import PROBE_SHARE, reacting_columns


class Asked:
    """A function of some columns, which takes seconds a row on a clock of its own."""

    def __init__(self, columns, seconds_a_row=0.0):
        self._columns, self._seconds = columns, seconds_a_row
        self.now, self.n_rows = 0.0, 0

    def __call__(self, frame):
        self.now += self._seconds * len(frame)
        self.n_rows += len(frame)
        return np.sin(frame.to_numpy()[:, self._columns]).sum(axis=1)

    def clock(self):
        return self.now


def game(asked, n_columns, *, budget_s=600.0, n_outputs=1):
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(20, n_columns)))
    hybrids = Hybrids(frame.iloc[:5], frame.iloc[5:])
    meter = Meter(asked, n_outputs, budget_s=budget_s, clock=getattr(asked, "clock", lambda: 0.0))
    both = meter.predict(hybrids.stacked)
    return Game(hybrids, meter, both[:5], both[5:])


@pytest.mark.parametrize("n_columns", [3, 200, 3_000])
def test_the_columns_that_matter_are_found(n_columns):
    wanted = sorted({0, n_columns // 3, n_columns - 1})
    asked = Asked(wanted)
    found = reacting_columns(game(asked, n_columns), np.random.default_rng(1))
    assert np.flatnonzero(found).tolist() == wanted
    # Not each of thousands of columns by itself.
    assert asked.n_rows < 7_500


@pytest.mark.parametrize("n_columns", [30, 3_000])
def test_a_column_that_seldom_matters_is_found_where_the_quiet_ones_are_tried_together(n_columns):
    def seldom(frame):
        cells = frame.to_numpy()
        return cells[:, 0] + (cells[:, 1:5] > -0.5).all(axis=1)

    found = reacting_columns(game(seldom, n_columns), np.random.default_rng(1))
    assert found[0]
    assert found[:5].all()


def test_columns_that_matter_only_all_together_leave_none_out():
    frame = pd.DataFrame(np.repeat([1.0, 0.0], [5, 15])[:, None] * np.ones(20))
    hybrids = Hybrids(frame.iloc[:5], frame.iloc[5:])
    meter = Meter(lambda mixed: mixed.to_numpy().all(axis=1).astype(float), 1, budget_s=600)
    both = meter.predict(hybrids.stacked)
    assert reacting_columns(Game(hybrids, meter, both[:5], both[5:]), np.random.default_rng(1)).all()


@pytest.mark.parametrize("budget_s", [1.0, 6.0, 60.0])
@pytest.mark.parametrize("is_sparse", [True, False])
def test_the_time_is_kept_and_what_was_not_tried_counts(budget_s, is_sparse):
    wanted = [7, 2_000] if is_sparse else list(range(3_000))
    asked = Asked(wanted, seconds_a_row=1 / 1_000)
    playing = game(asked, 3_000, budget_s=budget_s)
    before = asked.now
    found = reacting_columns(playing, np.random.default_rng(1))
    assert found[wanted].all()
    # A call that was begun is waited for, and the quiet columns are tried together once.
    assert asked.now - before <= PROBE_SHARE * budget_s + 0.4


def test_the_speed_that_the_probe_found_is_known_after_it():
    asked = Asked([0], seconds_a_row=1 / 100)
    playing = game(asked, 4, budget_s=60)
    reacting_columns(playing, np.random.default_rng(1))
    assert playing.meter.seconds_for(100) == pytest.approx(1.0)
