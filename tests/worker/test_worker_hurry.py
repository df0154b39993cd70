"""Where time is short or cores are busy, each step takes the least that it can do with."""

import os
import threading
import time
from types import SimpleNamespace

import pytest

from genie_widgets.machine import Machine
from genie_widgets.schema import RunResult
from genie_widgets.store.files import write_atomically
from genie_widgets.train.interrupt import Interrupter
from genie_widgets.worker.allotment import Allotment
from genie_widgets.worker.budget import ROOM, plan_budget
from genie_widgets.worker.early import EarlyResult
from genie_widgets.worker.pipeline import LEAST_TRAINING_BUSY_S, LEAST_TRAINING_S, Run, _export, training_seconds


class OnMachine(Allotment):
    """All of a machine whose cores others use or not."""

    pressure = 0.0

    def machine(self, disk):
        return Machine(1, 2**33, 2**33, 2**33, self.pressure)


class OnBusyMachine(OnMachine):
    pressure = 0.9


def run_on(make_folder, allotment, limit_s, since_s=0.0):
    folder = make_folder(time_limit_s=limit_s)
    budget = plan_budget(time.time() - since_s, limit_s, 1_000, slowness=7.5 if allotment.pressure > 0 else 1.0)
    return Run(folder, folder.read_request(), budget, allotment=allotment)


def test_a_short_run_keeps_time_for_the_model_of_all_rows(make_folder):
    run = run_on(make_folder, OnMachine(), 15)
    left = run.budget.training_left_s()
    assert run.budget.refitting_s > 1
    assert training_seconds(run) == pytest.approx(max(LEAST_TRAINING_S, left - run.budget.refitting_s), abs=0.5)
    assert training_seconds(run) < left - 1


def test_on_busy_cores_a_short_run_trains_for_less_than_on_free_ones_rather_than_overrun(make_folder):
    run = run_on(make_folder, OnBusyMachine(), 15, since_s=3)
    assert training_seconds(run) == pytest.approx(max(LEAST_TRAINING_BUSY_S, run.budget.training_left_s()), abs=0.2)
    assert run.folder.events() == []


def test_a_start_that_took_all_the_time_is_told(make_folder):
    run = run_on(make_folder, OnBusyMachine(), 15, since_s=14)
    assert training_seconds(run) == LEAST_TRAINING_BUSY_S
    assert [event.problem.code for event in run.folder.events()] == ["started-late"]


def test_a_told_delay_moves_the_end(make_folder):
    run = run_on(make_folder, OnBusyMachine(), 15, since_s=20)
    assert run.budget.until_end_s() < 0
    seconds = training_seconds(run)
    assert run.budget.until_end_s(keeping_s=seconds) > run.budget.reserve_s, "what follows has its time, too"


class EndsWhen:
    """A budget that is spent as soon as something has happened."""

    exporting_s = 2.0

    def __init__(self, happened):
        self._happened = happened

    def until_end_s(self, *, keeping_s=0.0):
        return -1.0 if self._happened() else 60.0


def test_a_step_that_would_break_the_promise_is_ended(make_folder):
    run, turns = run_on(make_folder, OnMachine(), 15), []
    run.budget = EndsWhen(lambda: len(turns) > 0)

    def endless():
        while True:
            turns.append(1)

    assert not run.attempt_in_time("It did not work", endless)
    assert turns
    assert run.notes == []


def test_what_the_store_writes_is_whole_though_the_step_is_ended(make_folder, monkeypatch):
    run, writing = run_on(make_folder, OnMachine(), 15), threading.Event()
    run.budget = EndsWhen(writing.is_set)
    written, fsync = [], os.fsync

    def slow_disk(file):
        writing.set()
        while not watched:  # the watcher has looked, and left this thread alone
            time.sleep(0.01)
        fsync(file)

    watched, look = [], Interrupter._interrupt

    def looked(interrupter):
        found = look(interrupter)
        watched.append(found)
        return found

    monkeypatch.setattr(Interrupter, "_interrupt", looked)
    monkeypatch.setattr(os, "fsync", slow_disk)

    def step():
        write_atomically(run.folder.path / "kept", "whole")
        written.append(1)
        while True:
            time.sleep(0.001)

    assert not run.attempt_in_time("It did not work", step)
    assert watched[0] is False
    assert written
    assert (run.folder.path / "kept").read_text() == "whole"


def test_after_the_end_nothing_is_begun_and_a_failure_is_told_as_ever(make_folder):
    run, done = run_on(make_folder, OnMachine(), 15), []
    run.budget = EndsWhen(lambda: True)
    assert not run.attempt_in_time("It did not work", lambda: done.append(1))
    run.budget = EndsWhen(lambda: False)
    assert run.attempt_in_time("It did not work", lambda: done.append(2))
    assert run.attempt_in_time("It did not work", lambda: 1 / 0)
    assert done == [2]
    assert len(run.notes) == 1


def test_seconds_are_shared_out_anew_by_what_was_seen(make_folder):
    run = run_on(make_folder, OnMachine(), 60)
    before = run.budget.exporting_s
    run.share = SimpleNamespace(slowness=lambda: 8.0)
    run.plan_anew()
    assert run.budget.exporting_s == pytest.approx(8 / ROOM * before)
    run.share = SimpleNamespace(slowness=lambda: None)
    run.plan_anew()
    assert run.budget.exporting_s == pytest.approx(before), "as guessed by the machine's pressure"


@pytest.mark.parametrize(("slowness", "is_scored"), [(1.0, True), (3.0, True), (9.0, False)])
def test_the_first_score_comes_at_once_unless_it_took_the_training_its_seconds(make_folder, slowness, is_scored):
    run = run_on(make_folder, OnMachine(), 15, since_s=3)
    run.share = SimpleNamespace(slowness=lambda: slowness)
    early, scored = EarlyResult(run, None), []
    early._score = lambda: scored.append(1)
    early.is_stale = True
    early.update()
    assert bool(scored) == is_scored


def test_what_there_is_no_time_for_is_told_with_what_to_do(make_folder):
    run = run_on(make_folder, OnMachine(), 15)
    run.leave_out("There was no time left to write the report.")
    (event,) = run.folder.events()
    assert event.problem.code == "left-out"
    assert "the report" in event.problem.title
    assert event.problem.remedy


def test_a_wish_to_stop_ends_what_it_comes_during_and_not_what_it_leaves_to_be_done(make_folder):
    run = run_on(make_folder, OnMachine(), 15)
    during = run.stop_from_now()
    assert during is not None
    assert not during()
    run.folder.request_stop()
    assert during()
    assert run.stop_from_now() is None


def test_what_was_granted_beyond_the_limit_is_there_to_be_used(make_folder):
    run = run_on(make_folder, OnBusyMachine(), 15, since_s=14)
    seconds = training_seconds(run)
    assert run.budget.left_s(keeping_s=seconds) == pytest.approx(run.budget.reserve_s, abs=0.5)


def test_a_step_that_is_promised_has_its_least_seconds_after_the_end(make_folder):
    run, done = run_on(make_folder, OnMachine(), 15), []
    run.budget = EndsWhen(lambda: True)
    assert run.attempt_in_time("It did not work", lambda: done.append(1), least_s=30.0)
    assert done == [1]


def test_what_was_not_written_in_time_is_not_the_earlier_models(make_folder, penguins):
    run = run_on(make_folder, OnMachine(), 15)
    earlier = (run.folder.report_path, run.folder.bundle_path, run.folder.notebook_path)
    for path in earlier:
        path.write_text("of the model before")
    run.budget, features = EndsWhen(lambda: True), ("island",)
    result = RunResult(
        run_id=run.folder.run_id, plan=run.request.plan, status="done", prompt="", table_name="penguins",
        features=features, n_rows=1, n_train=1, n_holdout=1,
    )  # fmt: skip
    split = SimpleNamespace(holdout=penguins.frame, train=penguins.frame)
    model = SimpleNamespace(save_slim=lambda _path: None, holds_rows=False)
    made = _export(run, model, dict, split, result)
    assert made.artefacts == ()
    assert not any(path.exists() for path in earlier)
    assert {note.code for note in run.notes} == {"left-out"}
