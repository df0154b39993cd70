"""What the steps after a training take, learned from those that have ended."""

import pytest

from genie_widgets.store import costs, note_cost


def note(queue, *shares, step="scoring", n_rows=1000):
    for share in shares:
        note_cost(queue, step, n_rows, took_s=share * 5, planned_s=5)


def test_the_first_one_tells_already(tmp_path):
    assert costs(tmp_path, 1000) == {}
    note(tmp_path, 0.2)
    assert costs(tmp_path, 1000) == {"scoring": pytest.approx(0.2)}
    note(tmp_path, 0.3, 0.25)
    assert costs(tmp_path, 1000) == {"scoring": pytest.approx(0.3)}


def test_of_many_most_took_no_more_and_the_oldest_are_forgotten(tmp_path):
    note(tmp_path, *[4.0] * 200)
    note(tmp_path, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 9.0)
    assert costs(tmp_path, 1000) == {"scoring": pytest.approx(0.8)}
    note(tmp_path, 9.0)
    assert costs(tmp_path, 1000) == {"scoring": pytest.approx(9.0)}, "twice is no accident"


def test_each_step_and_each_size_is_a_matter_of_its_own(tmp_path):
    note(tmp_path, 0.1, 0.1, 0.1)
    note(tmp_path, 0.5, 0.5, 0.5, step="tracking")
    note(tmp_path, 2.0, 2.0, 2.0, n_rows=100_000)
    assert costs(tmp_path, 9999) == {"scoring": pytest.approx(0.1), "tracking": pytest.approx(0.5)}
    assert costs(tmp_path, 500_000) == {"scoring": pytest.approx(2.0)}


@pytest.mark.parametrize(
    "torn", ["scoring 4 0.", "x\n", "scoring 4 nan\n", "scoring 4 -3\n", "\x00\n", "scoring 4 inf\n"]
)
def test_what_is_no_figure_is_passed_over(tmp_path, torn):
    note(tmp_path, 0.3, 0.3, 0.3)
    with (tmp_path / "costs").open("a") as file:
        file.write(torn)
    assert costs(tmp_path, 1000) == {"scoring": pytest.approx(0.3)}


def test_a_disk_that_is_full_learns_nothing(tmp_path):
    (tmp_path / "file").touch()
    note(tmp_path / "file" / "queue", 0.3)
    assert costs(tmp_path / "file" / "queue", 1000) == {}


def test_a_step_that_is_never_planned_teaches_nothing(tmp_path):
    for _ in range(3):
        note_cost(tmp_path, "scoring", 1000, took_s=1.0, planned_s=0.0)
    assert costs(tmp_path, 1000) == {}
