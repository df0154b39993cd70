"""The whole journey from Python, with a real worker: one run to its end, and one that is killed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest

import genie_widgets as gw
from genie_widgets.data import samples
from genie_widgets.schema import GenieError

PENGUINS = next(sample for sample in samples() if sample.name == "penguins")
OTHER_PROCESS = """
import json, sys
import genie_widgets as gw
run = gw.open_run(sys.argv[1])
result = run.wait(timeout_s=30)
predicted = run.predict(run.table.frame.head(3))
run.close()
runs = [(each.run_id, each.status, each.score) for each in gw.list_runs()]
print(json.dumps([result.best_model, [str(cell) for cell in predicted["prediction"]], runs]))
"""
SECONDS_TO_TELL = 10


@pytest.mark.slow
def test_a_sentence_becomes_a_model_that_predicts_and_explains_here_and_in_another_process():
    table = gw.read_table(PENGUINS.path)
    plan = gw.plan(table, "predict the species, 20 seconds")
    assert (plan.status, plan.time_limit_s) == ("plan", 20)
    heard, ended = [], threading.Event()

    def hear(event):
        heard.append(event)
        if event.type == "finished":
            ended.set()

    run = gw.train(table, plan, hear, prompt="predict the species, 20 seconds")
    result = run.wait(timeout_s=180)

    events = run.events()
    kinds = [event.type for event in events]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert kinds[0] == "run_started"
    assert "finished" in kinds
    assert "failed" not in kinds
    stages = [event.stage for event in events if event.type == "stage_changed"]
    # Training once more is for a machine that has the time.
    assert [stage for stage in stages if stage != "refitting"] == [
        "preparing",
        "training",
        "scoring",
        "explaining",
        "exporting",
    ]
    parts = list(dict.fromkeys(event.part for event in events if event.type == "result_updated"))
    assert parts[:4] == ["scores", "explanation", "report", "bundle"]
    assert kinds.index("split_made") < kinds.index("model_finished") < kinds.index("result_updated")
    assert ended.wait(30)
    assert heard == events[: len(heard)], "each event once and in order"

    assert (result.status, result.best_model != "", result.prompt) == ("done", True, "predict the species, 20 seconds")
    assert result.n_train + result.n_holdout <= result.n_rows == 344
    accuracy = next(metric for metric in result.evaluation.metrics if metric.name == "accuracy")
    assert accuracy.value > accuracy.baseline
    assert result.verdict
    assert run.report_path.exists()
    assert run.bundle_path.exists()
    assert run.view.status == "done"

    rows = table.frame.tail(5)
    predicted = run.predict(rows)
    assert list(predicted.index) == list(rows.index)
    assert set(predicted["prediction"]) <= set(table.frame["species"])
    with pytest.raises(GenieError) as caught:
        run.predict(rows[["sex"]])
    assert caught.value.problem.remedy

    assert run.explain() == result.explanation
    explanation = run.explain(rows, max_rows=2, budget_s=2.0)
    output = explanation.outputs[0]
    assert [row.row for row in output.rows] == [0, 1]
    for row in output.rows:
        total = output.base_value + sum(part.value for part in row.contributions)
        assert total == pytest.approx(row.prediction, abs=1e-6)
    run.close()

    other = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS, run.id], capture_output=True, text=True, check=True, timeout=180
    )
    best, cells, runs = json.loads(other.stdout)
    assert best == result.best_model
    again = run.predict(table.frame.head(3))
    assert cells == [str(cell) for cell in again["prediction"]]
    assert runs == [[run.id, "done", accuracy.value]]
    run.close()


@pytest.mark.slow
def test_a_worker_that_is_killed_while_it_trains_is_told_within_seconds():
    table = gw.read_table(PENGUINS.path)
    models = threading.Event()
    run = gw.train(
        table,
        gw.plan(table, "predict the species, 60 seconds"),
        lambda event: models.set() if event.type == "model_started" else None,
    )
    assert models.wait(180)
    assert run.view.status == "running"
    os.kill(run._worker.pid, signal.SIGKILL)
    with pytest.raises(GenieError) as caught:
        run.wait(timeout_s=SECONDS_TO_TELL)  # longer, and it raises TimeoutError
    assert caught.value.problem.code == "run-interrupted"
    assert run.view.status == "interrupted"
    assert run.log_path.stat().st_size > 0
    assert gw.open_run(run.id).view.status == "interrupted"
    assert [summary.status for summary in gw.list_runs()] == ["interrupted"]


def folded(run, until, timeout_s=120):
    """Wait for a state of the run."""
    deadline = time.monotonic() + timeout_s
    while not until(run.view):
        assert time.monotonic() < deadline, run.view
        time.sleep(0.05)
    return run.view


@pytest.mark.slow
def test_a_killed_run_is_used_while_it_trains_saved_after_the_kill_and_trained_on():
    # Large enough that its models take longer than a process that predicts takes to start.
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(40_000, 12)), columns=list("abcdefghijkl"))
    frame["kind"] = np.digitize(frame["a"] + frame["b"] * frame["c"] + rng.normal(size=len(frame)), [-1, 0, 1])
    table = gw.read_table(frame.assign(kind=frame["kind"].map(dict(enumerate("wxyz")))))
    run = gw.train(table, gw.plan(table, "predict kind, 1 hour"))
    folded(run, lambda view: "scores" in view.result_parts)
    early = run.result
    assert (early.status, early.evaluation.n_rows) == ("training", 2000)
    rows = table.frame.tail(3)
    assert len(run.predict(rows)) == 3, "the best so far predicts"
    assert not run.view.is_over, "while the others train"
    with pytest.raises(GenieError) as caught:
        run.extend(10)
    assert caught.value.problem.code == "run-goes-on"

    os.kill(run._worker.pid, signal.SIGKILL)
    assert folded(run, lambda view: view.is_over).can_salvage
    finished = {model.model for model in run.view.models if model.score_validation is not None}

    again = gw.open_run(run.id)
    run.close()
    again.salvage()
    saved = again.wait(timeout_s=180)
    before = {row.model for row in saved.leaderboard}
    assert saved.status == "stopped"
    assert [note.code for note in saved.notes if note.code == "salvaged"] == ["salvaged"]
    assert finished <= before
    assert {artefact.kind for artefact in saved.artefacts} == {"report", "bundle", "notebook"}
    assert saved.n_holdout == early.n_holdout
    assert len(again.predict(rows)) == 3

    again.extend(3600)
    assert not again.view.is_over, "it is taken up at once"
    folded(again, lambda view: len({m.model for m in view.models if m.score_validation is not None} - before) > 0)
    again.stop()
    more = again.wait(timeout_s=180)
    assert more.status == "stopped"
    assert before < {row.model for row in more.leaderboard}
    assert more.n_holdout == saved.n_holdout
    assert len(again.predict(rows)) == 3
    events = again.events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.how for event in events if event.type == "resumed"] == ["salvage", "extension"]
    again.close()
