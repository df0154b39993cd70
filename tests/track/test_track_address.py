"""The record's address never shows a password, and a server that is down delays nothing."""

import socket
import time

import pytest

from genie_widgets.schema import Plan, RunRequest, RunResult, TableProfile
from genie_widgets.track import Tracker
from genie_widgets.track.address import with_credentials, without_credentials
from genie_widgets.track.facts import key, metrics, registry_name

# Two tries of ten seconds, and what connecting takes.
BOUND_S = 60


def request_and_result(target="y"):
    plan = Plan(target=target, problem_type="regression", metric="r2")
    profile = TableProfile(name="t.csv", n_rows=10, columns=(), n_sampled=10)
    asked = RunRequest(run_id="0" * 32, prompt="p", plan=plan, profile=profile, created_at=time.time())
    found = RunResult(
        run_id="0" * 32,
        status="done",
        prompt="p",
        table_name="t.csv",
        plan=plan,
        n_rows=10,
        n_train=8,
        n_holdout=2,
        features=("x",),
    )
    return asked, found


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("https://me:secret@example.org:5000/a?token=secret#secret", "https://example.org:5000/a"),
        ("http://example.org", "http://example.org"),
        ("sqlite:////tmp/mlflow.db", "sqlite:////tmp/mlflow.db"),
        ("postgresql://me:secret@db/mlflow", "postgresql://db/mlflow"),
    ],
)
def test_credentials_are_never_shown(uri, shown):
    assert without_credentials(uri) == shown


def test_a_kept_address_gets_its_credentials_from_the_environment(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://me:secret@example.org")
    assert with_credentials("https://example.org") == "https://me:secret@example.org"
    assert with_credentials("https://other.org") == "https://other.org"
    assert with_credentials("") == ""


@pytest.mark.slow
@pytest.mark.parametrize("answers", [True, False], ids=["silent", "down"])
def test_a_server_that_does_not_answer_is_told_in_bounded_time(answers, tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if answers:
            listener.listen()
        tracker = Tracker(f"http://me:secret@127.0.0.1:{listener.getsockname()[1]}", tmp_path)
        asked, found = request_and_result()
        started = time.monotonic()
        tracker.prepare()
        tracking = tracker.log(
            request=asked,
            result=found,
            figures={},
            report_path=tmp_path / "none",
            model_path=tmp_path / "none",
            input_example=None,
        )
        assert time.monotonic() - started < BOUND_S
    assert tracking.problem is not None
    assert tracking.problem.severity == "warning"
    assert "secret" not in tracking.model_dump_json()
    assert "secret" not in capfd.readouterr().err


@pytest.mark.slow
def test_a_run_without_a_model_is_recorded_in_the_workspaces_own_store(tmp_path):
    import mlflow

    target = "a\nhostile/<name> ü 🎯 " + "x" * 400
    asked, found = request_and_result(target)
    tracker = Tracker("", tmp_path)
    tracker.prepare()
    tracking = tracker.log(
        request=asked,
        result=found,
        figures={"roc": {"data": [], "layout": {}}},
        report_path=tmp_path / "none",
        model_path=tmp_path / "none",
        input_example=None,
    )
    assert tracking.problem is None, tracking.problem
    run = mlflow.MlflowClient(tracking.uri).get_run(tracking.run_id)
    assert run.data.params["target"] == target
    assert run.data.params["prompt"] == "p"
    names = {file.path for file in mlflow.MlflowClient(tracking.uri).list_artifacts(tracking.run_id)}
    assert {"plan.json", "result.json", "plots"} <= names


@pytest.mark.parametrize("name", ["a b", "größe", "x" * 500, "", "a:b*c", "../../x"])
def test_any_name_becomes_one_that_mlflow_takes(name):
    made = key(name)
    assert made
    assert len(made) <= 250
    assert made.isascii()


def test_the_registered_name_is_a_plain_one():
    _, found = request_and_result("Größe & <b>")
    assert registry_name(found) == "genie-t-csv-gr-e-b"


def test_only_figures_that_are_numbers_are_recorded():
    _, found = request_and_result()
    found = found.model_copy(update={"timings": {"training": 1.5, "odd": float("nan")}})
    assert metrics(found) == {"seconds/training": 1.5}
