"""Kinds of models that extras bring: when they are tried, and that no other ever is."""

from dataclasses import replace
from typing import get_args

import pytest

from genie_widgets.schema import Plan
from genie_widgets.schema.plan import ProblemType, Quality
from genie_widgets.train.further import KINDS, are_kept, further_kinds
from genie_widgets.train.portfolio import NAMES, Room, more_models, portfolio

TREES = {"GBM", "CAT", "XGB", "RF", "XT", "LR"}
SMALL = Room(1_000, 10, 1, 100.0, 1)
FREE = ("Apache-2.0", "BSD-3-Clause", "MIT")


def plan_of(problem_type="binary", quality="balanced"):
    return Plan(target="y", problem_type=problem_type, metric="m", quality=quality, time_limit_s=120)


def kinds(problem_type="binary", *, without=(), gpu=False, weights=lambda _repository, _files: True):
    found = further_kinds(
        problem_type, is_installed=lambda module: module not in without, has_gpu=lambda: gpu, are_kept=weights
    )
    return {kind.key for kind in found}


def test_without_an_extra_there_are_trees_alone():
    assert kinds(without={"torch"}, gpu=True) == set()


def test_on_cores_alone_there_are_neural_networks_and_nothing_that_was_trained_before():
    assert kinds() == {"NN_TORCH"}


def test_on_a_gpu_what_was_trained_before_joins_them():
    assert kinds(gpu=True) == {"NN_TORCH", "TABICL", "MITRA"}
    assert kinds(gpu=True, without={"tabicl"}) == {"NN_TORCH", "MITRA"}


@pytest.mark.parametrize("problem_type", ["binary", "multiclass", "regression"])
def test_weights_that_are_not_here_are_not_fetched(problem_type):
    asked = []

    def none(repository, files):
        asked.append(repository + files[0])
        return False

    assert kinds(problem_type, gpu=True, weights=none) == {"NN_TORCH"}
    assert all(("regress" in weights) == (problem_type == "regression") for weights in asked)


def test_weights_are_looked_for_where_hugging_face_keeps_them(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    kind = next(kind for kind in KINDS if kind.key == "MITRA")
    repository, files = kind.for_classes
    assert kind.how_to_fetch.startswith("hf download autogluon/mitra-classifier config.json model.safetensors && ")
    snapshot = tmp_path / "hub" / "models--autogluon--mitra-classifier" / "snapshots" / "1a2b"
    snapshot.mkdir(parents=True)
    for file in files:
        assert not are_kept(repository, files)
        (snapshot / file).touch()
    assert are_kept(repository, files)
    assert kind.lacks == (kind.for_numbers,)


def test_quantiles_are_left_to_forests():
    assert kinds("quantile", gpu=True) == set()


@pytest.mark.parametrize("quality", get_args(Quality))
@pytest.mark.parametrize("problem_type", get_args(ProblemType))
def test_nothing_is_ever_chosen_whose_weights_may_not_be_used_for_everything(problem_type, quality):
    assert all(kind.licence in FREE for kind in KINDS)
    everything = replace(SMALL, n_rows=50_000, further=tuple(kind.key for kind in KINDS), has_gpu=True)
    plan = plan_of(problem_type, quality)
    chosen = {*portfolio(plan, everything)["hyperparameters"], *more_models(plan, everything, [])}
    assert chosen <= TREES | {kind.key for kind in KINDS}


def test_on_cores_alone_neural_networks_are_for_the_best_and_for_more_time():
    room = replace(SMALL, n_rows=50_000, further=("NN_TORCH",))
    for quality in ("fast", "balanced"):
        assert "NN_TORCH" not in portfolio(plan_of(quality=quality), room)["hyperparameters"]
    assert len(portfolio(plan_of(quality="best"), room)["hyperparameters"]["NN_TORCH"]) > 5
    assert len(more_models(plan_of(), room, [])["NN_TORCH"]) > 5


def test_on_a_gpu_one_neural_network_joins_the_trees():
    room = replace(SMALL, n_rows=50_000, further=("NN_TORCH",), has_gpu=True)
    assert portfolio(plan_of(), room)["hyperparameters"]["NN_TORCH"] == [{"ag.num_gpus": 1}]
    assert "NN_TORCH" not in portfolio(plan_of(quality="fast"), room)["hyperparameters"]


def test_what_has_use_for_a_gpu_asks_for_it_and_trees_do_not():
    room = replace(SMALL, further=("NN_TORCH", "TABICL"), has_gpu=True)
    for models in (portfolio(plan_of(quality="best"), room)["hyperparameters"], more_models(plan_of(), room, [])):
        asking = {kind for kind, settings in models.items() if all(one.get("ag.num_gpus") == 1 for one in settings)}
        assert asking == {"NN_TORCH", "TABICL"}
        assert not any("ag.num_gpus" in one for kind in TREES & set(models) for one in models[kind])


def test_names_are_autogluons():
    assert {kind: NAMES[kind] for kind in ("NN_TORCH", "TABICL", "MITRA")} == _autogluons()


def _autogluons():
    from autogluon.tabular.models.mitra.mitra_model import MitraModel
    from autogluon.tabular.models.tabicl.tabicl_model import TabICLModel
    from autogluon.tabular.models.tabular_nn.torch.tabular_nn_torch import TabularNeuralNetTorchModel

    found = (MitraModel, TabICLModel, TabularNeuralNetTorchModel)
    return {model.ag_key: model.ag_name for model in found}


@pytest.mark.slow
def test_a_neural_network_is_fitted_refitted_taken_away_and_named_with_its_library(tmp_path):
    pytest.importorskip("torch", reason="the extra neural is not installed")
    import numpy as np
    import pandas as pd

    from genie_widgets.machine import detect_machine
    from genie_widgets.train import fit, load_model, refit

    random = np.random.default_rng(0)
    frame = pd.DataFrame({"a": random.normal(size=300), "b": random.choice(["x", "y"], 300)})
    frame["y"] = np.where(frame["a"] + (frame["b"] == "x") + random.normal(size=300) > 0.5, "yes", "no")
    plan = Plan(target="y", problem_type="binary", metric="roc_auc", quality="balanced", time_limit_s=60)
    only = {"hyperparameters": {"NN_TORCH": [{"num_epochs": 5}]}}
    model = fit(frame[:200], plan, path=tmp_path / "fitted", time_limit_s=60.0, machine=detect_machine(), recipe=only)
    assert any(row.model.startswith("NeuralNetTorch") for row in model.leaderboard())
    assert model.recipe()["hyperparameters"]["NN_TORCH"][0]["num_epochs"] == 5
    assert any(line.startswith("torch==") and "+" not in line for line in model.requirements())
    again = refit(model, frame[200:], path=tmp_path / "all", time_limit_s=60.0, machine=detect_machine())
    assert again is not None
    slim = again.save_slim(tmp_path / "slim")
    pd.testing.assert_frame_equal(
        load_model(slim).predict_proba(frame[["a", "b"]]), again.predict_proba(frame[["a", "b"]])
    )
