"""Models that stand on others, asked by the places of rows that they have seen: made ones, against the definition."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from genie_widgets.ensemble import (
    LEAF,
    Control,
    Ensemble,
    Layer,
    Layers,
    Link,
    NumbersMember,
    TreeMember,
    seen_numbers,
)
from genie_widgets.explain import Kept, layered_part, predicting, shap_values
from genie_widgets.explain.hybrids import Hybrids
from genie_widgets.explain.tree_view import TreeView
from genie_widgets.train.anatomy.growing import Grove

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("kernels")]

COLUMNS = ("a", "b", "c", "d")
STACKED = "below"


def stumps(questions):
    """Trees that ask one question each: feature, threshold, values to the left and right."""
    grove = Grove()
    for feature, threshold, low, high in questions:
        grove.add(
            feature=[feature, LEAF, LEAF],
            threshold=[threshold, 0, 0],
            left=[1, 0, 0],
            right=[2, 0, 0],
            missing_left=[True, False, False],
            values=[[low], [high]],
        )
    return grove.forest()


def seeing(columns):
    """What a member sees: these prepared columns as numbers."""

    def see(frame):
        places = frame.columns.get_indexer(list(columns))
        return seen_numbers(frame.iloc[:, places].to_numpy(dtype=float), places)

    return see


def member(name, questions, columns, weight=1.0):
    return TreeMember(name, weight, stumps(questions), Link.LOGISTIC, np.zeros(1), seeing(columns))


def says(member, frame):
    """Row by row, question by question."""
    numbers, forest = member.see(frame).numbers, member.forest
    margin = np.zeros(len(frame))
    for root in forest.roots:
        number = numbers[:, forest.feature[root]]
        is_left = np.isnan(number) | (number <= forest.threshold[root])
        leaf = np.where(is_left, forest.leaf[forest.left[root]], forest.leaf[forest.right[root]])
        margin += forest.values[leaf, 0]
    return (1 / (1 + np.exp(-margin))).astype(np.float32)


def product(numbers):
    return np.nan_to_num(numbers, nan=0.5).prod(axis=1, keepdims=True)


@pytest.fixture
def stack():
    """A model of two folds on another one, and beside it one that sees numbers alone; and its predicting function."""
    below = [
        member("below/1", [(0, 0.5, -1, 1), (1, 0.5, 0.3, -0.6)], "ab", 0.5),
        member("below/2", [(1, 1.5, -1, 0.7), (2, 0.5, 0.2, -0.1)], "abc", 0.5),
    ]
    # It asks about the mean of those two, somewhere between its values.
    above = [
        member("above/1", [(0, 0.45, -0.5, 0.9), (1, 0.5, -0.4, 0.1)], (STACKED, "c"), 0.5),
        member("above/2", [(1, 0.6, -0.2, 0.8), (0, 1.5, 0.3, -0.3)], ("a", STACKED), 0.5),
    ]
    beside = NumbersMember("beside", seeing("bc"), product)

    def predict_others(frame):
        given = (says(below[0], frame) + says(below[1], frame)) / np.float32(2)
        with_given = frame.assign(**{STACKED: given})
        stacked = (says(above[0], with_given) + says(above[1], with_given)) / np.float32(2)
        other = product(frame[["b", "c"]].to_numpy())[:, 0]
        return np.stack([0.75 * stacked + 0.25 * other, given], axis=1)[:, :, None]

    layers = Layers(
        layers=(
            Layer("below", tuple(below)),
            Layer("above", tuple(above), (STACKED,), ((0, 0),)),
            Layer("beside", (beside,)),
        ),
        weights=(0.0, 0.75, 0.25),
        controls=(0,),
    )
    ensemble = Ensemble(
        n_outputs=1,
        columns=COLUMNS,
        trees=(),
        controls=(Control("below", tuple(below)),),
        others=("above", "beside"),
        transform=lambda rows: rows,
        owners=lambda _rows, _frame: np.arange(len(COLUMNS)),
        predict_others=predict_others,
        layers=layers,
    )
    return ensemble, lambda rows: predict_others(rows)[:, 0]


def table(n, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.integers(0, 3, size=(n, len(COLUMNS))).astype(float), columns=list(COLUMNS))
    frame.loc[rng.random(n) < 0.2, "b"] = np.nan
    return frame


def unasked(_frame):
    raise AssertionError("the models were asked through frames")


def test_layers_stand_in_for_the_models_that_they_describe(stack, shapley):
    ensemble, predict = stack
    rows, background, kept = table(3, 1), table(9, 2), Kept()
    silent = replace(ensemble, predict_others=unasked)
    for some in (rows, rows.iloc[[0]]):  # the second time against a background that is known
        found = shap_values(predict, some, background, n_outputs=1, budget_s=60, ensemble=silent, kept=kept)
        assert found.path == "exact"
        assert found.gate_error < 1e-6
        assert not kept.asks_models
        np.testing.assert_allclose(found.phi, shapley(predict, some, background), atol=1e-6)


def differing(ensemble, is_odd):
    """The ensemble of a predictor that says something else where a frame is odd; and what it predicts."""

    def others(frame):
        found = ensemble.predict_others(frame)
        found[:, 0] += 0.01 * is_odd(frame).to_numpy()[:, None]
        return found

    return replace(ensemble, predict_others=others), lambda rows: others(rows)[:, 0]


@pytest.mark.parametrize("is_known", [False, True], ids=["of a new background", "of a known one"])
@pytest.mark.parametrize("is_alone", [False, True], ids=["beside a usual row", "alone"])
def test_an_odd_row_refutes_the_layers_for_itself_alone(stack, shapley, is_known, is_alone):
    ensemble, predict = stack
    rows, background, kept = table(2, 1), table(9, 2), Kept()
    if is_known:
        shap_values(predict, rows, background, n_outputs=1, budget_s=60, ensemble=ensemble, kept=kept)
    odd = table(1 if is_alone else 2, 3)
    odd.loc[0, "c"] = 7.0
    of_another, other = differing(ensemble, lambda frame: frame["c"] == 7)
    keep = {"n_outputs": 1, "budget_s": 60, "kept": kept}
    found = shap_values(other, odd, background, ensemble=of_another, **keep)
    assert found.path == "exact"
    assert found.gate_error < 1e-6
    np.testing.assert_allclose(found.phi, shapley(other, odd, background), atol=1e-6)
    # What a row refutes may be true of the next, which is asked by the layers again.
    assert not kept.asks_models
    found = shap_values(other, rows, background, ensemble=replace(of_another, predict_others=unasked), **keep)
    np.testing.assert_allclose(found.phi, shapley(other, rows, background), atol=1e-6)


@pytest.mark.parametrize(
    "is_odd",
    [lambda frame: frame["d"] == 0, lambda frame: (frame["a"] == 5) & (frame["d"] == 0)],
    ids=["of the background", "of hybrids alone"],
)
def test_layers_that_are_wrong_about_a_background_are_not_believed_there(stack, shapley, is_odd):
    ensemble, _ = stack
    background, kept = table(9, 2).assign(a=0.0, d=0.0), Kept()
    of_another, other = differing(ensemble, is_odd)
    for seed in (1, 3):
        rows = table(1, seed).assign(a=5.0, d=1.0)
        found = shap_values(other, rows, background, n_outputs=1, budget_s=60, ensemble=of_another, kept=kept)
        np.testing.assert_allclose(found.phi, shapley(other, rows, background), atol=1e-6)
        assert kept.asks_models


def test_outputs_in_another_order_are_those_of_the_models():
    def answer(numbers):
        return np.stack([numbers[:, 0], 10 * numbers[:, 1], 100 * numbers.sum(axis=1)], axis=1)

    def predict_others(frame):
        first, second = answer(frame[["a", "c"]].to_numpy()), answer(frame[["d", "a"]].to_numpy())
        return np.stack([0.25 * first + 0.75 * second, second], axis=1)

    layers = Layers(
        layers=tuple(Layer(name, (NumbersMember(name, seeing(name), answer),)) for name in ("ac", "da")),
        weights=(0.25, 0.75),
        controls=(1,),
    )
    ensemble = Ensemble(
        n_outputs=3,
        columns=COLUMNS,
        trees=(),
        controls=(),
        others=("ac", "da"),
        transform=lambda rows: rows,
        owners=lambda _rows, _frame: np.arange(len(COLUMNS)),
        predict_others=predict_others,
        layers=layers,
    )
    for known in (ensemble, ensemble.with_first((1,)), ensemble.with_first((2,)).with_first((2,))):
        view = TreeView(known, Hybrids(table(5), table(4, 1)))
        told = view.predict_others(view.hybrids.every_row)
        assert view.has_layers
        np.testing.assert_allclose(told, known.predict_others(view.prepared), rtol=1e-6)


def test_a_prediction_may_be_as_good_as_none_to_who_stands_on_it(stack):
    ensemble, _ = stack

    def doubtful(numbers):
        return np.nan_to_num(numbers, nan=5.0).sum(axis=1, keepdims=True)

    below = NumbersMember("below", seeing("cd"), product)
    above = NumbersMember("above", seeing((STACKED, "a")), doubtful, missing=0.0)
    layers = (Layer("below", (below,)), Layer("above", (above,), (STACKED,), ((0, 0),)))
    asked = replace(ensemble, controls=(), layers=Layers(layers, (0.0, 1.0), ()))
    rows = table(5).assign(a=1.0)
    view = TreeView(asked, Hybrids(rows, table(4, 1).assign(a=2.0)))
    below_says = view.prepared["c"] * view.prepared["d"]
    assert below_says.eq(0).any()
    expected = below_says.where(below_says != 0, 5.0) + view.prepared["a"]
    np.testing.assert_array_equal(view.predict_others(view.hybrids.every_row)[:, 0, 0], expected)


def test_batches_share_their_threads(stack, monkeypatch):
    made = []

    class Pool(ThreadPoolExecutor):
        def __init__(self, *given):
            super().__init__(*given)
            made.append(self)

    monkeypatch.setattr(layered_part, "usable_threads", lambda: 2)
    monkeypatch.setattr(layered_part, "ThreadPoolExecutor", Pool)
    ensemble, _ = stack
    only_trees = replace(ensemble.layers, layers=ensemble.layers.layers[:2], weights=(0.0, 1.0))
    rows, background = table(300), table(300, 1)
    view = TreeView(replace(ensemble, layers=only_trees), Hybrids(rows, background))
    first, second = (view.predict_others(view.hybrids.every_row) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    above = replace(ensemble, layers=only_trees)
    monkeypatch.setattr(layered_part, "usable_threads", lambda: 1)
    alone = TreeView(above, Hybrids(rows, background))
    np.testing.assert_array_equal(first, alone.predict_others(alone.hybrids.every_row))
    assert len(made) == 1


def test_columns_that_no_tree_asks_about_are_not_walked(stack):
    ensemble, _ = stack
    only_trees = replace(ensemble.layers, layers=ensemble.layers.layers[:2], weights=(0.0, 1.0))
    hybrids = Hybrids(table(3), table(4, 1))
    assert TreeView(replace(ensemble, layers=only_trees), hybrids).players_of_others.tolist() == [0, 1, 2]
    # What sees numbers may mind all of them, or none: that is tried.
    assert TreeView(ensemble, hybrids).players_of_others is None
    assert TreeView(ensemble, hybrids, asks_models=True).players_of_others is None


def test_walks_end_where_the_largest_error_is_small_enough(stack, monkeypatch):
    ensemble, predict = stack
    monkeypatch.setattr(predicting, "exact_is_affordable", lambda *_: False)
    rows, background = table(1, 1), table(60, 2)
    keep = {"n_outputs": 1, "budget_s": 60, "ensemble": ensemble, "good_enough": 0.0}
    errors = []
    for enough in (0.5, 0.2, 0.05):
        found = shap_values(predict, rows, background, largest_enough=enough, **keep)
        errors.append(float(found.errors.max() / np.abs(found.phi).max()))
        assert errors[-1] <= enough
    assert errors[0] > errors[-1] > 0
