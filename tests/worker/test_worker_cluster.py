"""The worker as a job of a cluster, without a cluster: what it looks at before it trains, and the signs it gives."""

import pytest

from genie_widgets.machine import Machine
from genie_widgets.schema import Failed, Queued, Resumed, new_run_id
from genie_widgets.store import RunFolder, fold, stopped_waiting
from genie_widgets.worker import allotment as allotments
from genie_widgets.worker import cluster, pipeline, rescue, resuming
from genie_widgets.worker.allotment import WHOLE_MACHINE, Allotment
from genie_widgets.worker.cluster import NO_FOLDER, train_as_job

GIB = 2**30
GIVEN = Allotment(cores=2, memory_bytes=GIB)


@pytest.fixture(autouse=True)
def _light(monkeypatch):
    monkeypatch.setattr(cluster.Warmth, "get", lambda _self: None)
    monkeypatch.setattr(cluster, "Pipe", lambda _path: "pipe")
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")


@pytest.fixture
def trained(monkeypatch):
    """Note how each kind of work is begun, and how the run's folder looks then."""
    begun = []

    def note(kind):
        def work(folder, **named):
            begun.append((kind, folder.is_alive(), folder.is_recording(), named))

        return work

    monkeypatch.setattr(pipeline, "run_pipeline", note("train"))
    monkeypatch.setattr(resuming, "resume", note("resume"))
    return begun


def test_a_node_that_does_not_see_the_folder_says_so_by_its_exit_code(tmp_path, capsys, trained):
    nowhere = RunFolder(tmp_path / "runs" / new_run_id())
    assert train_as_job(nowhere, GIVEN, is_resumed=False) == NO_FOLDER
    assert str(nowhere.path) in capsys.readouterr().out
    assert trained == []
    assert not nowhere.path.exists()


@pytest.mark.parametrize(("is_resumed", "kind"), [(False, "train"), (True, "resume")])
def test_it_trains_with_signs_of_life_and_with_what_it_was_given(make_folder, trained, is_resumed, kind):
    folder = make_folder()
    folder.append(Queued(before=0, about_s=0.0, cores=2, memory_bytes=GIB))
    assert train_as_job(folder, GIVEN, is_resumed=is_resumed) == 0
    ((begun, alive, recording, named),) = trained
    assert (begun, alive, recording, named["allotment"]) == (kind, True, True, GIVEN)
    assert named["began_at"] > folder.read_request().created_at, "what it waited is not taken from its seconds"
    assert fold(folder.events(), alive=True, now=0.0).asks_cores == 0
    assert not folder.is_alive()
    assert not folder.is_recording()


def test_a_run_that_was_stopped_while_it_waited_stays_stopped(make_folder, trained):
    folder = make_folder()
    folder.append(Failed(problem=stopped_waiting()))
    assert train_as_job(folder, GIVEN, is_resumed=False) == 0
    assert (trained, len(folder.events())) == ([], 1)


def test_a_stop_that_came_first_is_the_last_word(make_folder, trained):
    folder = make_folder()
    folder.request_stop()
    train_as_job(folder, GIVEN, is_resumed=False)
    assert trained == []
    assert folder.events()[-1].problem.code == "stopped-waiting"


def test_a_run_that_another_job_has_is_left_to_it(make_folder, trained):
    folder = make_folder()
    folder.heartbeat_path.write_text("node-7:12")
    assert train_as_job(folder, GIVEN, is_resumed=False) == 0
    assert (trained, folder.events()) == ([], [])


def test_a_fit_that_hangs_begins_anew_as_the_same_job(make_folder, trained, monkeypatch):
    folder = make_folder()
    train_as_job(folder, GIVEN, is_resumed=False)
    started = []

    class Pipe:
        def hand_over(self):
            """Give the way out back."""

    monkeypatch.setattr(rescue.os, "execv", lambda _path, words: started.append(words))
    monkeypatch.setattr(cluster, "Pipe", lambda _path: Pipe())
    train_as_job(folder, GIVEN, is_resumed=False)
    trained[-1][3]["on_stuck"]()
    assert started[0][-4:] == ["--resume", "--cluster", "--cores=2", f"--memory={GIB}"]
    assert isinstance(folder.events()[-1], Resumed)


def test_a_run_keeps_within_what_it_was_given(tmp_path, monkeypatch):
    monkeypatch.setattr(allotments, "detect_machine", lambda disk: Machine(16, 64 * GIB, 60 * GIB, GIB))
    machine = GIVEN.machine(tmp_path)
    assert (machine.threads, machine.memory_bytes, machine.available_memory_bytes) == (2, GIB, GIB)
    assert WHOLE_MACHINE.machine(tmp_path).threads == 16


def test_without_a_cluster_folds_stay_here(make_folder):
    plan = make_folder(quality="best", time_limit_s=300).read_request().plan
    with WHOLE_MACHINE.nodes(plan, None) as nodes:
        assert nodes is None
    with GIVEN.nodes(plan.model_copy(update={"quality": "fast"}), None) as nodes:
        assert nodes is None
