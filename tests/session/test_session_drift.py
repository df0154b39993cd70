"""New rows that differ from those learned from: one press plans again without a column, another goes on."""

import pandas as pd
import pytest

import genie_widgets as gw
from genie_widgets.schema import GenieError, Problem
from genie_widgets.session import Session, Stage, drift_remedies
from genie_widgets.session.script import python_code

DIFFERS = Problem(code="rows-differ", title="size differs.", remedy="Check.", culprit="size", severity="warning")


@pytest.fixture
def session(settings, ended, now, tmp_path, monkeypatch):
    """Give a session that shows an ended run, and predictions of rows that differ from those it learned from."""
    monkeypatch.setenv("GENIE_HOME", str(settings.workspace))
    path = tmp_path / "predictions.csv"
    path.write_text("species,size,prediction\na,1.0,a\n")
    monkeypatch.setattr(gw.Run, "predictions_file", lambda *_, **__: (path, [DIFFERS]))
    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)
    made = Session(settings, executor=now)
    made.open_run(ended.run_id)
    while made.state.stage != Stage.DONE:
        pass
    made.predict(pd.DataFrame({"species": ["a"], "size": [1.0]}), name="new")
    yield made
    made.close()


def press(session, words):
    session.take_remedy(next(one for one in drift_remedies(session.state) if one.words == words))


def test_the_predictions_are_used_and_the_run_remembers_it(session, ended):
    assert [one.words for one in drift_remedies(session.state)] == [
        "Plan again without size",
        "Use the predictions despite size",
    ]
    press(session, "Use the predictions despite size")
    (note,) = session.state.predictions.problems
    assert (note.severity, note.title) == ("info", DIFFERS.title)
    assert drift_remedies(session.state) == ()
    assert gw.open_run(ended.run_id).view.drift_accepted == ("size",)
    assert "run.accept_drift('size')" in python_code(session.state)
    n_events = len(ended.events())
    session.run.accept_drift("size")
    assert len(ended.events()) == n_events
    with pytest.raises(GenieError, match="no column 'nowhere'"):
        session.run.accept_drift("nowhere")


def test_a_press_plans_again_without_the_column_and_trains_nothing(session):
    press(session, "Plan again without size")
    assert session.state.stage == Stage.PLANNED
    assert "size" in session.state.plan.ignore
    assert session.state.predictions is None


def test_while_it_trains_there_is_no_other_plan(session):
    running = session.state.view.model_copy(update={"status": "running"})
    assert [one.words for one in drift_remedies(session.state.model_copy(update={"view": running}))] == [
        "Use the predictions despite size"
    ]
