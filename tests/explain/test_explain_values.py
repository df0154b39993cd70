"""SHAP values against their definition: exact to rounding, sampled within their error bars."""

import numpy as np
import pandas as pd
import pytest
from games import smooth, steps

from genie_widgets.explain import explain, predicting

LABELS = ("a", "b", "c")


@pytest.fixture
def sampled_only(monkeypatch):
    monkeypatch.setattr(predicting, "exact_is_affordable", lambda *_: False)


def test_exact_path_is_the_definition(mixed, predict_mixed, shapley, as_array):
    rows, background = mixed.iloc[:4], mixed.iloc[20:45]
    found = explain(predict_mixed, rows, background, labels=LABELS, unit="probability", budget_s=20)
    assert found.path == "exact"
    assert found.n_rows == 4
    assert found.n_background == 25
    assert found.additivity_error < 1e-12
    np.testing.assert_allclose(as_array(found, rows.columns), shapley(predict_mixed, rows, background), atol=1e-9)
    assert not as_array(found, rows.columns, "standard_error").any()
    prediction = predict_mixed(rows)
    for place, output in enumerate(found.outputs):
        assert output.label == LABELS[place]
        assert output.base_value == pytest.approx(predict_mixed(background)[:, place].mean())
        assert [row.prediction for row in output.rows] == pytest.approx(list(prediction[:, place]))


@pytest.mark.usefixtures("sampled_only")
def test_sampled_path_stays_within_its_error_bars(mixed, predict_mixed, shapley, as_array):
    rows, background = mixed.iloc[:6], mixed.iloc[20:45]
    truth = shapley(predict_mixed, rows, background)
    inside, sizes = [], []
    for seed in range(8):
        found = explain(predict_mixed, rows, background, labels=LABELS, unit="probability", budget_s=60, seed=seed)
        assert found.path == "sampled"
        assert found.additivity_error < 1e-12
        error = as_array(found, rows.columns) - truth
        bar = as_array(found, rows.columns, "standard_error")
        assert np.sqrt((error**2).mean()) < 0.01 * np.sqrt((truth**2).mean())
        moved = bar > 1e-12
        assert np.abs(error[~moved]).max(initial=0) < 1e-9
        inside.append((np.abs(error) <= 2 * bar)[moved].mean())
        sizes.append((error[moved] ** 2).sum() / (bar[moved] ** 2).sum())
    assert np.mean(inside) > 0.93
    # Neither too small nor idle: the squared errors are about what the bars say.
    assert 0.5 < np.mean(sizes) < 1.5


@pytest.mark.usefixtures("sampled_only")
@pytest.mark.parametrize("n_pairs", [1, 3, 12])
def test_a_first_picture_adds_up_and_does_not_understate_its_error(
    mixed, predict_mixed, shapley, as_array, n_pairs, monkeypatch
):
    rows, background = mixed.iloc[:6], mixed.iloc[20:45]
    truth = shapley(predict_mixed, rows, background)
    calls = []

    def stop():
        return len(calls) >= n_pairs

    from genie_widgets.explain import sampling

    real = sampling.walk_pairs

    def counted(game, of_rows, *rest):
        calls.append(len(of_rows))
        return real(game, of_rows, *rest)

    monkeypatch.setattr(sampling, "walk_pairs", counted)
    monkeypatch.setattr("genie_widgets.explain.meter.Meter.batch_rows", lambda *_, **__: 60)
    ratios = []
    for seed in range(8):
        calls.clear()
        found = explain(
            predict_mixed, rows, background, labels=LABELS, unit="probability", budget_s=60, seed=seed, should_stop=stop
        )
        assert found.n_rows == len(rows)
        assert len(calls) == n_pairs
        assert found.additivity_error < 1e-12
        error = as_array(found, rows.columns) - truth
        ratios.append((error**2).sum() / (as_array(found, rows.columns, "standard_error") ** 2).sum())
    assert np.mean(ratios) < 2.5


def test_additive_functions_need_no_luck(as_array):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(120, 30)), columns=[f"x{i}" for i in range(30)])
    weights = np.where(np.arange(30) % 3, rng.normal(size=30), 0.0)
    rows, background = frame.iloc[:20], frame.iloc[20:]
    found = explain(lambda f: f.to_numpy() @ weights, rows, background, labels=("y",), unit="target", budget_s=1)
    assert found.path == "sampled"
    truth = (rows.to_numpy() - background.to_numpy().mean(axis=0)) * weights
    np.testing.assert_allclose(as_array(found, rows.columns)[:, :, 0], truth, atol=1e-9)
    quiet = {item.column for item in found.outputs[0].importance if item.mean_abs == 0}
    assert quiet == {f"x{i}" for i in range(0, 30, 3)}


def test_pure_interaction_is_shared_alike(as_array):
    frame = pd.DataFrame({name: [1.0, 0.0] for name in "abc"})
    found = explain(lambda f: f.prod(axis=1), frame.iloc[:1], frame.iloc[1:], labels=("y",), unit="target", budget_s=5)
    assert as_array(found, list("abc"))[0, :, 0] == pytest.approx([1 / 3] * 3, abs=1e-15)


@pytest.mark.usefixtures("sampled_only")
def test_three_way_parity_whose_walks_agree_with_their_reverse(as_array):
    # Forth and back give the same here: an error bar from their difference would be 0, and wrong.
    frame = pd.DataFrame({name: [1] * 3 + [0] * 3 for name in "abc"})
    found = explain(
        lambda f: f.sum(axis=1) % 2, frame.iloc[:3], frame.iloc[3:], labels=("y",), unit="target", budget_s=0
    )
    error = np.abs(as_array(found, list("abc")) - 1 / 3)
    bar = as_array(found, list("abc"), "standard_error")
    assert found.additivity_error < 1e-12
    assert (error <= 4 * bar + 1e-9).all()


def test_a_column_that_seldom_matters_is_not_lost(as_array):
    # The probe may miss the rare column; its share must still be somebody's, and the sum right.
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(200, 18)), columns=[f"x{i}" for i in range(18)])
    frame["rare"] = 0
    frame.loc[3, "rare"] = 1

    def predict(f):
        return f["x0"] * f["x1"] + 10 * f["rare"]

    found = explain(predict, frame.iloc[:10], frame.iloc[50:], labels=("y",), unit="target", budget_s=2)
    assert found.additivity_error < 1e-9
    assert as_array(found, frame.columns)[3, -1, 0] == pytest.approx(10, abs=0.01)


def test_importance_is_the_mean_of_absolute_contributions(mixed, predict_mixed, as_array):
    rows, background = mixed.iloc[:10], mixed.iloc[20:]
    found = explain(predict_mixed, rows, background, labels=LABELS, unit="probability", budget_s=20)
    values = as_array(found, rows.columns)
    for place, output in enumerate(found.outputs):
        sizes = [item.mean_abs for item in output.importance]
        assert sizes == sorted(sizes, reverse=True)
        for item in output.importance:
            of_column = np.abs(values[:, list(rows.columns).index(item.column), place])
            assert item.mean_abs == pytest.approx(of_column.mean())
            assert item.standard_error == pytest.approx(of_column.std(ddof=1) / np.sqrt(10))
        for row in output.rows:
            found_sizes = [abs(part.value) for part in row.contributions]
            assert found_sizes == sorted(found_sizes, reverse=True)
            assert {part.column for part in row.contributions} == set(rows.columns)


def test_same_seed_same_result(mixed, predict_mixed, sampled_only):
    def once(seed):
        found = explain(
            predict_mixed, mixed.iloc[:5], mixed.iloc[20:], labels=LABELS, unit="probability", budget_s=60, seed=seed
        )
        return found.outputs

    assert once(1) == once(1)
    assert once(1) != once(2)


@pytest.mark.usefixtures("sampled_only")
def test_walks_end_when_enough_is_known(mixed, predict_mixed):
    rows, background = mixed.iloc[:3], mixed.iloc[20:45]
    keep = {"labels": LABELS, "unit": "probability", "budget_s": 60}
    errors = {}
    for enough in (0.3, 0.01):
        found = explain(predict_mixed, rows, background, good_enough=enough, **keep)
        parts = [part for output in found.outputs for row in output.rows for part in row.contributions]
        size = np.sqrt(np.mean([part.value**2 for part in parts]))
        errors[enough] = np.sqrt(np.mean([part.standard_error**2 for part in parts])) / size
        assert errors[enough] <= enough
    assert errors[0.01] < errors[0.3]


@pytest.mark.parametrize(
    ("predict", "n_columns", "n_background", "n_pairs"),
    [
        *((predict, 8, 20, n_pairs) for predict in (smooth, steps) for n_pairs in (5, 20, 40, 80)),
        # Each of few background rows visited two or three times, most of the variance in one of them.
        *((steps, 5, 8, n_pairs) for n_pairs in (16, 24)),
    ],
)
def test_error_bars_hold_as_often_as_they_say(predict, n_columns, n_background, n_pairs, as_array, monkeypatch):
    from genie_widgets.explain import sampling

    rng = np.random.default_rng(1)
    names = list("abcdefgh")[:n_columns]
    frame = pd.DataFrame(rng.normal(size=(4 + n_background, n_columns)).round(2), columns=names)
    rows, background = frame.iloc[:4], frame.iloc[4:]
    keep = {"labels": ("y",), "unit": "target", "budget_s": 60, "good_enough": 0.0}
    truth = explain(predict, rows, background, **keep)
    assert truth.path == "exact"
    monkeypatch.setattr(predicting, "exact_is_affordable", lambda *_: False)
    # A round of all rows at a time, so that it ends after so many pairs of walks of each.
    monkeypatch.setattr("genie_widgets.explain.meter.Meter.batch_rows", lambda *_, **__: 4 * 2 * (n_columns - 1))
    real, done = sampling.walk_pairs, []

    def counted(game, of_rows, *rest):
        done.append(len(of_rows))
        return real(game, of_rows, *rest)

    monkeypatch.setattr(sampling, "walk_pairs", counted)
    distance = []
    for seed in range(25):
        done.clear()
        found = explain(predict, rows, background, seed=seed, should_stop=lambda: sum(done) >= 4 * n_pairs, **keep)
        assert found.path == "sampled"
        error = np.abs(as_array(found, names) - as_array(truth, names))
        distance.append(error / as_array(found, names, "standard_error"))
    # Of hundreds of errors as many lie within 0.67, 1.28 and 2 standard errors as the normal law says, or somewhat
    # more: few walks do not show that a column hardly moves.
    for bar, held in ((0.6745, 0.5), (1.2816, 0.8), (2.0, 0.95)):
        share = (np.array(distance) <= bar).mean()
        assert held - 0.05 < share < held + (1 - held) * 0.75, (bar, share)
