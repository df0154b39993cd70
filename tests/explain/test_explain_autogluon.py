"""A real predictor: categories, dates and gaps go through AutoGluon's own preparation."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.explain import explain, explaining


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    n = 400
    frame = pd.DataFrame(
        {
            "number": rng.normal(size=n),
            "kind": rng.choice(["a", "b", "c"], n),
            "day": pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 500, n), unit="D"),
            "count": rng.integers(0, 9, n),
        }
    )
    frame.loc[::8, "number"] = np.nan
    frame.loc[::13, "kind"] = None
    score = frame["number"].fillna(1) * (frame["kind"] == "a") + frame["day"].dt.month / 6 - frame["count"] / 4
    frame["y"] = np.where(score + rng.normal(size=n) / 3 > 0, "yes", "no")
    return frame


@pytest.fixture(scope="module")
def predict(table, tmp_path_factory):
    from autogluon.tabular import TabularPredictor

    path = tmp_path_factory.mktemp("predictor") / "m"
    predictor = TabularPredictor(label="y", path=str(path), positive_class="yes", verbosity=0)
    predictor.fit(table, hyperparameters={"GBM": {"num_boost_round": 40}, "CAT": {"iterations": 30}}, time_limit=20)
    return lambda frame: predictor.predict_proba(frame)["yes"].to_numpy()


@pytest.mark.slow
def test_exact_and_sampled_on_a_real_predictor(table, predict, shapley, as_array, monkeypatch):
    features = table.drop(columns="y")
    rows, background = features.iloc[:4], features.iloc[100:130]
    truth = shapley(predict, rows, background)
    exact = explain(predict, rows, background, labels=("yes",), unit="probability", budget_s=60)
    assert exact.path == "exact"
    np.testing.assert_allclose(as_array(exact, rows.columns), truth, atol=1e-9)
    assert [row.prediction for row in exact.outputs[0].rows] == pytest.approx(list(predict(rows)), abs=1e-12)
    monkeypatch.setattr(explaining, "_exact_is_affordable", lambda *_: False)
    sampled = explain(predict, rows, background, labels=("yes",), unit="probability", budget_s=3)
    assert sampled.additivity_error < 1e-9
    error = as_array(sampled, rows.columns) - truth
    assert (np.abs(error) <= 4 * as_array(sampled, rows.columns, "standard_error") + 1e-9).all()
