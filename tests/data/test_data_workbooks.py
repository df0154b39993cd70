"""Workbooks of other ages than .xlsx, as Excel and LibreOffice wrote them: `workbooks/SOURCES.md`."""

import os
from pathlib import Path

import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.schema import GenieError, ReadOptions

WORKBOOKS = Path(__file__).parent / "workbooks"
KINDS = ("xls", "xlsb", "ods")


@pytest.mark.parametrize("kind", KINDS)
def test_a_workbook_of_any_age_is_read(kind):
    table = read_table(WORKBOOKS / f"any_sheets.{kind}")
    assert table.columns == ("1", "2")
    assert table.frame["2"].tolist()[:2] == [4, 6]
    assert table.profile.layout.options.sheet == "Visible"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_cell_has_its_type(kind):
    table = read_table(WORKBOOKS / f"base.{kind}", options=ReadOptions(header=False, sheet="Sheet1"))
    cells = table.frame.iloc[0].tolist()
    assert cells[:3] == ["String", 1, 1.1]
    assert [bool(cell) for cell in cells[3:5]] == [True, False]
    assert cells[5:7] == [pd.Timestamp(2010, 10, 10), pd.Timestamp(2010, 10, 10, 10, 10, 10)]
    assert cells[7] == "10:10:10"


@pytest.mark.parametrize("kind", ["xls", "xlsb"])
def test_a_sheet_that_is_a_chart_has_no_cells_and_does_no_harm(kind):
    assert read_table(WORKBOOKS / f"any_sheets.{kind}").profile.layout.sheets == ("Visible", "Hidden", "VeryHidden")


def test_a_hidden_sheet_is_taken_only_where_it_is_asked_for(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Shown"
    hidden = book.create_sheet("Lookup")
    hidden.sheet_state = "hidden"
    for sheet, n in ((book.active, 3), (hidden, 30)):
        sheet.append(["a", "b"])
        for i in range(n):
            sheet.append([i, i])
    book.save(tmp_path / "t.xlsx")
    assert len(read_table(tmp_path / "t.xlsx").frame) == 3
    assert len(read_table(tmp_path / "t.xlsx", options=ReadOptions(sheet="Lookup")).frame) == 30


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_password_is_told(kind):
    with pytest.raises(GenieError, match="protected by a password"):
        read_table(WORKBOOKS / f"password.{kind}")


def test_a_sheet_that_is_not_there_is_told():
    with pytest.raises(GenieError, match="no sheet Totals"):
        read_table(WORKBOOKS / "any_sheets.ods", options=ReadOptions(sheet="Totals"))


def test_what_is_no_plain_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(GenieError, match="no plain file"):
        read_table(tmp_path / "pipe.csv")
