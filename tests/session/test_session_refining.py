"""What a run had no time to explain is explained while somebody looks; result, report and bundle follow."""

import threading

import pytest

from genie_widgets.schema import Explanation, GenieError, Problem, ResultUpdated, Settings
from genie_widgets.session import Run, Session, refining
from genie_widgets.session import session as sessions
from genie_widgets.session.state import SessionState, Stage
from genie_widgets.store import RunView


def explanation(path="exact", n_rows=3, method="new"):
    return Explanation(
        path=path,
        method=method,
        unit="probability",
        n_rows=n_rows,
        n_background=4,
        additivity_error=0.0,
        outputs=(),
        seconds=0.0,
    )


@pytest.fixture
def run(ended, monkeypatch):
    """A run that has ended with three rows sampled; its worker answers with what is put into `found`."""
    folder, run, found = ended, Run(ended), []
    monkeypatch.setattr(run, "_ask", lambda *_what, **_how: found.pop(0))
    monkeypatch.setattr(refining, "write_files", found.append)
    folder.to_explain_path.write_text("{}")
    folder.write_result(run.result.model_copy(update={"explanation": explanation("sampled", method="old")}))
    run.found = found
    return run


def answer(found, *, is_final=True):
    return {"explanation": found and found.model_dump(), "is_final": is_final}


def test_what_is_found_is_the_runs_from_then_on(run):
    run.found.append(answer(explanation()))
    assert run.refine()
    assert run.result.explanation.method == "new"
    assert run.found == [run._folder], "report and bundle follow"
    assert isinstance(run.events()[-1], ResultUpdated)
    assert run.events()[-1].part == "explanation"
    assert not run.can_be_refined
    assert run.refine(), "once"


@pytest.mark.parametrize("worse", [explanation(n_rows=2), None])
def test_what_tells_of_less_changes_nothing(run, worse):
    run.found.append(answer(worse, is_final=False))
    assert not run.refine()
    assert run.result.explanation.method == "old"
    assert run.can_be_refined
    assert not run.found


def test_an_exact_explanation_never_gives_way_to_a_sampled_one(run):
    run._folder.write_result(run.result.model_copy(update={"explanation": explanation(method="old")}))
    run.found.append(answer(explanation("sampled", 30)))
    assert run.refine()
    assert run.result.explanation.method == "old"


def test_a_run_that_was_not_explained_is_so_then_and_its_note_goes(run):
    left_out = Problem(code="left-out", title="There was no time left to explain the predictions.", remedy="")
    other = Problem(code="other", title="Other.", remedy="")
    run._folder.write_result(run.result.model_copy(update={"explanation": None, "notes": (left_out, other)}))
    run.found.append(answer(explanation("sampled")))
    assert run.refine()
    assert run.result.explanation.method == "new"
    assert run.result.notes == (other,)


class AskedOften:
    """Something else is asked twice while it is refined."""

    id, view, result = "", RunView(status="done"), None

    def __init__(self):
        self.left, self.tries, self.let = 1, 0, threading.Semaphore(0)

    @property
    def can_be_refined(self):
        return self.left > 0

    def refine(self):
        assert self.let.acquire(timeout=20)
        self.tries += 1
        if self.tries == 5:
            raise GenieError(Problem(code="worker-died", title="Gone.", remedy=""))
        if self.tries % 3:
            return False
        self.left -= 1
        return True

    def close(self):
        return


@pytest.fixture
def session(tmp_path, monkeypatch):
    monkeypatch.setattr(SessionState, "stage", property(lambda _self: Stage.DONE))
    monkeypatch.setattr(sessions, "REFINE_AGAIN_S", 0.0)
    made = Session(Settings(workspace=tmp_path))
    made._run = AskedOften()
    yield made
    made.close()


def test_it_goes_on_until_nothing_is_left_and_is_told_meanwhile(session):
    session.refine()
    assert session.state.is_refining
    session.refine()
    session.run.let.release(3)
    assert session.wait_idle(20)
    assert (session.run.tries, session.state.is_refining) == (3, False)
    session.refine()
    assert session.wait_idle(20)
    assert session.run.tries == 3, "nothing is left"


def test_what_goes_wrong_is_told_once_and_not_tried_again_by_itself(session):
    session.run.tries = 4
    session.run.let.release(1)
    session.refine()
    assert session.wait_idle(20)
    assert session.state.problem.code == "worker-died"
    assert not session.state.is_refining
    session.refine()
    assert session.wait_idle(20)
    assert session.run.tries == 5


def test_a_run_that_goes_on_is_not_refined(asked):
    folder = asked()
    folder.to_explain_path.write_text("{}")
    assert not Run(folder).can_be_refined
    assert Run(folder).refine()
