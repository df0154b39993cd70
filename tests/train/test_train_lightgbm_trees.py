"""LightGBM's trees, read from its text: each hybrid of two rows gets what LightGBM itself predicts for it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hybrids_by_hand import hybrids_of, margins

from genie_widgets.ensemble import LEAF, Link, NotTreesError
from genie_widgets.train.anatomy.lightgbm_trees import read_lightgbm

OBJECTIVES = {"regression": 1, "binary": 1, "multiclass": 3}
LINKS = {"regression": Link.IDENTITY, "binary": Link.LOGISTIC, "multiclass": Link.SOFTMAX}


def table(n=400, seed=0):
    """Numbers with gaps, without, and with zeros; categories with few and with many values."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "gaps": rng.normal(size=n),
            "city": rng.choice([f"city {place}" for place in range(45)], n),
            "plain": rng.normal(size=n),
            "plan": rng.choice(["free", "basic", "pro"], n),
            "whole": rng.integers(0, 3, n),
        }
    )
    frame.loc[::5, "gaps"] = np.nan
    frame.loc[::9, "plan"] = None
    score = frame["gaps"].fillna(1) * (frame["city"] < "city 3") + frame["plain"] * (frame["plan"] == "pro")
    score += frame["whole"] / 2 + rng.normal(size=n) / 4
    return frame.astype({"city": "category", "plan": "category"}), score.to_numpy()


def fitted(objective, frame, **more):
    """A model as AutoGluon keeps it, as far as its reader looks."""
    import lightgbm

    _, score = table()
    target = {"binary": score > 0.5, "multiclass": np.digitize(score, [0, 1])}.get(objective, score)
    parameters = {"objective": objective, "num_threads": 1, "seed": 0, "verbose": -1, "min_data_in_leaf": 5, **more}
    if objective == "multiclass":
        parameters["num_class"] = 3
    booster = lightgbm.train(parameters, lightgbm.Dataset(frame, target), num_boost_round=12)
    return SimpleNamespace(
        model=booster, preprocess=lambda rows: rows, _features_internal=list(frame), _features_internal_map=None
    )


def check(model, objective, frame):
    """Compare hybrids of some pairs of rows; gives the forest."""
    forest, link, base, see = read_lightgbm(model, OBJECTIVES[objective])
    assert link == LINKS[objective]
    seen, rng = see(frame), np.random.default_rng(1)
    for row, other in ((0, 1), (5, 12), (9, 10), (len(frame) - 1, 7)):
        mine = rng.random((12, frame.shape[1])) < 0.5
        mine[:2] = [[True], [False]]
        hybrids = hybrids_of(frame, row, other, mine)
        wanted = model.model.predict(hybrids, raw_score=True).reshape(len(mine), -1)
        np.testing.assert_allclose(margins(forest, base, seen, row, other, mine), wanted, atol=1e-9)
    return forest


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize(
    "columns",
    [["gaps", "city", "plain", "plan", "whole"], ["gaps", "plain", "whole"], ["city"], ["plan"]],
    ids=" ".join,
)
def test_hybrids_get_what_lightgbm_predicts(objective, columns):
    frame, _ = table()
    check(fitted(objective, frame[columns], max_cat_to_onehot=2), objective, frame[columns])


@pytest.mark.parametrize("settings", [{"use_missing": False}, {"max_cat_to_onehot": 99}, {"num_leaves": 2}], ids=str)
def test_other_ways_to_split(settings):
    frame, _ = table()
    check(fitted("regression", frame, **settings), "regression", frame)


def test_cells_that_training_never_saw():
    frame, _ = table()
    odd = frame.head(20).copy()
    odd["city"] = odd["city"].cat.add_categories(["Atlantis"])
    odd.loc[[0, 5], "city"] = "Atlantis"
    odd.loc[[1, 9], "plain"] = np.nan
    check(fitted("regression", frame), "regression", odd)


def test_trees_that_are_a_leaf_lie_among_others():
    frame, _ = table()
    model = fitted("multiclass", frame, min_gain_to_split=15)
    forest = check(model, "multiclass", frame)
    is_leaf = forest.feature[forest.roots] == LEAF
    assert 0 < is_leaf.sum() < len(is_leaf), "the test has no subject"


def test_zeros_taken_as_missing_are_refused():
    frame, _ = table()
    with pytest.raises(NotTreesError, match="zeros"):
        read_lightgbm(fitted("regression", frame, zero_as_missing=True), 1)


@pytest.mark.parametrize(
    "settings", [{"linear_tree": True}, {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}]
)
def test_leaves_that_are_not_added_up_are_refused(settings):
    frame, _ = table()
    with pytest.raises(NotTreesError, match=r"linear|averages"):
        read_lightgbm(fitted("regression", frame[["plain", "whole"]], **settings), 1)
