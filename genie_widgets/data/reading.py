"""Read a table from a file, from bytes, or from a DataFrame."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from pathlib import Path

import pandas as pd

from genie_widgets.data import problems
from genie_widgets.data.cells import MISSING, understand
from genie_widgets.data.naming import clean_names
from genie_widgets.data.plain import plain_columns
from genie_widgets.data.profiling import profile_frame
from genie_widgets.data.sniffing import (
    DELIMITERS,
    MAX_TITLE_ROWS,
    SAMPLE_LINES,
    count_title_rows,
    decode,
    file_kind,
    find_delimiter,
    without_separator_line,
    without_titles,
)
from genie_widgets.data.table import Table

HEAD_BYTES = 4096
MAX_UNPACKED_BYTES = 2 * 2**30


def read_table(source: str | Path | bytes | pd.DataFrame, *, name: str | None = None) -> Table:
    """Read a table.

    Parameters
    ----------
    source : path, bytes or DataFrame
        CSV and its friends, Parquet, Excel (.xlsx), JSON, or gzip of one of them; told apart by content.
    name : str, optional
        What to call the table; a file's own name otherwise.

    Returns
    -------
    Table
        The rows, with unique text column names and a fresh index, and their profile.

    Raises
    ------
    GenieError
        If it cannot be read; the problem names the culprit and the remedy.
    """
    if isinstance(source, pd.DataFrame):
        return _table(source.copy(deep=False), name or "table", ["a DataFrame"])
    if isinstance(source, bytes):
        content, name = source, name or "upload"
    else:
        path = Path(source)
        name = name or path.name
        content = _content(path, str(source))
    frame, reading = _parse(content, name)
    return _table(frame, name, reading)


def _content(path: Path, wording: str) -> bytes:
    if "://" in wording:
        raise problems.unreadable(
            "url", "Addresses on the network are not fetched.", "Download the file, and open it from disk.", wording
        )
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise problems.unreadable(
            "no-such-file", f"There is no file {path.name}.", "Check the spelling and the folder.", path.name
        ) from None
    except IsADirectoryError:
        raise problems.unreadable("is-a-folder", f"{path.name} is a folder.", "Name a file in it.", path.name) from None
    except PermissionError:
        raise problems.unreadable(
            "no-permission", f"{path.name} may not be read.", "Ask its owner for the permission to read it.", path.name
        ) from None
    except (OSError, ValueError) as error:  # a name that no file can have, a disk that fails
        shown = repr(path.name[:60])[1:-1]
        reason = getattr(error, "strerror", None) or "no file can have this name"
        raise problems.unreadable(
            "unreadable-file", f"{shown} could not be opened: {reason}.", "Check the name, or copy the file.", shown
        ) from None


def _parse(content: bytes, name: str) -> tuple[pd.DataFrame, list[str]]:
    if not content.strip():
        raise problems.empty_file(name)
    kind, words = file_kind(content[:HEAD_BYTES])
    if kind == "foreign":
        raise problems.binary_file(name, words)
    if kind == "gzip":
        unpacked = _unpacked(content, name)
        if file_kind(unpacked[:HEAD_BYTES])[0] == "gzip":  # such a file may hold itself without end
            raise problems.packed_file(name, "gzip inside gzip")
        frame, reading = _parse(unpacked, name)
        return frame, ["gzip", *reading]
    if kind == "parquet":
        return _parquet(content, name), ["Parquet"]
    if kind == "excel":
        return _excel(content, name)
    if kind == "json":
        frame_or_none = _json(content)
        if frame_or_none is not None:
            return frame_or_none, ["JSON"]
    return _text(content, name)


def _unpacked(content: bytes, name: str) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as file:
            unpacked = file.read(MAX_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise problems.broken(name, "gzip") from None
    if len(unpacked) > MAX_UNPACKED_BYTES:
        raise problems.unreadable(
            "too-large-unpacked",
            f"{name} unpacks to more than {MAX_UNPACKED_BYTES // 2**30} GiB.",
            "Unpack it yourself, and take a part of its rows.",
            name,
        )
    return unpacked


def _parquet(content: bytes, name: str) -> pd.DataFrame:
    import pyarrow as pa

    try:
        return pd.read_parquet(io.BytesIO(content))
    except (pa.ArrowException, OSError, ValueError):
        raise problems.broken(name, "Parquet") from None


def _excel(content: bytes, name: str) -> tuple[pd.DataFrame, list[str]]:
    try:
        book = pd.ExcelFile(io.BytesIO(content), engine="openpyxl")
        sheets = {
            str(sheet): book.parse(sheet, header=None, dtype=object, na_values=list(MISSING), keep_default_na=False)
            for sheet in book.sheet_names
        }
    except Exception:  # whatever stands in a damaged archive, the parsers below raise as it comes
        if b"xl/" not in content and content.startswith(b"PK"):
            raise problems.packed_file(name, "a zip archive") from None
        raise problems.broken(name, "an Excel workbook") from None
    filled = {sheet: frame for sheet, frame in sheets.items() if len(frame.columns)}
    if not filled:
        raise problems.empty_file(name)
    sheet = max(filled, key=lambda key: filled[key].size)
    frame, notes = _sheet(filled[sheet])
    return frame, ["Excel", *([f"sheet {sheet}"] if len(sheets) > 1 else []), *notes]


def _sheet(raw: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Give a sheet its names and types: cells of text are understood as in a text file."""
    first = raw.head(MAX_TITLE_ROWS + SAMPLE_LINES)
    n_titles = count_title_rows([["" if pd.isna(cell) else str(cell) for cell in row] for row in first.to_numpy()])
    header, body = raw.iloc[n_titles], raw.iloc[n_titles + 1 :].dropna(how="all").reset_index(drop=True)
    notes = dict.fromkeys(_title_notes(n_titles))
    columns = {}
    for place in body.columns:
        column = body[place]
        if column.notna().any() and column.dropna().map(lambda cell: isinstance(cell, str)).all():
            typed, told = understand(column.to_frame())
            columns[place] = typed[place]
            notes.update(dict.fromkeys(told))
        else:
            columns[place] = column.infer_objects() if column.notna().any() else column.astype("float64")
    frame = pd.DataFrame(columns, index=body.index)
    frame.columns = pd.Index(header.tolist(), dtype=object)
    return frame, list(notes)


def _title_notes(n_titles: int) -> list[str]:
    return [f"{n_titles} title row(s) left out"] if n_titles else []


def _json(content: bytes) -> pd.DataFrame | None:
    text = decode(content)[0]
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        try:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            return None
    if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
        return pd.DataFrame.from_records(rows)
    return None


def _text(content: bytes, name: str) -> tuple[pd.DataFrame, list[str]]:
    text, encoding = decode(content)
    text, named = without_separator_line(text.replace("\x00", ""))
    delimiter = named or find_delimiter(text)
    text, n_titles = without_titles(text, delimiter)
    try:
        raw = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            dtype=str,
            header=None,
            na_values=list(MISSING),
            keep_default_na=False,
            skipinitialspace=True,
        )
    except pd.errors.EmptyDataError:
        raise problems.empty_file(name) from None
    except (pd.errors.ParserError, ValueError) as error:
        detail = str(error).replace("Error tokenizing data. C error: ", "").strip()
        raise problems.uneven_lines(name, detail[:200]) from None
    header = raw.iloc[0]
    if len(raw) == 1:
        raise problems.header_only(name)
    frame, notes = understand(raw.iloc[1:].reset_index(drop=True), comma_is_decimal=delimiter == ";")
    frame.columns = pd.Index(header.tolist())
    return frame, [DELIMITERS[delimiter], encoding, *_title_notes(n_titles), *notes]


def _table(frame: pd.DataFrame, name: str, reading: list[str]) -> Table:
    names, warnings = clean_names(frame.columns)
    frame.columns = pd.Index(names)
    if not len(frame):
        raise problems.header_only(name)
    if len(names) < 2:
        raise problems.one_column(name, names[0] if names else "")
    frame = plain_columns(frame.reset_index(drop=True))
    return Table(name=name, frame=frame, profile=profile_frame(frame, name=name, reading=reading, problems=warnings))
