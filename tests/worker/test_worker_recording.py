"""The recording process says what became of the record, whatever the tracking server does."""

import io
import subprocess
import sys
import threading

import pytest

from genie_widgets.schema import ResultUpdated
from genie_widgets.store import RunFolder
from genie_widgets.track import Tracker
from genie_widgets.track.tracker import PATIENCE_LOCAL_S, PATIENCE_S
from genie_widgets.worker import recorder, recording


class Actor:
    """A tracker that remembers what it was asked for."""

    did = ()
    patience_s = 60.0

    def __init__(self, uri, workspace):
        pass

    def __getattr__(self, name):
        def act(*_args, **_kwargs):
            type(self).did += (name,)

        return act


@pytest.mark.parametrize(
    ("words", "done"), [("soon\nrecord\n", True), ("record\n", True), ("soon\n", False), ("", False)]
)
def test_everything_is_loaded_before_the_record_which_is_made_at_the_word(words, done, make_folder, monkeypatch):
    monkeypatch.setattr(Actor, "did", ())
    monkeypatch.setattr("genie_widgets.track.Tracker", Actor)
    monkeypatch.setattr(recording, "_record", lambda _folder, _request, tracker: tracker.record())
    monkeypatch.setattr(recording.sys, "stdin", io.StringIO(words))
    recording.main(make_folder().path)
    for watchdog in [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]:
        watchdog.join(30)
        assert not watchdog.is_alive(), "it would end us"
    if done:
        assert Actor.did == ("prepare", "rehearse", "load_for_check", "record")
    else:
        assert "record" not in Actor.did


class EndedError(Exception):
    """The process would be gone."""


def test_a_record_that_takes_too_long_is_told_and_the_process_ends(tmp_path, monkeypatch):
    def end(code):
        raise EndedError(code)

    monkeypatch.setattr(recording.os, "_exit", end)
    folder = RunFolder.create(tmp_path, "0" * 32)
    with pytest.raises(EndedError):
        recording._give_up(folder, Tracker("http://someone:secret@localhost:9", tmp_path))
    written = folder.tracking_path.read_text(encoding="utf-8")
    assert "within 120 s" in written
    assert "secret" not in written
    assert [event.part for event in folder.events() if isinstance(event, ResultUpdated)] == ["tracking"]


def test_a_file_that_is_only_slow_is_waited_for_longer_than_a_server_that_may_never_answer(tmp_path):
    server, file = Tracker("http://localhost:9", tmp_path), Tracker("", tmp_path)
    assert (server.patience_s, file.patience_s) == (PATIENCE_S, PATIENCE_LOCAL_S)
    assert PATIENCE_S < PATIENCE_LOCAL_S
    assert f"within {PATIENCE_LOCAL_S:.0f} s" in file.unanswered().problem.title


def test_the_recorder_holds_its_lock_from_before_it_starts_until_its_end(make_folder, monkeypatch):
    program = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]
    started = subprocess.Popen
    monkeypatch.setattr(recorder.subprocess, "Popen", lambda _command, **given: started(program, **given))
    folder = make_folder()
    assert not folder.is_recording()
    asked = recorder.Recorder(folder)
    assert folder.is_recording()
    asked.abandon()
    asked._process.wait(30)
    assert not folder.is_recording()
