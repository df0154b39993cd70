"""CatBoost's trees, read from its own file: each hybrid of two rows gets what CatBoost itself predicts for it."""

import json
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hybrids_by_hand import hybrids_of, margins

from genie_widgets.ensemble import LEAF, Link, NotTreesError
from genie_widgets.train.anatomy.catboost_file import read_saved
from genie_widgets.train.anatomy.catboost_trees import read_catboost
from genie_widgets.train.anatomy.growing import symmetric_forest

NAMED = ("city", "plan", "flag")
# What CatBoost makes of the same columns by its settings.
SETTINGS = {
    "counts": {"one_hot_max_size": 2},
    "categories by name": {"one_hot_max_size": 99},
    "counts of combinations": {"max_ctr_complexity": 4, "one_hot_max_size": 2},
    "missing above all": {"nan_mode": "Max"},
    "deep and shallow": {"depth": 9, "min_data_in_leaf": 60, "l2_leaf_reg": 50},
    "shallow": {"depth": 1},
}
LOSSES = {"regression": ("RMSE", 1), "binary": ("Logloss", 1), "multiclass": ("MultiClass", 3)}


def table(n=400, seed=0):
    """Numbers with and without gaps, a constant, whole numbers and three categories."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "gaps": rng.normal(size=n),
            "city": rng.choice(list("abcdefghijklm"), n),
            "still": np.zeros(n),
            "plain": rng.normal(size=n),
            "plan": rng.choice(["free", "basic", "pro"], n),
            "whole": rng.integers(0, 4, n),
            "flag": rng.choice(["no", "yes"], n),
        }
    )
    frame.loc[::5, "gaps"] = np.nan
    score = frame["gaps"].fillna(1) * (frame["city"] < "f") + frame["plain"] * (frame["plan"] == "pro")
    score += frame["whole"] * (frame["flag"] == "yes") / 2 + rng.normal(size=n) / 4
    return frame.astype(dict.fromkeys(NAMED, "category")), score.to_numpy()


def fitted(kind="regression", frame=None, **more):
    """A model as AutoGluon keeps it, as far as its reader looks."""
    import catboost

    columns, score = table()
    frame = columns if frame is None else frame
    target = {"regression": score, "binary": score > 0.5, "multiclass": np.digitize(score, [0, 1])}[kind]
    named = [name for name, dtype in frame.dtypes.items() if isinstance(dtype, pd.CategoricalDtype)]
    booster = catboost.CatBoost(
        {
            "loss_function": LOSSES[kind][0],
            "iterations": 25,
            "learning_rate": 0.3,
            "thread_count": 1,
            "random_seed": 0,
            "allow_writing_files": False,
            "verbose": 0,
            **more,
        }
    )
    booster.fit(catboost.Pool(frame, target, cat_features=named))
    return SimpleNamespace(model=booster, problem_type=kind, preprocess=lambda rows: rows)


@cache
def made(kind, settings):
    return fitted(kind, **SETTINGS[settings])


def check(model, kind, frame):
    """Compare hybrids of some pairs of rows; gives the forest and what it saw."""
    forest, link, base, see = read_catboost(model, LOSSES[kind][1])
    assert link == {"regression": Link.IDENTITY, "binary": Link.LOGISTIC, "multiclass": Link.SOFTMAX}[kind]
    seen, rng = see(frame), np.random.default_rng(1)
    for row, other in ((0, 1), (5, 12), (3, 10), (len(frame) - 1, 7)):
        mine = rng.random((12, frame.shape[1])) < 0.5
        mine[:2] = [[True], [False]]
        wanted = model.model.predict(hybrids_of(frame, row, other, mine), prediction_type="RawFormulaVal").reshape(
            len(mine), -1
        )
        np.testing.assert_allclose(margins(forest, base, seen, row, other, mine), wanted, atol=1e-9)
    return forest, seen


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("settings", SETTINGS)
def test_hybrids_get_what_catboost_predicts(kind, settings):
    frame, _ = table()
    _, seen = check(made(kind, settings), kind, frame)
    is_combined = settings == "counts of combinations"
    assert len(seen.slot_source) > 0 or not is_combined, "the test has no subject"


def test_counts_of_combinations_with_numbers_and_names(tmp_path):
    model = fitted(**SETTINGS["counts of combinations"], iterations=60)
    counts = as_json(model, tmp_path)["features_info"]["ctrs"]
    combined = {part["combination_element"] for count in counts for part in count["elements"]}
    assert combined == {"cat_feature_value", "cat_feature_exact_value", "float_feature"}, "the test has no subject"
    check(model, "regression", table()[0])


def test_cells_that_training_never_saw():
    frame, _ = table()
    odd = frame.head(20).copy()
    odd["city"] = odd["city"].cat.add_categories(["Atlantis"])
    odd.loc[[0, 5], "city"] = "Atlantis"
    odd.loc[3, ["gaps", "plain"]] = [1e9, -1e9]
    for settings in ("counts", "categories by name"):
        check(made("regression", settings), "regression", odd)


@pytest.mark.parametrize("columns", [["gaps", "plain", "whole"], ["city"]], ids=" ".join)
@pytest.mark.parametrize("kind", LOSSES)
def test_one_kind_of_column_alone(kind, columns):
    frame, _ = table()
    check(fitted(kind, frame=frame[columns]), kind, frame[columns])


def test_trees_of_several_depths():
    import catboost

    both = catboost.sum_models([fitted(depth=2).model, fitted(depth=5).model])
    model = SimpleNamespace(model=both, problem_type="regression", preprocess=lambda rows: rows)
    forest, _ = check(model, "regression", table()[0])
    assert {2, 5} <= set(forest.symmetric.tolist())


def test_a_tree_that_is_a_leaf_lies_among_others():
    depths = np.array([1, 0, 2])
    forest = symmetric_forest(
        np.array([4, 5, 6]), np.array([0.1, 0.2, 0.3]), np.ones(3, bool), depths, np.arange(7.0)[:, None], output=0
    )
    assert forest.roots.tolist() == [0, 3, 4]
    assert forest.feature.tolist() == [4, LEAF, LEAF, LEAF, 5, 6, 6, LEAF, LEAF, LEAF, LEAF]
    assert forest.left[[0, 4, 5, 6]].tolist() == [1, 5, 7, 9]
    assert forest.right[[0, 4, 5, 6]].tolist() == [2, 6, 8, 10]
    # Of the last tree's leaves the first answer is the lowest bit as CatBoost counts, and the highest from the left.
    assert forest.values[forest.leaf[[1, 2, 3, 7, 8, 9, 10]], 0].tolist() == [0, 1, 2, 3, 5, 4, 6]


def test_the_leaves_scale_and_start_are_taken_into_account():
    model = fitted()
    model.model.set_scale_and_bias(0.5, 3.0)
    check(model, "regression", table()[0])


@pytest.mark.parametrize("policy", ["Depthwise", "Lossguide"])
def test_trees_that_are_not_symmetric_are_refused(policy):
    model = fitted(grow_policy=policy)
    with pytest.raises(NotTreesError, match="not symmetric"):
        read_catboost(model, 1)


def test_trees_about_texts_are_refused():
    import catboost

    frame, score = table()
    texts = pd.DataFrame({"city": frame["city"].astype(str) + " " + frame["plan"].astype(str)})
    booster = catboost.CatBoost(
        {"loss_function": "Logloss", "iterations": 5, "verbose": 0, "thread_count": 1, "allow_writing_files": False}
    )
    booster.fit(catboost.Pool(texts, score > 0.5, text_features=["city"]))
    with pytest.raises(NotTreesError, match="texts"):
        read_catboost(SimpleNamespace(model=booster, problem_type="binary"), 1)


def test_another_format_is_refused():
    with pytest.raises(NotTreesError, match="format"):
        read_saved(b"CBM2" + bytes(64))


def saved(model):
    return bytes(model.model._serialize_model())


def as_json(model, folder):
    model.model.save_model(str(folder / "model.json"), format="json")
    return json.loads((folder / "model.json").read_text())


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("settings", SETTINGS)
def test_the_file_says_what_catboosts_json_says(kind, settings, tmp_path):
    model = made(kind, settings)
    found, told = read_saved(saved(model)), as_json(model, tmp_path)
    info, trees = told["features_info"], told["oblivious_trees"]
    floats, categories = info["float_features"], info["categorical_features"]
    flat = [category["flat_feature_index"] for category in categories]
    assert found.n_columns == len(floats) + len(categories)
    assert [number.column for number in found.numbers] == [one["flat_feature_index"] for one in floats]
    assert [number.missing_passes for number in found.numbers] == [
        one["nan_value_treatment"] == "AsTrue" for one in floats
    ]
    for number, one in zip(found.numbers, floats, strict=True):
        np.testing.assert_array_equal(number.borders, np.float32(one["borders"] or []))
    assert [tuple(name) for name in found.names] == [
        (one["flat_feature_index"], value) for one in categories for value in one.get("values") or []
    ]
    for count, one in zip(found.counts, info.get("ctrs") or [], strict=True):
        np.testing.assert_array_equal(count.borders, np.float32(one["borders"]))
        asked = {flat[part["cat_feature_index"]] for part in one["elements"] if "cat_feature_index" in part}
        assert set(count.categories) == asked
        passed = [
            (floats[part["float_feature_index"]]["flat_feature_index"], np.float32(part["border"]))
            for part in one["elements"]
            if part["combination_element"] == "float_feature"
        ]
        assert [(column, np.float32(border)) for column, border in count.passed] == passed
    assert found.depths.tolist() == [len(tree["splits"] or []) for tree in trees]
    assert found.splits.tolist() == [split["split_index"] for tree in trees for split in tree["splits"] or []]
    np.testing.assert_array_equal(found.leaves, np.concatenate([tree["leaf_values"] for tree in trees]))
