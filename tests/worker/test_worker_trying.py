"""Cells of a made-up row that no training row was like."""

import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.worker.newrows import align
from genie_widgets.worker.trying import unlike


@pytest.fixture(scope="module")
def profile():
    frame = pd.DataFrame({"age": [i % 50 + 18 for i in range(90)], "town": ["Bonn", "Ulm", "Kiel"] * 30})
    return read_table(frame.assign(member=[True, False, True] * 30), name="people").profile


@pytest.mark.parametrize(
    ("cells", "culprits"),
    [
        ({"age": 30, "town": "Ulm"}, []),
        ({"age": 18, "town": "Bonn"}, []),
        ({"age": 17.9, "town": "Bonn"}, ["age"]),
        ({"age": 999, "town": "Atlantis"}, ["age", "town"]),
        ({"age": None, "town": "Ulm", "member": None}, ["age", "member"]),
        ({"age": 30, "town": ""}, ["town"]),
    ],
)
def test_only_cells_outside_the_table_are_told(profile, cells, culprits):
    problems = unlike(cells, profile)
    assert [problem.culprit for problem in problems] == culprits
    assert all(problem.severity == "warning" for problem in problems)


def test_a_cell_may_be_missing_where_others_are():
    frame = pd.DataFrame({"age": [None, *range(20, 79)], "town": ["Bonn", "Ulm", None] * 20})
    assert unlike({"age": None, "town": None}, read_table(frame, name="people").profile) == []


def test_a_date_outside_the_table_is_told_and_one_that_is_none_is_not():
    frame = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=60), "n": range(60)})
    profile = read_table(frame, name="days").profile
    for cell, is_odd in [("2024-02-01", False), ("2024-02-29 23:00", False), ("2031-01-01", True), ("soon", False)]:
        assert bool(unlike({"day": cell}, profile)) is is_odd


@pytest.mark.parametrize(
    ("cell", "read"), [("True", True), ("false", False), (True, True), (0, False), ("maybe", None)]
)
def test_truth_is_read_as_people_write_it(profile, cell, read):
    from genie_widgets.schema import Plan, RunRequest

    plan = Plan(target="town", problem_type="multiclass", metric="accuracy", features=("member",))
    request = RunRequest(run_id="0" * 32, prompt="", plan=plan, profile=profile, created_at=0.0)
    rows, problems = align(pd.DataFrame([{"member": cell}], dtype=object), request)
    got = rows["member"].iloc[0]
    assert pd.isna(got) if read is None else bool(got) is read
    assert bool(problems) == (read is None)
