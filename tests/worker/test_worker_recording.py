"""Whoever records says what became of the record, whatever the tracking server does."""

import threading

import pytest

from genie_widgets.machine import Machine
from genie_widgets.schema import ResultUpdated, Tracking, new_run_id
from genie_widgets.store import RunFolder
from genie_widgets.track import Tracker
from genie_widgets.track.tracker import PATIENCE_LOCAL_S, PATIENCE_S
from genie_widgets.worker import allotment, recorder, recording

RECORD = Tracking(uri="u", run_id="r")


class Actor:
    """A tracker that remembers what it was asked for, and answers when it is let."""

    patience_s = 60.0

    def __init__(self, uri, workspace):
        self.did, self.answers = [], threading.Event()
        self.answers.set()

    def prepare(self, go_on):
        if go_on():
            self.did.append("prepare")

    def log(self, **_given):
        self.answers.wait()
        self.did.append("log")
        return RECORD

    def unanswered(self):
        return Tracking(uri="unanswered")


def machine(pressure):
    return Machine(cores=1, memory_bytes=2**33, available_memory_bytes=2**33, free_disk_bytes=2**33, pressure=pressure)


@pytest.fixture
def asked(make_folder, make_result, monkeypatch):
    """The recorder of a run that has a result, on free cores."""
    monkeypatch.setattr(recorder, "Tracker", Actor)
    monkeypatch.setattr(allotment, "detect_machine", lambda **_disk: machine(0.0))
    folder = make_folder()
    folder.write_result(make_result(folder))
    return recorder.Recorder(folder)


@pytest.fixture
def make_result():
    from genie_widgets.schema import RunResult

    def make(folder):
        request = folder.read_request()
        return RunResult(
            run_id=folder.run_id,
            status="done",
            prompt="",
            table_name="t",
            plan=request.plan,
            n_rows=1,
            n_train=1,
            n_holdout=0,
            features=("a",),
        )

    return make


def ended(asked):
    """Wait until the recorder's threads have ended; the test's own time limit ends it."""
    for thread in threading.enumerate():
        if thread.name.startswith("genie-record"):
            thread.join()
    return asked._folder


def told(folder):
    return [event.part for event in folder.events() if isinstance(event, ResultUpdated)]


def test_what_takes_long_is_done_before_the_record_which_is_made_at_the_word(asked):
    took = []
    assert asked._folder.is_recording()
    asked.record(took.append)
    folder = ended(asked)
    assert len(took) == 1
    assert took[0] >= 0
    assert asked._tracker.did == ["prepare", "log"]
    assert folder.read_result().tracking == RECORD
    assert told(folder) == ["tracking"]
    assert not folder.is_recording()


def test_on_busy_cores_a_run_that_has_begun_has_what_its_process_gets_for_itself(make_folder, make_result, monkeypatch):
    monkeypatch.setattr(recorder, "Tracker", Actor)
    monkeypatch.setattr(allotment, "detect_machine", lambda **_disk: machine(0.9))
    monkeypatch.setattr(allotment, "gets_ready_beside", lambda: False)
    folder = make_folder()
    folder.write_result(make_result(folder))
    busy = recorder.Recorder(folder)
    busy.record()
    ended(busy)
    assert busy._tracker.did == ["log"]
    assert told(folder) == ["tracking"]
    assert not recorder._may_prepare(folder)
    assert recorder._may_prepare(RunFolder.create(folder.path.parent.parent, new_run_id())), "nobody waits yet"


@pytest.mark.parametrize(("felt", "may"), [(0.2, True), (0.9, False), (None, False)])
def test_what_genie_gets_ready_beside_is_not_the_work_of_others(make_folder, monkeypatch, make_result, felt, may):
    monkeypatch.setattr(allotment, "detect_machine", lambda **_disk: machine(0.9))
    monkeypatch.setattr(allotment, "gets_ready_beside", lambda: True)
    monkeypatch.setattr(allotment, "felt_pressure", lambda: felt)
    folder = make_folder()
    folder.write_result(make_result(folder))
    assert recorder._may_prepare(folder) == may


def test_without_a_model_nothing_is_recorded_and_nobody_waits_for_it(asked):
    asked.abandon()
    folder = ended(asked)
    assert asked._tracker.did == ["prepare"]
    assert not folder.tracking_path.exists()
    assert not folder.is_recording()


def test_a_record_that_takes_too_long_is_told_and_another_may_try(asked, monkeypatch):
    monkeypatch.setattr(Actor, "patience_s", 0.0)
    asked._tracker.answers.clear()
    took = []
    asked.record(took.append)
    # It may be over before it is looked for.
    for patience in [t for t in threading.enumerate() if t.name == "genie-recording-patience"]:
        patience.join()
    folder = asked._folder
    assert folder.read_result().tracking.uri == "unanswered"
    assert not folder.is_recording()
    # The next one has its turn, though the first still waits; what comes of that one is not told any more.
    monkeypatch.setattr(Actor, "patience_s", 60.0)
    again = recorder.Recorder(folder)
    again.record()
    again._work.join()
    assert folder.read_result().tracking == RECORD
    folder.write_tracking(Tracking(uri="newest"))
    asked._tracker.answers.set()
    ended(asked)
    assert folder.read_result().tracking.uri == "newest"
    assert set(told(folder)) == {"tracking"}
    assert took == [], "nobody learns from what nobody waited for"


def test_a_server_has_its_time_and_no_password_is_told(tmp_path):
    folder = RunFolder.create(tmp_path, "0" * 32)
    folder.write_tracking(Tracker("http://someone:secret@localhost:9", tmp_path).unanswered())
    written = folder.tracking_path.read_text(encoding="utf-8")
    assert "within 120 s" in written
    assert "secret" not in written


def test_a_file_that_is_only_slow_is_waited_for_longer_than_a_server_that_may_never_answer(tmp_path):
    server, file = Tracker("http://localhost:9", tmp_path), Tracker("", tmp_path)
    assert (server.patience_s, file.patience_s) == (PATIENCE_S, PATIENCE_LOCAL_S)
    assert PATIENCE_S < PATIENCE_LOCAL_S
    assert f"within {PATIENCE_LOCAL_S:.0f} s" in file.unanswered().problem.title


def test_a_run_is_recorded_anew_by_a_process_of_its_own(make_folder, make_result, monkeypatch):
    monkeypatch.setattr(recorder, "Tracker", Actor)
    folder = make_folder()
    folder.write_result(make_result(folder))
    recording.record(folder.path)  # and it waits for it: MLflow can do little once a main thread has ended
    assert folder.read_result().tracking == RECORD
