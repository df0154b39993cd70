"""Tables as people bring them, and what they are told where one cannot be read."""

import gzip
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.data import read_table, samples
from genie_widgets.schema import GenieError


def problem_of(content, name="people.csv"):
    with pytest.raises(GenieError) as caught:
        read_table(content, name=name)
    problem = caught.value.problem
    assert problem.title
    assert problem.remedy
    return problem


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"   \n\n", "empty-file"),
        (b"a,b,c\n", "header-only"),
        (b"a\n1\n2\n3\n", "one-column"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8, "binary-file"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 8, "binary-file"),
        (b"a:b:c\n1:2:3\n4:5:6\n", "one-column"),
    ],
)
def test_what_is_no_table_is_told_with_a_remedy(content, code):
    problem = problem_of(content)
    assert problem.code == code
    assert "people.csv" in problem.title + problem.culprit


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"a,b\n" + b"1,2\n" * 10])
def test_few_rows_are_read(content):
    table = read_table(content)
    assert table.profile.n_rows == content.count(b"\n") - 1


@pytest.mark.parametrize(
    ("content", "reading"),
    [
        ("name;price\nA;1,5\nB;2,5\n", "semicolon"),
        ("name\tprice\nA\t1.5\nB\t2.5\n", "tab"),
        ("name|price\nA|1.5\nB|2.5\n", "bar"),
        ("\ufeffname,price\nA,1.5\nB,2.5\n", "comma"),
    ],
)
def test_the_delimiter_is_found_and_told(content, reading):
    table = read_table(content.encode())
    assert table.columns == ("name", "price")
    assert list(table.frame["price"]) == [1.5, 2.5]
    assert any(reading in words for words in table.profile.reading)


def test_windows_encoding_is_understood():
    table = read_table("café;größe\nrosé;1\nbière;2\n".encode("cp1252"))
    assert table.columns == ("café", "größe")
    assert list(table.frame["café"]) == ["rosé", "bière"]


def test_repeated_and_empty_names_are_mended_and_told():
    table = read_table(b"a,a,,b\n1,2,3,4\n5,6,7,8\n")
    assert len(set(table.columns)) == 4
    assert all(name.strip() for name in table.columns)
    assert {"repeated-names", "unnamed-columns"} <= {problem.code for problem in table.profile.problems}


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1.234,50", "2.000,00", "3.100,25"], [1234.5, 2000.0, 3100.25]),
        (["1,234.50", "2,000.00", "3,100.25"], [1234.5, 2000.0, 3100.25]),
        (["12 %", "7 %", "30 %"], [12.0, 7.0, 30.0]),
        (["€1 200", "€ 300", "€2 450"], [1200.0, 300.0, 2450.0]),
        (["$1,200.50", "$300.00", "$2,450.25"], [1200.5, 300.0, 2450.25]),
        (["(5)", "7", "(1,200)"], [-5.0, 7.0, -1200.0]),
        (["1 200", "3 400", "5"], [1200.0, 3400.0, 5.0]),
        (["1e3", "2e3", "5e-1"], [1000.0, 2000.0, 0.5]),
        (["5", "-", "7"], [5.0, None, 7.0]),
        (["5", "N/A", "7"], [5.0, None, 7.0]),
    ],
)
def test_numbers_are_read_as_people_mean_them(cells, numbers):
    content = "word\tnumber\n" + "".join(f"w{i}\t{cell}\n" for i, cell in enumerate(cells * 4))
    read = list(read_table(content.encode()).frame["number"])
    assert [None if pd.isna(value) else value for value in read] == numbers * 4


@pytest.mark.parametrize(
    "cells", [["12 Main Street", "7 High Street"], ["1 2 3", "4 5 6"], ["A1", "B2"], ["12-13", "14-15"]]
)
def test_what_only_looks_like_numbers_stays_text(cells):
    content = "word;cell\n" + "".join(f"w{i};{cell}\n" for i, cell in enumerate(cells * 5))
    assert list(read_table(content.encode()).frame["cell"]) == cells * 5


@pytest.mark.parametrize("codes", [["01234", "00501", "98101"], ["0049301234", "0049309876", "0041790000"]])
def test_postcodes_and_telephones_keep_their_zeros(codes):
    content = "code,size\n" + "".join(f"{code},{i}\n" for i, code in enumerate(codes * 10))
    assert list(read_table(content.encode()).frame["code"]) == codes * 10


@pytest.fixture
def frame():
    return pd.DataFrame({"town": ["Bonn", "Ulm", "Köln"], "size": [1.5, 2.5, 3.5], "seen": [1, 2, 3]})


@pytest.mark.parametrize("kind", ["parquet", "xlsx", "json", "jsonl", "csv.gz"])
def test_every_promised_kind_of_file_is_read(frame, tmp_path, kind):
    path = tmp_path / f"towns.{kind}"
    {
        "parquet": lambda: frame.to_parquet(path),
        "xlsx": lambda: frame.to_excel(path, index=False),
        "json": lambda: frame.to_json(path, orient="records"),
        "jsonl": lambda: frame.to_json(path, orient="records", lines=True),
        "csv.gz": lambda: path.write_bytes(gzip.compress(frame.to_csv(index=False).encode())),
    }[kind]()
    table = read_table(path)
    assert table.name == path.name
    assert list(table.frame["town"]) == ["Bonn", "Ulm", "Köln"]
    assert list(table.frame["size"]) == [1.5, 2.5, 3.5]


def test_the_content_counts_and_not_the_ending(frame):
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    assert list(read_table(buffer.getvalue(), name="towns.csv").frame["town"]) == ["Bonn", "Ulm", "Köln"]


def test_a_frame_is_not_changed(frame):
    before = frame.copy()
    table = read_table(frame.set_index("town", drop=False))
    assert table.profile.n_rows == 3
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("source", "code"),
    [("no-such-file.csv", "no-such-file"), (".", "is-a-folder"), ("https://example.org/a.csv", "url")],
)
def test_what_cannot_be_opened_is_told(source, code):
    with pytest.raises(GenieError) as caught:
        read_table(source)
    assert code in caught.value.problem.code


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(monkeypatch):
    monkeypatch.setattr("genie_widgets.data.archives.MAX_UNPACKED_BYTES", 10_000)
    bomb = gzip.compress(b"a,b\n" + b"0,0\n" * 100_000)
    assert problem_of(bomb, "bomb.csv.gz").code == "too-large-unpacked"


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
def test_each_sample_is_read_and_has_its_licence_beside_it(sample):
    table = read_table(sample.path)
    assert table.profile.n_rows > 300
    assert sample.licence
    assert sample.path.name in (sample.path.parent / "SOURCES.md").read_text()


def test_the_untidy_sample_is_untidy():
    table = read_table(next(sample for sample in samples() if sample.name == "birdstrikes").path)
    kinds = {column.kind for column in table.profile.columns}
    assert {"id", "date", "category"} <= kinds
    assert any(column.n_missing for column in table.profile.columns)


def read_or_none(content):
    try:
        return read_table(content)
    except GenieError:
        return None


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=2000))
def test_any_bytes_are_a_table_or_a_problem(content):
    table = read_or_none(content)
    assert table is None or len(set(table.columns)) == len(table.columns)


TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)


@settings(max_examples=80, deadline=None)
@given(text=st.text(max_size=600))
def test_any_text_is_a_table_or_a_problem(text):
    table = read_or_none(text.encode("utf-8", "surrogatepass"))
    assert table is None or table.profile.n_rows == len(table.frame)


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(TEXT, st.integers(-1000, 1000)), min_size=2, max_size=30))
def test_words_and_numbers_survive_a_round_trip(rows):
    frame = pd.DataFrame([("w" + word.strip() + "w", value) for word, value in rows], columns=["word", "value"])
    table = read_table(frame.to_csv(index=False).encode())
    assert list(table.frame["word"]) == list(frame["word"])
    assert list(table.frame["value"]) == list(frame["value"])
