"""Real trainings on small made tables, one for each problem type."""

import importlib.metadata
import importlib.util
import json
import logging
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from genie_widgets.machine import Machine, detect_machine
from genie_widgets.schema import METRICS, GenieError, Plan, default_metric
from genie_widgets.train import Hooks, fit, load_model, warm_up
from genie_widgets.train.interrupt import FitInterruptedError
from genie_widgets.train.portfolio import BAGGED

pytestmark = pytest.mark.slow

KINDS = ("binary", "multiclass", "regression", "quantile")
LEVELS = (0.1, 0.5, 0.9)
N_ROWS, N_NEW = 160, 7
# More than is ever needed: nothing here waits for its end.
SECONDS = 60.0


@pytest.fixture(scope="module")
def machine():
    # What the libraries import inside their first fits must not eat up a fit's seconds.
    warm_up()
    found = detect_machine()
    return Machine(min(2.0, found.cores), found.memory_bytes, found.available_memory_bytes, found.free_disk_bytes)


def frame_of(kind, n_rows=N_ROWS, seed=0):
    """A table whose target follows from its columns; its index is not a plain count."""
    random = np.random.default_rng(seed)
    size = random.normal(50, 10, n_rows)
    town = random.choice(["Ulm", "Köln", "Bonn"], n_rows)
    price = 3 * size + 20 * (town == "Ulm") + random.normal(0, 1, n_rows)
    targets = {
        "binary": np.where(price > np.median(price), "yes", "no"),
        "multiclass": np.select([price < 140, price < 160], ["low", "middle"], "high"),
        "regression": price,
        "quantile": price,
    }
    frame = pd.DataFrame({"size": size, "town": town, "constant": 1, "odd name, [x]": random.random(n_rows)})
    return frame.assign(target=targets[kind]).set_axis(np.arange(n_rows) * 2 + 100)


def plan_of(kind, **fields):
    return Plan(
        **{
            "target": "target",
            "problem_type": kind,
            "metric": default_metric(kind),
            "positive_class": "yes" if kind == "binary" else None,
            "quantile_levels": LEVELS if kind == "quantile" else (),
            "quality": "fast",
            **fields,
        }
    )


@dataclass
class Trained:
    """A trained model, what it was trained on, and what was told on the way."""

    kind: str
    frame: pd.DataFrame
    path: Path
    model: Any
    started: list
    finished: list

    @property
    def new(self):
        return frame_of(self.kind, N_NEW, seed=1).drop(columns="target")


@pytest.fixture(scope="module")
def trained_of(tmp_path_factory, machine):
    """Train once for each problem type."""
    made = {}

    def train(kind):
        if kind not in made:
            frame, path, started, finished = frame_of(kind), tmp_path_factory.mktemp(kind) / "predictor", [], []
            model = fit(
                frame,
                plan_of(kind),
                path=path,
                time_limit_s=SECONDS,
                machine=machine,
                hooks=Hooks(on_model_started=started.append, on_model_finished=lambda *told: finished.append(told)),
            )
            made[kind] = Trained(kind, frame, path, model, started, finished)
        return made[kind]

    return train


@pytest.fixture(params=KINDS)
def trained(request, trained_of):
    return trained_of(request.param)


def test_the_leaderboard_is_in_the_metrics_own_sign_best_first(trained):
    board = trained.model.leaderboard(trained.frame)
    greater = METRICS[default_metric(trained.kind)].greater_is_better
    scores = [row.score_validation for row in board]
    assert len(board) >= 3
    assert scores == sorted(scores, reverse=greater)
    # Errors and shares alike are never negative here: AutoGluon's turned sign would show.
    assert all(row.score_validation >= 0 and row.score_holdout >= 0 for row in board)
    assert all(row.fit_s >= 0 and row.predict_s >= 0 for row in board)
    assert trained.model.best_model in {row.model for row in board}


def test_how_to_fit_again_is_told_without_measuring_any_model(trained, monkeypatch):
    predictor = trained.model.predictor
    infos = [predictor._trainer.load_model(name).get_info() for name in predictor.model_names()]
    monkeypatch.setattr(
        "autogluon.core.models.AbstractModel.get_memory_size", lambda *_, **__: pytest.fail("a model was measured")
    )
    arguments = trained.model.fit_arguments()
    told = [setting for settings in arguments["hyperparameters"].values() for setting in settings]
    known = [{**info["hyperparameters_user"], **info["hyperparameters_fit"]} for info in infos]
    assert arguments["num_cpus"] == max(info.get("num_cpus", 1) for info in infos)
    assert told
    for setting in told:
        plain = {key: value for key, value in setting.items() if key != "ag_args"}
        assert any(plain.items() <= {k: v for k, v in one.items() if k in plain}.items() for one in known)


def test_without_rows_the_leaderboard_has_no_honest_scores(trained):
    assert {row.score_holdout for row in trained.model.leaderboard()} == {None}


def test_every_model_is_told_as_it_comes_with_its_score(trained):
    board = {row.model: row.score_validation for row in trained.model.leaderboard()}
    told = {model: score for model, score, _seconds, _reason in trained.finished if score is not None}
    assert set(told) <= set(trained.started)
    assert set(told) == set(board)
    assert told == pytest.approx(board)


def test_predictions_have_the_rows_and_the_index_of_the_table(trained):
    predicted = trained.model.predict(trained.new)
    assert isinstance(predicted, pd.Series)
    assert list(predicted.index) == list(trained.new.index)
    assert predicted.notna().all()
    if trained.model.classes:
        assert set(predicted) <= set(trained.model.classes)
    else:
        assert pd.api.types.is_float_dtype(predicted)


def test_predictions_are_better_than_chance(trained):
    rows = frame_of(trained.kind, 200, seed=2)
    predicted, true = trained.model.predict(rows), rows["target"]
    if trained.model.classes:
        assert (predicted == true).mean() > 0.7
    else:
        assert (predicted - true).abs().mean() < (true - true.median()).abs().mean() / 2


def test_classes_have_probabilities_and_numbers_have_none(trained):
    probabilities = trained.model.predict_proba(trained.new)
    if trained.kind in ("regression", "quantile"):
        assert trained.model.classes == ()
        assert probabilities is None
        return
    assert tuple(probabilities.columns) == trained.model.classes
    assert list(probabilities.index) == list(trained.new.index)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert list(probabilities.idxmax(axis=1)) == list(trained.model.predict(trained.new))


def test_the_model_knows_the_columns_it_was_given(trained):
    assert set(trained.model.features) == set(trained.frame.columns) - {"target"}
    assert trained.model.problem_type == trained.kind


def test_order_and_number_of_columns_do_not_matter(trained):
    shuffled = trained.new[trained.new.columns[::-1]].assign(further=1)
    pd.testing.assert_series_equal(trained.model.predict(shuffled), trained.model.predict(trained.new))


@pytest.mark.parametrize("method", ["predict", "predict_proba", "predict_quantiles"])
@pytest.mark.parametrize("kind", ["binary", "quantile"])
def test_missing_columns_are_named(trained_of, kind, method):
    trained = trained_of(kind)
    if kind == "quantile" and method == "predict_proba":
        assert trained.model.predict_proba(trained.new.drop(columns="size")) is None
        return
    with pytest.raises(GenieError) as caught:
        getattr(trained.model, method)(trained.new.drop(columns=["size", "odd name, [x]"]))
    problem = caught.value.problem
    assert problem.code == "columns-missing"
    assert "size" in problem.title
    assert "odd name, [x]" in problem.title
    assert problem.remedy


def test_empty_cells_are_predicted(trained):
    empty = trained.new.assign(size=np.nan, town=None)
    assert trained.model.predict(empty).notna().all()


def test_the_positive_class_is_the_plans(trained_of, tmp_path, machine):
    assert trained_of("binary").model.positive_class == "yes"
    model = fit(
        frame_of("binary"),
        plan_of("binary", positive_class="no"),
        path=tmp_path / "predictor",
        time_limit_s=SECONDS,
        machine=machine,
        # One model is enough to see it.
        hooks=Hooks(should_stop=lambda: True),
    )
    assert model.positive_class == "no"
    assert model.classes[1] == "no"
    assert trained_of("regression").model.positive_class is None


@pytest.mark.parametrize(
    ("labels", "wanted", "expected"),
    [((0, 1), "0", 0), ((False, True), "False", False), ((0.0, 1.0), "1", 1.0)],
    ids=["integers", "booleans", "floats"],
)
def test_a_positive_class_as_text_finds_its_label(labels, wanted, expected, tmp_path, machine):
    frame = frame_of("binary")
    frame["target"] = np.where(frame["target"] == "yes", labels[1], labels[0])
    model = fit(
        frame,
        plan_of("binary", positive_class=wanted),
        path=tmp_path / "predictor",
        time_limit_s=SECONDS,
        machine=machine,
        hooks=Hooks(should_stop=lambda: True),
    )
    assert model.positive_class == expected


def test_a_positive_class_that_no_row_has_is_told(tmp_path, machine):
    with pytest.raises(GenieError) as caught:
        fit(
            frame_of("binary"),
            plan_of("binary", positive_class="maybe"),
            path=tmp_path / "predictor",
            time_limit_s=SECONDS,
            machine=machine,
        )
    assert "maybe" in caught.value.problem.title
    assert caught.value.problem.field == "positive_class"


def test_quantiles_are_named_by_level_and_do_not_cross(trained_of):
    trained = trained_of("quantile")
    quantiles = trained.model.predict_quantiles(trained.new)
    assert [float(level) for level in quantiles.columns] == list(LEVELS)
    assert quantiles.shape == (N_NEW, len(LEVELS))
    assert list(quantiles.index) == list(trained.new.index)
    assert (np.diff(quantiles.to_numpy(), axis=1) >= 0).all()
    np.testing.assert_array_equal(trained.model.predict(trained.new), quantiles.iloc[:, 1])


PREDICT_ELSEWHERE = """
import sys
from pathlib import Path
import pandas as pd
from genie_widgets.train import load_model
model = load_model(Path(sys.argv[1]))
new = pd.read_parquet(sys.argv[2])
print(model.predict(new).to_json(orient="values", double_precision=15))
proba = model.predict_proba(new)
print("null" if proba is None else proba.to_json(orient="values", double_precision=15))
print(model.best_model)
"""


def test_the_slim_copy_predicts_the_same_in_a_fresh_process(trained, tmp_path):
    slim = trained.model.save_slim(tmp_path / "slim")
    trained.new.to_parquet(tmp_path / "new.parquet")
    done = subprocess.run(
        [sys.executable, "-c", PREDICT_ELSEWHERE, str(slim), str(tmp_path / "new.parquet")],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    predicted, probabilities, best = done.stdout.splitlines()[-3:]
    expected = trained.model.predict(trained.new)
    if trained.model.classes:
        assert json.loads(predicted) == list(expected)
        np.testing.assert_allclose(json.loads(probabilities), trained.model.predict_proba(trained.new), rtol=1e-6)
    else:
        np.testing.assert_allclose(json.loads(predicted), expected, rtol=1e-6)
        assert json.loads(probabilities) is None
    assert best.removesuffix("_FULL") == trained.model.best_model.removesuffix("_FULL")
    assert size_of(slim) < size_of(trained.path)


def size_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_requirements_are_pinned_to_what_is_installed_here(trained):
    requirements = trained.model.requirements()
    names = [line.partition("==")[0] for line in requirements]
    assert {"autogluon.tabular", "pandas", "numpy", "scikit-learn"} <= set(names)
    assert len(set(names)) == len(names)
    for line in requirements:
        name, _, version = line.partition("==")
        try:
            assert importlib.metadata.version(name) == version
        except importlib.metadata.PackageNotFoundError:
            assert importlib.metadata.version(f"{name}-cpu") == version
        module = {"scikit-learn": "sklearn"}.get(name, name)
        assert importlib.util.find_spec(module) is not None


def test_requirements_name_the_libraries_of_the_best_model_alone(trained_of):
    # Forests are scikit-learn's own: a quantile model needs no boosting library.
    assert len(trained_of("quantile").model.requirements()) == 4
    needed = " ".join(trained_of("binary").model.requirements())
    model = trained_of("binary").model
    kept = model.predictor._trainer.get_minimum_model_set(model.best_model)
    assert ("lightgbm==" in needed) == any(name.startswith("LightGBM") for name in kept)


def test_versions_tell_python_and_the_libraries(trained_of):
    versions = trained_of("regression").model.versions()
    assert versions["python"] == ".".join(map(str, sys.version_info[:3]))
    assert versions["pandas"] == pd.__version__


def test_a_stop_keeps_the_best_so_far(tmp_path, machine):
    finished = []
    model = fit(
        frame_of("binary"),
        plan_of("binary", quality="best"),  # in bags, however busy the machine is
        path=tmp_path / "predictor",
        time_limit_s=60.0,
        machine=machine,
        hooks=Hooks(on_model_finished=lambda *told: finished.append(told), should_stop=lambda: bool(finished)),
    )
    first = f"LightGBMQuick{BAGGED}"
    assert finished[0][0] == first
    # The first, and the ensemble of it at most.
    assert [row.model for row in model.leaderboard() if not row.model.startswith("Weighted")] == [first]
    assert len(model.predict(frame_of("binary", 5).drop(columns="target"))) == 5
    assert model.save_slim(tmp_path / "slim").is_dir()


def test_a_stop_ends_a_model_that_is_being_fitted(tmp_path, machine):
    second = threading.Event()
    started, finished = [], []

    def begin(model):
        started.append(model)
        if len(started) == 2:
            second.set()

    model = fit(
        # Enough rows that the second model would take many seconds.
        frame_of("multiclass", 20_000),
        plan_of("multiclass", quality="balanced"),
        path=tmp_path / "predictor",
        time_limit_s=300.0,
        machine=machine,
        hooks=Hooks(
            on_model_started=begin, on_model_finished=lambda *told: finished.append(told), should_stop=second.is_set
        ),
    )
    scored = [name for name, score, _seconds, _reason in finished if score is not None]
    assert [name for name in scored if not name.startswith("Weighted")] == ["LightGBMQuick"]
    assert finished[1][0] == started[1]
    assert finished[1][1] is None
    assert "interrupted" in finished[1][3]
    assert len(model.predict(frame_of("multiclass", 5))) == 5


def test_an_interrupt_between_two_models_keeps_what_was_fitted(tmp_path, machine):
    finished = []

    def late(*told):
        # There is something to keep before anything is interrupted.
        finished.append(told)
        if len(finished) == 2:
            raise FitInterruptedError

    model = fit(
        frame_of("binary"),
        plan_of("binary"),
        path=tmp_path / "predictor",
        time_limit_s=SECONDS,
        machine=machine,
        hooks=Hooks(on_model_finished=late),
    )
    new = frame_of("binary", 5).drop(columns="target")
    assert len(model.predict(new)) == 5
    assert [row.model for row in model.leaderboard(frame_of("binary", 20))] == ["LightGBMQuick"]
    assert model.requirements()
    slim = load_model(model.save_slim(tmp_path / "slim"))
    assert list(slim.predict(new)) == list(model.predict(new))


@pytest.mark.parametrize("seconds", [-3.0, 0.0, 1.0, 4.4])
def test_too_few_seconds_are_told(seconds, tmp_path, machine):
    with pytest.raises(GenieError) as caught:
        fit(
            frame_of("binary"),
            plan_of("binary", time_limit_s=5),
            path=tmp_path / "predictor",
            time_limit_s=seconds,
            machine=machine,
        )
    problem = caught.value.problem
    assert problem.code == "time-too-short"
    assert problem.field == "time_limit_s"
    assert f"{max(0, seconds):.0f} seconds" in problem.title
    assert "more time" in problem.remedy
    assert not (tmp_path / "predictor").exists()


def test_a_table_without_a_column_that_varies_is_told(tmp_path, machine):
    frame = pd.DataFrame({"constant": [1] * 40, "target": ["yes", "no"] * 20})
    with pytest.raises(GenieError) as caught:
        fit(frame, plan_of("binary"), path=tmp_path / "predictor", time_limit_s=SECONDS, machine=machine)
    assert caught.value.problem.code == "no-model"
    assert caught.value.problem.remedy


def test_a_model_that_is_loaded_meanwhile_does_not_silence_the_log_of_a_fit(trained_of, tmp_path, monkeypatch):
    folder = trained_of("regression").model.save_slim(tmp_path / "slim")
    log = logging.getLogger("autogluon")
    monkeypatch.setattr(log, "level", logging.NOTSET)
    log.setLevel(logging.INFO)
    load_model(folder)
    assert log.level == logging.INFO


def test_dates_text_and_gaps_are_learned_from(tmp_path, machine):
    frame = frame_of("binary")
    frame["day"] = pd.date_range("2024-01-01", periods=len(frame), freq="D")
    frame["note"] = ["paid late again and again" if target == "yes" else "all was fine here" for target in frame.target]
    frame.loc[frame.index[::3], ["size", "note"]] = None
    model = fit(
        frame,
        plan_of("binary"),
        path=tmp_path / "predictor",
        time_limit_s=SECONDS,
        machine=machine,
        hooks=Hooks(should_stop=lambda: True),
    )
    assert model.predict(frame.drop(columns="target")).notna().all()


@pytest.mark.parametrize("damage", ["missing", "empty", "torn", "foreign"])
def test_a_model_that_cannot_be_loaded_is_told(damage, trained_of, tmp_path):
    folder = tmp_path / "slim"
    if damage != "missing":
        trained_of("regression").model.save_slim(folder)
        whole = (folder / "predictor.pkl").read_bytes()
        (folder / "predictor.pkl").write_bytes(
            {"empty": b"", "torn": whole[: len(whole) // 2], "foreign": b"not a pickle"}[damage]
        )
    with pytest.raises(GenieError) as caught:
        load_model(folder)
    assert caught.value.problem.code == "model-unusable"
    assert caught.value.problem.culprit == "slim"


@pytest.mark.parametrize("name", sorted(METRICS))
def test_metrics_are_named_and_signed_as_in_autogluon(name):
    from autogluon.core.metrics import METRICS as AUTOGLUONS

    info = METRICS[name]
    for kind in info.problem_types:
        assert (AUTOGLUONS[kind][name]._sign == 1) == info.greater_is_better


def test_warming_up_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    warm_up()
    assert list(tmp_path.iterdir()) == []
