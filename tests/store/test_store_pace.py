"""How long turns take, learned from those that have ended."""

import pytest

from genie_widgets.store import note_turn, pace


def test_before_any_turn_a_second_is_a_second(tmp_path):
    assert pace(tmp_path) == 1.0


def test_the_median_of_the_newest_counts(tmp_path):
    for _ in range(200):
        note_turn(tmp_path, held_s=6, given_s=60)
    assert pace(tmp_path) == pytest.approx(0.1)
    for _ in range(5):
        note_turn(tmp_path, held_s=120, given_s=60)
    assert pace(tmp_path) == pytest.approx(2.0)


def test_one_that_took_very_long_does_not_decide(tmp_path):
    for held in (60, 66, 9_000):
        note_turn(tmp_path, held_s=held, given_s=60)
    assert pace(tmp_path) == pytest.approx(1.1)


@pytest.mark.parametrize("torn", ["1.", "x\n", "nan\n", "-3\n", "\x00\x00\n", "inf\n1e999\n"])
def test_what_is_no_figure_is_passed_over(tmp_path, torn):
    note_turn(tmp_path, held_s=30, given_s=20)
    with (tmp_path / "pace").open("a") as file:
        file.write(torn)
    assert pace(tmp_path) == pytest.approx(1.25, abs=0.26)


def test_a_turn_without_a_limit_teaches_nothing(tmp_path):
    note_turn(tmp_path, held_s=30, given_s=0)
    assert pace(tmp_path) == 1.0
