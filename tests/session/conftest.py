"""Values for a session, an executor that runs at once, and small programs that speak the worker's protocol."""

import sys
import textwrap
import time
from concurrent.futures import Executor, Future

import numpy as np
import pandas as pd
import pytest

import genie_widgets as gw
from genie_widgets.schema import (
    ColumnProfile,
    Explanation,
    Finished,
    Plan,
    RunRequest,
    RunResult,
    RunStarted,
    Settings,
    TableProfile,
    new_run_id,
)
from genie_widgets.session import PredictionsState, Run, Session
from genie_widgets.session.process import WorkerHandle
from genie_widgets.store import RunFolder

# What every program begins with: `say` answers, `hear` waits for a message; None when the other side is gone.
PROTOCOL = """
import json, os, sys, time
def say(message):
    print(message if isinstance(message, str) else json.dumps(message), flush=True)
def hear():
    line = sys.stdin.readline()
    return json.loads(line) if line else None
"""


class Now(Executor):
    """Runs at once what it is given."""

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def make_plan(target="species", **changes):
    return Plan(**{"target": target, "problem_type": "multiclass", "metric": "accuracy", "time_limit_s": 20, **changes})


def make_profile(name="birds.csv"):
    columns = (
        ColumnProfile(name="species", kind="category", dtype="object", n_distinct=3),
        ColumnProfile(name="size", kind="number", dtype="float64", n_distinct=9),
    )
    return TableProfile(name=name, n_rows=30, n_sampled=30, columns=columns)


def make_result(run_id="a", **changes):
    fields = {
        "run_id": run_id,
        "status": "done",
        "prompt": "predict the species",
        "table_name": "birds.csv",
        "plan": make_plan(),
        "n_rows": 30,
        "n_train": 24,
        "n_holdout": 6,
        "features": ("size",),
    }
    return RunResult.model_validate({**fields, **changes})


def make_explanation():
    return Explanation(
        path="exact",
        method="m",
        unit="probability",
        n_rows=1,
        n_background=1,
        additivity_error=0.0,
        outputs=(),
        seconds=0.1,
    )


def make_predictions(path="p.csv"):
    return PredictionsState(name="new.csv", n_rows=3, columns=("prediction",), preview=(("a",),), path=path)


class Makers:
    plan = staticmethod(make_plan)
    profile = staticmethod(make_profile)
    result = staticmethod(make_result)
    explanation = staticmethod(make_explanation)
    predictions = staticmethod(make_predictions)


@pytest.fixture
def make():
    """Give the makers of values, by name."""
    return Makers


@pytest.fixture
def settings(tmp_path):
    return Settings(workspace=tmp_path / "workspace")


@pytest.fixture
def frame():
    return pd.DataFrame({"species": ["a", "b", "c"] * 10, "size": [float(n) for n in range(30)]})


@pytest.fixture
def folder(settings):
    return RunFolder.create(settings.workspace, new_run_id())


@pytest.fixture
def asked(folder, frame):
    """Give a function that writes a run's table and request into the folder."""

    def ask(*, age_s=0.0):
        table = gw.read_table(frame)
        frame.to_parquet(folder.table_path)
        request = RunRequest(
            run_id=folder.run_id,
            prompt="predict the species",
            plan=make_plan(),
            profile=table.profile,
            created_at=time.time() - age_s,
        )
        folder.write_request(request)
        return folder

    return ask


@pytest.fixture
def ended(asked, make):
    """Give a run's folder as it stands after the end; its model is an empty folder."""
    folder = asked()
    folder.append(RunStarted(time_limit_s=20))
    folder.write_result(make.result(folder.run_id))
    folder.append(Finished(status="done", total_s=1.0))
    folder.model_path.mkdir()
    return folder


LABELS = np.array(["no", "yes"], dtype=object)


@pytest.fixture
def scored_run(settings, make):
    """Give a function that makes a run with scored rows and no model; `blur` spoils what it knew of each row."""
    from genie_widgets.evaluate import evaluate, scored_table, verdict

    def build(folder=None, problem_type="binary", n=400, *, blur=0.0, target="left", **plan):
        folder = folder or RunFolder.create(settings.workspace, new_run_id())
        rng = np.random.default_rng(0)
        chance = rng.random(n)
        truth = LABELS[(rng.random(n) < chance).astype(int)]
        frame = pd.DataFrame({"size": chance, "town": rng.choice(["Rom", "Oslo"], n), target: truth})
        known = (1 - blur) * chance + blur * rng.random(n)
        table = gw.read_table(frame, name="t")
        metric, positive = ("roc_auc", "yes") if problem_type == "binary" else ("accuracy", None)
        asked = {"problem_type": problem_type, "metric": metric, "positive_class": positive, "ignore": ("town",)}
        planned = make.plan(target, **{**asked, **plan})
        table.frame.to_parquet(folder.table_path)
        folder.write_request(
            RunRequest(run_id=folder.run_id, prompt="", plan=planned, profile=table.profile, created_at=0.0)
        )
        held, held_chance = table.frame.iloc[100:], known[100:]
        scored = scored_table(
            held[target],
            plan=planned,
            predictions=LABELS[(held_chance >= 0.5).astype(int)],
            probabilities=pd.DataFrame({"no": 1 - held_chance, "yes": held_chance}),
        )
        scored.to_parquet(folder.scored_path)
        classes = ("no", "yes")
        result = RunResult(
            run_id=folder.run_id,
            status="done",
            prompt="",
            table_name="t",
            plan=planned,
            n_rows=n,
            n_train=100,
            n_holdout=n - 100,
            features=("size",),
            classes=classes,
            evaluation=evaluate(scored, plan=planned, classes=classes, y_train=truth[:100], how="h"),
        )
        folder.write_result(result.model_copy(update={"verdict": verdict(result)}))
        folder.report_path.write_text("old")
        folder.append(RunStarted(time_limit_s=20))
        folder.append(Finished(status="done", total_s=1.0))
        return Run(folder)

    return build


@pytest.fixture
def program(monkeypatch):
    """Give a function that makes every worker of a run or session this small program instead."""
    made = []
    monkeypatch.setattr("genie_widgets.session.process.CLOSE_TIMEOUT_S", 0.2)

    def use(script):
        command = (sys.executable, "-S", "-c", PROTOCOL + textwrap.dedent(script))

        def start(folder, *, mode="train", record_at=None):
            command_line = (*command, str(folder.path))
            made.append(WorkerHandle(folder, mode=mode, command=command_line, record_at=record_at))
            return made[-1]

        monkeypatch.setattr("genie_widgets.session.runners.WorkerHandle", start)
        return start

    yield use
    for handle in made:
        handle.terminate()


@pytest.fixture
def now():
    """Give an executor that runs at once what it is given."""
    return Now()


@pytest.fixture
def session(settings, monkeypatch):
    """Give a session that does everything at once and starts no worker early."""
    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)
    made = Session(settings, Now())
    yield made
    made.close()


@pytest.fixture
def working_session(settings):
    """Give a session that does everything at once; its workers are for the test to choose."""
    made = Session(settings, Now())
    yield made
    made.close()
