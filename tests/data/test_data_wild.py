"""Wild input: any bytes are a table or a problem, and a table of words comes back as it was written."""

import gzip
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.data import Table, read_table
from genie_widgets.data.cells import MISSING
from genie_widgets.schema import GenieError

# A letter at both ends: no spaces that a reader may strip, no number, no date, no word for missing.
LETTERS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t")
WORD = st.text(LETTERS, max_size=15).map("a{}z".format)
HEADS = [
    b"",
    b"PAR1",
    b"PK\x03\x04",
    b"\x1f\x8b\x08\x00",
    b"[{",
    b'{"a":',
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"sep=;\n",
    b"a,b\n",
]


def is_sound(table):
    """A table that the rest of Genie can take as it is."""
    names = list(table.frame.columns)
    table.frame.to_parquet(io.BytesIO())
    return (
        isinstance(table, Table)
        and len(set(names)) == len(names) >= 2
        and all(isinstance(name, str) and name for name in names)
        and list(table.columns) == names
        and table.profile.n_rows == len(table.frame) > 0
        and table.profile == type(table.profile).model_validate_json(table.profile.model_dump_json())
    )


def read_or_none(content):
    try:
        return read_table(content)
    except GenieError as error:
        if not (error.problem.title and error.problem.remedy and error.problem.code):
            raise AssertionError("a problem that says nothing") from error
        return None


@settings(max_examples=50, deadline=None)
@given(head=st.sampled_from(HEADS), tail=st.binary(max_size=500))
def test_any_bytes_behind_any_head_are_a_sound_table_or_a_problem(head, tail):
    for content in (head + tail, gzip.compress(head + tail)):
        table = read_or_none(content)
        assert table is None or is_sound(table)


PIECES = [
    "a", "b", "1", "0", "01", "1,5", "1.234,5", "1,234.5", "-", "€ 5", "(3)", "12 %", "2024-01-31", "31/12/2024",
    "12/31/98",
    "1e9", "9" * 30, "é", "\ud7ff", "\x0b", "\x85", "\u2028", '"', '""', "'", " ", "\t", ",", ";", "|", "\n", "\r\n",
    "\r",
    "sep=;", "{", "}", "[", "]", ":", "null", "NA", "nan", "True", "T10:00Z", "10:00",
]  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_pieces_of_tables_are_a_sound_table_or_a_problem(pieces):
    table = read_or_none("".join(pieces).encode())
    assert table is None or is_sound(table)


@settings(max_examples=50, deadline=None)
@given(
    delimiter=st.sampled_from(",;\t|"),
    columns=st.lists(st.lists(st.sampled_from(PIECES), min_size=4, max_size=4), min_size=2, max_size=4),
)
def test_any_cells_under_names_are_a_table_of_as_many_rows(delimiter, columns):
    frame = pd.DataFrame({f"name{i}": cells for i, cells in enumerate(columns)})
    table = read_or_none(frame.to_csv(index=False, sep=delimiter).encode())
    assert table is None or is_sound(table)


@settings(max_examples=50, deadline=None)
@given(data=st.data(), width=st.integers(2, 5), height=st.integers(1, 8), delimiter=st.sampled_from(",;\t|"))
def test_any_frame_of_text_survives_a_round_trip(data, width, height, delimiter):
    names = data.draw(st.lists(WORD, min_size=width, max_size=width, unique=True))
    cells = data.draw(st.lists(st.lists(WORD, min_size=width, max_size=width), min_size=height, max_size=height))
    frame = pd.DataFrame(cells, columns=names)
    # Quoted throughout, so that the text itself tells the delimiter.
    text = frame.to_csv(index=False, sep=delimiter, quoting=1)
    table = read_table(text.encode())
    assert list(table.columns) == names
    assert table.frame.to_numpy().tolist() == cells


@settings(max_examples=50, deadline=None)
@given(
    cells=st.lists(st.none() | WORD | st.integers() | st.floats() | st.booleans() | st.dates(), min_size=1, max_size=6)
)
def test_any_mixed_cells_of_a_frame_are_a_sound_table(cells):
    table = read_table(pd.DataFrame({"a": pd.Series(cells, dtype=object), "b": range(len(cells))}))
    assert is_sound(table)


@settings(max_examples=50, deadline=None)
@given(
    names=st.lists(st.none() | st.text(max_size=10) | st.integers() | st.floats() | st.dates(), min_size=2, max_size=6)
)
def test_any_names_of_a_frame_become_sound_ones(names):
    frame = pd.DataFrame([range(len(names))] * 2, columns=pd.Index(names, dtype=object))
    assert is_sound(read_table(frame))


@pytest.mark.parametrize("kind", ["parquet", "xlsx", "jsonl", "csv"])
@settings(max_examples=10, deadline=None)
@given(numbers=st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=2, max_size=8))
def test_numbers_survive_each_kind_of_file(kind, numbers):
    frame = pd.DataFrame({"number": numbers, "word": [f"w{i}" for i in range(len(numbers))]})
    buffer = io.BytesIO()
    {
        "parquet": lambda: frame.to_parquet(buffer),
        "xlsx": lambda: frame.to_excel(buffer, index=False),
        "jsonl": lambda: frame.to_json(buffer, orient="records", lines=True),
        "csv": lambda: frame.to_csv(buffer, index=False),
    }[kind]()
    read = read_table(buffer.getvalue()).frame
    assert list(read["number"]) == pytest.approx(numbers)
    assert list(read["word"]) == list(frame["word"])


def test_no_word_for_missing_is_a_word_of_these_tests():
    assert not [word for word in MISSING if word.startswith("a") and word.endswith("z")]
