"""What a run had no time to explain is explained while somebody looks; result, report and bundle follow."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.schema import (
    ExplainedOutput,
    Explanation,
    FeatureImportance,
    GenieError,
    Problem,
    ResultUpdated,
    Resumed,
    Settings,
)
from genie_widgets.session import Run, Session, refining
from genie_widgets.session import session as sessions
from genie_widgets.session.actions import BusyWith, RunLeft
from genie_widgets.session.recipe import Source
from genie_widgets.session.state import SessionState, Stage
from genie_widgets.store import RunView


def explanation(path="exact", n_rows=3, method="new", *, error=0.1, n_background=4):
    importance = (FeatureImportance(column="a", mean_abs=1.0, standard_error=error),)
    return Explanation(
        path=path,
        method=method,
        unit="probability",
        n_rows=n_rows,
        n_background=n_background,
        additivity_error=0.0,
        outputs=(ExplainedOutput(label="y", base_value=0.0, importance=importance, rows=()),),
        seconds=0.0,
    )


@pytest.fixture
def run(ended, monkeypatch):
    """A run that has ended with three rows sampled; its worker answers with what is put into `found`."""
    folder, run, found = ended, Run(ended), []
    monkeypatch.setattr(run, "_ask_once", lambda *_what, **_how: found.pop(0))
    monkeypatch.setattr(refining, "write_files", found.append)
    folder.to_explain_path.write_text("{}")
    folder.write_result(run.result.model_copy(update={"explanation": explanation("sampled", method="old")}))
    run.found = found
    return run


def answer(found, *, is_final=True, again=None):
    again = not is_final if again is None else again
    return {"explanation": found and found.model_dump(), "is_final": is_final, "again": again}


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


@pytest.mark.parametrize(
    ("before", "found", "is_better"),
    [
        (explanation("sampled"), explanation("sampled"), False),
        (explanation("sampled"), explanation("sampled", error=0.2), False),
        (explanation("sampled"), explanation("sampled", error=0.05), True),
        (explanation("sampled"), explanation("sampled", 4, error=0.2), True),
        (explanation("sampled"), explanation("sampled", 2, error=0.05), False),
        (explanation("sampled"), explanation(), True),
        (explanation(), explanation("sampled", error=0.0), False),
        (explanation(), explanation(), False),
        (explanation(), explanation(n_background=8), True),
        (explanation(), explanation(n_rows=4), True),
    ],
)
def test_only_what_tells_more_or_more_surely_is_better(before, found, is_better):
    assert refining._is_better(found, before) == is_better


def test_what_was_cut_short_is_kept_and_more_time_may_tell_more(run):
    run.found.append(answer(explanation(), is_final=False, again=False))
    assert run.refine()
    assert run.result.explanation.method == "new"
    assert run.can_be_refined


def test_of_a_model_that_was_trained_on_meanwhile_nothing_is_kept(run, monkeypatch):
    def taken_up(*_what, **_how):
        run._folder.append(Resumed(how="extension", seconds=9))
        return answer(explanation())

    monkeypatch.setattr(run, "_ask_once", taken_up)
    assert not run.refine()
    assert run.result.explanation.method == "old"
    assert run._folder.to_explain_path.exists()
    assert not run.found
    assert not isinstance(run.events()[-1], ResultUpdated)


def test_it_waits_until_the_run_is_recorded(run):
    with run._folder.share_recorders():
        assert not run.can_be_refined
        assert run.refine()
    assert run.can_be_refined


def test_a_process_that_was_let_go_is_not_started_again_for_it(ended, monkeypatch):
    ended.to_explain_path.write_text("{}")
    run, started = Run(ended), []

    def died(*_what, **_how):
        raise GenieError(Problem(code="worker-died", title="Gone.", remedy=""))

    handle = SimpleNamespace(request=died, ended_well=lambda: True)
    monkeypatch.setattr(run, "_serving", lambda: started.append(1) or handle)
    assert not run.refine()
    assert started == [1]


def test_an_exact_explanation_never_gives_way_to_a_sampled_one(run):
    run._folder.write_result(run.result.model_copy(update={"explanation": explanation(method="old")}))
    run.found.append(answer(explanation("sampled", 30)))
    assert run.refine()
    assert run.result.explanation.method == "old"


def test_a_run_that_was_not_explained_is_so_then_and_its_note_goes(run):
    left_out = Problem(code="left-out", title="There was no time left to explain the predictions.", remedy="")
    failed = Problem(code="disk-full", title="The predictions could not be explained: the disk is full.", remedy="")
    other = Problem(code="other", title="Other.", remedy="")
    run._folder.write_result(run.result.model_copy(update={"explanation": None, "notes": (left_out, failed, other)}))
    run.found.append(answer(explanation("sampled")))
    assert run.refine()
    assert run.result.explanation.method == "new"
    assert run.result.notes == (other,)


TABLE = read_table(pd.DataFrame({"a": [1, 2], "b": [3, 4]}), name="t")
SOURCE = Source(kind="frame", name="t")
LEFT = RunLeft()


class AskedOften:
    """Something else is asked twice while it is refined."""

    id, view, result, record_is_settled = "", RunView(status="done"), None, True

    def __init__(self):
        self.left, self.tries, self.let = 1, 0, threading.Semaphore(0)
        self.asked, self.closed = threading.Event(), 0

    @property
    def can_be_refined(self):
        return self.left > 0

    def refine(self):
        self.asked.set()
        assert self.let.acquire(timeout=20)
        self.tries += 1
        if self.tries == 5:
            raise GenieError(Problem(code="worker-died", title="Gone.", remedy=""))
        if self.tries % 3:
            return False
        self.left -= 1
        return True

    def close(self):
        self.closed += 1


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


def test_what_one_try_left_is_not_tried_again_by_itself(session):
    session.run.left, session.run.tries = 2, 2
    session.run.let.release(2)
    session.refine()
    assert session.wait_idle(20)
    session.refine()
    assert session.wait_idle(20)
    assert session.run.tries == 3


@pytest.mark.parametrize(
    "leave", [lambda s: s.back_to_plan(), lambda s: s._take(TABLE, SOURCE), lambda s: s._follow(AskedOften(), LEFT)]
)
def test_who_leaves_a_run_has_its_processes_end(session, leave, monkeypatch):
    monkeypatch.setattr(session, "_prewarm", lambda: None)
    run = session.run
    session.refine()
    assert run.asked.wait(20)
    leave(session)
    assert run.closed == 1
    run.let.release(1)
    assert session.wait_idle(20)
    assert run.tries == 1


def test_a_training_begins_when_the_run_before_is_let_go(session, monkeypatch):
    found = []
    monkeypatch.setattr(sessions, "accept", lambda _answer: SimpleNamespace(time_limit_s=9))
    monkeypatch.setattr(sessions, "taken_from_allowance", lambda *_asked: contextlib.nullcontext())
    monkeypatch.setattr(session, "_prewarm", lambda: found.append(session.run.closed))
    session._table, session._state = TABLE, SessionState().model_copy(update={"answer": "a plan"})
    session._start()
    assert found == [1]


def test_nothing_is_refined_while_something_else_is_begun(session):
    session._dispatch(BusyWith(what="Starting the training"))
    session.refine()
    assert not session.run.asked.is_set()
    assert not session.state.is_refining


def test_nobody_who_asks_waits_for_it(tmp_path, monkeypatch):
    monkeypatch.setattr(SessionState, "stage", property(lambda _self: Stage.DONE))
    session, listed = Session(Settings(workspace=tmp_path), ThreadPoolExecutor(1)), threading.Event()
    session._run = run = AskedOften()
    session.subscribe(lambda state: listed.set() if state.history is not None else None)
    session.refine()
    assert run.asked.wait(20)
    session.list_history()
    assert listed.wait(10)
    session.close()
    run.let.release(1)
    assert session.wait_idle(20)


def test_one_run_at_a_time_is_refined(session):
    before = session.run
    session.refine()
    assert before.asked.wait(20)
    session._run = after = AskedOften()
    after.id = "after"
    session.refine()
    assert not after.asked.is_set()
    before.let.release(1)
    assert after.asked.wait(20)
    after.let.release(3)
    assert session.wait_idle(20)
    assert (before.tries, after.tries) == (1, 3)


def test_who_rests_has_it_end_and_a_later_look_takes_it_up(session):
    session.refine()
    assert session.run.asked.wait(20)
    session.rest()
    assert session.run.closed == 1
    session.run.let.release(1)
    assert session.wait_idle(20)
    assert (session.run.tries, session.state.is_refining) == (1, False)
    session.run.let.release(2)
    session.refine()
    assert session.wait_idle(20)
    assert session.run.tries == 3


def test_what_goes_wrong_is_logged_and_not_tried_again_by_itself(session):
    session.run.tries = 4
    session.run.let.release(1)
    session.refine()
    assert session.wait_idle(20)
    assert session.state.problem is None
    assert "Gone." in (session.settings.workspace / "log.txt").read_text()
    assert not session.state.is_refining
    session.refine()
    assert session.wait_idle(20)
    assert session.run.tries == 5


def test_a_run_that_goes_on_is_not_refined(asked):
    folder = asked()
    folder.to_explain_path.write_text("{}")
    assert not Run(folder).can_be_refined
    assert Run(folder).refine()
