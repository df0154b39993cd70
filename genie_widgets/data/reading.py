"""Read a table from a file, from bytes, or from a DataFrame."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.data import problems
from genie_widgets.data.cells import MISSING, understand
from genie_widgets.data.naming import clean_names
from genie_widgets.data.profiling import profile_frame
from genie_widgets.data.sniffing import DELIMITERS, decode, file_kind, find_delimiter
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


def _parse(content: bytes, name: str) -> tuple[pd.DataFrame, list[str]]:
    if not content.strip():
        raise problems.empty_file(name)
    kind, words = file_kind(content[:HEAD_BYTES])
    if kind == "foreign":
        raise problems.binary_file(name, words)
    if kind == "gzip":
        frame, reading = _parse(_unpacked(content, name), name)
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
    import zipfile

    try:
        book = pd.ExcelFile(io.BytesIO(content), engine="openpyxl")
        sheets = {str(sheet): book.parse(sheet) for sheet in book.sheet_names}
    except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile):
        raise problems.broken(name, "an Excel workbook") from None
    filled = {sheet: frame for sheet, frame in sheets.items() if len(frame.columns)}
    if not filled:
        raise problems.empty_file(name)
    sheet = max(filled, key=lambda key: filled[key].size)
    reading = ["Excel", f"sheet {sheet}"] if len(sheets) > 1 else ["Excel"]
    return filled[sheet], reading


def _json(content: bytes) -> pd.DataFrame | None:
    text = decode(content)[0]
    try:
        rows = json.loads(text)
    except ValueError:
        try:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            return None
    if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
        return pd.DataFrame.from_records(rows)
    return None


def _text(content: bytes, name: str) -> tuple[pd.DataFrame, list[str]]:
    text, encoding = decode(content)
    text = text.replace("\x00", "")
    delimiter = find_delimiter(text)
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
    return frame, [DELIMITERS[delimiter], encoding, *notes]


def _table(frame: pd.DataFrame, name: str, reading: list[str]) -> Table:
    names, warnings = clean_names(frame.columns)
    frame.columns = pd.Index(names)
    if not len(frame):
        raise problems.header_only(name)
    if len(names) < 2:
        raise problems.one_column(name, names[0] if names else "")
    frame = _plain(frame.reset_index(drop=True))
    return Table(name=name, frame=frame, profile=profile_frame(frame, name=name, reading=reading, problems=warnings))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring columns to types that every library below understands.

    Nullable integers vanish inside AutoGluon, time zones break its date
    features, and lists in cells cannot be hashed.
    """
    changed = {}
    for name in frame.columns:
        column = frame[name]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            changed[name] = column.dt.tz_convert("UTC").dt.tz_localize(None)
        elif isinstance(column.dtype, pd.PeriodDtype):
            changed[name] = column.dt.to_timestamp()
        elif pd.api.types.is_timedelta64_dtype(column):
            changed[name] = column.dt.total_seconds()
        elif pd.api.types.is_extension_array_dtype(column.dtype) and not isinstance(column.dtype, pd.CategoricalDtype):
            changed[name] = _without_extension(column)
        elif column.dtype == object:
            odd = column.map(lambda cell: isinstance(cell, (list, dict, set, bytes, tuple)))
            if odd.any():
                changed[name] = column.where(~odd, column.astype(str))
    return frame.assign(**changed) if changed else frame


def _without_extension(column: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        missing = bool(column.isna().any())
        if pd.api.types.is_bool_dtype(column):
            return column.astype(object).where(column.notna(), None) if missing else column.astype(bool)
        plain: pd.Series[Any] = column.astype(np.dtype("float64" if missing else column.dtype.name.lower()))
        return plain
    return column.astype(object).where(column.notna(), None)
