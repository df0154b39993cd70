"""New rows of any form are brought to the columns and types of the training table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.schema import GenieError
from genie_widgets.worker.newrows import align, typed_like

FEATURES = ["whole", "part", "word", "code", "day", "flag"]


@pytest.fixture
def request_(make_request, trained_frame):
    return make_request(trained_frame)


@pytest.fixture
def rows(trained_frame):
    return trained_frame.drop(columns="y").head(4)


def test_rows_like_those_of_training_are_left_as_they_are(request_, rows):
    aligned, problems = align(rows, request_)
    assert problems == []
    pd.testing.assert_frame_equal(aligned, rows, check_dtype=False)


def test_order_and_other_columns_do_not_matter(request_, rows):
    shuffled = rows[FEATURES[::-1]].assign(other=1, y=2.0)
    aligned, problems = align(shuffled, request_)
    assert list(aligned.columns) == FEATURES
    assert problems == []


def test_left_out_columns_are_not_asked_for(make_request, trained_frame, rows):
    request = make_request(trained_frame, ignore=("whole", "day"))
    aligned, _ = align(rows.drop(columns=["whole", "day"]), request)
    assert list(aligned.columns) == ["part", "word", "code", "flag"]


def test_missing_columns_are_named(request_, rows):
    with pytest.raises(GenieError) as caught:
        align(rows.drop(columns=["part", "flag"]), request_)
    problem = caught.value.problem
    assert problem.code == "columns-missing"
    assert problem.culprit == "part, flag"
    assert "2 columns that" in problem.title
    assert problem.remedy


def test_very_many_missing_columns_are_counted_and_not_all_named(make_request):
    frame = pd.DataFrame({f"column {n}": range(20) for n in range(100)}).assign(y=1.5)
    with pytest.raises(GenieError) as caught:
        align(pd.DataFrame({"a": [1]}), make_request(frame))
    assert "100 columns that" in caught.value.problem.title
    assert len(caught.value.problem.title) < 400


def test_an_unseen_category_is_handed_on(request_, rows):
    aligned, problems = align(rows.assign(word="Atlantis"), request_)
    assert list(aligned["word"]) == ["Atlantis"] * 4
    assert problems == []


@pytest.mark.parametrize("name", FEATURES)
def test_a_column_without_any_value_is_taken(request_, rows, name):
    aligned, problems = align(rows.assign(**{name: None}), request_)
    assert aligned[name].isna().all()
    assert problems == []


def test_numbers_and_dates_as_text_are_read(request_, rows):
    text = rows.assign(whole=["1", " 2", "3.0", "4e1"], day=rows["day"].dt.strftime("%Y-%m-%d"))
    aligned, problems = align(text, request_)
    assert list(aligned["whole"]) == [1, 2, 3, 40]
    assert list(aligned["day"]) == list(rows["day"])
    assert problems == []


def test_cells_that_are_no_number_are_told_and_taken_as_missing(request_, rows):
    aligned, problems = align(rows.assign(part=["1.5", "many", None, "x"]), request_)
    assert list(aligned["part"].isna()) == [False, True, True, True]
    (problem,) = problems
    assert (problem.code, problem.culprit, problem.severity) == ("cells-unread", "part", "warning")
    assert problem.title.startswith("2 cell(s) of part")


def test_dates_with_a_time_zone_or_a_time_become_like_those_of_training(request_, rows):
    zoned = rows["day"].dt.tz_localize("UTC")
    for days in (zoned, zoned.dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"), zoned.astype(object)):
        aligned, problems = align(rows.assign(day=days), request_)
        assert aligned["day"].dtype == "datetime64[ns]"
        assert list(aligned["day"]) == list(rows["day"])
        assert problems == []


def test_dates_written_in_two_ways_are_both_read(request_, rows):
    days = ["2020-01-01", "2020-01-02 12:00", "2020-01-03T00:00:00+02:00", "yesterday-ish"]
    aligned, problems = align(rows.assign(day=days), request_)
    assert list(aligned["day"].isna()) == [False, False, False, True]
    assert [problem.culprit for problem in problems] == ["day"]


def test_codes_that_pandas_took_for_numbers_are_the_words_of_training(request_, rows):
    aligned, problems = align(rows.assign(code=[7, 12, 7, 12]), request_)
    assert list(aligned["code"]) == ["7", "12", "7", "12"]
    # With a missing cell among them, pandas makes fractions of whole numbers.
    aligned, problems = align(rows.assign(code=[7, np.nan, 7.5, 12]), request_)
    assert list(aligned["code"].fillna("none")) == ["7", "none", "7.5", "12"]
    assert problems == []


def test_an_index_of_any_kind_is_kept(request_, rows):
    for index in ([5, 5, 5, 5], list("abca"), pd.date_range("2024", periods=4)):
        aligned, _ = align(rows.set_axis(index), request_)
        assert list(aligned.index) == list(index)
        assert list(aligned["whole"]) == list(rows["whole"])


def test_no_rows_are_no_error(request_, rows):
    aligned, problems = align(rows.iloc[:0], request_)
    assert len(aligned) == 0
    assert list(aligned.columns) == FEATURES
    assert problems == []


def test_the_callers_frame_is_not_changed(request_, rows):
    given_rows = rows.astype(object)
    before = given_rows.copy(deep=True)
    align(given_rows, request_)
    pd.testing.assert_frame_equal(given_rows, before)


CELLS = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.text(max_size=12),
    st.datetimes(),
    st.dates(),
    st.binary(max_size=4),
    st.decimals(allow_nan=False),
    st.sampled_from(["2020-13-45", "1e999", "0x10", "१२", "NaT", "True", "-"]),
)


@settings(max_examples=50, deadline=None)
@given(cells=st.lists(st.lists(CELLS, min_size=len(FEATURES), max_size=len(FEATURES)), max_size=4))
def test_any_cells_at_all_are_taken(cells, wild_request):
    frame = pd.DataFrame(cells, columns=FEATURES, dtype=object)
    aligned, problems = align(frame, wild_request)
    assert list(aligned.columns) == FEATURES
    assert len(aligned) == len(frame)
    assert pd.api.types.is_numeric_dtype(aligned["whole"]) or not len(frame)
    assert all(problem.culprit in FEATURES for problem in problems)


@pytest.fixture(scope="module")
def wild_request(trained_frame):
    from genie_widgets.data import read_table
    from genie_widgets.schema import Plan, RunRequest

    plan = Plan(target="y", problem_type="regression", metric="r2")
    profile = read_table(trained_frame, name="t").profile
    return RunRequest(run_id="0" * 32, prompt="", plan=plan, profile=profile, created_at=0.0)


def test_near_names_are_matched_and_told(request_, rows):
    renamed = rows.rename(columns={"whole": "Whole ", "part": "PART_", "word": "wword", "day": "day"})
    aligned, problems = align(renamed, request_)
    assert list(aligned.columns) == FEATURES
    assert {(found.culprit, found.value) for found in problems} == {
        ("Whole ", "whole"),
        ("PART_", "part"),
        ("wword", "word"),
    }
    assert {found.code for found in problems} == {"column-matched"}
    pd.testing.assert_frame_equal(aligned, align(rows, request_)[0])


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"whole": "Whole", "part": "whole!"}, "two columns are near one feature"),
        ({"whole": "hole in one"}, "not near enough"),
        ({"day": "DAY"}, "cells of another kind"),
    ],
)
def test_a_name_that_is_not_surely_the_same_is_missing(request_, rows, columns, reason):
    renamed = rows.rename(columns=columns)
    if "DAY" in renamed:
        renamed["DAY"] = "no date"
    with pytest.raises(GenieError) as caught:
        align(renamed, request_)
    assert caught.value.problem.code == "columns-missing"


def test_names_that_differ_by_a_number_are_never_taken_for_each_other(make_request):
    frame = pd.DataFrame({"quarter_1": range(20), "quarter_2": range(20)}).assign(y=1.5)
    with pytest.raises(GenieError):
        align(pd.DataFrame({"quarter_1": [1], "quarter_3": [2]}), make_request(frame))


def test_a_column_that_was_left_out_is_not_taken_for_a_feature(make_request):
    frame = pd.DataFrame({"income": range(20), "Income": range(20)}).assign(y=1.5)
    with pytest.raises(GenieError):
        align(pd.DataFrame({"Income": [1]}), make_request(frame, ignore=("Income",)))


def test_numbers_take_the_type_of_other_rows_only_where_they_stay_what_they_are():
    others = pd.DataFrame({"a": [1.5], "b": [1], "c": [1], "d": ["x"], "e": [1]})
    rows = pd.DataFrame({"a": [2], "b": [3.0], "c": [3.5], "d": [4], "e": [float("nan")]})
    typed = typed_like(rows, others)
    assert [str(kind) for kind in typed.dtypes] == ["float64", "int64", "float64", "int64", "float64"]
    pd.testing.assert_frame_equal(typed, rows, check_dtype=False)
