"""Workbooks: Excel of any age (.xlsx, .xls, .xlsb) and OpenDocument, by one fast reader."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import Any

import pandas as pd
import pyarrow as pa

from genie_widgets.data import problems
from genie_widgets.data.archives import MAX_RATIO, SUSPICIOUS_BYTES
from genie_widgets.data.cells import MISSING, understand
from genie_widgets.data.feet import below_the_table
from genie_widgets.data.naming import clean_names
from genie_widgets.data.parsed import Parsed
from genie_widgets.data.sniffing import MAX_TITLE_ROWS, SAMPLE_LINES, count_title_rows, has_no_names
from genie_widgets.data.source import Source
from genie_widgets.language import tr
from genie_widgets.schema import FileLayout, ReadOptions

_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# The record of a password stands right behind the one that begins an old workbook.
_OLD_PASSWORD = re.compile(rb"\x09\x08\x10\x00.{16}\x2f\x00", re.DOTALL)
_MANIFEST, MANIFEST_BYTES = "META-INF/manifest.xml", 1 << 20


def read_workbook(source: Source, options: ReadOptions) -> Parsed:
    """Read a sheet of a workbook: the one asked for, or the fullest.

    Raises
    ------
    GenieError
        If there is no table in it.
    """
    if _is_protected(source):
        raise problems.protected(source.name, "workbook")
    sheets, hidden = _sheets(source, options.sheet)
    filled = {name: rows for name, rows in sheets.items() if rows}
    if options.sheet is not None and options.sheet not in sheets:
        raise problems.no_such_part(source.name, "sheet", options.sheet)
    if not filled:
        raise problems.empty_file(source.name)
    name = options.sheet or max(filled, key=lambda key: (key not in hidden, sum(map(len, filled[key]))))
    if name not in filled:
        raise problems.empty_file(tr("{file}, sheet {sheet}", file=source.name, sheet=name))
    return _understood(source, options, filled[name], name, tuple(sheets))


def _is_protected(source: Source) -> bool:
    if source.head(8).startswith(_OLE):
        content = source.whole()
        return _ENCRYPTED in content or _OLD_PASSWORD.search(content) is not None
    try:
        with zipfile.ZipFile(source.file()) as archive, archive.open(_MANIFEST) as manifest:
            return b"encryption-data" in manifest.read(MANIFEST_BYTES)
    except (zipfile.BadZipFile, OSError, KeyError, ValueError, NotImplementedError, RuntimeError, zlib.error):
        return False  # what is damaged is told as such once it is read


def _sheets(source: Source, wanted: str | None) -> tuple[dict[str, list[list[Any]]], set[str]]:
    """Give the cells of each sheet, and which of the sheets are hidden; sheets that are charts have no cells."""
    from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, ZipError, load_workbook

    try:
        if zipfile.is_zipfile(source.file()):
            _check_size(source)
        with load_workbook(source.file()) as book:
            kept = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
            hidden = {sheet.name for sheet in kept if sheet.visible != SheetVisibleEnum.Visible}
            rows = {
                sheet.name: list(book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False))
                if wanted in (None, sheet.name)
                else []
                for sheet in kept
            }
            return rows, hidden
    except (CalamineError, ZipError, OSError, ValueError, zipfile.BadZipFile):
        raise problems.broken(source.name, tr("a workbook")) from None


def _check_size(source: Source) -> None:
    with zipfile.ZipFile(source.file()) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > SUSPICIOUS_BYTES or (unpacked > SUSPICIOUS_BYTES // 8 and unpacked > MAX_RATIO * source.size):
        raise problems.too_large_unpacked(source.name, min(unpacked, SUSPICIOUS_BYTES))


def _understood(
    source: Source, options: ReadOptions, rows: list[list[Any]], sheet: str, sheets: tuple[str, ...]
) -> Parsed:
    rows = [[None if _is_missing(cell) else cell for cell in row] for row in rows]
    width = max((place + 1 for row in rows for place, cell in enumerate(row) if cell is not None), default=0)
    rows = [row[:width] + [None] * (width - len(row)) for row in rows]
    if not width:
        raise problems.empty_file(source.name)
    first = [[_word(cell) or "" for cell in row] for row in rows[: MAX_TITLE_ROWS + SAMPLE_LINES]]
    n_titles = options.title_rows if options.title_rows is not None else count_title_rows(first)
    n_titles = max(0, n_titles)
    while n_titles < len(rows) and not any(cell is not None for cell in rows[n_titles]):
        n_titles += 1
    if n_titles >= len(rows):
        raise problems.header_only(source.name)
    has_header = (
        options.header if options.header is not None else not has_no_names(first[n_titles], first[n_titles + 1 :])
    )
    names = [_word(cell) or "" for cell in rows[n_titles]] if has_header else [""] * width
    body = [row for row in rows[n_titles + has_header :] if any(cell is not None for cell in row)]
    text = pa.table({str(place): pa.array([_word(row[place]) for row in body], pa.string()) for place in range(width)})
    table, feet = below_the_table(text)
    body = body[: table.num_rows]
    if not body:
        raise problems.header_only(source.name)
    known, _ = clean_names(names)
    words = [place for place in range(width) if _is_text([row[place] for row in body], known[place], options)]
    found = understand([table.column(place) for place in words], [known[place] for place in words], options)
    columns: dict[int, Any] = dict(zip(words, (found.frame[key] for key in found.frame.columns), strict=True))
    for place in range(width):
        if place not in columns:
            columns[place] = _whole(pd.Series([row[place] for row in body], dtype=object).infer_objects())
    frame = pd.DataFrame({place: columns[place] for place in range(width)})
    empty = frame.columns[frame.isna().all()]
    frame[empty] = frame[empty].astype("float64")
    frame.columns = pd.Index(names, dtype=object)
    notes = [
        tr("workbook"),
        *([tr("sheet {sheet}", sheet=sheet)] if len(sheets) > 1 else []),
        *([tr("{n} title row(s) left out", n=n_titles)] if n_titles else []),
        *([] if has_header else [tr("no row of column names")]),
        *feet.notes,
        *found.notes,
    ]
    understood = ReadOptions(
        sheet=sheet,
        title_rows=n_titles,
        header=has_header,
        decimal="," if found.decimal_comma else ".",
        date_order=found.date_order,
        as_text=options.as_text,
    )
    layout = FileLayout(kind="workbook", options=understood, sheets=sheets)
    return Parsed(frame, notes, layout, found.problems)


def _is_missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and cell.strip() in MISSING)


def _whole(column: pd.Series[Any]) -> pd.Series[Any]:
    """Make whole numbers of a column that holds no others: workbooks hold every number with a fraction."""
    if column.dtype == "float64" and not ((column % 1 != 0) | (column.abs() >= 2**53)).any():
        return column.astype("int64")
    return column


def _word(cell: Any) -> str | None:
    """Give a cell as it is shown."""
    return None if cell is None else str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)


def _is_text(cells: list[Any], name: str, options: ReadOptions) -> bool:
    """Say whether a column's cells are to be understood as in a text file: all are text, or most are."""
    if name in options.as_text:
        return True
    present = [cell for cell in cells if cell is not None]
    return any(isinstance(cell, str) for cell in present)
