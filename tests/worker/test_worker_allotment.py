"""What of a machine a run may use, and whose work keeps it busy."""

from importlib import import_module
from types import SimpleNamespace

import pytest

from genie_widgets.machine import Machine
from genie_widgets.worker import allotment
from genie_widgets.worker.allotment import Allotment

GIB = 2**30


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Gives the machine that a run sees, by what waits for cores, what Genie gets ready beside, and what it feels."""

    def seen(pressure, *, compiles, felt, makes_blank=False, after_s=0.0, later=(False, False)):
        found = Machine(2, 16 * GIB, 8 * GIB, GIB, pressure=pressure)
        monkeypatch.setattr(allotment, "detect_machine", lambda **_where: found)
        get_ready(compiles, makes_blank)
        monkeypatch.setattr(allotment, "felt_pressure", lambda: felt)
        tried = Allotment().tried()
        get_ready(*later)
        now = allotment.time.monotonic() + after_s
        monkeypatch.setattr(allotment, "time", SimpleNamespace(monotonic=lambda: now))
        return tried.machine(tmp_path)

    def get_ready(compiles, makes_blank):
        monkeypatch.setattr(import_module("genie_widgets.explain"), "is_under_way", lambda: compiles, raising=False)
        monkeypatch.setattr("genie_widgets.track.is_blank_being_made", lambda: makes_blank)

    return seen


def test_what_genie_compiles_beside_is_not_the_work_of_others(machine):
    assert not machine(0.9, compiles=True, felt=0.2).is_busy
    assert machine(0.9, compiles=True, felt=0.2).threads == 2
    assert not machine(0.9, compiles=False, felt=0.2, makes_blank=True).is_busy


def test_others_keep_it_busy_whatever_genie_compiles(machine):
    assert machine(0.9, compiles=True, felt=0.6).is_busy
    assert machine(0.9, compiles=True, felt=None).is_busy


def test_where_nothing_is_compiled_the_machines_own_figure_counts(machine):
    assert machine(0.9, compiles=False, felt=0.0).is_busy
    assert not machine(0.1, compiles=False, felt=0.9).is_busy
    assert not machine(0.1, compiles=True, felt=0.9).is_busy


def test_what_was_felt_counts_no_longer_than_genie_gets_ready(machine):
    """Others may have come since."""
    assert not machine(0.9, compiles=True, felt=0.2, after_s=10).is_busy, "the machine's figure is of ten seconds"
    assert machine(0.9, compiles=True, felt=0.2, after_s=60).is_busy
    assert not machine(0.9, compiles=True, felt=0.2, after_s=60, later=(True, False)).is_busy
    assert not machine(0.9, compiles=True, felt=0.2, after_s=60, later=(False, True)).is_busy
