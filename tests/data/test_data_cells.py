"""Cells mean what people mean by them, and a frame's columns become types that every file can hold."""

import datetime as dt
import decimal
import io

import numpy as np
import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.schema import GenieError


def column_of(cells, delimiter="\t"):
    lines = "".join(f"{cell}{delimiter}w{i}\n" for i, cell in enumerate(cells))
    return read_table(f"cell{delimiter}word\n{lines}".encode())


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["2024-01-31", "2024-02-01"], ["2024-01-31", "2024-02-01"]),
        (["2024/01/31", "2024/02/01"], ["2024-01-31", "2024-02-01"]),
        (["2024.01.31", "2024.02.01"], ["2024-01-31", "2024-02-01"]),
        (["31.01.2024", "01.02.2024"], ["2024-01-31", "2024-02-01"]),
        (["01.02.2024", "02.03.2024"], ["2024-02-01", "2024-03-02"]),
        (["31/01/2024", "01/02/2024"], ["2024-01-31", "2024-02-01"]),
        (["01/02/2024", "31/01/2024"], ["2024-02-01", "2024-01-31"]),
        (["01/31/2024", "02/01/2024"], ["2024-01-31", "2024-02-01"]),
        (["01/02/2024", "02/03/2024"], ["2024-01-02", "2024-02-03"]),
        (["1/2/99", "31/12/98"], ["1999-02-01", "1998-12-31"]),
        (["2024-01-02 10:00", "2024-01-03"], ["2024-01-02 10:00", "2024-01-03"]),
        (["2024-01-02T10:00:00Z", "2024-02-03T11:00:00+02:00"], ["2024-01-02 10:00", "2024-02-03 09:00"]),
        (["2024-01-02", ""], ["2024-01-02", None]),
    ],
)
def test_dates_are_read_in_one_order_for_the_whole_column(cells, days):
    table = column_of(cells)
    expected = [None if day is None else pd.Timestamp(day) for day in days]
    assert [None if pd.isna(day) else day for day in table.frame["cell"]] == expected
    assert table.profile.column("cell").dtype.startswith("datetime64")


@pytest.mark.parametrize(
    "cells", [["01/02/2024", "02/03/2024"], ["01/31/2024", "02/01/2024"], ["31/01/2024", "01/02/2024"]]
)
def test_the_order_of_dates_is_told_where_it_could_be_another(cells):
    order = "day" if cells[0].startswith("31") else "month"
    assert f"dates with the {order} first" in column_of(cells).profile.reading


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-01-02", "2024-02-33"],
        ["31/12/2024", "12/31/2024"],
        ["0000-01-02", "9999-02-03"],
        ["2024-01-02", "5"],
        ["1.2.3", "1.2.4"],
        ["10.2.4.1", "10.2.4.2"],
        ["555-1234", "555-9876"],
        ["inf", "5"],
        ["1e999", "5"],
        ["١٢", "٤٥"],
        ["None", "none"],
        ["007", "42"],
        ["00", "0"],
        ["4111111111111111", "5500000000000004"],
        ["12345678901234567890", "12345678901234567891"],
        ["9007199254740993", "9007199254740992"],
    ],
)
def test_what_would_change_as_a_number_or_date_stays_text(cells):
    assert list(column_of([*cells, ""]).frame["cell"].dropna()) == cells


@pytest.mark.parametrize(
    ("cells", "numbers"), [(["0", "1", "10"], [0, 1, 10]), (["0.5", "0"], [0.5, 0]), (["-0", "+5"], [0, 5])]
)
def test_a_zero_alone_is_a_number(cells, numbers):
    assert list(column_of(cells).frame["cell"]) == numbers


@pytest.mark.parametrize("cell", ["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "?", "-", "--", "."])
def test_a_missing_cell_is_missing_in_every_wording(cell):
    table = column_of(["1", cell, "3"])
    assert table.profile.column("cell").n_missing == 1
    assert table.frame["cell"].dtype == "float64"


def test_a_few_cells_that_are_no_numbers_are_taken_as_missing_and_told():
    table = column_of([*map(str, range(5000)), "five"])
    assert table.frame["cell"].isna().tolist() == [False] * 5000 + [True]
    assert table.frame["cell"].iloc[7] == 7
    (problem,) = [problem for problem in table.profile.problems if problem.code == "cells-unread"]
    assert "“five”" in problem.title
    assert problem.culprit == "cell"


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1.234,50 €", "987,00 €", "(5,00) €"], [1234.5, 987, -5]),
        (["12 %", "(5) %"], [12, -5]),
        (["12.50-", "3.00", "1,007.25-"], [-12.5, 3, -1007.25]),
        (["1.234,50- EUR", "3,00 EUR"], [-1234.5, 3]),
        (["1,23,456", "12,34,567.5", "5,000"], [123456, 1234567.5, 5000]),
        (["1,200.00 CR", "$500.00 DR", "(20.00) Cr."], [1200, -500, -20]),  # a bank's
        (["45.00CR", "500.00", "1,020.00"], [-45, 500, 1020]),  # a card's: what was paid back
        (["45.00", "", "7.50 DR"], [45, float("nan"), -7.5]),
        (["45.00 Cr", "7.50 Cr"], [45, 7.5]),
    ],
)
def test_numbers_are_read_as_ledgers_of_many_places_write_them(cells, numbers):
    assert column_of(cells).frame["cell"].tolist() == pytest.approx(numbers, nan_ok=True)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["1.00 CR", "2.00 DR"], "CR taken as plus and DR as minus"),
        (["1.00 CR", "2.00"], "CR taken as minus"),
    ],
)
def test_how_credit_and_debit_were_read_is_told(cells, words):
    assert words in column_of(cells).profile.reading


# In India "1.25 Cr" is a crore; "12 CR" may be hours of a course.
@pytest.mark.parametrize("cells", [["1.25 Cr", "45.00"], ["12 CR", "5 CR"], ["1.00 CX", "2.00"]])
def test_what_may_be_another_unit_is_no_credit(cells):
    assert column_of(cells).frame["cell"].tolist() == cells


@pytest.mark.parametrize("cells", [["1-", "2", "2-"], ["12-3", "4-5"], ["1,2,3", "2,3,4"], ["1,23", "1,23,4567"]])
def test_grades_scores_and_lists_are_no_numbers(cells):
    assert column_of(cells).frame["cell"].tolist() == cells


@pytest.mark.parametrize("others", [["A17"], ["12b", "85123A"], ["five"] * 20, ["3+"] * 3, ["007"]], ids=range(5))
def test_cells_that_say_that_a_column_holds_no_numbers_keep_it_text(others):
    cells = [*map(str, range(100)), *others] if others != ["3+"] * 3 else [*"0123" * 30, *others]
    table = column_of(cells)
    assert table.frame["cell"].tolist() == cells


@pytest.mark.parametrize("word", ["Error", "unknown", "#DIV/0!", "n.a.", "None"])
@pytest.mark.parametrize("cells", [["1", "2.5", "3"] * 5, ["2024-01-31", "2024-02-01"] * 8], ids=["numbers", "dates"])
def test_a_word_for_no_value_is_missing_among_numbers_and_dates(word, cells):
    table = column_of([*cells, word])
    assert table.profile.column("cell").dtype in ("float64", "datetime64[ns]")
    assert table.profile.column("cell").n_missing == 1
    assert any(word in words for words in table.profile.reading)


@pytest.mark.parametrize(
    ("cells", "dtype", "expected"),
    [
        (pd.array([1, None, 3], dtype="Int64"), "float64", [1.0, None, 3.0]),
        (pd.array([1, 2, 3], dtype="Int64"), "int64", [1, 2, 3]),
        (pd.array([1.5, None, 3], dtype="Float32"), "float64", [1.5, None, 3.0]),
        (pd.array([True, None, False], dtype="boolean"), "object", [True, None, False]),
        (pd.array([True, True, False], dtype="boolean"), "bool", [True, True, False]),
        (pd.array(["x", None, "y"], dtype="string"), "object", ["x", None, "y"]),
        (pd.array([1, None, 3], dtype="int64[pyarrow]"), "float64", [1.0, None, 3.0]),
        (pd.array(["x", None, "y"], dtype="string[pyarrow]"), "object", ["x", None, "y"]),
        (pd.arrays.SparseArray([0, 1, 0]), "int64", [0, 1, 0]),
        (pd.to_timedelta([1, 2, 3], unit="s"), "float64", [1.0, 2.0, 3.0]),
        (pd.Categorical(["x", "y", "x"]), "category", ["x", "y", "x"]),
        (pd.Categorical([1, "1", "x"]), "object", ["1", "1", "x"]),
        (pd.cut(pd.Series([1, 2, 3]), [0, 2, 4]), "object", ["(0, 2]", "(0, 2]", "(2, 4]"]),
        ([1, "x", None], "object", ["1", "x", None]),
        ([1, 2.5, None], "float64", [1.0, 2.5, None]),
        ([True, "x", 2], "object", ["True", "x", "2"]),
        ([[1], {"a": 2}, None], "object", ["[1]", "{'a': 2}", None]),
        ([np.array([1]), np.array([1, 2]), None], "object", ["[1]", "[1 2]", None]),
        ([b"x", (1, 2), {3}], "object", ["b'x'", "(1, 2)", "{3}"]),
        ([decimal.Decimal("1.5"), decimal.Decimal(2), None], "float64", [1.5, 2.0, None]),
        ([1 + 2j, 3j, 0], "object", ["(1+2j)", "3j", "0j"]),
        (["\ud800", "x", "y"], "object", ["?", "x", "y"]),
        ([2**70, 2, 3], "float64", [2.0**70, 2.0, 3.0]),
        ([dt.time(2), None, dt.time(3)], "object", ["02:00:00", None, "03:00:00"]),
    ],
    ids=range(24),
)
def test_a_column_of_any_type_becomes_one_that_a_file_holds(cells, dtype, expected):
    frame = pd.DataFrame({"a": cells, "b": [1, 2, 3]})
    read = read_table(frame).frame
    assert str(read["a"].dtype) == dtype
    assert [None if pd.isna(cell) else cell for cell in read["a"]] == expected
    buffer = io.BytesIO()
    read.to_parquet(buffer)
    again = pd.read_parquet(buffer)["a"]
    assert [None if pd.isna(cell) else cell for cell in again] == expected


@pytest.mark.parametrize(
    "cells",
    [
        pd.date_range("2024-01-01", periods=3, tz="UTC"),
        pd.period_range("2024-01-01", periods=3, freq="D"),
        [dt.date(2024, 1, day) for day in (1, 2, 3)],
        pd.array(pd.date_range("2024-01-01", periods=3), dtype="timestamp[ns][pyarrow]"),
        pd.Series([pd.Timestamp(2024, 1, day, tz="UTC") for day in (1, 2, 3)], dtype=object),
    ],
    ids=range(5),
)
def test_dates_of_any_type_become_dates_without_a_zone(cells):
    read = read_table(pd.DataFrame({"a": cells, "b": [1, 2, 3]})).frame["a"]
    assert str(read.dtype).startswith("datetime64")
    assert list(read) == list(pd.date_range("2024-01-01", periods=3))


def test_names_of_any_type_become_text_each_once():
    names = [None, float("nan"), pd.NA, pd.NaT, 1, "1", " x ", "x", "", "Unnamed: 0", ("a", 1), "half \ud800"]
    table = read_table(pd.DataFrame([range(12), range(1, 13)], columns=pd.Index(names, dtype=object)))
    assert len(set(table.columns)) == 12
    assert all(isinstance(name, str) and name == name.strip() and name for name in table.columns)
    assert {problem.code for problem in table.profile.problems} >= {"unnamed-columns", "repeated-names"}
    "".join(table.columns).encode()


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"a": [], "b": []}), pd.DataFrame({"a": [1, 2]})])
def test_a_frame_without_a_table_in_it_is_refused(frame):
    with pytest.raises(GenieError) as caught:
        read_table(frame, name="mine")
    assert caught.value.problem.code in ("header-only", "one-column")
    assert "mine" in caught.value.problem.title
