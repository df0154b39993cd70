"""What takes seconds is done ahead, step by step, as long as nobody else needs the core."""

import pytest

from genie_widgets.track import Tracker, tracker


@pytest.mark.parametrize("n_steps", range(4))
def test_preparing_ends_between_two_steps(tmp_path, monkeypatch, n_steps):
    done = []
    monkeypatch.setattr(tracker, "load_mlflow", lambda: done.append("load"))
    monkeypatch.setattr(Tracker, "_prepare", lambda _tracker: done.append("store"))
    monkeypatch.setattr(tracker, "_rehearse", lambda: done.append("rehearsal"))
    Tracker("", tmp_path).prepare(lambda: len(done) < n_steps)
    assert done == ["load", "store", "rehearsal"][:n_steps]
