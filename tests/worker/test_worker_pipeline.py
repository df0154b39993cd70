"""A run from its request to its last word, and what happens to it on the way."""

import json
import os
import subprocess
import sys
import zipfile
from itertools import groupby

import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.schema import (
    Failed,
    Finished,
    ModelFinished,
    ResultUpdated,
    Resumed,
    RunStarted,
    StageChanged,
    StopRequested,
    Warned,
)
from genie_widgets.store import RunFolder
from genie_widgets.worker.pipeline import run_pipeline

pytestmark = pytest.mark.slow

# The worker itself, with an explanation that fails and a report that no file can hold.
BROKEN = """
import runpy
import genie_widgets.explain
import genie_widgets.render

def broken(*_arguments, **_named):
    raise RuntimeError("the explanation broke")

genie_widgets.explain.explain = broken
genie_widgets.render.report_html = lambda *_arguments, **_named: "half a character: \\ud800"
runpy.run_module("genie_widgets.worker", run_name="__main__", alter_sys=True)
"""

# The worker itself, in which every model's fit but the first waits where no exception reaches it.
HANGING = """
import runpy
import sys
import threading
from autogluon.core.models import AbstractModel

fit, fits = AbstractModel.fit, []

def hanging(model, **arguments):
    if model.path.startswith(sys.argv[1]):  # and not the small one that a worker warms up with
        fits.append(model)
    if len(fits) > 1:
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()
    return fit(model, **arguments)

AbstractModel.fit = hanging
runpy.run_module("genie_widgets.worker", run_name="__main__", alter_sys=True)
"""


def worked(script, folder):
    """Run a worker of such a script to its end; gives the ended process and the run's log."""
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder.path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ},
        check=False,
    )
    log = folder.log_path.read_text(encoding="utf-8")
    assert done.returncode == 0, log
    return done, log


def of_type(folder, kind):
    return [event for event in folder.events() if isinstance(event, kind)]


def test_a_run_goes_through_its_stages_in_order_and_ends_once(finished):
    folder, model = finished
    assert model is not None
    events = folder.events()
    assert isinstance(events[0], RunStarted)
    stages = [event.stage for event in of_type(folder, StageChanged)]
    # Training once more is for a machine that has the time.
    assert ("refitting" in stages) >= folder.read_result().is_refitted
    assert [stage for stage in stages if stage != "refitting"] == [
        "preparing",
        "training",
        "scoring",
        "explaining",
        "exporting",
    ]
    (end,) = of_type(folder, Finished)
    assert end.status == "done"
    assert of_type(folder, Failed) == []
    # What is waited for comes before the other models' scores.
    parts = [part for part, _ in groupby(event.part for event in of_type(folder, ResultUpdated))]
    assert [part for part in parts if part != "tracking"] in (
        ["scores", "explanation", "scores", "report", "bundle"],
        # Where a busy machine has no time for the courtesy.
        ["scores", "explanation", "report", "bundle"],
    )


def test_the_result_holds_all_that_was_promised(finished, penguins):
    folder, model = finished
    result = folder.read_result()
    assert result.status == "done"
    assert result.n_train + result.n_holdout == len(penguins.frame)
    assert result.best_model == result.scored_model
    assert result.delivered_model == model.best_model
    assert {row.model for row in result.leaderboard} >= {result.best_model}
    assert result.evaluation.metrics[0].name == "accuracy"
    # The other models' scores are a courtesy for which a busy machine may have no time.
    (best,) = [row for row in result.leaderboard if row.model == result.best_model]
    assert best.score_holdout == pytest.approx(result.evaluation.metrics[0].value)
    assert result.evaluation.n_rows == result.n_holdout
    assert {output.label for output in result.explanation.outputs} == set(result.classes)
    assert result.verdict
    assert {artefact.kind for artefact in result.artefacts} == {"report", "bundle", "notebook"}
    assert set(result.timings) - {"refitting", "comparing"} == {
        "preparing",
        "training",
        "scoring",
        "explaining",
        "exporting",
    }
    for artefact in result.artefacts:
        assert (folder.path / artefact.path).stat().st_size == artefact.size > 0


def test_what_its_steps_took_is_kept_for_the_runs_to_come(finished):
    folder, _ = finished
    steps = [line.split()[0] for line in (folder.queue / "costs").read_text().splitlines()]
    assert {"scoring", "exporting"} <= set(steps)


def test_the_best_model_is_marked_best_as_it_comes(finished):
    scored = [event for event in of_type(finished[0], ModelFinished) if event.score_validation is not None]
    best = float("-inf")
    for event in scored:
        assert event.is_best == (event.score_validation > best)
        best = max(best, event.score_validation)
    assert scored


class StoppedAtTheFirstModel(RunFolder):
    """A run folder in which a person asks to stop as soon as a model is there."""

    def append(self, event):
        if isinstance(event, ModelFinished) and event.score_validation is not None:
            self.request_stop()
        return super().append(event)


@pytest.fixture(scope="module")
def stopped(make_folder, penguins):
    """A run stopped at its first model; of repeated rows, a rare class, and empty answers that mean one."""
    species = penguins.frame["species"].mask(penguins.frame["species"] == "Chinstrap")
    species.iloc[:4] = "Emperor"
    frame = penguins.frame.assign(species=species, row=range(len(species)))
    table = read_table(pd.concat([frame, frame.tail(30)], ignore_index=True), name="penguins")
    plan = {"rows_left_out": ("repeated", "rare classes"), "empty_target": "another", "ignore": ("row",)}
    folder = StoppedAtTheFirstModel(make_folder(table, time_limit_s=600, **plan).path)
    return folder, run_pipeline(folder)


def test_a_run_is_of_the_rows_that_the_plan_means(stopped, penguins):
    folder, _ = stopped
    result = folder.read_result()
    assert set(result.classes) == {"Adelie", "Gentoo", "another"}
    assert result.n_train + result.n_holdout == len(penguins.frame) - 4
    scored = pd.read_parquet(folder.scored_path)
    assert set(scored["truth"]) == set(result.classes)
    assert min(scored.index) >= 4
    assert max(scored.index) < len(penguins.frame)


def test_a_stop_keeps_the_best_so_far_and_everything_after_it(stopped):
    folder, model = stopped
    assert model is not None
    assert len(of_type(folder, StopRequested)) == 1
    (end,) = of_type(folder, Finished)
    assert end.status == "stopped"
    # The whole time limit was not used: the other models were left out.
    assert end.total_s < 300
    result = folder.read_result()
    assert result.status == "stopped"
    assert result.best_model in {row.model for row in result.leaderboard}
    assert result.evaluation is not None
    assert {artefact.kind for artefact in result.artefacts} == {"report", "bundle", "notebook"}


def test_a_failing_report_and_explanation_are_warnings_whose_tracebacks_are_in_the_log(make_folder):
    folder = make_folder()
    done, log = worked(BROKEN, folder)
    # Nothing but the protocol is on the pipe, whatever AutoGluon prints.
    assert [json.loads(line)["type"] for line in done.stdout.splitlines()] == ["hello", "ready"]
    assert done.stderr == b""

    (end,) = of_type(folder, Finished)
    assert end.status == "done"
    # What a busy machine adds is told as well, and is not what is tested here.
    told = [event.problem for event in of_type(folder, Warned)]
    problems = [problem for problem in told if problem.code not in ("started-late", "machine-busy", "left-out")]
    assert [(problem.severity, problem.code) for problem in problems] == [("warning", "unexpected")] * 2
    assert "explained" in problems[0].title
    assert "report" in problems[1].title
    for problem in problems:
        assert f"reference {problem.reference}\nTraceback" in log
    assert "RuntimeError: the explanation broke" in log

    result = folder.read_result()
    assert result.explanation is None
    assert result.evaluation is not None
    assert result.verdict
    assert set(problems) <= set(result.notes)
    # Half a report is none.
    assert {artefact.kind for artefact in result.artefacts} == {"bundle", "notebook"}
    with zipfile.ZipFile(folder.bundle_path) as bundle:
        assert "report.html" not in bundle.namelist()
        assert "predict.py" in bundle.namelist()


def test_a_fit_that_hangs_costs_its_model_and_no_other(make_folder):
    folder = make_folder(time_limit_s=15)
    # The process that began anew serves its model until its input ends, like any other.
    done, log = worked(HANGING, folder)
    hellos = [json.loads(line) for line in done.stdout.splitlines()]
    assert [hello["type"] for hello in hellos] == ["hello", "ready", "hello"]
    assert hellos[0]["pid"] == hellos[2]["pid"]
    assert "cannot be interrupted" in log

    assert [event.how for event in of_type(folder, Resumed)] == ["salvage"]
    (end,) = of_type(folder, Finished)
    assert end.status == "stopped"
    result = folder.read_result()
    (finished_one,) = {event.model for event in of_type(folder, ModelFinished)}
    assert result.best_model == finished_one
    assert result.evaluation is not None
    assert {artefact.kind for artefact in result.artefacts} == {"report", "bundle", "notebook"}
    assert "salvaged" in {problem.code for problem in result.notes}


def test_a_run_whose_table_is_gone_fails_in_words(make_folder, capsys):
    folder = make_folder()
    folder.table_path.unlink()
    assert run_pipeline(folder) is None
    (end,) = of_type(folder, Failed)
    assert end.problem.code == "unexpected"
    assert end.problem.reference in capsys.readouterr().err
    assert of_type(folder, Finished) == []
    assert folder.read_result() is None
