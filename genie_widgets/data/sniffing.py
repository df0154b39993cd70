"""What kind of file it is, and how its text is laid out: from the bytes, not from the name."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

FileKind = Literal["text", "parquet", "excel", "gzip", "json", "foreign"]

_MAGIC: tuple[tuple[bytes, FileKind, str], ...] = (
    (b"PAR1", "parquet", "Parquet"),
    (b"PK\x03\x04", "excel", "an Excel workbook or a zip archive"),
    (b"\x1f\x8b", "gzip", "gzip"),
    (b"\xd0\xcf\x11\xe0", "foreign", "an old Excel or Office file (.xls)"),
    (b"%PDF", "foreign", "a PDF"),
    (b"\x89PNG", "foreign", "a picture"),
    (b"\xff\xd8\xff", "foreign", "a picture"),
    (b"GIF8", "foreign", "a picture"),
    (b"\x7fELF", "foreign", "a program"),
    (b"MZ", "foreign", "a program"),
)
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE_LINES = 100
# A text file may hold a stray control character; a binary one is full of them.
MAX_CONTROL_SHARE = 0.02
MAX_TITLE_ROWS = 20
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[-+]?[\d.,]+\s*\Z")


def file_kind(head: bytes) -> tuple[FileKind, str]:
    """Tell the kind of file from its first bytes, with a name for people."""
    for magic, kind, words in _MAGIC:
        if head.startswith(magic):
            return kind, words
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text", "text"
    control = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in head)
    if head and (b"\x00" in head or control / len(head) > MAX_CONTROL_SHARE):
        return "foreign", "a binary file"
    stripped = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return ("json", "JSON") if stripped.startswith((b"[{", b"{", b"[\n", b"[ ")) else ("text", "text")


def decode(content: bytes) -> tuple[str, str]:
    """Decode a text file.

    Returns
    -------
    tuple of str
        The text and the encoding's name. Windows-1252 is the last resort: it
        is what spreadsheets write where they do not write UTF-8.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), "UTF-16"
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def find_delimiter(text: str) -> str:
    """Find the delimiter that splits the first lines most evenly into most cells."""
    lines = [line for line in text[:200_000].splitlines() if line.strip()][:SAMPLE_LINES]
    # A title above the table has no delimiter: where the first line decides nothing, the commonest width does.
    for first_line_counts in (True, False):
        best, best_score = "", (0.0, 0)
        for delimiter in DELIMITERS:
            widths = [len(row) for row in _rows("\n".join(lines), delimiter)]
            usual = widths[0] if first_line_counts and widths else _usual(widths)
            if usual < 2:
                continue
            score = (sum(width == usual for width in widths) / len(widths), usual)
            if score > best_score:
                best, best_score = delimiter, score
        if best:
            return best
    return ","


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:  # a cell longer than the csv module takes
        return []


def _usual(widths: Sequence[int]) -> int:
    return Counter(widths).most_common(1)[0][0] if widths else 0


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


def without_titles(text: str, delimiter: str) -> tuple[str, int]:
    """Take off the lines above the row of column names, and count them."""
    lines = text[:200_000].splitlines(keepends=True)[: MAX_TITLE_ROWS + SAMPLE_LINES]
    # Such a line holds no quoted line end, so that rows are lines here.
    n_titles = count_title_rows(_rows("".join(lines), delimiter))
    return text[sum(len(line) for line in lines[:n_titles]) :], n_titles
