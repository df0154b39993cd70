"""What kind of file it is, and how its text is laid out: from the bytes, not from the name."""

from __future__ import annotations

import csv
import io
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
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = [len(row) for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)]
        if not widths or widths[0] < 2:
            continue
        evenness = sum(width == widths[0] for width in widths) / len(widths)
        score = (evenness, widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best
