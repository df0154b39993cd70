"""What the run knows of an explanation: leaks that explain, and cells unlike the table's."""

from types import SimpleNamespace

import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.schema import ExplainedOutput, Explanation, FeatureImportance, Plan, Problem
from genie_widgets.worker.cautions import with_cautions
from genie_widgets.worker.pipeline import tell_of_rows_within
from genie_widgets.worker.trying import unlike


@pytest.fixture(scope="module")
def profile():
    frame = pd.DataFrame(
        {
            "age": [i % 50 + 18 for i in range(90)],
            "town": ["Bonn", "Ulm", "Kiel"] * 30,
            "day": pd.date_range("2024-01-01", periods=90),
            "left": [0, 1] * 45,
        }
    )
    return read_table(frame, name="people").profile


def explained(rows, **sizes):
    importance = tuple(FeatureImportance(column=name, mean_abs=sizes.get(name, 0.1), standard_error=0) for name in rows)
    caution = Problem(code="columns-alike", title="x", remedy="y", severity="info")
    return Explanation(
        path="exact",
        method="",
        unit="probability",
        n_rows=len(rows),
        n_background=100,
        additivity_error=0.0,
        outputs=(ExplainedOutput(label="1", base_value=0.5, importance=importance, rows=()),),
        seconds=0.1,
        cautions=(caution,),
    )


def told(rows, profile, problems=(), **sizes):
    plan = Plan(target="left", problem_type="binary", metric="roc_auc", problems=problems)
    found = with_cautions(explained(rows, **sizes), rows, plan, profile).cautions
    assert found[-1].code == "columns-alike", "what was known before stays"
    return found[:-1]


def test_rows_of_the_table_need_no_caution(profile):
    rows = pd.DataFrame({"age": [20.0], "town": ["Ulm"], "day": pd.to_datetime(["2024-02-01"])})
    assert told(rows, profile) == ()


def test_a_missing_cell_in_a_column_that_never_was_missing_is_told_as_a_what_if_tells_it(profile):
    rows = pd.DataFrame({"age": [20.0, None], "town": [None, None], "day": pd.to_datetime(["2024-02-01", None])})
    found = told(rows, profile)
    assert [(caution.code, caution.culprit) for caution in found] == [("cells-unlike", n) for n in rows]
    assert "2 of 2 explained rows town is missing" in found[1].title
    one = told(rows.tail(1), profile)
    made_up = unlike({"age": None, "town": None, "day": None}, profile)
    assert [caution.title for caution in one] == [caution.title for caution in made_up]


def test_a_missing_cell_in_a_column_with_gaps_needs_no_caution():
    gaps = read_table(pd.DataFrame({"age": [None, *range(60)], "left": [0, *[0, 1] * 30]}), name="gaps").profile
    assert told(pd.DataFrame({"age": [None, 30.0]}), gaps) == ()
    assert unlike({"age": None}, gaps) == []


def test_cells_outside_the_table_are_counted_by_column(profile):
    rows = pd.DataFrame(
        {
            "age": [20, 99, 5],
            "town": ["Ulm", "Atlantis", "Ulm"],
            "day": pd.to_datetime(["2024-02-01", "2024-02-01", "2031-01-01"]),
        }
    )
    found = told(rows, profile)
    assert [(caution.code, caution.culprit) for caution in found] == [("cells-unlike", n) for n in rows]
    assert "2 of 3 explained rows" in found[0].title
    assert "2024-01-01 to 2024-03-30" in found[2].title
    assert told(rows.tail(1), profile)[0].title.startswith("The row has")


def test_a_leak_is_told_with_what_rests_on_it(profile):
    rows = pd.DataFrame({"age": [20], "town": ["Ulm"]})
    leak = Problem(code="leak", title="t", remedy="r", culprit="town", severity="warning")
    (found,) = told(rows, profile, (leak,), age=0.1, town=0.3)
    assert (found.code, found.culprit) == ("leak-explains", "town")
    assert found.title.startswith("75% of what is explained here is town")
    assert told(rows, profile, (leak,), age=0.1, town=0.0) == ()


def test_a_model_that_holds_the_rows_it_learned_from_says_so():
    told = []
    for holds in (False, True):
        tell_of_rows_within(SimpleNamespace(warn=told.append), SimpleNamespace(holds_rows=holds))
    (problem,) = told
    assert (problem.code, problem.severity) == ("holds-rows", "info")
