"""The `shap` library as a reference, and its pictures as a use."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.explain import explain, to_shap


def predict(frame):
    x = np.asarray(frame, dtype=float)
    return 1 / (1 + np.exp(-(x[:, 0] * x[:, 1] - x[:, 2] ** 2 + x[:, 3] * (x[:, 4] > 0))))


@pytest.fixture
def frame():
    return pd.DataFrame(np.random.default_rng(5).normal(size=(60, 5)), columns=list("abcde"))


@pytest.mark.slow
def test_exact_and_sampled_agree_with_shaps_own_explainers(frame):
    import shap

    rows, background = frame.iloc[:6], frame.iloc[10:]
    ours = to_shap(explain(predict, rows, background, labels=("p",), unit="probability", budget_s=60), rows)
    masker = shap.maskers.Independent(background.to_numpy(), max_samples=1000)
    exact = shap.explainers.ExactExplainer(predict, masker)(rows.to_numpy())
    np.testing.assert_allclose(ours.values, exact.values, atol=1e-9)
    np.testing.assert_allclose(ours.base_values, exact.base_values, atol=1e-9)
    # All 5! orders are more than its walks: it agrees within what sampling leaves.
    walked = shap.explainers.PermutationExplainer(predict, masker, seed=0)(rows.to_numpy(), max_evals=4000)
    np.testing.assert_allclose(ours.values, walked.values, atol=0.02)


@pytest.mark.slow
def test_shap_draws_what_to_shap_gives(frame):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    import shap

    frame["kind"] = pd.Categorical(np.where(frame["a"] > 0, "up", "down"))
    frame["word"] = np.where(frame["b"] > 0, "yes", "no")
    found = explain(
        lambda f: np.column_stack([f["a"] + (f["kind"] == "up"), f["b"] * (f["word"] == "no")]),
        frame.iloc[:8],
        frame.iloc[8:],
        labels=("one", "two"),
        unit="target",
        budget_s=20,
    )
    drawn = to_shap(found, frame, output=1)
    assert drawn.shape == (8, 7)
    assert drawn.feature_names == [*"abcde", "kind", "word"]
    assert drawn.display_data[0][6] in ("yes", "no")
    total = drawn.values.sum(axis=1) + drawn.base_values
    np.testing.assert_allclose(total, [row.prediction for row in found.outputs[1].rows], atol=1e-12)
    for plot in (
        lambda: shap.plots.bar(drawn, show=False),
        lambda: shap.plots.beeswarm(drawn, show=False),
        lambda: shap.plots.waterfall(drawn[0], show=False),
        lambda: shap.plots.scatter(drawn[:, "b"], show=False),
    ):
        plot()
        assert plt.gcf().axes
        plt.close("all")
