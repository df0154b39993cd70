"""Predictions that a spreadsheet can open without running anything in them."""

import csv

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.export import write_predictions

FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://a","b")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    # What follows a line feed or a full-width sign is run by some spreadsheets as well.
    "\n=1+1",
    "\uff1d1+1",
    "\uff20SUM(A1)",
]
WILD = ["Größe", "日本語", "👩‍🔬", "two\nlines", 'a "quoted", cell', "semi;colon", "עברית", "  spaces  ", "’"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_becomes_text_in_a_spreadsheet(cell, tmp_path):
    frame = pd.DataFrame({cell: [cell, "plain"], "n": [-3, 4]})
    with write_predictions(frame, tmp_path / "p.csv").open(encoding="utf-8-sig", newline="") as file:
        header, first, second = list(csv.reader(file))
    assert (header[0], first[0]) == (f"'{cell}", f"'{cell}")
    assert (first[1], second[0]) == ("-3", "plain")
    sheet = openpyxl.load_workbook(write_predictions(frame.iloc[:, [1]].assign(t=cell), tmp_path / "p.xlsx")).active
    assert sheet["B2"].data_type == "s"


@pytest.mark.parametrize("cell", ["-3", "+3.5", "-1,200.50", "-5%", "1e-3", "-1e5"])
def test_a_number_stays_as_it_was(cell, tmp_path):
    path = write_predictions(pd.DataFrame({"a": [cell]}), tmp_path / "p.csv")
    assert path.read_text(encoding="utf-8-sig").splitlines()[1].strip('"') == cell


@settings(max_examples=50, deadline=None)
@given(
    cells=st.lists(
        st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30),
        min_size=1,
        max_size=8,
    )
)
def test_no_cell_of_a_csv_begins_a_formula_and_every_word_survives(cells, tmp_path_factory):
    path = write_predictions(pd.DataFrame({"a": cells}), tmp_path_factory.mktemp("p") / "p.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row[0] if row else "" for row in csv.reader(file)][1:]
    assert len(rows) == len(cells)
    for cell, row in zip(cells, rows, strict=True):
        assert row in (cell, f"'{cell}")


def test_the_callers_frame_is_not_changed(tmp_path):
    frame = pd.DataFrame({"a": ["=1"], "b": pd.Categorical(["=2"])})
    before = frame.copy()
    write_predictions(frame, tmp_path / "p.csv")
    pd.testing.assert_frame_equal(frame, before)


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"not \.html"):
        write_predictions(pd.DataFrame({"a": [1]}), tmp_path / "p.html")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_words_of_every_script_and_lines_survive(ending, tmp_path):
    path = write_predictions(pd.DataFrame({"größe\nin cm": WILD}), tmp_path / f"p.{ending}")
    if ending == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row[0] for row in csv.reader(file)]
    else:
        rows = [row[0].value for row in openpyxl.load_workbook(path).active.iter_rows()]
    assert rows == ["größe\nin cm", *WILD]


@pytest.mark.parametrize("dtype", ["object", "category", "string", pd.ArrowDtype(pa.string())], ids=str)
def test_text_is_neutralised_whatever_its_type(dtype, tmp_path):
    column = pd.Series(["=1+1", None, "fine"], dtype=dtype)
    path = write_predictions(pd.DataFrame({"a": column, "n": 1}), tmp_path / "p.csv")
    assert list(pd.read_csv(path)["a"].fillna("")) == ["'=1+1", "", "fine"]


def test_numbers_stay_numbers_in_a_spreadsheet(tmp_path):
    frame = pd.DataFrame({"a": [-3, 4], "b": [-0.5, float("nan")], "c": [True, False]})
    sheet = openpyxl.load_workbook(write_predictions(frame, tmp_path / "p.xlsx")).active
    assert [cell.value for cell in sheet[2]] == [-3, -0.5, True]
    assert [cell.value for cell in sheet[3]] == [4, None, False]


def test_what_a_spreadsheet_cannot_hold_is_left_out_of_the_cell_not_the_file(tmp_path):
    frame = pd.DataFrame({"bell\a": ["a\0b\x1bc", "d"], "at": pd.to_datetime(["2024-01-01T12:00Z", None])})
    sheet = openpyxl.load_workbook(write_predictions(frame, tmp_path / "p.xlsx")).active
    assert (sheet["A1"].value, sheet["A2"].value, sheet["A3"].value) == ("bell", "abc", "d")
    assert str(sheet["B2"].value).startswith("2024-01-01")


def test_a_formula_behind_what_a_spreadsheet_cannot_hold_is_still_text(tmp_path):
    path = write_predictions(pd.DataFrame({"a": ["\x01=1+1", "\x01-3"]}), tmp_path / "p.xlsx")
    cells = [row[0] for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type) for cell in cells] == [("'=1+1", "s"), ("-3", "s")]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_an_empty_frame_keeps_its_columns(ending, tmp_path):
    path = write_predictions(
        pd.DataFrame({"a": pd.Series(dtype=float), "b": pd.Series(dtype=str)}), tmp_path / f"p.{ending}"
    )
    readers = {"csv": pd.read_csv, "xlsx": pd.read_excel, "parquet": pd.read_parquet}
    assert list(readers[ending](path).columns) == ["a", "b"]


def test_columns_of_one_name_both_stay(tmp_path):
    frame = pd.DataFrame([["=1", "x"], ["y", "=2"]], columns=["a", "a"])
    with write_predictions(frame, tmp_path / "p.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["a", "a"], ["'=1", "x"], ["y", "'=2"]]


def test_parquet_keeps_every_cell_as_it_was(tmp_path):
    frame = pd.DataFrame({"a": ["=1", "-3", None], "n": [1, 2, 3]})
    pd.testing.assert_frame_equal(pd.read_parquet(write_predictions(frame, tmp_path / "p.parquet")), frame)
