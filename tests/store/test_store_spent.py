"""The seconds that a run took of its person's allowance."""

import pytest

from genie_widgets.schema import Failed, Finished, Problem, Resumed, RunStarted, StageChanged
from genie_widgets.store import seconds_spent

PROBLEM = Problem(code="x", title="x", remedy="x")


def at(time, event):
    return event.model_copy(update={"time": float(time)})


START = at(100, RunStarted(time_limit_s=60))
WORK = at(110, StageChanged(stage="training", text="t"))
END = at(130, Finished(status="done", total_s=30.0))
AGAIN = at(200, Resumed(how="extension", seconds=40))
FAILED = at(125, Failed(problem=PROBLEM))


@pytest.mark.parametrize(
    ("events", "alive", "seconds"),
    [
        ((), False, 0),  # never started: no worker came
        ((), True, 60),  # waits for its turn: it will have them
        ((START, WORK), True, 60),
        ((START, WORK, at(300, RunStarted(time_limit_s=60))), True, 60),
        ((START, WORK, END), False, 30),
        ((START, WORK, END), True, 30),  # its last moments, after its last word
        ((START, FAILED), False, 25),
        ((START, WORK), False, 10),  # killed: its last word is the best that is known
        ((START, WORK, END, AGAIN), True, 30 + 40),
        ((START, WORK, END, AGAIN, at(205, RunStarted(time_limit_s=40)), at(215, WORK)), False, 30 + 10),
        ((START, WORK, at(120, AGAIN), at(121, RunStarted(time_limit_s=40)), END), False, 20 + 9),
    ],
)
def test_each_time_that_it_ran_is_counted(events, alive, seconds):
    assert seconds_spent(events, 60, asked_at=-100.0, alive=alive, now=140.0) == pytest.approx(seconds)


def test_what_runs_over_its_time_is_counted_whole():
    assert seconds_spent([START], 60, asked_at=99.0, alive=True, now=190.0) == pytest.approx(90)


@pytest.mark.parametrize(
    ("events", "seconds"),
    [
        ((), 60),
        ((START, END, at(140, AGAIN)), 30 + 40),
        ((FAILED,), 0),  # stopped before its turn had come
    ],
)
def test_what_was_just_asked_for_is_counted_before_its_worker_has_come(events, seconds):
    assert seconds_spent(events, 60, asked_at=99.0, alive=False, now=141.0) == pytest.approx(seconds)
