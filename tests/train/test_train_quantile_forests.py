"""Quantiles read off a forest's leaves, against their definition, on a made forest."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from genie_widgets.ensemble import NotTreesError
from genie_widgets.train.anatomy import quantile_forests
from genie_widgets.train.anatomy.quantile_forests import QuantileForest

LEVELS = (0.05, 0.5, 0.95)
N_TREES, N_LEAVES, N_LEARNED = 5, 4, 30


@pytest.fixture
def model():
    """Trees of four leaves each; rows say themselves into which leaf of each tree they fall."""
    rng = np.random.default_rng(0)
    leaves = rng.integers(N_LEAVES, size=(N_TREES, N_LEARNED))
    leaves[rng.random(leaves.shape) < 0.3] = -1
    leaves[0, leaves[0] == 0] = -1
    leaves[0, 7] = 0  # one leaf of the first tree holds a single number
    return SimpleNamespace(
        quantile_levels=LEVELS,
        preprocess=lambda frame: frame,
        model=SimpleNamespace(
            estimators_=[SimpleNamespace(tree_=SimpleNamespace(node_count=N_LEAVES))] * N_TREES,
            y_train_=np.round(rng.normal(size=N_LEARNED), 1),  # some numbers more than once
            y_train_leaves_=leaves,
            y_weights_=rng.random(leaves.shape).astype(np.float32),
            apply=lambda rows: rows.astype(int),
        ),
    )


def by_definition(forest, row):
    weight = sum(
        np.where(leaves == leaf, weights, 0)
        for leaf, leaves, weights in zip(row, forest.y_train_leaves_, forest.y_weights_, strict=True)
    )
    known = np.unique(forest.y_train_[weight > 0])
    weight = np.array([weight[forest.y_train_ == number].sum() for number in known])
    percent = 100 / weight.sum() * (np.cumsum(weight) - weight / 2)
    return np.interp([100 * level for level in LEVELS], percent, known)


@pytest.mark.parametrize("most_numbers", [1, 1 << 21], ids=["row by row", "at once"])
def test_quantiles_are_the_definition(model, most_numbers, monkeypatch):
    monkeypatch.setattr(quantile_forests, "MOST_NUMBERS", most_numbers)
    rows = np.random.default_rng(1).integers(N_LEAVES, size=(40, N_TREES))
    found = QuantileForest(model)(pd.DataFrame(rows))
    # As AutoGluon, in 32-bit numbers.
    np.testing.assert_allclose(found, [by_definition(model.model, row) for row in rows], atol=1e-5)


def test_a_forest_of_a_single_tree_may_hold_one_number(model):
    forest = model.model
    forest.estimators_, forest.apply = forest.estimators_[:1], lambda rows: rows.astype(int)
    forest.y_train_leaves_, forest.y_weights_ = forest.y_train_leaves_[:1], forest.y_weights_[:1]
    (found,) = QuantileForest(model)(pd.DataFrame([[0]]))
    np.testing.assert_allclose(found, [forest.y_train_[7]] * len(LEVELS), atol=1e-6)


def test_what_is_no_such_forest_or_too_large_is_left_to_its_predictor(model, monkeypatch):
    with pytest.raises(NotTreesError, match="no forest of quantiles"):
        QuantileForest(SimpleNamespace(model=object()))
    monkeypatch.setattr(quantile_forests, "MOST_HELD", N_TREES * N_LEARNED - 1)
    with pytest.raises(NotTreesError, match="too many numbers"):
        QuantileForest(model)
