"""Runs listed with their figures, compared side by side, and promoted."""

import json
import subprocess
from pathlib import Path

import pytest

from genie_widgets.schema import GenieError, Tracking
from genie_widgets.session import list_runs
from genie_widgets.store import Champions, RunFolder

RECORDED = Tracking(uri="sqlite:///x", experiment="genie", run_id="r", model_uri="m")


def test_a_better_model_on_the_same_rows_is_better_by_more_than_chance(scored_run):
    before, after = scored_run(blur=0.9), scored_run(time_limit_s=60)
    found = after.compare(before)
    values = [run.result.evaluation.metrics[0].value for run in (before, after)]
    assert found.difference.value == pytest.approx(values[1] - values[0])
    assert found.difference.n_rows == 300
    assert 0 < found.difference.low < found.difference.value < found.difference.high
    assert any("better by more than chance" in text for text in found.words)
    assert any("time limit s 20 before, 60 now" in text for text in found.words)
    back = before.compare(after)
    assert back.difference.value == pytest.approx(-found.difference.value)
    assert any("worse by more than chance" in text for text in back.words)


def test_the_same_model_again_is_no_better(scored_run):
    found = scored_run().compare(scored_run())
    assert found.difference.value == 0
    assert found.words == (
        "Both were asked the same.",
        found.words[1],
    )
    assert "no difference that is larger than chance" in found.words[1]


def test_other_rows_and_other_targets_are_not_compared_as_if_they_were_the_same(scored_run):
    other = scored_run(n=500).compare(scored_run())
    assert other.difference is None
    assert other.words[0].startswith("The table changed")
    assert "scored on different rows" in other.words[-1]
    elsewhere = scored_run(target="gone").compare(scored_run())
    assert elsewhere.words[-1] == "They predict different things: their figures cannot be compared."


def test_columns_left_out_are_told_by_name(scored_run):
    found = scored_run(ignore=()).compare(scored_run())
    assert any("'town' no longer left out" in text for text in found.words)


def test_a_session_lists_compares_and_keeps_both_when_a_run_is_opened(session, scored_run):
    before, after = scored_run(blur=0.5), scored_run()
    session.list_history()
    assert {run.run_id for run in session.state.history} == {before.id, after.id}
    assert all(run.low < run.score < run.high for run in session.state.history)
    session.compare_runs(before.id, after.id)
    assert session.state.comparison.after.run_id == after.id
    session.open_run(before.id)
    assert session.state.comparison is not None
    assert session.state.history is not None


@pytest.fixture
def registry(monkeypatch):
    """MLflow's side: a process that notes and answers, or fails."""
    asked, answers = [], {"code": 0, "out": None}

    def run(command, **_options):
        asked.append(command[3:])
        out = json.dumps(answers["out"] or {"champion": Path(command[3]).name})
        return subprocess.CompletedProcess(command, answers["code"], f"noise\n{out}\n".encode())

    monkeypatch.setattr("genie_widgets.session.promoting.subprocess.run", run)
    return asked, answers


def test_only_a_recorded_run_is_promoted(scored_run, registry):
    run = scored_run()
    with pytest.raises(GenieError) as told:
        run.promote()
    assert told.value.problem.code == "not-recorded"
    assert registry[0] == []
    RunFolder(run.path).write_tracking(RECORDED)
    assert run.promote() == run.id
    assert run.go_back() == run.id
    assert registry[0] == [[str(run.path)], [str(run.path), "back"]]


def test_what_the_registry_says_is_told(scored_run, registry):
    run = scored_run()
    RunFolder(run.path).write_tracking(RECORDED)
    registry[1]["out"] = {"problem": {"code": "not-registered", "title": "No.", "remedy": "Wait."}}
    with pytest.raises(GenieError, match="No"):
        run.promote()
    registry[1]["code"] = 1
    with pytest.raises(GenieError) as told:
        run.promote()
    assert told.value.problem.code == "promotion-failed"


def test_the_list_marks_the_champion(scored_run, settings):
    before, after = scored_run(), scored_run()
    Champions(settings.workspace).note("genie-t-left", before.id)
    assert {run.run_id: run.is_champion for run in list_runs(settings)} == {before.id: True, after.id: False}
    Champions(settings.workspace).note("genie-t-left", "")
    assert not any(run.is_champion for run in list_runs(settings))
