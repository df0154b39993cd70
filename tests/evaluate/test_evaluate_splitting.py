"""Splits keep what they promise, on any table."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.evaluate import split
from genie_widgets.evaluate.holdout_size import MOST_ROWS, holdout_size
from genie_widgets.schema import GenieError, Plan
from genie_widgets.schema.plan import Validation


def plan(problem_type="binary", **validation):
    return Plan(target="y", problem_type=problem_type, metric="accuracy", validation=Validation(**validation))


@st.composite
def tables(draw):
    n = draw(st.integers(2, 150))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    classes = draw(st.integers(1, 12))
    y = pd.Series(rng.zipf(1.7, n) % classes).astype(object).map(lambda code: f"c{code}")
    y[rng.random(n) < draw(st.sampled_from([0, 0.1, 0.5]))] = None
    group = pd.Series(rng.integers(0, draw(st.integers(1, 20)), n)).astype(object)
    group[rng.random(n) < 0.05] = None
    moment = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 50, n), unit="h"))
    moment[rng.random(n) < 0.05] = pd.NaT
    return pd.DataFrame({"x": rng.normal(size=n), "g": group, "t": moment, "y": y}, index=rng.permutation(n) + 7)


@settings(max_examples=150, deadline=None)
@given(tables(), st.sampled_from(["random", "group", "time"]), st.integers(0, 5))
def test_any_split_keeps_its_promises(frame, kind, seed):
    column = {"random": None, "group": "g", "time": "t"}[kind]
    labelled = frame[frame.y.notna()]
    if len(labelled) < 2:
        with pytest.raises(GenieError, match="have a value in the target 'y'"):
            split(frame, plan("multiclass"), seed=seed)
        return
    parts = split(frame, plan("multiclass", kind=kind, column=column), seed=seed)
    train, holdout = set(parts.train.index), set(parts.holdout.index)
    assert not train & holdout
    assert train | holdout == set(labelled.index)
    assert train
    assert holdout
    assert parts.n_dropped == len(frame) - len(labelled)
    pd.testing.assert_frame_equal(parts.holdout, frame.loc[parts.holdout.index])
    again = split(frame, plan("multiclass", kind=kind, column=column), seed=seed)
    assert list(again.holdout.index) == list(parts.holdout.index)
    if kind == "group" and not parts.problems:
        assert not set(parts.train.g.dropna()) & set(parts.holdout.g.dropna())
        assert parts.holdout.g.notna().all()
        assert list(parts.groups.index) == list(parts.holdout.index)
    if kind == "time" and not parts.problems:
        assert parts.holdout.t.notna().all()
        if parts.train.t.notna().any():
            assert parts.train.t.max() < parts.holdout.t.min()
    if kind == "random":
        assert parts.problems == ()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=2, max_size=15), st.integers(0, 100))
def test_stratified_split_leaves_every_class_in_training(sizes, seed):
    frame = pd.DataFrame({"y": np.repeat([f"c{i}" for i in range(len(sizes))], sizes)})
    parts = split(frame, plan("multiclass"), seed=seed)
    if max(sizes) > 1:
        assert set(parts.train.y) == set(frame.y)
    share = len(parts.holdout) / len(frame)
    for label, size in frame.y.value_counts().items():
        assert abs((parts.holdout.y == label).sum() - size * share) <= 3


def test_the_rare_class_of_a_binary_table_is_scored():
    frame = pd.DataFrame({"y": ["yes"] * 3 + ["no"] * 2997})
    assert split(frame, plan()).holdout.y.nunique() == 2


@pytest.mark.parametrize(("n", "size"), [(2, 1), (20, 10), (30, 10), (100, 25), (1000, 250), (25_000, 2500)])
def test_holdout_size(n, size):
    assert holdout_size(n) == size


def test_holdout_size_grows_with_the_table_up_to_its_cap():
    sizes = [holdout_size(n) for n in range(2, 60_000, 7)]
    assert all(b >= a for a, b in itertools.pairwise(sizes))
    assert holdout_size(10_000_000) == MOST_ROWS
    with pytest.raises(ValueError, match="between 0 and 1"):
        holdout_size(100, 1.5)


def test_the_split_is_told_in_words():
    frame = pd.DataFrame({"y": [1.0, 2.0, np.nan, np.inf] * 100})
    parts = split(frame, plan("regression"))
    assert parts.how == "50 of 200 rows (25%), at random; 200 rows without a value in 'y' left out"


@pytest.mark.parametrize(
    ("kind", "column", "says"),
    [
        ("group", "one", "fewer than two groups"),
        ("group", "gone", "no such column"),
        ("time", "one", "all its times are equal"),
        ("time", "words", "it holds no times"),
        ("time", "order", "would all have the same class"),
    ],
)
def test_a_split_that_cannot_be_kept_says_so(kind, column, says):
    frame = pd.DataFrame({"one": 1, "words": "x", "order": range(100), "y": ["a"] * 80 + ["b"] * 20})
    frame["unique"] = np.arange(100)
    parts = split(frame, plan(kind=kind, column=column))
    (problem,) = parts.problems
    assert says in problem.title
    assert problem.severity == "warning"
    assert "at random instead" in problem.title
    assert parts.holdout.y.nunique() == 2


def test_times_may_be_text_or_numbers():
    days = pd.date_range("2023-12-20", periods=40)
    for times in (days.strftime("%Y-%m-%d"), np.arange(40) * 1.5, days.tz_localize("Europe/Berlin"), days.astype(str)):
        frame = pd.DataFrame({"t": times, "y": ["a", "b"] * 20})
        assert list(split(frame, plan(kind="time", column="t")).holdout.index) == list(range(30, 40))


def test_no_target_column():
    with pytest.raises(GenieError, match="has no column 'y' to predict"):
        split(pd.DataFrame({"x": [1, 2]}), plan())


def test_repeated_rows_are_told():
    once = pd.DataFrame({"id": range(100), "x": np.arange(100) * 1.5, "y": ["a", "b"] * 50})
    assert split(once, plan()).problems == ()
    twice = pd.concat([once, once], ignore_index=True)
    (problem,) = split(twice, plan()).problems
    assert problem.code == "holdout-repeats-training"
    assert f"{problem.value} of the 50 rows kept apart" in problem.title
    twice["id"] = range(200)  # told apart by an id: still the same rows to the model that ignores it
    assert split(twice, plan()).problems == ()
    assert split(twice, plan().model_copy(update={"ignore": ("id",)})).problems == (problem,)
    twice["x"] = [[1]] * 200  # cells that cannot be compared are no reason to fail
    assert split(twice, plan().model_copy(update={"ignore": ("id",)})).problems == ()
