"""What takes seconds is done ahead, step by step, as long as nobody else needs the core."""

import logging
import sys

import pytest

from genie_widgets.track import Tracker, own_store, tracker


@pytest.mark.parametrize("n_steps", range(4))
def test_preparing_ends_between_two_steps(tmp_path, monkeypatch, n_steps):
    done = []
    monkeypatch.setattr(tracker, "load_mlflow", lambda: done.append("load"))
    monkeypatch.setattr(Tracker, "_prepare", lambda _tracker: done.append("store"))
    monkeypatch.setattr(tracker, "_rehearse", lambda: done.append("rehearsal"))
    Tracker("", tmp_path).prepare(lambda: len(done) < n_steps)
    assert done == ["load", "store", "rehearsal"][:n_steps]


def test_mlflow_which_sets_its_own_level_as_it_is_imported_is_quiet_all_the_same(monkeypatch):
    logger = logging.getLogger("mlflow")
    monkeypatch.setattr(own_store, "import_module", lambda name: logging.getLogger(name).setLevel(logging.INFO))
    own_store.load_mlflow()
    assert logger.level == logging.ERROR


@pytest.mark.parametrize("goes_well", [True, False])
def test_who_trains_beside_has_the_interpreter_after_a_moment(tmp_path, monkeypatch, goes_well):
    seen = []

    def load():
        seen.append(sys.getswitchinterval())
        if not goes_well:
            raise OSError("no room")

    monkeypatch.setattr("genie_widgets.track.tracker.load_mlflow", load)
    monkeypatch.setattr(Tracker, "_prepare", lambda _tracker: None)
    before = sys.getswitchinterval()
    Tracker("", tmp_path).prepare(lambda: len(seen) < 1)
    assert seen[0] <= 0.001 < before
    assert sys.getswitchinterval() == before
