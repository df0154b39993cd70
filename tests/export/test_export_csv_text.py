"""The text of a CSV file, column by column: cell for cell what pandas writes, whatever the cells are."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.export.csv_text import csv_names, csv_rows


def read(text):
    return list(csv.reader(io.StringIO(bytes(text).decode("utf-8"), newline="")))


def by_pandas(frame):
    return read(frame.to_csv(index=False, header=False, lineterminator="\r\n").encode())


COLUMNS = {
    "words": ["a", None, 'say "no", twice', "two\r\nlines", "", "'=1+1", "Köln ✓"],
    "few words": pd.Categorical(["x", "y,z", None, "x", "x", "y,z", "x"]),
    "whole": [1, -2, 3, 4, 5, 6, 10**15],
    "whole or none": pd.array([1, None, 3, 4, 5, 6, 7], dtype="Int64"),
    "truth": [True, False, True, True, False, True, False],
    "truth or none": pd.array([True, None, True, True, False, True, False], dtype="boolean"),
    "dates": pd.to_datetime(["2024-01-02", None, "2024-03-04", *["2020-02-29"] * 4]),
    "moments": pd.date_range("2024-01-02 03:04:05", periods=7, freq="37min", tz="Europe/Berlin"),
    "spans": pd.to_timedelta(range(7), unit="h"),
    "mixed": ["a", 1, None, 2.5, True, "b", [1, "2"]],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_cells_of_every_kind_are_written_as_pandas_writes_them(name):
    frame = pd.DataFrame({"beside": range(7), name: COLUMNS[name]})
    assert read(csv_rows(frame)) == by_pandas(frame)
    alone = frame[[name]]
    assert read(csv_rows(alone)) == by_pandas(alone)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text(), st.floats(), st.floats(width=32), st.integers(-(2**53), 2**53)), max_size=20))
def test_texts_come_back_and_numbers_are_the_same(rows):
    words, fractions, short, whole = zip(*rows, strict=True) if rows else ((),) * 4
    frame = pd.DataFrame(
        {
            "words": pd.Series(words, dtype=object),
            "fractions": np.array(fractions, dtype=float),
            "short": np.array(short, dtype="float32"),
            "whole": np.array(whole, dtype="int64"),
        }
    )
    found = read(csv_rows(frame))
    assert len(found) == len(rows)
    for cells, wanted in zip(found, by_pandas(frame), strict=True):
        assert cells[0] == wanted[0]
        assert cells[3] == wanted[3]
        for place, kind in ((1, float), (2, np.float32)):
            assert cells[place] == wanted[place] or kind(cells[place]) == kind(wanted[place])
            assert ("." in cells[place] or "e" in cells[place]) or not cells[place].lstrip("-").isdigit()


def test_names_are_quoted_and_no_rows_are_no_text():
    assert csv_names(["a", 'b "c"', "d,e", "f\r\n"]) == b'a,"b ""c""","d,e","f\r\n"\r\n'
    assert bytes(csv_rows(pd.DataFrame({"a": [], "b": []}))) == b""
