"""Kinds of models that extras bring: when they are tried, and that no other ever is."""

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pandas as pd
import pytest
from packaging.requirements import Requirement

from genie_widgets.machine import Machine
from genie_widgets.schema import Plan
from genie_widgets.schema.plan import ProblemType, Quality
from genie_widgets.train import autogluon_fit, further, trained
from genie_widgets.train.further import KINDS, are_kept, further_kinds, kept_weights
from genie_widgets.train.kinds import NAMES, libraries_of
from genie_widgets.train.portfolio import Room, more_models, portfolio, wants_further

TREES = {"GBM", "CAT", "XGB", "RF", "XT", "LR"}
SMALL = Room(1_000, 10, 1, 100.0, 1)
FREE = ("Apache-2.0", "BSD-3-Clause", "MIT")
MITRA = next(kind for kind in KINDS if kind.key == "MITRA")


def plan_of(problem_type="binary", quality="balanced"):
    return Plan(target="y", problem_type=problem_type, metric="m", quality=quality, time_limit_s=120)


@pytest.fixture
def torch_of(tmp_path, monkeypatch):
    """Install a torch of our own; what was found of another is forgotten, before and after."""
    caches = (further.has_gpu, further.what_keeps_torch_from_loading)

    def install(text=None):
        folder = tmp_path / "site" / "torch"
        folder.mkdir(parents=True)
        if text is not None:
            (folder / "__init__.py").write_text(text)
        monkeypatch.setattr(sys, "path", [str(folder.parent), *sys.path])
        importlib.invalidate_caches()
        return folder.parent

    before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "torch"}
    for cached in caches:
        cached.cache_clear()
    yield install
    for cached in caches:
        cached.cache_clear()
    sys.modules.pop("torch", None)
    sys.modules.update(before)


BROKEN = 'raise OSError("libcudart.so.12: cannot open shared object file")'


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
    assert kinds(gpu=True) == {"NN_TORCH", "MITRA"}
    assert kinds(gpu=True, without={"einx"}) == {"NN_TORCH"}


def test_a_torch_that_does_not_load_is_no_gpu_and_brings_no_models(torch_of, caplog):
    torch_of(BROKEN)
    assert further.is_installed("torch")
    assert not further.has_gpu()
    assert further_kinds("binary") == ()
    assert "libcudart" in further.what_keeps_torch_from_loading()
    assert "torch is here but does not load" in caplog.text


def test_a_folder_that_is_only_called_torch_is_none(torch_of):
    if importlib.util.find_spec("torch") is not None:
        pytest.skip("a whole one goes before a folder")
    torch_of()
    assert not further.is_installed("torch")
    assert not further.has_gpu()
    assert further_kinds("binary") == ()


@pytest.mark.slow
def test_a_run_goes_on_without_a_torch_that_does_not_load(torch_of, tmp_path):
    folder = torch_of(BROKEN)
    code = f"""
import sys; sys.path.insert(0, {str(folder)!r})
import pandas as pd
from genie_widgets.machine import detect_machine
from genie_widgets.schema import Plan
from genie_widgets.train import fit, fit_more, warm_up
from pathlib import Path
frame = pd.DataFrame({{"a": range(200), "b": [i % 7 for i in range(200)], "y": [i % 2 for i in range(200)]}})
plan = Plan(target="y", problem_type="binary", metric="roc_auc", quality="best", time_limit_s=60)
warm_up(plan)
path = Path({str(tmp_path / "model")!r})
only = {{"hyperparameters": {{"GBM": [{{"num_boost_round": 5}}], "NN_TORCH": [{{"num_epochs": 1}}]}}}}
model = fit(frame, plan, path=path, time_limit_s=60.0, machine=detect_machine(), recipe=only)
print("fitted", sorted(row.model for row in model.leaderboard()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "fitted ['LightGBM'" in done.stdout, done.stderr[-3000:]


def test_on_cores_alone_no_gpu_is_asked_for_where_none_is_needed():
    def asked():
        raise AssertionError("torch would be loaded for it")

    found = further_kinds("binary", is_installed=lambda module: module == "torch", has_gpu=asked)
    assert [kind.key for kind in found] == ["NN_TORCH"]


@pytest.mark.parametrize(
    ("quality", "problem_type", "gpu", "wants"),
    [
        ("fast", "binary", True, False),
        ("balanced", "binary", False, False),
        ("balanced", "binary", True, True),
        ("best", "regression", False, True),
        ("best", "quantile", True, False),
    ],
)
def test_kinds_are_asked_for_only_where_a_plan_may_use_them(monkeypatch, quality, problem_type, gpu, wants):
    plan = plan_of(problem_type, quality)
    assert wants_further(plan, lambda: gpu) is wants
    monkeypatch.setattr(autogluon_fit, "has_gpu", lambda: gpu)
    assert autogluon_fit._asks_for_further(plan, None) is wants
    assert autogluon_fit._asks_for_further(plan, {"hyperparameters": {"GBM": [{}], "NN_TORCH": [{}]}})
    assert not autogluon_fit._asks_for_further(plan, {"hyperparameters": {"GBM": [{}]}})


@pytest.mark.parametrize("gpu", [False, True])
def test_a_recipe_is_followed_on_the_gpu_that_is_there(monkeypatch, gpu):
    monkeypatch.setattr(autogluon_fit, "has_gpu", lambda: gpu)
    recipe = {"hyperparameters": {"GBM": [{"num_boost_round": 5}], "NN_TORCH": [{"num_epochs": 2}]}, "num_bag_folds": 5}
    machine = Machine(2, 2**33, 2**33, 2**30)
    room = autogluon_fit._room(plan_of(), pd.Series([0, 1]), 3, 50.0, machine, (KINDS[0],))
    asked = autogluon_fit._arguments(room, plan_of(), None, recipe)
    on_gpu = {"ag.num_gpus": 1} if gpu else {}
    assert asked["hyperparameters"] == {"GBM": [{"num_boost_round": 5}], "NN_TORCH": [{"num_epochs": 2, **on_gpu}]}
    assert asked["num_bag_folds"] == 5


@pytest.mark.parametrize(
    ("members", "holds"), [(["LightGBMXT_BAG_L1", "NeuralNetTorch"], False), (["LightGBM", "Mitra_BAG_L1_FULL"], True)]
)
def test_a_model_that_compares_with_its_rows_holds_them(members, holds):
    parts = SimpleNamespace(get_minimum_model_set=lambda _best: [*members, "WeightedEnsemble_L2"])
    model = trained.TrainedModel(SimpleNamespace(model_best="WeightedEnsemble_L2", _trainer=parts))
    assert model.holds_rows is holds


def test_what_is_pinned_for_a_fit_are_the_libraries_of_all_its_kinds(monkeypatch):
    monkeypatch.setattr(trained, "_version_of", lambda name: f"1-{name}")
    lines = trained.pinned({"RF": [{}], "NN_TORCH": [{}], "GBM": [{}]})
    assert lines[-2:] == ["lightgbm==1-lightgbm", "torch==1-torch"]
    assert "autogluon.tabular==1-autogluon.tabular" in lines
    assert "huggingface_hub" in libraries_of(["MITRA"])


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
    monkeypatch.delenv("HUGGINGFACE_HUB_CACHE", raising=False)
    repository, files = MITRA.for_classes
    assert MITRA.how_to_fetch.startswith("hf download autogluon/mitra-classifier config.json model.safetensors && ")
    folder = tmp_path / "hub" / "models--autogluon--mitra-classifier"
    for version in ("0f0f", "1a2b"):
        snapshot = folder / "snapshots" / version
        snapshot.mkdir(parents=True)
        for file in files:
            assert not are_kept(repository, files)
            (snapshot / file).touch()
    assert not are_kept(repository, files), "nothing tells which is read"
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("2c3d")
    assert not are_kept(repository, files), "another version is read"
    (folder / "refs" / "main").write_text("1a2b")
    assert are_kept(repository, files)
    assert MITRA.lacks == (MITRA.for_numbers,)


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({}, "me/.cache/huggingface/hub"),
        ({"XDG_CACHE_HOME": "~/xdg"}, "me/xdg/huggingface/hub"),
        ({"HF_HOME": "~/kept"}, "me/kept/hub"),
        ({"HF_HOME": "$HOME/kept", "XDG_CACHE_HOME": "/no"}, "me/kept/hub"),
        ({"HF_HOME": "/no", "HUGGINGFACE_HUB_CACHE": "~/older"}, "me/older"),
        ({"HF_HUB_CACHE": "${HOME}/newer", "HUGGINGFACE_HUB_CACHE": "/no", "HF_HOME": "/no"}, "me/newer"),
    ],
)
def test_the_folder_of_weights_is_named_as_hugging_face_reads_it(tmp_path, monkeypatch, variables, folder):
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    for name in ("XDG_CACHE_HOME", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert kept_weights() == tmp_path / folder


def test_the_extra_takes_the_versions_of_torch_that_autogluon_takes():
    extras = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    ours = {Requirement(line) for line in extras["optional-dependencies"]["neural"]}
    of_mitra = [line for line in importlib.metadata.requires("autogluon.tabular") if line.startswith("torch")]
    theirs = {Requirement(re.sub(r"(;| and) extra == .mitra.$", "", line)) for line in of_mitra if "mitra" in line}
    assert ours == theirs


def test_quantiles_are_left_to_forests():
    assert kinds("quantile", gpu=True) == set()


@pytest.mark.parametrize("quality", get_args(Quality))
@pytest.mark.parametrize("problem_type", get_args(ProblemType))
def test_nothing_is_ever_chosen_whose_weights_may_not_be_used_for_everything(problem_type, quality):
    assert all(kind.licence in FREE for kind in KINDS)
    everything = replace(SMALL, n_rows=50_000, further=tuple(kind.key for kind in KINDS), has_gpu=True)
    plan = plan_of(problem_type, quality)
    for models in (portfolio(plan, everything)["hyperparameters"], more_models(plan, everything, [])):
        assert set(models) <= TREES | {kind.key for kind in KINDS}
        assert not [key for setting in models.get("MITRA", []) for key in setting if "hf_" in key or "path" in key]


def test_the_weights_that_are_looked_for_are_those_that_autogluon_reads(monkeypatch):
    from autogluon.tabular.models.mitra.mitra_model import MitraModel

    fetched = {}
    hub = SimpleNamespace(hf_hub_download=lambda repo_id, filename: fetched.setdefault(repo_id, []).append(filename))
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    MitraModel.download_default_weights()
    ours = [MITRA.for_classes, MITRA.for_numbers]
    assert ours == [(repository, tuple(files)) for repository, files in fetched.items()]
    # What is read imports torch, which need not be here.
    source = Path(sys.modules[MitraModel.__module__].__file__).with_name("sklearn_interface.py").read_text()
    named = [re.search(rf'^DEFAULT_{what}_MODEL = "(.+)"$', source, re.MULTILINE)[1] for what in ("CLS", "REG")]
    assert named == [repository for repository, _ in ours]


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
    room = replace(SMALL, further=("NN_TORCH", "MITRA"), has_gpu=True)
    for models in (portfolio(plan_of(quality="best"), room)["hyperparameters"], more_models(plan_of(), room, [])):
        asking = {kind for kind, settings in models.items() if all(one.get("ag.num_gpus") == 1 for one in settings)}
        assert asking == {"NN_TORCH", "MITRA"}
        assert not any("ag.num_gpus" in one for kind in TREES & set(models) for one in models[kind])


def test_names_are_autogluons():
    assert {kind: NAMES[kind] for kind in ("NN_TORCH", "MITRA")} == _autogluons()


def _autogluons():
    from autogluon.tabular.models.mitra.mitra_model import MitraModel
    from autogluon.tabular.models.tabular_nn.torch.tabular_nn_torch import TabularNeuralNetTorchModel

    found = (MitraModel, TabularNeuralNetTorchModel)
    return {model.ag_key: model.ag_name for model in found}


@pytest.mark.slow
def test_a_neural_network_is_fitted_refitted_taken_away_and_named_with_its_library(tmp_path):
    pytest.importorskip("torch", reason="the extra neural is not installed")
    import numpy as np

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
