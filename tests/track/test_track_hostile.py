"""Whatever people write as column, target, class or sentence is recorded without an error."""

import json
from pathlib import Path

import pytest

from genie_widgets.schema import LeaderboardRow, Plan, RunRequest, TableProfile
from genie_widgets.track import Tracker

TEXTS = {
    "lines": "one\ntwo\r\nthree\ttab",
    "long": "x" * 10_000,
    "emoji": "👩‍🔬 größe 日本",
    "slashes": "/../..\\a/b//c/",
    "markup": "<script>alert(1)</script>' OR 1=1; --",
    "percent": "%s %d {0} ${HOME}",
    "null": "a\0b",
    "space": " ",
    "empty": "",
}


@pytest.fixture(scope="module")
def tracker(tmp_path_factory):
    made = Tracker("", tmp_path_factory.mktemp("hostile"))
    made.prepare()
    return made


@pytest.fixture
def client(tracker):
    import mlflow

    return mlflow.MlflowClient(tracker.shown_uri)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_hostile_text_everywhere_is_recorded(text, tracker, client, record, tmp_path):
    row = LeaderboardRow(model=text, score_validation=0.5)
    tracking = record(
        tracker,
        text,
        text,
        table_name=text,
        verdict=(text,),
        features=(text,),
        classes=(text,),
        best_model=text,
        leaderboard=(row,),
        figures={text: {"data": []}},
    )
    assert tracking.problem is None, tracking.problem
    run = client.get_run(tracking.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["prompt"] == text[:6000]
    # What is too long for a parameter stands whole in a file.
    path = client.download_artifacts(tracking.run_id, "plan.json", str(tmp_path))
    assert json.loads(Path(path).read_text(encoding="utf-8"))["target"] == text


def test_a_run_is_recorded_with_its_plan_and_prompt(tracker, client, record):
    tracking = record(tracker, "y", "what will y be?", figures={"roc": {"data": [], "layout": {}}})
    assert tracking.problem is None, tracking.problem
    run = client.get_run(tracking.run_id)
    assert run.data.params["target"] == "y"
    assert run.data.params["prompt"] == "what will y be?"
    assert run.data.tags["genie.run_id"] == "0" * 32
    names = {file.path for file in client.list_artifacts(tracking.run_id)}
    assert {"plan.json", "result.json", "plots"} <= names
    assert tracking.model_uri == ""


def test_very_many_columns_are_recorded(tracker, tmp_path, asked_and_found):
    names = tuple(f"column number {n}" for n in range(3000))
    plan = Plan(target="y", problem_type="regression", metric="r2", features=names, ignore=names)
    profile = TableProfile(name="t", n_rows=1, columns=(), n_sampled=1)
    asked = RunRequest(run_id="1" * 32, prompt="", plan=plan, profile=profile, created_at=0.0)
    _, found = asked_and_found(plan=plan, features=names)
    none = tmp_path / "none"
    tracking = tracker.log(
        request=asked, result=found, figures={}, report_path=none, model_path=none, input_example=None
    )
    assert tracking.problem is None, tracking.problem


def test_an_experiment_that_somebody_deleted_is_told_and_not_raised(record, tmp_path):
    import mlflow

    tracker = Tracker("", tmp_path)
    tracker.prepare()
    mlflow.MlflowClient(tracker.shown_uri).delete_experiment(tracker._experiment_id)
    tracking = record(tracker)
    assert tracking.problem is not None
