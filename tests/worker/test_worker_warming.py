"""Workers that wait for a person's word get warm early where the machine bears it, one after the other."""

import gc
from importlib import import_module

import pytest

from genie_widgets.machine import Machine
from genie_widgets.schema import new_run_id
from genie_widgets.store import RunFolder, lock
from genie_widgets.worker import warming
from genie_widgets.worker.warming import Warmth, warm_at_once

GIB = 2**30


class Pipe:
    """Hears what a worker says."""

    def __init__(self):
        self.said = []

    def say(self, message):
        self.said.append(message)


@pytest.fixture
def warmed(monkeypatch):
    """Getting warm takes no time here; gives what was done for it."""
    done = []
    # By name: the package's `train` is a function as well.
    monkeypatch.setattr(import_module("genie_widgets.train"), "warm_up", lambda _plan: done.append("imports"))
    explain = import_module("genie_widgets.explain")
    monkeypatch.setattr(explain, "compile_elsewhere", lambda: done.append("elsewhere"))
    monkeypatch.setattr(explain, "compile_kernels", lambda: done.append("kernels"))
    monkeypatch.setattr(warming, "warm_at_once", lambda _machine: 2)
    monkeypatch.setattr(warming, "detect_machine", lambda **_where: Machine(2, 16 * GIB, 16 * GIB, GIB))
    return done


def test_on_a_single_core_the_imports_come_before_what_is_compiled(warmed, workers, monkeypatch):
    monkeypatch.setattr(warming, "detect_machine", lambda **_where: Machine(1, 16 * GIB, 16 * GIB, GIB))
    workers[0].get()
    assert warmed == ["imports", "kernels"]


@pytest.fixture
def workers(tmp_path):
    made = [Warmth(RunFolder.create(tmp_path / "workspace", new_run_id()), Pipe()) for _ in range(3)]
    yield made
    for worker in made:
        worker.leave_place()
    gc.unfreeze()


@pytest.mark.parametrize(("cores", "memory", "places"), [(2, 16, 4), (16, 8, 5), (1, 1, 1), (0.5, 64, 2)])
def test_how_many_are_warm_before_anything_is_asked_of_them(cores, memory, places):
    assert warm_at_once(Machine(cores, memory * GIB, memory * GIB, GIB)) == places


def test_one_more_than_there_are_places_stays_cold_until_one_is_left(warmed, workers):
    for worker in workers:
        worker.get_early()
    assert [worker.is_there for worker in workers] == [True, True, False]
    workers[0].leave_place()
    workers[2].get_early()
    assert workers[2].is_there


def test_while_another_gets_warm_one_waits(warmed, workers, tmp_path):
    workers[0].get_early()
    with lock.hold_free(tmp_path / "workspace" / "queue" / "warm" / "getting"):
        workers[1].get_early()
        assert not workers[1].is_there
    workers[1].get_early()
    assert workers[1].is_there


def test_what_was_imported_is_not_looked_through_at_each_collection_of_garbage(warmed, workers):
    workers[0].get()
    assert gc.get_freeze_count() > 0


def test_near_its_turn_it_is_known_what_is_got_warm_for(warmed, workers, make_request, trained_frame, monkeypatch):
    told = []
    monkeypatch.setattr(import_module("genie_widgets.train"), "warm_up", told.append)
    request = make_request(trained_frame)
    workers[0]._folder.write_request(request)
    for worker in workers[:2]:
        worker.get()
    assert told == [request.plan, None]


def test_near_its_turn_a_worker_gets_warm_without_a_place_and_only_once(warmed, workers):
    for worker in workers:
        worker.get()
        worker.get()
    assert warmed == ["elsewhere", "imports", "kernels"] * 3
    assert [worker._pipe.said for worker in workers] == [[{"type": "ready"}]] * 3
