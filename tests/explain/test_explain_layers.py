"""Models that stand on others, asked by the places of rows that they have seen: made ones, against the definition."""

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
from genie_widgets.explain import Kept, predicting, shap_values
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


@pytest.mark.parametrize("is_known", [False, True], ids=["of a new background", "of a known one"])
def test_layers_that_say_something_else_are_not_believed(stack, shapley, is_known):
    ensemble, predict = stack
    rows, background, kept = table(2, 1), table(9, 2), Kept()
    if is_known:
        shap_values(predict, rows, background, n_outputs=1, budget_s=60, ensemble=ensemble, kept=kept)
    odd = table(1, 3).assign(c=7.0)

    def others(frame):
        found = ensemble.predict_others(frame)
        found[:, 0] += 0.01 * (frame[["c"]].to_numpy() == 7)
        return found

    def other(rows):
        return others(rows)[:, 0]

    of_another = replace(ensemble, predict_others=others)
    found = shap_values(other, odd, background, n_outputs=1, budget_s=60, ensemble=of_another, kept=kept)
    assert found.path == "exact"
    assert found.gate_error < 1e-6
    np.testing.assert_allclose(found.phi, shapley(other, odd, background), atol=1e-6)
    # What a row refutes may be true of the next.
    assert kept.asks_models is not is_known


def test_outputs_in_another_order_are_those_of_the_models(stack):
    ensemble, _ = stack
    layers, rows = ensemble.layers, table(5)
    twice = replace(layers, order=(0, 0))
    from genie_widgets.explain.hybrids import Hybrids
    from genie_widgets.explain.tree_view import TreeView

    for order, n in ((layers, 1), (twice, 2)):
        view = TreeView(replace(ensemble, layers=order), Hybrids(rows, table(4, 1)))
        assert view.predict_others(view.hybrids.every_row).shape == (9, 2, n)


def test_columns_that_no_tree_asks_about_are_not_walked(stack):
    from genie_widgets.explain.hybrids import Hybrids
    from genie_widgets.explain.tree_view import TreeView

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
