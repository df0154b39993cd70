"""Where time is short or cores are busy, each step takes the least that it can do with."""

import time

import pytest

from genie_widgets.machine import Machine
from genie_widgets.worker.allotment import Allotment
from genie_widgets.worker.budget import plan_budget
from genie_widgets.worker.pipeline import LEAST_TRAINING_BUSY_S, LEAST_TRAINING_S, Run, training_seconds


class OnMachine(Allotment):
    """All of a machine whose cores others use or not."""

    pressure = 0.0

    def machine(self, disk):
        return Machine(1, 2**33, 2**33, 2**33, self.pressure)


class OnBusyMachine(OnMachine):
    pressure = 0.9


def run_on(make_folder, allotment, limit_s, since_s=0.0):
    folder = make_folder(time_limit_s=limit_s)
    budget = plan_budget(time.time() - since_s, limit_s, 1_000, is_busy=allotment.pressure > 0)
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
