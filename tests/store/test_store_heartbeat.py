"""A sign of life that other machines see, and that ends with whoever gave it."""

import os
import time

import pytest

from genie_widgets.schema import ClusterJob, Resumed
from genie_widgets.store import heartbeat
from genie_widgets.store.heartbeat import SILENCE_S, beating, beats_elsewhere, is_beating


@pytest.fixture
def path(tmp_path):
    return tmp_path / "heartbeat"


def age(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_it_beats_while_the_body_runs_and_is_gone_with_it(path):
    assert not is_beating(path)
    with beating(path):
        assert is_beating(path)
    assert not is_beating(path)
    assert list(path.parent.iterdir()) == []


def test_whoever_is_silent_for_long_is_dead(path):
    path.write_text("node-7:12")
    assert is_beating(path)
    age(path, SILENCE_S + 1)
    assert not is_beating(path)


def test_each_beat_is_a_new_file_so_that_nfs_looks_at_the_folder_again(path, monkeypatch):
    monkeypatch.setattr(heartbeat, "BEAT_S", 0.01)
    with beating(path):
        first, deadline = path.stat().st_ino, time.monotonic() + 30
        seen = {first}
        while len(seen) < 2:
            assert time.monotonic() < deadline
            seen.add(path.stat().st_ino)


def test_a_beat_that_cannot_be_written_does_not_end_the_next(path, monkeypatch):
    monkeypatch.setattr(heartbeat, "BEAT_S", 0.01)
    folder = path.parent / "run"
    folder.mkdir()
    with beating(folder / "heartbeat"):
        for file in folder.iterdir():
            file.unlink()
        deadline = time.monotonic() + 30
        while not is_beating(folder / "heartbeat"):
            assert time.monotonic() < deadline


def test_ones_own_heartbeat_is_no_other_process(path):
    with beating(path):
        assert not beats_elsewhere(path)
        path.write_text("node-7:12")
        assert beats_elsewhere(path)
    path.write_text("node-7:12")
    age(path, SILENCE_S + 1)
    assert not beats_elsewhere(path)


def test_a_run_on_a_cluster_is_alive_by_its_heartbeat_though_nobody_here_holds_its_lock(folder):
    assert not folder.is_alive()
    with folder.keep_heartbeat():
        assert folder.is_alive()
        assert folder.resume(Resumed(how="salvage", seconds=9)) is None
    assert not folder.is_alive()
    assert folder.resume(Resumed(how="salvage", seconds=9)) is not None


def test_a_record_may_come_while_whoever_records_on_a_cluster_gives_signs_of_life(folder):
    with folder.keep_recorders_heartbeat():
        assert folder.is_recording()
        assert not folder.is_alive()
    assert not folder.is_recording()


def test_which_job_trains_a_run_is_remembered(folder):
    assert folder.read_job() is None
    job = ClusterJob(address="http://head:8265", submission_id="genie-1", cores=2, memory_bytes=3)
    folder.write_job(job)
    assert folder.read_job() == job
