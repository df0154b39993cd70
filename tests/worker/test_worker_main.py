"""Which of the things that a worker is started for wait for a turn."""

import threading

import pytest

from genie_widgets.schema import Failed, Queued, Resumed, new_run_id
from genie_widgets.store import take_ticket
from genie_widgets.worker import __main__ as main
from genie_widgets.worker import resuming


class Ready:
    """Warm already."""

    def get(self):
        """Do nothing."""


@pytest.fixture
def others(make_folder, monkeypatch):
    """A run that was taken up again, while another of its workspace trains and there is one place."""
    monkeypatch.setenv("GENIE_MAX_TRAININGS", "1")
    folder = make_folder()
    with take_ticket(folder.queue, new_run_id()):
        yield folder


def test_what_only_saves_finished_models_does_not_wait(others, monkeypatch):
    others.append(Resumed(how="salvage", seconds=30))
    monkeypatch.setattr(resuming, "resume", lambda _folder, **named: ("model", named["began_at"]))
    assert main._in_its_turn(others, None, Ready(), is_resumed=True) == ("model", None)
    assert not [event for event in others.events() if isinstance(event, Queued)]


def test_what_trains_on_waits_and_a_stop_ends_that(others):
    others.append(Resumed(how="extension", seconds=30))
    done = threading.Thread(target=lambda: main._in_its_turn(others, None, Ready(), is_resumed=True), daemon=True)
    done.start()
    while not [event for event in others.events() if isinstance(event, Queued)]:
        assert done.is_alive()
        done.join(0.05)
    others.request_stop()
    done.join(30)
    assert not done.is_alive()
    (failed,) = (event for event in others.events() if isinstance(event, Failed))
    assert failed.problem.code == "stopped-waiting"
