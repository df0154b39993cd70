"""What kind of file it is, and how its text is laid out: from the bytes, not from the name."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from genie_widgets.language import mark

FileKind = Literal[
    "text", "json", "gzip", "zstd", "zip", "ole", "parquet", "feather", "arrow", "stata", "spss", "spss-portable",
    "sas", "sas-transport", "foreign",
]  # fmt: skip

_MAGIC: tuple[tuple[bytes, FileKind, str], ...] = (
    (b"PAR1", "parquet", "Parquet"),
    (b"ARROW1", "feather", "Feather"),
    (b"FEA1", "feather", "Feather"),
    (b"\xff\xff\xff\xff", "arrow", "an Arrow stream"),
    (b"PK\x03\x04", "zip", "a zip archive"),
    (b"\x1f\x8b", "gzip", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd", "Zstandard"),
    (b"\xd0\xcf\x11\xe0", "ole", "an Office file"),
    (b"<stata_dta>", "stata", "Stata"),
    (b"$FL2", "spss", "SPSS"),
    (b"$FL3", "spss", "SPSS"),
    (bytes(12) + b"\xc2\xea\x81\x60", "sas", "SAS"),
    (b"HEADER RECORD*******LI", "sas-transport", "SAS"),
    (b"%PDF", "foreign", mark("a PDF")),
    (b"\x89PNG", "foreign", mark("a picture")),
    (b"\xff\xd8\xff", "foreign", mark("a picture")),
    (b"GIF8", "foreign", mark("a picture")),
    (b"\x7fELF", "foreign", mark("a program")),
    (b"MZ\x90\x00", "foreign", mark("a program")),
    (b"SQLite format 3\x00", "foreign", mark("a database")),
    (b"7z\xbc\xaf", "foreign", mark("a 7z archive")),
    (b"Rar!", "foreign", mark("a RAR archive")),
)
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
# Stata before 13: a version, a byte order, a type, and a byte of padding.
_OLD_STATA = re.compile(rb"[\x69-\x73][\x01\x02]\x01\x00")
DELIMITERS = {
    ",": mark("comma"),
    ";": mark("semicolon"),
    # Translators: the invisible mark between the cells of a file
    "\t": mark("tab"),
    # Translators: the mark | between the cells of a file
    "|": mark("bar"),
}
SAMPLE_LINES = 100
LEAST_ROWS = 3
# A text file may hold a stray control character; a binary one is full of them.
MAX_CONTROL_SHARE = 0.02
MAX_NUL_SHARE = 0.05
MAX_TITLE_ROWS = 20
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\n|\r")
_NUMBER = re.compile(r"\s*[-+]?[\d.,]+\s*\Z")


def file_kind(head: bytes) -> tuple[FileKind, str]:
    """Tell the kind of file from its first bytes, with a name for people: what is no table has one that is marked."""
    for magic, kind, words in _MAGIC:
        if head.startswith(magic):
            return kind, words
    if head.startswith(_BOMS) or looks_wide(head):
        return "text", "text"
    if _OLD_STATA.match(head):
        return "stata", "Stata"
    if b"SPSSPORT" in head[:500]:
        return "spss-portable", "SPSS"
    control = sum(byte < 32 and byte not in (0, 9, 10, 12, 13) for byte in head)
    # A text file may hold a few NUL bytes: a machine that lost its power while it wrote a log leaves them.
    if head and (head.count(0) > MAX_NUL_SHARE * len(head) or control > MAX_CONTROL_SHARE * len(head)):
        return "foreign", mark("a binary file")
    stripped = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return ("json", "JSON") if stripped.startswith((b"[{", b"{", b"[\n", b"[ ")) else ("text", "text")


def looks_wide(head: bytes) -> str | None:
    """Tell UTF-16 without its mark by its name: every other byte of plain text is zero."""
    if len(head) < 8:
        return None
    zeros_even, zeros_odd = head[0::2].count(0) / len(head[0::2]), head[1::2].count(0) / len(head[1::2])
    if zeros_odd > 0.4 and zeros_even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if zeros_even > 0.4 and zeros_odd < 0.05 else None


def find_delimiter(text: str) -> str:
    """Find the delimiter that splits the first lines most evenly into most cells."""
    lines = [line for line in _LINE_END.split(text[:200_000]) if line.strip()][:SAMPLE_LINES]
    # A title above the table has no delimiter: where the first line decides nothing, the commonest width does.
    for first_line_counts in (True, False):
        best, best_score = "", (0.0, 0)
        for delimiter in DELIMITERS:
            widths = [len(row) for row in split_rows("\n".join(lines), delimiter)]
            usual = widths[0] if first_line_counts and widths else _usual(widths)
            if usual < 2:
                continue
            score = (sum(width == usual for width in widths) / len(widths), usual)
            if first_line_counts and score[0] < 0.5:
                continue  # a title with a comma in it
            if score > best_score:
                best, best_score = delimiter, score
        if best:
            return best
    return ","


def split_rows(text: str, delimiter: str) -> list[list[str]]:
    """Split text into rows of cells; nothing comes of a cell longer than the csv module takes."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return []


def usual_width(rows: Sequence[Sequence[str]]) -> int:
    """Give the commonest number of cells; 0 where there are no rows."""
    return _usual([len(row) for row in rows])


def _usual(widths: Sequence[int]) -> int:
    return Counter(widths).most_common(1)[0][0] if widths else 0


def has_no_names(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Say whether the first row is one of the data: numbers stand where the others have numbers, and words recur."""
    rows = [row for row in below[:SAMPLE_LINES] if len(row) == len(first)]
    if len(rows) < LEAST_ROWS or not any(cell.strip() for cell in first):
        return False
    numbers = [cell for cell in first if _NUMBER.match(cell)]
    # Years and places may be names: 2019, 2020, 2021.
    if not numbers or (all(cell.strip().isdigit() for cell in numbers) and len(set(numbers)) == len(numbers) > 1):
        return False
    for place, cell in enumerate(first):
        column = [row[place] for row in rows]
        if bool(_NUMBER.match(cell)) != all(_NUMBER.match(other) or not other.strip() for other in column):
            return False
        if not _NUMBER.match(cell) and cell not in column:
            return False
    return True


def is_rule_line(row: Sequence[str]) -> bool:
    """Say whether a row is the line that Markdown and database clients draw below the names: |---|:--:| or ---+---."""
    drawn = "".join(row)
    return "--" in drawn and not set(drawn) - set("-+: ")


def without_separator_line(text: str) -> tuple[str, str | None]:
    """Take off the line "sep=;" that Excel understands, and give the delimiter that it names."""
    match = _SEPARATOR_LINE.match(text)
    return (text[match.end() :], match[1]) if match else (text, None)


def count_title_rows(rows: Sequence[Sequence[str]]) -> int:
    """Count the rows of one cell ("Sales of 2024") and the empty ones above the row of column names.

    Parameters
    ----------
    rows : sequence of sequence of str
        The table's first rows, as they stand in the file.

    Returns
    -------
    int
        0 where the first row may be the names themselves.
    """
    usual = _usual([len(row) for row in rows if row])
    titles = 0
    for n, row in enumerate(rows[:MAX_TITLE_ROWS]):
        filled = [cell for cell in row if cell.strip()]
        if not filled:
            continue
        if len(filled) == 1 and row[0].strip() and (len(row) == 1 < usual or usual > 2):
            titles += 1
            continue
        is_names = len(filled) > 1 and not any(_NUMBER.match(cell) for cell in filled)
        return n if titles and is_names else 0
    return 0
