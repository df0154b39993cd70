"""All rows of a small table are scored once, each by what has not seen it."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.evaluate import folds_of, in_words, kept_apart, n_folds_of, split, wants_folds
from genie_widgets.evaluate.folding import MOST_ROWS
from genie_widgets.schema import Plan, Validation

CLASSES = Plan(target="y", problem_type="multiclass", metric="accuracy")
NUMBERS = Plan(target="y", problem_type="regression", metric="r2")


def table(n=300, *, classes=True, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.choice(["a", "b", "rare"], n, p=[0.6, 0.3, 0.1]) if classes else rng.normal(size=n)
    return pd.DataFrame({"x": rng.normal(size=n), "who": rng.integers(0, 40, n), "day": range(n), "y": y})


def checked(frame, plan):
    """Give the folds, each of which leaves out what it scores."""
    parts = split(frame, plan)
    folds = folds_of(parts, plan)
    assert folds[0].out.equals(parts.holdout)
    for fold in folds:
        assert not set(fold.train.index) & set(fold.out.index)
        assert len(fold.train) + len(fold.out) == len(frame)
    scored = [place for fold in folds for place in fold.out.index]
    assert len(scored) == len(set(scored))
    return parts, folds


@pytest.mark.parametrize("plan", [CLASSES, NUMBERS])
def test_every_row_is_scored_once(plan):
    frame = table(classes=plan is CLASSES)
    parts, folds = checked(frame, plan)
    assert len(folds) == n_folds_of(parts) == 4
    assert sum(len(fold.out) for fold in folds) == 300
    sizes = [len(fold.out) for fold in folds]
    assert max(sizes) - min(sizes) <= 2
    assert in_words(folds, parts, plan).startswith("out-of-fold, 4 folds, all 300 rows, at random")
    assert all(one.out.equals(other.out) for one, other in zip(folds, folds_of(parts, plan), strict=True))


def test_each_fold_has_its_share_of_each_class():
    _, folds = checked(table(), CLASSES)
    counts = pd.DataFrame([fold.out["y"].value_counts() for fold in folds])
    assert (counts.max() - counts.min() <= 2).all()


def test_a_class_of_one_row_is_only_learned_from():
    frame = table()
    frame.loc[7, "y"] = "only one"
    parts, folds = checked(frame, CLASSES)
    assert all(7 in fold.train.index for fold in folds)
    assert "299 of 300 rows" in in_words(folds, parts, CLASSES)


def test_no_group_is_in_both_parts_and_rows_without_one_are_only_learned_from():
    frame = table()
    frame["who"] = frame["who"].astype(float).where(frame.index > 4)
    plan = CLASSES.model_copy(update={"validation": Validation(kind="group", column="who")})
    parts, folds = checked(frame, plan)
    assert len(folds) == 4
    for fold in folds:
        assert not set(fold.train["who"].dropna()) & set(fold.out["who"])
        assert fold.out["who"].notna().all()
        assert set(range(5)) <= set(fold.train.index)
    assert sum(len(fold.out) for fold in folds) == 295
    assert "whole groups of 'who'" in in_words(folds, parts, plan)


def test_there_are_no_more_folds_than_groups():
    frame = table().assign(who=lambda rows: rows["day"] % 3)
    plan = CLASSES.model_copy(update={"validation": Validation(kind="group", column="who")})
    _, folds = checked(frame, plan)
    assert len(folds) == 3


@pytest.mark.parametrize(
    ("n", "wanted"), [(20, False), (60, True), (300, True), (780, True), (900, False), (MOST_ROWS + 1, False)]
)
def test_a_table_is_small_where_few_rows_would_be_kept_apart(n, wanted):
    frame = table(n, classes=False)
    assert wants_folds(split(frame, NUMBERS), NUMBERS) is wanted


def test_a_rare_class_makes_a_table_small():
    frame = table(2000)
    common, rare = frame.assign(y=np.where(frame["day"] % 2, "a", "b")), frame.copy()
    rare["y"] = np.where(rare["day"] < 40, "a", "b")
    assert not wants_folds(split(common, CLASSES), CLASSES)
    assert wants_folds(split(rare, CLASSES), CLASSES)


def test_the_past_is_not_scored_by_what_learned_from_the_future():
    plan = CLASSES.model_copy(update={"validation": Validation(kind="time", column="day")})
    assert not wants_folds(split(table(), plan), plan)
    fell_back = plan.model_copy(update={"validation": Validation(kind="time", column="no such")})
    assert wants_folds(split(table(), fell_back), fell_back)


def test_the_rows_kept_apart_first_are_told_from_the_others():
    scored = pd.DataFrame({"truth": ["a", "b", "a"]}, index=[5, 6, 7])
    assert kept_apart(scored).index.tolist() == [5, 6, 7]
    assert kept_apart(scored.assign(fold=[1, 0, 0])).index.tolist() == [6, 7]
