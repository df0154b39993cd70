"""A file is read alike in every language, and what is said of it is said in the one that is spoken."""

import pytest
from marked_language import speak_marked

from genie_widgets.data import read_table
from genie_widgets.schema import GenieError

UNTIDY = (
    "Sales of 2024\n\n"
    "name;price;day;side\n"
    + "".join(f"A{n};1.{n:03},50;{n % 28 + 1:02}/{n % 12 + 1:02}/2024;{n},25 CR\n" for n in range(1, 60))
    + "B;unknown;error;1,25 DR\nC;2,5;03/04/2024;1,00 CR\n"
).encode("cp1252")


def test_a_file_is_read_alike(monkeypatch):
    plain = read_table(UNTIDY, name="sales.csv")
    speak_marked(monkeypatch)
    other = read_table(UNTIDY, name="sales.csv")
    assert other.profile.layout == plain.profile.layout
    assert other.profile.layout.options.decimal == ","
    assert other.profile.layout.options.date_order == "day"
    assert other.profile.columns == plain.profile.columns
    assert [problem.key for problem in other.profile.problems] == [problem.key for problem in plain.profile.problems]
    assert plain.profile.problems
    names = {"UTF-8", "Windows-1252"}
    assert [words.strip("«»") for words in other.profile.reading] == list(plain.profile.reading)
    assert all(words.startswith("«") for words in {*other.profile.reading} - names)
    assert all(problem.title.startswith("«") for problem in other.profile.problems)


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (b"", "«x is empty.»"),
        (b"%PDF-1.4 \x00\x01", "«x is not a table: it is «a PDF».»"),
        (b"PK\x03\x04", "«x could not be read as «a zip archive or a workbook»: it is damaged or cut short.»"),
        (b"a\n1\n2\n", "«x was read as a single column (a).»"),
    ],
)
def test_what_cannot_be_read_is_said(monkeypatch, content, title):
    speak_marked(monkeypatch)
    with pytest.raises(GenieError) as caught:
        read_table(content, name="x")
    assert caught.value.problem.title == title
    assert caught.value.problem.remedy.startswith("«")
