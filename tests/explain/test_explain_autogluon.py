"""Every kind of member, weighted, bagged and stacked, against all coalitions asked of AutoGluon itself."""

import numpy as np
import pandas as pd
import pytest
from predictor_zoo import KINDS, LEVELS, asking, described, fitted, table

from genie_widgets.explain import explain, shap_values
from genie_widgets.explain.hybrids import Hybrids
from genie_widgets.explain.tree_view import TreeView, gate_hybrids
from genie_widgets.schema import Plan
from genie_widgets.train import TrainedModel
from genie_widgets.worker.outputs import explained

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("kernels")]

TREES = KINDS[:5]
DESCRIBED = (*TREES, "LinearModel")
PROBLEMS = ("binary", "multiclass", "regression")
# AutoGluon's members for quantiles that need no torch.
FORESTS = ("RandomForest", "ExtraTrees")
BAGGED = {
    "num_bag_folds": 2,
    "num_stack_levels": 1,
    "ag_args_ensemble": {"fold_fitting_strategy": "sequential_local"},
}
# The predictor adds its leaves in 32-bit numbers, the kernels in 64-bit ones. For probabilities both
# agree to 1e-6; sums of regression leaves keep 7 digits of the largest, not of the value.
BOUND = 1e-6


@pytest.fixture(scope="session", params=PROBLEMS)
def predictor(request, tmp_path_factory):
    found = fitted(request.param, tmp_path_factory.mktemp("zoo") / request.param)
    found.persist()
    return found


@pytest.fixture(scope="session", params=PROBLEMS)
def stacked(request, tmp_path_factory):
    found = fitted(request.param, tmp_path_factory.mktemp("zoo") / f"stacked-{request.param}", **BAGGED)
    found.persist()
    return found


@pytest.fixture(scope="module")
def cells():
    """Rows to explain (one with cells that training never saw) and a background."""
    features = table("regression").drop(columns="y")
    rows = features.iloc[[3, 9, 13]].reset_index(drop=True)
    rows.loc[0, "city"] = "Atlantis"
    rows.loc[1, "note"] = None
    return rows, features.iloc[100:108]


def check(predictor, name, cells, shapley):
    rows, background = cells
    predict, labels = asking(predictor, name)
    ensemble = described(predictor, name, pd.concat([background, table("regression").drop(columns="y")]))
    found = shap_values(predict, rows, background, n_outputs=len(labels), budget_s=600, ensemble=ensemble)
    scale = max(1.0, float(np.abs(found.predictions).max()))
    assert found.path == "exact"
    np.testing.assert_allclose(found.phi, shapley(predict, rows, background), atol=BOUND * scale, rtol=0)
    assert found.additivity_error <= BOUND * scale
    return found, ensemble


@pytest.mark.parametrize("kind", KINDS)
def test_every_member(predictor, kind, cells, shapley):
    found, ensemble = check(predictor, kind, cells, shapley)
    assert found.gate_error is not None
    # What sees nothing but numbers is asked without frames.
    assert bool(ensemble.others) == (ensemble.layers is not None) == (kind not in DESCRIBED)


def test_the_weighted_ensemble(predictor, cells, shapley):
    check(predictor, predictor.model_best, cells, shapley)


def below(stacked):
    return [name.removesuffix("_BAG_L1") for name in stacked.model_names() if name.endswith("_BAG_L1")]


def test_bagged_members_are_read_fold_by_fold(stacked, cells, shapley):
    for kind in below(stacked):
        _, ensemble = check(stacked, f"{kind}_BAG_L1", cells, shapley)
        assert bool(ensemble.others) == (ensemble.layers is not None) == (kind not in DESCRIBED)
        if kind in DESCRIBED:
            parts = (*ensemble.trees, *ensemble.additive)
            assert len(parts) == (1 if kind in ("RandomForest", "ExtraTrees") else 2)


def test_stacked_members_are_walked_beside_the_trees_they_stand_on(stacked, cells, shapley):
    for name in (name for name in stacked.model_names() if name.endswith("BAG_L2")):
        found, ensemble = check(stacked, name, cells, shapley)
        assert len(ensemble.others) == 1
        assert {control.name.removesuffix("_BAG_L1") for control in ensemble.controls} == set(below(stacked)) & {*TREES}
        assert name in found.how


def test_layers_say_of_hybrids_what_their_predictor_says(stacked, cells):
    rows, background = cells
    hybrids = Hybrids(rows, background)
    described_layers = set()
    for name in (name for name in stacked.model_names() if "_BAG_" in name):
        ensemble = described(stacked, name, pd.concat([background, table("regression").drop(columns="y")]))
        if ensemble.layers is None:
            continue
        described_layers.add(name)
        of, others, coalition = gate_hybrids(len(rows), len(background), len(rows.columns), np.random.default_rng(0))
        view, asking_models = TreeView(ensemble, hybrids), TreeView(ensemble, hybrids, asks_models=True)
        assert view.has_layers
        assert not asking_models.has_layers
        found = view.predict_others(view.hybrids.asked(of, others, coalition))
        told = asking_models.predict_others(asking_models.hybrids.asked(of, others, coalition))
        # To the last of 32 bits: the next model may ask about it.
        np.testing.assert_array_equal(found.astype(np.float32), told.astype(np.float32))
        if view.players_of_others is not None:
            unasked = np.setdiff1d(np.arange(len(rows.columns)), view.players_of_others)
            coalition[:, unasked] = ~coalition[:, unasked]
            np.testing.assert_array_equal(found, view.predict_others(view.hybrids.asked(of, others, coalition)))
    # Linear models prepare their columns anew: standing on others they are asked.
    stacks = {name for name in stacked.model_names() if name.endswith("_BAG_L2")}
    assert described_layers == {"KNeighbors_BAG_L1"} | stacks - {"LinearModel_BAG_L2"}


def test_the_last_ensemble_mixes_levels(stacked, cells, shapley):
    check(stacked, stacked.model_names()[-1], cells, shapley)


@pytest.mark.parametrize("n_passes", [2, 6])
def test_sampled_members_stay_within_their_error_bars(stacked, cells, shapley, monkeypatch, n_passes):
    from genie_widgets.explain import predicting, sampling

    monkeypatch.setattr(predicting, "exact_is_affordable", lambda *_: False)
    # So many visits of each background row, whatever is known by then.
    monkeypatch.setattr(sampling, "MOST_PASSES", n_passes)
    rows, background = cells
    name = next(n for n in stacked.model_names() if n.endswith("BAG_L2") and n.startswith("LightGBM"))
    predict, labels = asking(stacked, name)
    truth = shapley(predict, rows, background)
    ensemble = described(stacked, name, table("regression").drop(columns="y"))
    distance = []
    keep = {"n_outputs": len(labels), "budget_s": 600, "ensemble": ensemble, "good_enough": 0.0}
    for seed in range(12):
        found = shap_values(predict, rows, background, seed=seed, **keep)
        assert found.path == "sampled"
        distance.append(np.abs(found.phi - truth) / (found.errors + 1e-6))
    # 180 values of twelve seeds, those of a seed not independent of each other.
    for bar, least in ((0.6745, 0.4), (1.2816, 0.7), (2.0, 0.9)):
        assert (np.array(distance) <= bar).mean() > least


def test_a_trained_model_gives_its_ensemble_or_none(predictor):
    model = TrainedModel(predictor)
    features = table("regression").drop(columns="y")
    assert model.ensemble(features).n_outputs == (3 if predictor.problem_type == "multiclass" else 1)
    assert model.ensemble(features).columns == tuple(features.columns)


@pytest.mark.parametrize("more", [{}, BAGGED], ids=["plain", "bagged and stacked"])
def test_every_member_of_quantiles(tmp_path, cells, shapley, more):
    predictor = fitted("quantile", tmp_path / "quantile", members=FORESTS, **more)
    predictor.persist("all")
    names = predictor.model_names()
    assert {name.split("_")[0] for name in names} == {*FORESTS, "WeightedEnsemble"}
    assert any(name.endswith("BAG_L2") for name in names) == bool(more)
    for name in names:
        found, _ = check(predictor, name, cells, shapley)
        # A forest, or an average of them, is asked without its predictor; one that stands on others is not.
        assert (found.gate_error is None) == (name.endswith("BAG_L2") or name.startswith("WeightedEnsemble_L3"))


def test_each_quantile_is_explained_as_it_is_shown(tmp_path, cells, shapley, as_array):
    found = fitted("quantile", tmp_path / "quantile", members=("RandomForest", "ExtraTrees"))
    found.persist()
    model, (rows, background) = TrainedModel(found), cells
    plan = Plan(target="y", problem_type="quantile", metric="pinball_loss", quantile_levels=LEVELS, time_limit_s=10)
    asked, ensemble = explained(model, plan, rows), model.ensemble(background)
    # Its forests, asked without their predictor, say what that says.
    every = table("quantile").drop(columns="y")
    (quick,) = ensemble.predict_others(ensemble.prepare(every).frame).transpose(1, 0, 2)
    np.testing.assert_allclose(quick, model.predict_quantiles(every).to_numpy(), atol=1e-6)
    explanation = explain(
        asked.predict,
        rows,
        background,
        labels=asked.labels,
        unit=asked.unit,
        budget_s=600,
        ensemble=ensemble,
    )
    assert explanation.gate_error is not None
    shown = model.predict_quantiles(rows).to_numpy()
    assert explanation.path == "exact"
    assert [output.label for output in explanation.outputs] == [f"quantile {level}" for level in LEVELS]
    for place, output in enumerate(explanation.outputs):
        np.testing.assert_allclose([row.prediction for row in output.rows], shown[:, place])
    truth = shapley(model.predict_quantiles, rows, background)
    np.testing.assert_allclose(as_array(explanation, rows.columns), truth, atol=1e-6 * np.abs(shown).max())
