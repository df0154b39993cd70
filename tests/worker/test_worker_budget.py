"""The seconds a person gave: training always gets its share, and no more than all are given away."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.worker.budget import LEAST_KEPT, MIN_TRAINING_SHARE, ROOM, plan_budget

LIMITS = st.floats(min_value=0, max_value=1e7)
ROWS = st.integers(min_value=0, max_value=10**10)


@settings(max_examples=50, deadline=None)
@given(limit_s=LIMITS, n_rows=ROWS)
def test_training_keeps_its_share_of_any_limit(limit_s, n_rows):
    budget = plan_budget(0.0, limit_s, n_rows)
    shares = (budget.scoring_s, budget.explaining_s, budget.exporting_s, budget.tracking_s)
    assert all(share >= 0 for share in shares)
    assert budget.reserve_s == pytest.approx(sum(shares))
    assert limit_s - budget.reserve_s >= MIN_TRAINING_SHARE * limit_s - 1e-6 * limit_s


@settings(max_examples=50, deadline=None)
@given(limit_s=LIMITS, more_s=LIMITS, n_rows=ROWS)
def test_more_seconds_never_mean_less_training(limit_s, more_s, n_rows):
    less, more = (plan_budget(0.0, seconds, n_rows) for seconds in (limit_s, limit_s + more_s))
    assert more.limit_s - more.reserve_s >= less.limit_s - less.reserve_s - 1e-6 * more.limit_s


@settings(max_examples=50, deadline=None)
@given(limit_s=LIMITS, n_rows=ROWS, more=ROWS)
def test_more_rows_never_mean_less_time_to_score_and_copy_together(limit_s, n_rows, more):
    few, many = (plan_budget(0.0, limit_s, rows) for rows in (n_rows, n_rows + more))
    assert many.reserve_s >= few.reserve_s - 1e-6 * limit_s


@settings(max_examples=50, deadline=None)
@given(limit_s=LIMITS, n_rows=ROWS)
def test_where_others_use_the_cores_more_is_kept_for_the_score_and_the_files(limit_s, n_rows):
    quiet, busy = (plan_budget(0.0, limit_s, n_rows, slowness=7.5 if is_busy else 1.0) for is_busy in (False, True))
    assert limit_s - busy.reserve_s >= MIN_TRAINING_SHARE * limit_s - 1e-6 * limit_s
    for kept in ("scoring_s", "exporting_s"):
        assert getattr(busy, kept) >= getattr(quiet, kept) - 1e-6 * limit_s
    assert busy.explaining_s <= quiet.explaining_s + 1e-6 * limit_s


def test_a_long_run_is_nearly_all_training():
    assert plan_budget(0.0, 3600, 10_000).reserve_s < 0.02 * 3600


def test_seconds_left_are_counted_from_the_confirmation():
    now = time.time()
    budget = plan_budget(now - 100, 160, 1000)
    assert 0 < budget.left_s() <= 60
    assert budget.left_s(keeping_s=1000) < 0
    assert plan_budget(now - 100, 50, 1000).left_s() < 0


def test_what_comes_before_the_training_takes_from_all_and_not_from_the_training_alone():
    now = time.time()
    late = plan_budget(now - 30, 60, 1_000_000, slowness=7.5)
    assert late.left_s(keeping_s=late.reserve_s) < 0.1 * late.left_s()
    assert late.training_left_s() == pytest.approx(MIN_TRAINING_SHARE * late.left_s(), rel=0.01)
    early = plan_budget(now, 600, 1_000)
    assert early.training_left_s() == pytest.approx(early.left_s(keeping_s=early.reserve_s), rel=0.01)


STEPS = ("scoring", "exporting", "tracking")


def test_what_a_machine_took_before_decides_what_is_kept_with_room_for_a_worse_day():
    unknown = plan_budget(0.0, 600, 1_000)
    known = plan_budget(0.0, 600, 1_000, costs=dict.fromkeys((*STEPS, "refitting"), 0.5))
    for kept in ("scoring_s", "exporting_s", "tracking_s", "refitting_s"):
        assert 0.5 * getattr(unknown, kept) < getattr(known, kept) < getattr(unknown, kept)
    assert known.explaining_s == unknown.explaining_s
    slow = plan_budget(0.0, 600, 1_000, costs=dict.fromkeys(STEPS, 1.2))
    assert slow.reserve_s > unknown.reserve_s


def test_a_machine_that_took_no_time_at_all_may_be_busy_tomorrow():
    unknown, known = (plan_budget(0.0, 600, 1_000, costs=costs) for costs in (None, dict.fromkeys(STEPS, 0.0)))
    assert known.tracking_s == pytest.approx(LEAST_KEPT * unknown.tracking_s)


def test_short_runs_gain_most_once_the_machine_is_known():
    unknown, known = (plan_budget(0.0, 15, 1_000, costs=costs) for costs in (None, dict.fromkeys(STEPS, 0.2)))
    assert known.reserve_s < 0.6 * unknown.reserve_s
    assert known.refitting_s > unknown.refitting_s, "the model of all rows has its time, too"
    assert dict(known.shares)["training"] > dict(unknown.shares)["training"]


@settings(max_examples=50, deadline=None)
@given(limit_s=LIMITS, n_rows=ROWS, taken=st.floats(min_value=0, max_value=1e6), is_busy=st.booleans())
def test_whatever_was_seen_training_keeps_its_share_and_nothing_is_given_twice(limit_s, n_rows, taken, is_busy):
    seen = dict.fromkeys((*STEPS, "refitting"), taken)
    budget = plan_budget(0.0, limit_s, n_rows, slowness=7.5 if is_busy else 1.0, costs=seen)
    assert limit_s - budget.reserve_s - budget.refitting_s >= MIN_TRAINING_SHARE * limit_s - 1e-6 * limit_s
    assert budget.refitting_s <= budget.usual["refitting"] + 1e-6


@settings(max_examples=50, deadline=None)
@given(limit_s=LIMITS, n_rows=ROWS, slowness=st.floats(min_value=1, max_value=12))
def test_on_a_slower_core_more_is_kept_for_score_and_files_and_the_training_keeps_its_share(limit_s, n_rows, slowness):
    free = plan_budget(0.0, limit_s, n_rows)
    slow = free.at(slowness)
    assert slow == plan_budget(0.0, limit_s, n_rows, slowness=slowness)
    assert slow.scoring_s + slow.exporting_s >= free.scoring_s + free.exporting_s - 1e-6 * limit_s
    assert limit_s - slow.reserve_s - slow.refitting_s >= MIN_TRAINING_SHARE * limit_s - 1e-6 * limit_s


def test_on_a_starved_core_the_record_has_only_what_the_others_leave():
    assert plan_budget(0.0, 15, 1_000, slowness=8.0).tracking_s == pytest.approx(0.0)
    assert plan_budget(0.0, 600, 1_000, slowness=8.0).tracking_s == pytest.approx(2.0 * 8.0 / ROOM)


def test_the_promise_is_broken_a_tenth_after_the_limit_and_later_where_that_was_told():
    now = time.time()
    budget = plan_budget(now - 15, 15, 1_000)
    assert budget.left_s() <= 0
    assert budget.until_end_s() == pytest.approx(1.5, abs=0.3)
    assert budget.until_end_s(keeping_s=2.0) < 0
    told = replace(budget, granted_s=4.0)
    assert told.until_end_s() == pytest.approx(5.5, abs=0.3)
    assert told.at(8.0).granted_s == 4.0
