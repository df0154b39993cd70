"""Made-up rows: while one is tried, only the newest of the others waits."""

import threading

import pytest

from genie_widgets.schema import ExplainedOutput, Explanation, Flip, GenieError, Problem, Settings, WhatIf
from genie_widgets.session import Session
from genie_widgets.session.state import SessionState, Stage

NOTHING = Explanation(
    path="exact",
    method="",
    unit="target",
    n_rows=0,
    n_background=0,
    additivity_error=0.0,
    outputs=(ExplainedOutput(label="y", base_value=0.0, importance=(), rows=()),),
    seconds=0.0,
)


class SlowRun:
    """Answers only when it is let."""

    id = ""

    def __init__(self):
        self.asked, self.let, self.asked_one = [], threading.Semaphore(0), threading.Semaphore(0)

    def flip(self, cells):
        return Flip(cells=cells, changes={"x": 9}, before="no", after="yes")

    def what_if(self, cells):
        self.asked.append(cells)
        self.asked_one.release()
        assert self.let.acquire(timeout=20)
        if cells == {"x": "bad"}:
            raise GenieError(Problem(code="bad", title="Bad.", remedy="Mend it."))
        return WhatIf(cells=cells, prediction="1", answers=(), explanation=NOTHING)

    def close(self):
        return


@pytest.fixture
def session(tmp_path, monkeypatch):
    monkeypatch.setattr(SessionState, "stage", property(lambda _self: Stage.DONE))
    made = Session(Settings(workspace=tmp_path))
    made._run = SlowRun()
    made._run.view = type("View", (), {"is_over": True})()
    yield made
    made.close()


def test_the_newest_wins_and_what_was_overtaken_is_never_asked(session):
    run = session.run
    session.what_if({"x": 1})
    assert run.asked_one.acquire(timeout=20)
    for x in (2, 3, 4):
        session.what_if({"x": x})
    run.let.release(2)
    assert session.wait_idle(20)
    assert run.asked == [{"x": 1}, {"x": 4}]
    assert session.state.what_if.cells == {"x": 4}


def test_a_failure_is_told_and_the_next_row_is_tried(session):
    run = session.run
    run.let.release(2)
    session.what_if({"x": "bad"})
    assert session.wait_idle(20)
    assert session.state.problem.code == "bad"
    session.what_if({"x": 5})
    assert session.wait_idle(20)
    assert session.state.what_if.cells == {"x": 5}


def test_what_flips_an_answer_is_of_the_row_that_is_shown(session):
    session.flip()
    assert session.state.flip is None, "no row is shown yet"
    session.run.let.release(3)
    session.what_if({"x": 1})
    assert session.wait_idle(20)
    session.flip()
    assert session.wait_idle(20)
    assert session.state.flip.changes == {"x": 9}
    assert session.state.busy == ""
    session.what_if({"x": 2})
    assert session.wait_idle(20)
    assert session.state.flip is None, "another row, another change"
