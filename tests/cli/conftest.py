"""A workspace with runs in it, a terminal, and the real command."""

import os
import pty
import sys
import time
from pathlib import Path

import pytest

from genie_widgets.cli import main
from genie_widgets.schema import (
    ColumnProfile,
    Evaluation,
    Finished,
    MetricValue,
    ModelFinished,
    Plan,
    RunRequest,
    RunResult,
    RunStarted,
    StageChanged,
    TableProfile,
    new_run_id,
)
from genie_widgets.store import RunFolder

PLAN = Plan(target="species", problem_type="multiclass", metric="accuracy", time_limit_s=20)
GENIE = Path(sys.executable).with_name("genie")


@pytest.fixture
def genie(capsys):
    """Call the command in this process; its exit code, what it said, and what it complained of."""

    def call(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def command():
    """The command as it was installed."""
    if not GENIE.exists():
        pytest.fail("the genie command is not installed beside this Python")
    return str(GENIE)


@pytest.fixture
def up():
    """Give a function that waits until a served page is announced, and gives what was said by then."""

    def wait(server):
        said = ""
        while "Ctrl-C" not in said:
            line = server.stdout.readline()
            assert line, f"it ended: {said}"
            said += line
        return said

    return wait


@pytest.fixture
def workspace():
    return Path(os.environ["GENIE_HOME"])


@pytest.fixture
def finished_run(workspace):
    """Write a run that has ended, without training anything."""

    def write(table="birds.csv", ago_s=0.0, score=0.75):
        folder = RunFolder.create(workspace, new_run_id())
        now = time.time() - ago_s
        profile = TableProfile(
            name=table,
            n_rows=3,
            n_sampled=3,
            columns=(ColumnProfile(name="species", kind="category", dtype="object"),),
        )
        folder.write_request(
            RunRequest(run_id=folder.run_id, prompt="which species", plan=PLAN, profile=profile, created_at=now)
        )
        model = ModelFinished(model="LightGBM", score_validation=0.8, metric="accuracy", fit_s=1.5, is_best=True)
        for event in (
            RunStarted(time_limit_s=20),
            StageChanged(stage="training", text="Training models"),
            model,
            Finished(status="done", total_s=3.0),
        ):
            folder.append(event)
        metric = MetricValue(name="accuracy", label="Accuracy", value=score, low=0.5, high=0.9, baseline=0.4)
        folder.write_result(
            RunResult(
                run_id=folder.run_id,
                status="done",
                prompt="which species",
                table_name=table,
                plan=PLAN,
                n_rows=3,
                n_train=2,
                n_holdout=1,
                features=(),
                evaluation=Evaluation(n_rows=1, split="1 of 3 rows", metrics=(metric,), baseline="the commonest"),
                verdict=("It is good.",),
            )
        )
        os.utime(folder.request_path, (now, now))
        return folder

    return write


@pytest.fixture
def terminal(monkeypatch):
    """A person at a terminal who types what is given."""
    ours, theirs = pty.openpty()
    stdin = os.fdopen(theirs, "r")
    monkeypatch.setattr(sys, "stdin", stdin)
    yield lambda keys: os.write(ours, keys.encode())
    stdin.close()
    os.close(ours)
