"""A run waits for its turn, says so, and does not pay for it."""

import threading
import time
from contextlib import ExitStack, suppress

import pytest

from genie_widgets.schema import GenieError, Queued, RunStarted, new_run_id
from genie_widgets.store import RunFolder, note_turn, pace, take_ticket
from genie_widgets.worker import turn as module
from genie_widgets.worker.turn import turn


@pytest.fixture(autouse=True)
def _one_at_once(monkeypatch):
    monkeypatch.setenv("GENIE_MAX_TRAININGS", "1")
    monkeypatch.setattr(module, "POLL_INTERVAL_S", 0.01)


@pytest.fixture
def folders(tmp_path):
    return [RunFolder.create(tmp_path / "workspace", new_run_id()) for _ in range(2)]


def nothing():
    """Get ready without effort."""


def until_told(folder):
    """Wait until a run that waits for its turn has said so."""
    deadline = time.monotonic() + 30
    while not folder.events():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_alone_nothing_is_waited_for(folders):
    with turn(folders[0], nothing) as came:
        assert came is None
    assert folders[0].events() == []


def test_the_second_waits_for_the_first_and_is_told_its_place(folders):
    first, second = folders
    first.append(RunStarted(time_limit_s=60))
    began = threading.Event()
    came, readied = [], []

    def wait():
        with turn(second, lambda: readied.append(len(second.events()))) as at:
            came.append(at)
            began.set()

    with take_ticket(first.queue, first.run_id):
        waiting = threading.Thread(target=wait)
        waiting.start()
        until_told(second)
        queued = second.events()[0]
        assert isinstance(queued, Queued)
        assert queued.before == 1
        assert 0 < queued.about_s <= 60
        assert not began.is_set()
        left_at = time.time()
    assert began.wait(30)
    waiting.join()
    assert came[0] >= left_at, "the budget counts from its turn"
    assert readied[0] == 1, "it gets ready while the one before it trains"
    assert [event.before for event in second.events()] == [1, 0]


def test_who_waits_far_behind_does_not_get_ready_yet(folders, tmp_path):
    first, second = folders
    third = RunFolder.create(tmp_path / "workspace", new_run_id())
    third.append(RunStarted(time_limit_s=60))
    second.request_stop()
    with ExitStack() as stack:
        for folder in (first, third):
            stack.enter_context(take_ticket(folder.queue, folder.run_id))
        waiting = turn(second, lambda: pytest.fail("two are before it"))
        with pytest.raises(GenieError):
            stack.enter_context(waiting)


def test_a_stop_while_waiting_ends_it(folders):
    first, second = folders
    second.request_stop()
    with take_ticket(first.queue, first.run_id), pytest.raises(GenieError) as caught, turn(second, nothing):
        pass
    assert caught.value.problem.code == "stopped-waiting"
    assert list(second.queue.iterdir()) == []


def test_the_estimate_is_of_what_turns_take_here(folders):
    first, second = folders
    first.append(RunStarted(time_limit_s=60))
    for _ in range(3):
        note_turn(first.queue, held_s=120, given_s=60)

    def wait():
        with suppress(GenieError), turn(second, nothing):
            pass

    with take_ticket(first.queue, first.run_id):
        waiting = threading.Thread(target=wait)
        waiting.start()
        until_told(second)
        second.request_stop()
        waiting.join()
    assert 60 < second.events()[0].about_s <= 120


def test_a_turn_that_ends_is_learned_from(folders):
    first = folders[0]
    first.append(RunStarted(time_limit_s=1_000))
    assert pace(first.queue) == 1
    with turn(first, nothing):
        pass
    assert pace(first.queue) < 1, "it ended long before its limit"
