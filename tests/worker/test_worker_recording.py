"""The recording process says what became of the record, whatever the tracking server does."""

import pytest

from genie_widgets.schema import ResultUpdated
from genie_widgets.store import RunFolder
from genie_widgets.track import Tracker
from genie_widgets.worker import recording


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
