"""The lock says who lives: the system frees it, however its holder ends."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from genie_widgets.schema import Resumed, Tracking
from genie_widgets.store import lock, oom_kills

HOLDER = """
import sys
from pathlib import Path
from genie_widgets.store import RunFolder
with RunFolder(Path(sys.argv[1])).hold_lock() as held:
    print("held" if held else "refused", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_run_that_nobody_took_is_not_alive(folder):
    assert not folder.is_alive()
    assert not folder.lock_path.exists()


def test_a_look_at_who_records_leaves_no_trace(folder):
    assert not folder.is_recording()
    assert not folder.recorders_path.exists()
    with folder.share_recorders():
        assert folder.is_recording()
    assert not folder.is_recording()


def test_the_lock_is_held_while_the_body_runs_and_free_after(folder):
    with folder.hold_lock() as held:
        assert held
        assert folder.is_alive()
    assert not folder.is_alive()


def test_the_lock_is_free_after_an_error(folder):
    with pytest.raises(RuntimeError), folder.hold_lock():
        raise RuntimeError
    assert not folder.is_alive()


def test_another_process_holds_it_and_a_second_worker_is_refused(folder, holder):
    assert folder.is_alive()
    with folder.hold_lock() as held:
        assert not held
    assert folder.is_alive(), "a refused worker must not free another's lock"


def test_a_killed_process_frees_it(folder, holder):
    os.kill(holder.pid, signal.SIGKILL)
    assert holder.wait() == -signal.SIGKILL
    assert not folder.is_alive()
    with folder.hold_lock() as held:
        assert held


def test_a_process_that_ends_well_frees_it(folder, holder):
    holder.communicate("done\n")
    assert not folder.is_alive()


def test_a_child_of_the_holder_does_not_keep_it(folder):
    with folder.hold_lock():
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True)
    try:
        assert child.poll() is None
        assert not folder.is_alive()
    finally:
        child.communicate("\n")


def test_whoever_watches_does_not_keep_the_worker_from_its_lock(tmp_path):
    """The page looks several times a second: a look at the wrong moment must not turn the worker away."""
    path = tmp_path / "lock"
    path.touch()
    done = threading.Event()

    def watch():
        while not done.is_set():
            lock.is_held(path)

    watchers = [threading.Thread(target=watch) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    try:
        got = []
        for _ in range(20):
            with lock.hold(path) as held:
                got.append(held)
    finally:
        done.set()
        for watcher in watchers:
            watcher.join()
    assert all(got)


def test_a_run_is_taken_up_again_only_while_nobody_works_on_it(folder, holder):
    folder.request_stop()
    folder.write_tracking(Tracking(uri="sqlite:///x", run_id="first"))
    assert folder.resume(Resumed(how="extension", seconds=60)) is None
    assert folder.events() == []
    assert folder.stop_requested()
    holder.communicate("\n")
    written = folder.resume(Resumed(how="extension", seconds=60))
    assert folder.events() == [written]
    assert folder.last_resumed() == written
    assert not folder.stop_requested(), "the stop was for the part before"
    # Nothing of the new part is recorded yet; what will be goes into the record that is there.
    assert not folder.tracking_path.exists()
    assert folder.recorded_id() == "first"
    folder.write_tracking(Tracking(uri="sqlite:///x", run_id=""))
    assert folder.recorded_id() == "first"


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("sys/fs/cgroup/memory.events", "low 0\noom 2\noom_kill 3\n", 3),
        ("sys/fs/cgroup/memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", 1),
        ("proc/vmstat", "nr_free_pages 12\noom_kill 4\n", 4),
        ("proc/vmstat", "nr_free_pages 12\n", None),
    ],
)
def test_the_systems_count_of_processes_without_memory(tmp_path, name, text, count):
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(text)
    assert oom_kills(tmp_path) == count


def test_no_count_where_the_system_tells_nothing(tmp_path):
    assert oom_kills(tmp_path) is None
