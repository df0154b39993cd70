"""Files as programs write them: titles above the table, hints of Excel, archives, damage, odd names."""

import gzip
import io
from datetime import datetime, time

import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.schema import GenieError


def problem_of(source, name="people.csv"):
    with pytest.raises(GenieError) as caught:
        read_table(source, name=name)
    problem = caught.value.problem
    assert problem.remedy.endswith(".")
    assert problem.culprit == name
    return problem


def excel(rows, **sheets):
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer) as writer:
        for name, cells in {"main": rows, **sheets}.items():
            pd.DataFrame(cells).to_excel(writer, sheet_name=name, index=False, header=False)
    return buffer.getvalue()


TITLED = [
    b"Sales of 2024\n\nname,price,n\nA,1.5,2\nB,2.5,3\nC,3,4\n",
    b"Sales of 2024;;\n;;\nname;price;n\nA;1,5;2\nB;2,5;3\nC;3;4\n",
    b"Sales of 2024\r\nas of May\r\nname\tprice\tn\r\nA\t1.5\t2\r\nB\t2.5\t3\r\nC\t3\t4\r\n",
    b'"Sales, by name"\nname,price,n\nA,1.5,2\nB,2.5,3\nC,3,4\n',
    b"Sales\nname;price;n\nA;1,5;2\nB;2,5;3\nC;3,0;4\n",
    excel(
        [["Sales", None, None], [None, None, None], ["name", "price", "n"], ["A", 1.5, 2], ["B", 2.5, 3], ["C", 3, 4]]
    ),
    gzip.compress(b"Sales\nname,price,n\nA,1.5,2\nB,2.5,3\nC,3,4\n"),
]


@pytest.mark.parametrize("content", TITLED, ids=range(len(TITLED)))
def test_titles_above_the_names_are_left_out_and_told(content):
    table = read_table(content)
    assert table.columns == ("name", "price", "n")
    assert table.frame.to_numpy().tolist() == [["A", 1.5, 2], ["B", 2.5, 3], ["C", 3.0, 4]]
    assert any("title row" in words for words in table.profile.reading)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b",a,b\n0,x,2\n1,y,3\n", ("Unnamed: 0", "a", "b")),
        (b"a,,\n1,2,3\n4,5,6\n", ("a", "Unnamed: 1", "Unnamed: 2")),
        (b",,\n1,2,3\n4,5,6\n", ("Unnamed: 0", "Unnamed: 1", "Unnamed: 2")),
        (b"name,value\nx,\ny,\nz,1\n", ("name", "value")),
        (b"a,b,c\nx,,\ny,,\nz,1,2\n", ("a", "b", "c")),
    ],
)
def test_names_are_no_title(content, names):
    table = read_table(content)
    assert table.columns == names
    assert not [words for words in table.profile.reading if "title" in words]


@pytest.mark.parametrize("mark", [b"sep=;\n", b"sep=;\r\n", b"SEP=;\n", b""])
def test_excels_line_about_the_separator_is_no_row(mark):
    table = read_table(mark + b"a;b\nx;2,5\ny;4,25\n")
    assert table.columns == ("a", "b")
    assert list(table.frame["b"]) == [2.5, 4.25]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_encoding_and_line_end_gives_the_same_table(encoding, end):
    content = end.join(["größe;preis", "süß €;1,5", "naïve;2,5", ""]).encode(encoding)
    table = read_table(content)
    assert table.columns == ("größe", "preis")
    assert table.frame.to_numpy().tolist() == [["süß €", 1.5], ["naïve", 2.5]]


def test_a_cell_may_hold_line_ends_delimiters_and_quotes():
    table = read_table(b'a,b\n"x\ny, ""z""",2\n"z;w",4\n')
    assert list(table.frame["a"]) == ['x\ny, "z"', "z;w"]


def test_a_cell_longer_than_the_csv_module_takes_is_read():
    table = read_table(b"a,b\n" + b"x" * 200_000 + b",1\ny,2\n")
    assert len(table.frame["a"][0]) == 200_000


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (gzip.compress(b""), "empty-file"),
        (gzip.compress(b"a,b\n1,2\n" * 100)[:-10], "broken-file"),
        (gzip.compress(gzip.compress(b"a,b\n1,2\n")), "packed-file"),
        (b"PAR1" + bytes(50), "broken-file"),
        (excel([["a", "b"], [1, 2]])[:-100], "broken-file"),
        (excel([["a", "b"]]), "header-only"),
        (excel([["a"], [1], [2]]), "one-column"),
        (excel([]), "empty-file"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "broken-file"),
        (bytes(range(256)), "binary-file"),
        (b"a,b\n1,2\n1,2,3\n", "uneven-lines"),
        (b"a,b\n1,2\n1,2\n1,2,3\n1,2,3\n", "uneven-lines"),
        (b'[{"a": 1}, {"a": 2}]', "one-column"),
        (b"[" * 100_000, "header-only"),
        (b'[{"a":' + b"[" * 100_000, "header-only"),
        (b"\xef\xbb\xbf", "empty-file"),
        (b"\xff\xfe", "empty-file"),
        (b"\n\n,\n", "header-only"),
    ],
    ids=range(18),
)
def test_what_cannot_be_read_is_named_with_a_remedy(content, code):
    assert problem_of(content).code == code


@pytest.mark.parametrize("n", [*range(60, 1000, 97)])
def test_a_workbook_with_a_hole_in_it_is_a_table_or_a_problem(n):
    content = bytearray(excel([["a", "b"], [1, "x"], [2, "y"]]))
    content[n : n + 40] = bytes(40)
    try:
        table = read_table(bytes(content))
    except GenieError:
        return
    assert table.columns == ("a", "b")


@pytest.mark.parametrize("n", [1, 10])
def test_a_table_of_few_rows_is_read(n):
    assert read_table(b"a,b\n" + b"".join(b"%d,x%d\n" % (i, i) for i in range(n))).profile.n_rows == n


@pytest.mark.parametrize("name", ["nul\0byte.csv", "x" * 5000, "no/such/folder.csv", "\udcff.csv"])
def test_a_name_that_no_file_has_is_told(name):
    with pytest.raises(GenieError) as caught:
        read_table(name)
    problem = caught.value.problem
    assert problem.code in ("unreadable-file", "no-such-file")
    assert problem.remedy
    assert len(problem.title) < 200


class TestWorkbook:
    def test_text_cells_are_understood_as_in_a_text_file(self):
        rows = [["zip", "price", "day", "n"], ["01067", "1,5", "2024-01-31", 1], ["80331", "2,5", "2024-02-01", None]]
        table = read_table(excel(rows))
        assert list(table.frame["zip"]) == ["01067", "80331"]
        assert list(table.frame["price"]) == [1.5, 2.5]
        assert list(table.frame["day"]) == [pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-01")]
        assert table.frame["n"].dtype == "float64"

    def test_cells_of_excels_own_types_are_kept(self):
        rows = [
            ["day", "at", "yes", "n"],
            [datetime(2024, 1, 2), time(10), True, 1],
            [datetime(2024, 1, 3), time(11), False, 2],
        ]
        frame = read_table(excel(rows)).frame
        assert list(frame["day"]) == [pd.Timestamp("2024-01-02"), pd.Timestamp("2024-01-03")]
        assert list(frame["at"]) == ["10:00:00", "11:00:00"]
        assert list(frame["yes"]) == [True, False]
        assert frame["n"].dtype == "int64"

    def test_the_fullest_sheet_is_read_and_told(self):
        table = read_table(excel([["cover"]], data=[["a", "b"], *([i, i * 2] for i in range(5))]))
        assert table.columns == ("a", "b")
        assert "sheet data" in table.profile.reading

    def test_numbers_and_dates_may_be_names(self):
        table = read_table(excel([[2020, datetime(2024, 1, 2)], [1, 2], [3, 5]]))
        assert table.columns == ("2020", "2024-01-02")

    def test_missing_cells_are_missing_in_every_wording(self):
        table = read_table(excel([["a", "b"], ["n/a", 1], ["-", 2], ["x", "NA"], [None, None], ["y", 3]]))
        assert [column.n_missing for column in table.profile.columns] == [2, 1]


@pytest.mark.parametrize(
    "text", ["a,b\n1,x\n2,y\n3,\u00e9", "a,b\n\u00e9t\u00e9,1\n\u00e0,2\nx,\u00e9", "a,b\n1,2\n3,4\n\u00e9"]
)
def test_a_file_that_ends_within_a_character_is_read(tmp_path, text):
    path = tmp_path / "cut.csv"
    path.write_bytes(text.encode()[:-1])
    frame = read_table(path).frame
    assert len(frame) == 3
    if "\u00e9t\u00e9" in text:
        assert frame["a"].tolist()[:2] == ["\u00e9t\u00e9", "\u00e0"]
