"""How many train at once, who waits behind whom, and for how long."""

import pytest

from genie_widgets.machine import Machine
from genie_widgets.schema import RunStarted, new_run_id
from genie_widgets.store import RunFolder, expected_place, place_behind, take_ticket, trainings_at_once

GIB = 2**30


@pytest.mark.parametrize(
    ("asked", "cores", "memory", "places"),
    [("", 2, 16, 1), ("", 16, 64, 8), ("", 16, 4, 2), ("", 1, 1, 1), ("5", 2, 2, 5), ("0", 4, 8, 2), ("many", 4, 8, 2)],
)
def test_how_many_train_at_once(monkeypatch, asked, cores, memory, places):
    monkeypatch.setenv("GENIE_MAX_TRAININGS", asked)
    assert trainings_at_once(Machine(cores, memory * GIB, memory * GIB, GIB)) == places


def test_a_place_is_estimated_anew_only_where_it_has_changed(tmp_path, monkeypatch):
    monkeypatch.setenv("GENIE_MAX_TRAININGS", "2")
    own, *others = (RunFolder.create(tmp_path, new_run_id()) for _ in range(4))
    for other in others:
        other.append(RunStarted(time_limit_s=60))
    names = [other.run_id for other in others]
    assert place_behind(own, names[:1]) is None
    first = place_behind(own, names[:2])
    assert (first.before, first.about_s) == (1, pytest.approx(60, abs=5))
    assert place_behind(own, names[:2], first) is first
    second = place_behind(own, names, first)
    assert (second.before, second.about_s) == (2, pytest.approx(90, abs=5))
    assert place_behind(own, [], second) is None


def test_before_it_has_a_ticket_a_run_is_behind_all_that_have_one(tmp_path, monkeypatch):
    monkeypatch.setenv("GENIE_MAX_TRAININGS", "1")
    own, other = (RunFolder.create(tmp_path, new_run_id()) for _ in range(2))
    assert expected_place(own) is None
    with take_ticket(own.queue, own.run_id), take_ticket(own.queue, other.run_id):
        assert expected_place(own) is None
    with take_ticket(own.queue, other.run_id):
        assert expected_place(own).before == 1
