"""A whole record in the workspace's own store, and its model in a fresh process that knows no Genie."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pytest

from genie_widgets.data import read_table, samples
from genie_widgets.schema import (
    Contribution,
    Evaluation,
    ExplainedOutput,
    Explanation,
    FeatureImportance,
    MetricValue,
    Plan,
    RowExplanation,
    RunRequest,
    RunResult,
    Tracking,
)
from genie_widgets.track import Tracker

pytestmark = pytest.mark.slow

HARD_NAME = 'länge, "mm"'
PROMPT = "Welche Art?\nignore the island 🐧"
NO_GENIE = 'raise ImportError("the recorded model must work without Genie")\n'
LOAD = """
import sys
import mlflow
import pandas as pd
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model(sys.argv[2])
model.predict(pd.read_parquet(sys.argv[3])).to_parquet("out.parquet")
"""


@dataclass(frozen=True)
class Recorded:
    """A recorded run, and all that went into the record."""

    tracking: Tracking
    result: RunResult
    model: object
    rows: pd.DataFrame
    request: RunRequest
    workspace: Path


def explanation():
    row = RowExplanation(row=0, prediction=0.5, contributions=(Contribution(column="c", cell="1", value=0.1),))
    importance = (FeatureImportance(column="c", mean_abs=0.1, standard_error=0.0),)
    output = ExplainedOutput(label="Gentoo", base_value=0.4, importance=importance, rows=(row,))
    return Explanation(
        path="exact",
        method="m",
        unit="probability",
        n_rows=1,
        n_background=1,
        additivity_error=0.0,
        outputs=(output,),
        seconds=1.0,
    )


@pytest.fixture(scope="session")
def recorded(tmp_path_factory):
    from genie_widgets.machine import detect_machine
    from genie_widgets.train import fit

    folder = tmp_path_factory.mktemp("recorded")
    source = read_table(next(sample for sample in samples() if sample.name == "penguins").path)
    target, *_ = [name for name in source.frame.columns if name.lower() == "species"]
    number = next(name for name in source.frame.columns if pd.api.types.is_float_dtype(source.frame[name]))
    frame = source.frame.rename(columns={number: HARD_NAME})
    table = read_table(frame, name="penguins.csv")
    plan = Plan(target=target, problem_type="multiclass", metric="accuracy", quality="fast", time_limit_s=17)
    model = fit(frame, plan, path=folder / "predictor", time_limit_s=15, machine=detect_machine(disk=folder))
    rows = frame.drop(columns=target).head(30)
    asked = RunRequest(run_id="a" * 32, prompt=PROMPT, plan=plan, profile=table.profile, seed=3, created_at=0.0)
    metric = MetricValue(name="accuracy", label="Accuracy", value=0.97, low=0.9, high=0.99, baseline=0.4)
    result = RunResult(
        run_id="a" * 32,
        status="done",
        prompt=PROMPT,
        table_name=table.profile.name,
        plan=plan,
        n_rows=len(frame),
        n_train=len(frame) - 30,
        n_holdout=30,
        features=tuple(rows.columns),
        classes=tuple(str(label) for label in model.classes),
        best_model=model.best_model,
        leaderboard=tuple(model.leaderboard(frame)),
        evaluation=Evaluation(n_rows=30, split="s", metrics=(metric,), baseline="b"),
        explanation=explanation(),
        verdict=("Good.",),
        timings={"training": 1.5},
        versions=model.versions(),
        requirements=tuple(model.requirements()),
    )
    report = folder / "report.html"
    report.write_text("<p>Größe</p>", encoding="utf-8")
    tracker = Tracker("", folder / "workspace")
    half_made = folder / "workspace" / ".mlflow.db.new" / "mlflow.db"
    half_made.parent.mkdir(parents=True)
    half_made.write_text("of one that was killed")
    tracker.prepare()
    slim = model.save_slim(folder / "model")
    with patch("autogluon.tabular.TabularPredictor.load") as load:
        tracking = tracker.log(
            request=asked,
            result=result,
            figures={"roc": {"data": [{"x": [0, 1]}], "layout": {}}, "confusion": {"data": []}},
            report_path=report,
            model_path=slim,
            input_example=rows.head(5),
        )
    assert not load.called, "to try the model once more takes seconds"
    assert tracking.problem is None, tracking.problem
    return Recorded(tracking, result, model, rows, asked, folder / "workspace")


@pytest.fixture
def client(recorded):
    import mlflow

    mlflow.set_tracking_uri(recorded.tracking.uri)
    return mlflow.MlflowClient(recorded.tracking.uri)


@pytest.fixture
def content(recorded, client, tmp_path):
    def read(name):
        return Path(client.download_artifacts(recorded.tracking.run_id, name, str(tmp_path))).read_text("utf-8")

    return read


def test_plan_and_prompt_are_parameters(recorded, client):
    run = client.get_run(recorded.tracking.run_id)
    wanted = {"target": recorded.result.plan.target, "prompt": PROMPT, "metric": "accuracy", "time_limit_s": "17"}
    wanted |= {"seed": "3", "quality": "fast"}
    assert wanted.items() <= run.data.params.items()
    assert run.data.tags["genie.run_id"] == "a" * 32
    assert run.data.tags["genie.status"] == "done"
    assert run.data.tags["genie.best_model"] == recorded.result.best_model
    assert run.data.tags["mlflow.note.content"] == "Good."


def test_every_models_figures_are_metrics(recorded, client):
    metrics = client.get_run(recorded.tracking.run_id).data.metrics
    assert recorded.result.leaderboard
    for row in recorded.result.leaderboard:
        assert metrics[f"models/{row.model}/validation"] == pytest.approx(row.score_validation)
        assert metrics[f"models/{row.model}/holdout"] == pytest.approx(row.score_holdout)
        assert metrics[f"models/{row.model}/fit_s"] == pytest.approx(row.fit_s)
    assert metrics["holdout/accuracy"] == 0.97
    assert metrics["holdout/accuracy_low"] == 0.9
    assert metrics["holdout/accuracy_high"] == 0.99
    assert metrics["baseline/accuracy"] == 0.4
    assert metrics["seconds/training"] == 1.5


def test_plots_explanation_report_and_plan_are_files(recorded, content):
    assert json.loads(content("plots/roc.json")) == {"data": [{"x": [0, 1]}], "layout": {}}
    assert json.loads(content("plots/confusion.json")) == {"data": []}
    assert Explanation.model_validate_json(content("explanation.json")) == recorded.result.explanation
    assert content("report.html") == "<p>Größe</p>"
    assert Plan.model_validate_json(content("plan.json")) == recorded.result.plan
    assert json.loads(content("result.json"))["features"] == list(recorded.result.features)


def test_the_model_is_registered_with_signature_example_and_pins(recorded, client):
    import mlflow

    versions = client.search_model_versions("name='genie-penguins-csv-species'")
    assert [version.run_id for version in versions] == [recorded.tracking.run_id]
    info = mlflow.models.get_model_info(recorded.tracking.model_uri)
    assert info.signature.inputs.input_names() == list(recorded.result.features)
    answers = ["prediction", *(f"probability of {label}" for label in recorded.result.classes)]
    assert info.signature.outputs.input_names() == answers
    pins = Path(mlflow.pyfunc.get_model_dependencies(recorded.tracking.model_uri)).read_text("utf-8").split()
    assert set(pins) == {f"mlflow=={mlflow.__version__}", *recorded.result.requirements}
    assert all("==" in pin for pin in pins)


def test_the_input_example_is_rows_as_the_model_takes_them(recorded, client):
    import mlflow

    model = mlflow.pyfunc.load_model(recorded.tracking.model_uri)
    assert list(model.input_example.columns) == list(recorded.rows.columns)
    assert list(model.predict(model.input_example)["prediction"]) == list(recorded.model.predict(recorded.rows.head(5)))


def test_the_registered_model_predicts_alike_in_a_fresh_process_without_genie(recorded, tmp_path):
    (tmp_path / "genie_widgets.py").write_text(NO_GENIE)
    recorded.rows.to_parquet(tmp_path / "rows.parquet")
    command = [
        sys.executable,
        "-c",
        LOAD,
        recorded.tracking.uri,
        "models:/genie-penguins-csv-species/1",
        "rows.parquet",
    ]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    out = pd.read_parquet(tmp_path / "out.parquet")
    assert list(out["prediction"]) == list(recorded.model.predict(recorded.rows))
    wanted = recorded.model.predict_proba(recorded.rows)
    for label in wanted.columns:
        assert out[f"probability of {label}"].to_numpy() == pytest.approx(wanted[label].to_numpy(), abs=1e-6)


def test_columns_in_another_order_and_with_others_among_them_are_predicted_alike(recorded, client):
    import mlflow

    model = mlflow.pyfunc.load_model(recorded.tracking.model_uri)
    shuffled = recorded.rows[list(recorded.rows.columns)[::-1]].assign(other=1)
    assert list(model.predict(shuffled)["prediction"]) == list(recorded.model.predict(recorded.rows))


def test_a_run_that_was_trained_on_has_one_record_with_its_newest_figures(recorded, client, tmp_path):
    before = recorded.tracking.run_id
    newer = recorded.result.model_copy(update={"best_model": "Newer", "timings": {"training": 9.5}})
    tracker = Tracker("", recorded.workspace)
    tracking = tracker.log(
        request=recorded.request,
        result=newer,
        figures={},
        report_path=tmp_path / "none",
        model_path=tmp_path / "none",
        input_example=None,
        recorded=before,
    )
    assert tracking.problem is None
    assert tracking.run_id == before
    run = client.get_run(before)
    try:
        assert run.data.tags["genie.best_model"] == "Newer"
        assert run.data.metrics["seconds/training"] == 9.5
        assert run.data.params["target"] == recorded.result.plan.target
        assert len(client.search_runs([run.info.experiment_id])) == 1
    finally:
        # The other tests look at the same record.
        client.set_tag(before, "genie.best_model", recorded.result.best_model)
        client.log_metric(before, "seconds/training", 1.5)


def test_nothing_is_recorded_outside_the_workspace(recorded, client):
    run = client.get_run(recorded.tracking.run_id)
    workspace = recorded.tracking.uri.removeprefix("sqlite:///").removesuffix("/mlflow.db")
    assert run.info.artifact_uri.removeprefix("file://").startswith(f"{workspace}/")
