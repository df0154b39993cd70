"""A run from its request to its last word, and what happens to it on the way."""

import json
import os
import subprocess
import sys
import zipfile

import pytest

from genie_widgets.schema import (
    Failed,
    Finished,
    ModelFinished,
    ResultUpdated,
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


def of_type(folder, kind):
    return [event for event in folder.events() if isinstance(event, kind)]


def test_a_run_goes_through_its_stages_in_order_and_ends_once(finished):
    folder, model = finished
    assert model is not None
    events = folder.events()
    assert isinstance(events[0], RunStarted)
    assert [event.stage for event in of_type(folder, StageChanged)] == [
        "preparing",
        "training",
        "scoring",
        "explaining",
        "exporting",
    ]
    (end,) = of_type(folder, Finished)
    assert end.status == "done"
    assert of_type(folder, Failed) == []
    parts = list(dict.fromkeys(event.part for event in of_type(folder, ResultUpdated)))
    assert parts[:4] == ["scores", "explanation", "report", "bundle"]


def test_the_result_holds_all_that_was_promised(finished, penguins):
    folder, model = finished
    result = folder.read_result()
    assert result.status == "done"
    assert result.n_train + result.n_holdout == len(penguins.frame)
    assert result.best_model == model.best_model
    assert {row.model for row in result.leaderboard} >= {result.best_model}
    assert all(row.score_holdout is not None for row in result.leaderboard)
    assert result.evaluation.metrics[0].name == "accuracy"
    assert result.evaluation.n_rows == result.n_holdout
    assert {output.label for output in result.explanation.outputs} == set(result.classes)
    assert result.verdict
    assert {artefact.kind for artefact in result.artefacts} == {"report", "bundle"}
    assert set(result.timings) == {"preparing", "training", "scoring", "explaining", "exporting"}
    for artefact in result.artefacts:
        assert (folder.path / artefact.path).stat().st_size == artefact.size > 0


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


def test_a_stop_keeps_the_best_so_far_and_everything_after_it(make_folder):
    folder = StoppedAtTheFirstModel(make_folder(time_limit_s=600).path)
    model = run_pipeline(folder)
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
    assert {artefact.kind for artefact in result.artefacts} == {"report", "bundle"}


def test_a_failing_report_and_explanation_are_warnings_whose_tracebacks_are_in_the_log(make_folder):
    folder = make_folder()
    done = subprocess.run(
        [sys.executable, "-c", BROKEN, str(folder.path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ},
        check=False,
    )
    log = folder.log_path.read_text(encoding="utf-8")
    assert done.returncode == 0, log
    # Nothing but the protocol is on the pipe, whatever AutoGluon prints.
    assert [json.loads(line)["type"] for line in done.stdout.splitlines()] == ["hello", "ready"]
    assert done.stderr == b""

    (end,) = of_type(folder, Finished)
    assert end.status == "done"
    # On a busy machine the process may also have started late; that is told, and is not what is tested here.
    problems = [event.problem for event in of_type(folder, Warned) if event.problem.code != "started-late"]
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
    assert {artefact.kind for artefact in result.artefacts} == {"bundle"}
    with zipfile.ZipFile(folder.bundle_path) as bundle:
        assert "report.html" not in bundle.namelist()
        assert "predict.py" in bundle.namelist()


def test_a_run_whose_table_is_gone_fails_in_words(make_folder, capsys):
    folder = make_folder()
    folder.table_path.unlink()
    assert run_pipeline(folder) is None
    (end,) = of_type(folder, Failed)
    assert end.problem.code == "unexpected"
    assert end.problem.reference in capsys.readouterr().err
    assert of_type(folder, Finished) == []
    assert folder.read_result() is None
