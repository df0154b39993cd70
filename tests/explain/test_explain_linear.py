"""Members whose columns add up before a link, against the definition; no kernel is needed for them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from genie_widgets.ensemble import NOBODY, AdditiveMember, Ensemble, Link
from genie_widgets.explain import Kept, shap_values
from genie_widgets.explain import shapley as shapley_module
from genie_widgets.explain.tree_part import through_link
from genie_widgets.explain.tree_view import GATE_HYBRIDS

# The third column becomes two prepared ones, as the parts of a date do.
OWNER = np.array([0, 1, 2, 2, 3])


def transform(rows):
    a, b, c, d = (rows[name].to_numpy() for name in "abcd")
    codes = {"red": 1.5, "blue": -0.5}
    return pd.DataFrame({"a": a, "b": b, "c": c, "c rest": c % 2, "d": [codes.get(cell, 0.0) for cell in d]})


def table(n, seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n, 3)).round(1), columns=list("abc"))
    frame["d"] = rng.choice(["red", "blue", "green"], n)
    frame.loc[rng.random(n) < 0.2, "b"] = np.nan
    return frame


def margin_of(member, frame):
    return member.base + member.terms(frame, OWNER, 4).sum(axis=1)


def made(*members):
    """An ensemble of linear members, given as (link, number of outputs, weight), and the function that it is."""
    rng = np.random.default_rng(len(members))
    n_outputs = members[0][1]

    def terms_of():
        slopes = rng.normal(size=(5, n_outputs))

        def terms(frame, owner, n_columns):
            numbers = frame.to_numpy(dtype=float)
            # A missing number counts otherwise, and a large one less: columns add up, they need not be straight.
            each = np.tanh(np.where(np.isnan(numbers), -2.0, numbers))[:, :, None] * slopes
            owner = np.where(owner < 0, n_columns, owner)
            return np.stack([each[:, owner == column].sum(axis=1) for column in range(n_columns + 1)], axis=1)

        return terms

    base = np.full(n_outputs, 0.3)
    parts = tuple(AdditiveMember(f"m{i}", w, link, base, terms_of()) for i, (link, _, w) in enumerate(members))
    nothing = np.zeros((1, 1, n_outputs))
    ensemble = Ensemble(
        n_outputs,
        tuple("abcd"),
        (),
        (),
        (),
        transform,
        lambda _rows, _frame: OWNER,
        lambda frame: np.repeat(nothing, len(frame), axis=0),
        parts,
    )

    def predict(rows):
        frame = transform(rows)
        return sum(part.weight * through_link(margin_of(part, frame), part.link) for part in parts)

    return ensemble, predict


@pytest.fixture(autouse=True)
def no_kernels(monkeypatch):
    def never():
        raise AssertionError("nothing needs to be compiled")

    monkeypatch.setattr(shapley_module, "compile_kernels", never)


@pytest.mark.parametrize(
    "members",
    [
        [(Link.IDENTITY, 1, 1.0)],
        [(Link.LOGISTIC, 1, 1.0)],
        [(Link.SOFTMAX, 3, 1.0)],
        [(Link.LOGISTIC, 1, 0.3), (Link.LOGISTIC, 1, 0.7)],
    ],
    ids=["regression", "binary", "three classes", "weighted"],
)
def test_exact_values_are_the_definition(members, shapley):
    ensemble, predict = made(*members)
    rows, background = table(4, 1), table(9, 2)
    rows.loc[0, "a"] = background["a"].iloc[0]
    found = shap_values(predict, rows, background, n_outputs=members[0][1], budget_s=60, ensemble=ensemble)
    assert found.path == "exact"
    assert found.gate_error < 1e-12
    np.testing.assert_allclose(found.phi, shapley(predict, rows, background), atol=1e-12)


def test_a_member_that_does_not_add_up_is_not_believed(shapley, caplog):
    ensemble, _ = made((Link.LOGISTIC, 1, 1.0))

    def crossed(frame):
        return (frame["a"] * frame["c"]).to_numpy()[:, None]

    def terms(frame, _owner, n_columns):
        added = np.zeros((len(frame), n_columns + 1, 1))
        added[:, 0] = crossed(frame)
        return added

    ensemble = replace(ensemble, additive=(AdditiveMember("m", 1.0, Link.LOGISTIC, np.zeros(1), terms),))

    def predict(rows):
        return through_link(crossed(transform(rows)), Link.LOGISTIC)

    rows, background = table(3, 1), table(6, 2)
    found = shap_values(predict, rows, background, n_outputs=1, budget_s=60, ensemble=ensemble)
    assert found.gate_error is None
    assert "differ by" in caplog.text
    np.testing.assert_allclose(found.phi, shapley(predict, rows, background), atol=1e-12)


def test_a_quicker_function_is_asked_instead_of_the_predictor_once_it_has_passed_the_gate(shapley):
    asked, pictures = [], []

    def quick(frame):
        numbers = np.nan_to_num(frame.to_numpy(dtype=float))
        return np.sort(numbers[:, :3] * (1 + numbers[:, [4]]), axis=1)

    def predict(rows):
        asked.append(len(rows))
        return quick(transform(rows))

    ensemble = Ensemble(
        3,
        tuple("abcd"),
        (),
        (),
        ("forest (quantiles are no sums of leaves)",),
        transform,
        lambda _rows, _frame: OWNER,
        lambda frame: quick(frame)[:, None],
    )
    rows, background = table(4, 1), table(9, 2)
    keep = {"n_outputs": 3, "budget_s": 60, "on_partial": pictures.append}
    found = shap_values(predict, rows, background, ensemble=ensemble, **keep)
    assert asked == [len(rows) + len(background) + GATE_HYBRIDS]
    assert pictures, "the first one does not wait for the predictor, either"
    assert found.path == "exact"
    assert found.gate_error == 0
    np.testing.assert_allclose(found.phi, shapley(predict, rows, background), atol=1e-12)


def test_some_of_several_outputs_are_explained_as_among_all():
    ensemble, predict = made((Link.SOFTMAX, 3, 1.0))
    rows, background = table(3, 1), table(6, 2)
    keep = {"budget_s": 60}
    every = shap_values(predict, rows, background, n_outputs=3, ensemble=ensemble, **keep)
    some = shap_values(
        lambda frame: predict(frame)[:, [2]], rows, background, n_outputs=1, ensemble=ensemble.with_first([2]), **keep
    )
    np.testing.assert_allclose(some.phi, every.phi[:, :, [2]], atol=1e-12)


def test_walks_stay_within_their_error_bars(shapley):
    from genie_widgets.explain.additive_part import bind_additive
    from genie_widgets.explain.tree_part import Precision

    ensemble, predict = made((Link.SOFTMAX, 3, 1.0))
    rows, background = table(2, 3), table(7, 4)
    (bound,) = bind_additive(ensemble.additive, ensemble.prepare(pd.concat([rows, background])), 4, 2)
    truth, n_walks, inside = shapley(predict, rows, background), 6, []
    for seed in range(40):
        for row in range(2):
            # A pair that agrees in a column has three players, and is solved exactly beside the walks.
            phi, variance = bound.solve(row, np.arange(2, 9), Precision(3, n_walks), seed)
            assert variance.any()
            bars = t.ppf(0.975, n_walks - 1) * np.sqrt(variance)
            inside.append((np.abs(phi - truth[row]) <= bars + 1e-12).mean())
            np.testing.assert_allclose(phi.sum(axis=0), truth[row].sum(axis=0), atol=1e-12)
    assert np.mean(inside) > 0.9


def test_a_background_that_was_seen_is_not_prepared_anew(shapley):
    ensemble, predict = made((Link.LOGISTIC, 1, 0.7), (Link.LOGISTIC, 1, 0.3))
    seen = []

    def counted(member):
        def terms(frame, owner, n_columns):
            seen.append(len(frame))
            return member.terms(frame, owner, n_columns)

        return replace(member, terms=terms)

    ensemble = replace(ensemble, additive=tuple(counted(member) for member in ensemble.additive))
    background, kept = table(30, 2), Kept()
    keep = {"n_outputs": 1, "budget_s": 60, "ensemble": ensemble, "kept": kept}
    shap_values(predict, table(5, 1), background, **keep)
    first = sum(seen)
    for order in ("abcd", "dcab"):
        rows = table(2, 7)[list(order)]
        seen.clear()
        found = shap_values(predict, rows, background, **keep)
        np.testing.assert_allclose(found.phi, shapley(predict, rows, background[list(order)]), atol=1e-12)
        if order == "abcd":
            assert sum(seen) == 2 * 3 < first, "two members; two rows, and one of the background beside them"
        else:
            assert sum(seen) == 2 * 32, "the columns stand in another order: what was kept has them in the first"


def test_a_column_that_all_of_the_background_agreed_in_moves_a_row_that_differs(shapley):
    ensemble, predict = made((Link.LOGISTIC, 1, 1.0))

    def owners(_rows, frame):
        codes = frame.to_numpy(dtype=float)
        varies = ~((codes == codes[0]) | np.isnan(codes) & np.isnan(codes[0])).all(axis=0)
        return np.where(varies, OWNER, NOBODY)

    ensemble, kept = replace(ensemble, owners=owners), Kept()
    background = table(20, 2).assign(d="red", a=0.5)
    keep = {"n_outputs": 1, "budget_s": 60, "ensemble": ensemble, "kept": kept}
    for cells in ({"d": "red", "a": 0.5}, {"d": "blue", "a": 0.5}, {"d": "red", "a": 2.0}):
        rows = table(1, 7).assign(**cells)
        found = shap_values(predict, rows, background, **keep)
        assert found.gate_error < 1e-12
        np.testing.assert_allclose(found.phi, shapley(predict, rows, background), atol=1e-12)
