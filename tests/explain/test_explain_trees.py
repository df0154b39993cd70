"""Kernels against the definition, on made forests: numbers with gaps, tables of several columns, every link."""

from dataclasses import replace
from itertools import count

import numpy as np
import pandas as pd
import pytest

from genie_widgets.ensemble import ALL_OUTPUTS, LEAF, NOBODY, Ensemble, Forest, Link, Seen, TreeMember
from genie_widgets.explain import Kept, shap_values, tree_part
from genie_widgets.explain.tree_view import GATE_HYBRIDS

# The first one compiles the kernels, where no process on this machine did so before.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("kernels")]

N_NUMBERS = 6
# Six numbers of five columns: the last two belong to one column, as the parts of a date do.
OWNER = np.array([0, 1, 2, 3, 4, 4])
COLUMNS = ("a", "b", "c", "d", "e")
CELLS = 3


def grown(rng, *, n_trees, n_outputs, with_tables, depth=4):
    """Random trees; where leaves are vectors every tree adds to every output."""
    nodes, values = [], []
    width = n_outputs if n_trees % 2 else 1

    def grow(level):
        at = len(nodes)
        nodes.append(None)
        if level == depth or (level and rng.random() < 0.2):
            nodes[at] = (LEAF, 0.0, 0, 0, False, len(values))
            values.append(rng.normal(size=width))
            return at
        feature = -2 if with_tables and rng.random() < 0.4 else int(rng.integers(N_NUMBERS))
        threshold = float(rng.integers(3)) + 0.5
        left, right = grow(level + 1), grow(level + 1)
        nodes[at] = (feature, threshold, left, right, bool(rng.random() < 0.5), 0)
        return at

    roots = [grow(0) for _ in range(n_trees)]
    feature, threshold, left, right, missing, leaf = (np.array(part) for part in zip(*nodes, strict=True))
    output = np.full(n_trees, ALL_OUTPUTS) if width == n_outputs else np.arange(n_trees) % n_outputs
    plain = np.full(n_trees, -1)
    return Forest(np.array(roots), feature, threshold, left, right, missing, leaf, np.array(values), output, plain)


def symmetric(rng, *, n_trees, n_outputs, with_tables, depth=4):
    """Random trees that ask one question a level, as CatBoost grows them."""
    inner, nodes = 2**depth - 1, np.arange(2 ** (depth + 1) - 1)
    level = np.concatenate([np.full(2**at, at) for at in range(depth)])
    trees = []
    for tree in range(n_trees):
        asked = rng.integers(N_NUMBERS, size=depth)
        asked[rng.random(depth) < 0.4 * with_tables] = -2
        rest = np.zeros(inner + 1, dtype=int)
        trees.append(
            (
                np.concatenate([asked[level], rest + LEAF]),
                np.concatenate([rng.integers(3, size=depth)[level] + 0.5, rest]),
                np.where(nodes < inner, 2 * nodes + 1 + tree * len(nodes), 0),
                np.where(nodes < inner, 2 * nodes + 2 + tree * len(nodes), 0),
                np.concatenate([(rng.random(depth) < 0.5)[level], rest > 0]),
                np.where(nodes < inner, 0, nodes - inner + tree * (inner + 1)),
            )
        )
    return Forest(
        np.arange(n_trees) * len(nodes),
        *(np.concatenate(part) for part in zip(*trees, strict=True)),
        rng.normal(size=(n_trees * (inner + 1), n_outputs)),
        np.full(n_trees, ALL_OUTPUTS),
        np.full(n_trees, depth),
    )


def owners(_rows, _frame):
    return OWNER


def made(rng, *, link, n_outputs, with_tables=False, n_trees=7, weights=(1.0,), grow=grown):
    """An ensemble of made members, whose prepared columns are the numbers of the five columns."""
    entries = rng.integers(0, 4, size=CELLS**3).astype(float)

    def see(frame):
        numbers = frame.to_numpy()
        keys = np.zeros((len(frame), 1, 3), dtype=np.int64)
        # A table of columns b and e: two of its slots are parts of e.
        for slot, place in enumerate((1, 4, 5)):
            keys[:, 0, slot] = np.nan_to_num(numbers[:, place]).astype(int) * CELLS**slot
        return Seen(numbers, np.arange(N_NUMBERS), keys, np.array([[1, 4, 5]]), np.array([0]), entries)

    members = tuple(
        TreeMember(
            f"m{place}",
            weight,
            grow(rng, n_trees=n_trees, n_outputs=n_outputs, with_tables=with_tables),
            link,
            rng.normal(size=n_outputs),
            see,
        )
        for place, weight in enumerate(weights)
    )

    def transform(rows):
        parts = [rows[name].to_numpy(dtype=float) for name in COLUMNS]
        # The last column's number and what it leaves when divided.
        return pd.DataFrame(np.column_stack([*parts, parts[4] % 2]))

    return Ensemble(
        n_outputs, COLUMNS, members, (), (), transform, owners, lambda frame: np.zeros((len(frame), 1, n_outputs))
    )


def predictor(ensemble):
    """Row by row, question by question: what the ensemble's description says."""

    def predict(rows):
        prepared = ensemble.prepare(rows).frame
        total = np.zeros((len(rows), ensemble.n_outputs))
        for member in ensemble.trees:
            seen, forest = member.see(prepared), member.forest
            for row in range(len(rows)):
                margin = member.base.copy()
                for root, output in zip(forest.roots, forest.output, strict=True):
                    node = root
                    while forest.feature[node] != LEAF:
                        feature = forest.feature[node]
                        number = seen.numbers[row, feature] if feature >= 0 else seen.entries[seen.keys[row, 0].sum()]
                        left = forest.missing_left[node] if np.isnan(number) else number <= forest.threshold[node]
                        node = forest.left[node] if left else forest.right[node]
                    to = slice(None) if output == ALL_OUTPUTS else slice(output, output + 1)
                    margin[to] += forest.values[forest.leaf[node]]
                if member.link == Link.LOGISTIC:
                    margin = 1 / (1 + np.exp(-margin))
                elif member.link == Link.SOFTMAX:
                    margin = np.exp(margin) / np.exp(margin).sum()
                total[row] += member.weight * margin
        return total

    return predict


def table(rng, n):
    frame = pd.DataFrame(rng.integers(0, CELLS, size=(n, 5)).astype(float), columns=list(COLUMNS))
    frame.loc[rng.random(n) < 0.2, "a"] = np.nan
    frame.loc[rng.random(n) < 0.2, "c"] = np.nan
    return frame


@pytest.mark.parametrize("with_tables", [False, True], ids=["numbers", "tables"])
@pytest.mark.parametrize("grow", [grown, symmetric])
@pytest.mark.parametrize("n_trees", [1, 7, 12])
@pytest.mark.parametrize(
    ("link", "n_outputs"), [(Link.IDENTITY, 1), (Link.IDENTITY, 3), (Link.LOGISTIC, 1), (Link.SOFTMAX, 3)], ids=str
)
def test_exact_values_are_the_definition(link, n_outputs, n_trees, grow, with_tables, shapley):
    rng = np.random.default_rng(n_trees)
    ensemble = made(
        rng,
        link=link,
        n_outputs=n_outputs,
        n_trees=n_trees,
        with_tables=with_tables,
        weights=(0.6, 0.3, 0.1),
        grow=grow,
    )
    predict, rows, background = predictor(ensemble), table(rng, 3), table(rng, 9)
    found = shap_values(predict, rows, background, n_outputs=n_outputs, budget_s=60, ensemble=ensemble)
    assert found.path == "exact"
    assert found.gate_error < 1e-12
    assert found.additivity_error < 1e-12
    np.testing.assert_allclose(found.phi, shapley(predict, rows, background), atol=1e-12)
    assert not found.errors.any()


@pytest.mark.parametrize("grow", [grown, symmetric])
def test_sampled_values_stay_within_their_error_bars(grow, shapley, monkeypatch):
    from genie_widgets.explain import tree_solving, with_trees

    monkeypatch.setattr(tree_solving.TreeSolver, "exact_seconds", lambda *_: float("inf"))
    monkeypatch.setattr(with_trees, "QUICK", with_trees.Precision(most_exact=0, n_walks=2))
    rng = np.random.default_rng(5)
    ensemble = made(rng, link=Link.LOGISTIC, n_outputs=1, n_trees=25, with_tables=True, grow=grow)
    predict, rows, background = predictor(ensemble), table(rng, 4), table(rng, 12)
    truth, inside, sizes = shapley(predict, rows, background), [], []
    keep = {"n_outputs": 1, "budget_s": 60, "ensemble": ensemble, "good_enough": 0.03}
    for seed in range(20):
        found = shap_values(predict, rows, background, seed=seed, **keep)
        assert found.path == "sampled"
        assert found.additivity_error < 1e-12
        error = found.phi - truth
        moved = found.errors > 1e-12
        assert np.abs(error[~moved]).max(initial=0) < 1e-12
        inside.append((np.abs(error) <= 2 * found.errors)[moved].mean())
        sizes.append((error[moved] ** 2).sum() / (found.errors[moved] ** 2).sum())
    assert np.mean(inside) > 0.9
    assert 0.6 < np.mean(sizes) < 1.6


def test_many_exponentials_are_one_by_one_the_same():
    from numba import njit

    from genie_widgets.explain.tree_board import exponentiate

    values = np.concatenate([np.linspace(-750, 720, 10_001), [0.0, -0.0, 1e-300, -1e-17]])
    found = values.copy()
    # Only kernels can call it, so that this must be one.
    njit(lambda numbers, scratch: exponentiate(numbers, len(numbers), scratch))(found, np.empty(len(found)))
    np.testing.assert_allclose(found, np.exp(np.clip(values, -708, 709)), rtol=4e-16)


def test_a_large_background_goes_in_parts(shapley):
    rng = np.random.default_rng(2)
    ensemble = made(rng, link=Link.IDENTITY, n_outputs=1)
    predict, rows, background = predictor(ensemble), table(rng, 2), table(rng, 300)
    found = shap_values(predict, rows, background, n_outputs=1, budget_s=60, ensemble=ensemble)
    np.testing.assert_allclose(found.phi, shapley(predict, rows, background), atol=1e-12)


@pytest.mark.parametrize("grow", [grown, symmetric])
def test_rows_solved_together_are_what_they_are_alone(grow):
    rng = np.random.default_rng(6)
    ensemble = made(rng, link=Link.IDENTITY, n_outputs=3, weights=(0.6, 0.4), grow=grow)
    predict, rows, background = predictor(ensemble), table(rng, 45), table(rng, 7)
    keep = {"n_outputs": 3, "budget_s": 60, "ensemble": ensemble}
    together = shap_values(predict, rows, background, n_threads=2, **keep)
    assert together.path == "exact"
    for row in (0, 1, 2, 6, 7, 30, 44):
        alone = shap_values(predict, rows.iloc[[row]], background, **keep)
        np.testing.assert_allclose(together.phi[row], alone.phi[0], atol=1e-14)


def test_room_for_terms_grows_as_needed(shapley, monkeypatch):
    from genie_widgets.explain import tree_part

    monkeypatch.setattr(tree_part, "TERMS_A_TREE", 0)
    rng = np.random.default_rng(3)
    ensemble = made(rng, link=Link.LOGISTIC, n_outputs=1, n_trees=60)
    predict, rows, background = predictor(ensemble), table(rng, 2), table(rng, 5)
    found = shap_values(predict, rows, background, n_outputs=1, budget_s=60, ensemble=ensemble)
    np.testing.assert_allclose(found.phi, shapley(predict, rows, background), atol=1e-12)


def test_the_order_of_columns_and_the_number_of_threads_change_nothing():
    rng = np.random.default_rng(4)
    ensemble = made(rng, link=Link.SOFTMAX, n_outputs=3)
    predict, rows, background = predictor(ensemble), table(rng, 5), table(rng, 6)
    keep = {"n_outputs": 3, "budget_s": 60, "ensemble": ensemble}
    first = shap_values(predict, rows, background, n_threads=1, **keep)
    backwards = rows[list(COLUMNS)[::-1]]
    second = shap_values(predict, backwards, background, n_threads=3, **keep)
    np.testing.assert_allclose(first.phi, second.phi[:, ::-1], atol=1e-15)


@pytest.mark.parametrize("shown", [(0, 1, 2, 3), (1, 3), (2,)], ids=str)
@pytest.mark.parametrize("grow", [grown, symmetric])
def test_some_of_many_outputs_are_explained_as_among_all(grow, shown):
    rng = np.random.default_rng(5)
    ensemble = made(rng, link=Link.SOFTMAX, n_outputs=4, weights=(0.7, 0.3), grow=grow)
    predict, rows, background = predictor(ensemble), table(rng, 3), table(rng, 6)
    every = shap_values(predict, rows, background, n_outputs=4, budget_s=60, ensemble=ensemble)
    some = shap_values(
        lambda frame: predict(frame)[:, shown],
        rows,
        background,
        n_outputs=len(shown),
        budget_s=60,
        ensemble=ensemble.with_first(shown),
    )
    assert some.gate_error < 1e-12
    np.testing.assert_allclose(some.phi, every.phi[:, :, shown], atol=1e-12)


def test_trees_that_do_not_say_what_the_predictor_says_are_not_believed(shapley, caplog):
    rng = np.random.default_rng(6)
    ensemble = made(rng, link=Link.LOGISTIC, n_outputs=1)
    honest, rows, background = predictor(ensemble), table(rng, 3), table(rng, 6)

    def other(frame):
        return honest(frame) + 1e-3 * (frame[["b"]].to_numpy() > 1)

    found = shap_values(other, rows, background, n_outputs=1, budget_s=60, ensemble=ensemble)
    assert found.gate_error is None
    assert "differ by 1.0e-03" in caplog.text
    np.testing.assert_allclose(found.phi, shapley(other, rows, background), atol=1e-9)


def test_members_that_are_no_trees_are_added_through_their_predictions(shapley):
    rng = np.random.default_rng(7)
    trees = made(rng, link=Link.LOGISTIC, n_outputs=1, weights=(0.5,))
    stacked_on = made(rng, link=Link.LOGISTIC, n_outputs=1)

    def others(frame):
        numbers = np.nan_to_num(frame.to_numpy())
        below = predictor(stacked_on)(pd.DataFrame(frame.to_numpy()[:, :5], columns=list(COLUMNS)))[:, 0]
        own = 0.5 * below**2 + 0.1 * np.sin(numbers[:, 0] * numbers[:, 3])
        return np.stack([own, below], axis=1)[:, :, None]

    from genie_widgets.ensemble import Control

    ensemble = Ensemble(
        1, COLUMNS, trees.trees, (Control("below", stacked_on.trees),), ("net (made)",), trees.transform, owners, others
    )

    def predict(frame):
        return predictor(trees)(frame)[:, 0] + others(ensemble.prepare(frame).frame)[:, 0, 0]

    rows, background = table(rng, 3), table(rng, 8)
    found = shap_values(predict, rows, background, n_outputs=1, budget_s=60, ensemble=ensemble)
    assert found.path == "exact"
    assert "net (made)" in found.how
    np.testing.assert_allclose(found.phi, shapley(predict, rows, background), atol=1e-9)


def test_a_first_picture_comes_before_the_last(monkeypatch):
    from genie_widgets.explain import meter, tree_solving

    monkeypatch.setattr(meter, "FIRST_PICTURE_SECONDS", 0.0)
    monkeypatch.setattr(tree_solving, "LEAST_PAUSE", 0.0)
    rng = np.random.default_rng(8)
    ensemble = made(rng, link=Link.SOFTMAX, n_outputs=3, n_trees=50)
    predict, rows, background = predictor(ensemble), table(rng, 60), table(rng, 60)
    pictures = []
    last = shap_values(
        predict, rows, background, n_outputs=3, budget_s=60, ensemble=ensemble, on_partial=pictures.append, n_threads=1
    )
    assert pictures
    for picture in pictures:
        assert 1 <= len(picture.phi) <= 60
        assert picture.additivity_error < 1e-12
        np.testing.assert_array_equal(picture.phi, last.phi[: len(picture.phi)])


def test_nobody_is_a_player_too():
    # A prepared column that depends on nothing must not be exchanged with anything.
    rng = np.random.default_rng(9)
    ensemble = made(rng, link=Link.LOGISTIC, n_outputs=1, with_tables=True)
    fixed = replace(
        ensemble,
        transform=lambda rows: ensemble.transform(rows.assign(b=1.0)),
        owners=lambda _rows, _frame: np.where(OWNER == 1, NOBODY, OWNER),
    )
    honest = predictor(fixed)
    found = shap_values(honest, table(rng, 3), table(rng, 4), n_outputs=1, budget_s=60, ensemble=fixed)
    assert found.gate_error < 1e-12
    assert not found.phi[:, 1].any()


@pytest.mark.parametrize("grow", [grown, symmetric])
@pytest.mark.parametrize(("link", "with_tables"), [(Link.LOGISTIC, True), (Link.IDENTITY, False)])
def test_what_is_kept_of_a_background_changes_no_value_and_is_not_asked_again(grow, link, with_tables, monkeypatch):
    rng = np.random.default_rng(10)
    ensemble = made(rng, link=link, n_outputs=1, with_tables=with_tables, weights=(0.6, 0.4), grow=grow)
    predict, background, kept = predictor(ensemble), table(rng, 8), Kept()
    asked, seen = [], []
    answers, left = tree_part.answers_of, tree_part.background_left

    def answers_of(forest, board, n_columns):
        seen.append(len(board.numbers))
        return answers(forest, board, n_columns)

    def background_left(*arguments):
        seen.append(len(background))
        return left(*arguments)

    monkeypatch.setattr(tree_part, "answers_of", answers_of)
    monkeypatch.setattr(tree_part, "background_left", background_left)

    def counting(frame):
        asked.append(len(frame))
        return predict(frame)

    for row in (table(rng, 1), table(rng, 1), table(rng, 2)):
        asked.clear()
        seen.clear()
        known = kept.background is not None
        found = shap_values(counting, row, background, n_outputs=1, budget_s=60, ensemble=ensemble, kept=kept)
        if known:
            assert seen == ([len(row)] * 2 if link == Link.LOGISTIC else []), "the two members saw the rows alone"
        alone = shap_values(predict, row, background, n_outputs=1, budget_s=60, ensemble=ensemble)
        np.testing.assert_array_equal(found.phi, alone.phi)
        assert found.gate_error < 1e-12
        assert found.additivity_error < 1e-12
        assert (sum(asked) == len(row)) is known


def test_what_is_kept_of_another_background_is_forgotten(shapley):
    rng = np.random.default_rng(12)
    ensemble = made(rng, link=Link.LOGISTIC, n_outputs=1)
    predict, kept = predictor(ensemble), Kept()
    first, other, row = table(rng, 5), table(rng, 5), table(rng, 1)
    for background in (first, other):
        found = shap_values(predict, row, background, n_outputs=1, budget_s=60, ensemble=ensemble, kept=kept)
        np.testing.assert_allclose(found.phi, shapley(predict, row, background), atol=1e-12)
        kept.background = None  # as where the two have other types


def test_a_row_that_the_trees_see_otherwise_is_not_believed_though_the_background_was(shapley, caplog):
    rng = np.random.default_rng(11)
    ensemble = made(rng, link=Link.LOGISTIC, n_outputs=1)
    honest, background, kept = predictor(ensemble), table(rng, 6), Kept()
    told = {"n_outputs": 1, "budget_s": 60, "ensemble": ensemble, "kept": kept}
    assert shap_values(honest, table(rng, 1), background, **told).gate_error < 1e-12
    odd = table(rng, 1).assign(b=7.0)

    def other(frame):
        return honest(frame) + 1e-3 * (frame[["b"]].to_numpy() == 7)

    found = shap_values(other, odd, background, **told)
    assert found.gate_error is None
    assert "differ by 1.0e-03" in caplog.text
    np.testing.assert_allclose(found.phi, shapley(other, odd, background), atol=1e-9)


def test_trees_that_the_background_refutes_are_asked_once(shapley):
    rng = np.random.default_rng(13)
    ensemble = made(rng, link=Link.LOGISTIC, n_outputs=1)
    honest, background, kept = predictor(ensemble), table(rng, 6), Kept()
    asked = []

    def other(frame):
        asked.append(len(frame))
        return honest(frame) + 1e-3 * (frame[["a"]].to_numpy() == background["a"].iloc[0])

    costs = []
    for row in (table(rng, 1), table(rng, 1)):
        asked.clear()
        found = shap_values(other, row, background, n_outputs=1, budget_s=60, ensemble=ensemble, kept=kept)
        costs.append(sum(asked))
        assert found.gate_error is None
        np.testing.assert_allclose(found.phi, shapley(other, row, background), atol=1e-9)
    assert costs[0] - costs[1] > GATE_HYBRIDS / 2


@pytest.mark.parametrize("budget", [20, 40, 80, 160])
def test_a_block_that_its_share_of_the_time_is_too_short_for_does_not_end_the_work(monkeypatch, budget):
    from genie_widgets.explain import shapley as module

    monkeypatch.setattr(module, "BLOCK_ROWS", 5)
    rng = np.random.default_rng(12)
    ensemble = made(rng, link=Link.LOGISTIC, n_outputs=1)
    predict, rows, background = predictor(ensemble), table(rng, 30), table(rng, 4)
    keep = {"n_outputs": 1, "ensemble": ensemble, "n_threads": 1}
    every = shap_values(predict, rows, background, budget_s=60, **keep)
    ticks = count()
    found = shap_values(predict, rows, background, budget_s=budget, clock=lambda: float(next(ticks)), **keep)
    assert len(found.phi) == len(rows) or found.seconds >= budget
    np.testing.assert_allclose(found.phi, every.phi[: len(found.phi)], atol=1e-12)
