"""Predictions as a file that a spreadsheet can open without running anything in it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from genie_widgets.export.csv_text import csv_names, csv_rows

if TYPE_CHECKING:
    import pandas as pd

# What spreadsheets take for a formula (OWASP, "CSV Injection"; ASVS 1.2.10), full-width signs of East Asian keyboards
# included. A plain number is left alone: "-3" is no formula.
_FORMULA = re.compile(r"[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+\-]?[\d.,\s]+([eE][+\-]?\d+)?%?\Z")
# Control characters that the XML of a workbook cannot hold.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def neutralised(cell: object) -> object:
    """Make text that a spreadsheet would run as a formula plain text; everything else is as it was."""
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.match(cell):
        return f"'{cell}"
    return cell


def write_predictions(frame: pd.DataFrame, path: Path) -> Path:
    """Write predictions beside the person's own columns.

    Parameters
    ----------
    frame : DataFrame
        The rows with their predictions.
    path : Path
        Ends in ``.csv``, ``.xlsx`` or ``.parquet``; in the first two, text that
        a spreadsheet would run as a formula gets an apostrophe in front.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If the ending is another.
    """
    writers = {".csv": _write_csv, ".xlsx": _write_xlsx, ".parquet": _write_parquet}
    if path.suffix not in writers:
        raise ValueError(f"predictions are written as .csv, .xlsx or .parquet, not {path.suffix}")
    writers[path.suffix](frame, path)
    return path


class CsvWriter:
    """A CSV file of predictions, written part by part; see `write_predictions`.

    Parameters
    ----------
    path : Path
        The file; it is begun with the first part.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def __enter__(self) -> CsvWriter:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, frame: pd.DataFrame) -> None:
        """Append rows; all parts have the same columns."""
        is_first = self._file is None
        if self._file is None:
            self._file = self._path.open("wb")
            # With a byte order mark: spreadsheets take the file for UTF-8, and so does everything else.
            self._file.write(codecs.BOM_UTF8)
        safe = _safe(frame)
        if is_first:
            self._file.write(csv_names(safe.columns))
        self._file.write(csv_rows(safe))


def _safe(frame: pd.DataFrame, made_safe: Callable[[object], object] = neutralised) -> pd.DataFrame:
    from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

    safe = frame.copy(deep=False)
    for place, kind in enumerate(frame.dtypes):
        cells = frame.iloc[:, place]
        if not is_numeric_dtype(kind) and not is_datetime64_any_dtype(kind) and not _is_safe(cells, made_safe):
            # Many rows have few different cells: each of them is made safe once.
            known = _Remembered(made_safe)
            safe.isetitem(place, [known[cell] if isinstance(cell, str) else cell for cell in cells])
    safe.columns = [made_safe(name) for name in frame.columns]
    return safe


def _is_safe(cells: pd.Series[Any], made_safe: Callable[[object], object]) -> bool:
    """Whether no text has to be changed; False too where that cannot be told from the different cells alone."""
    try:
        return all(made_safe(cell) == cell for cell in cells.unique() if isinstance(cell, str))
    except TypeError:  # cells that cannot be hashed, such as lists
        return False


class _Remembered(dict[str, object]):
    """What becomes of each text, worked out when it is first met."""

    def __init__(self, work_out: Callable[[object], object]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, text: str) -> object:
        made = self[text] = self._work_out(text)
        return made


def _writable(cell: object) -> object:
    """Neutralise what a workbook can hold of a cell: what is taken out may stand before a formula's sign."""
    return neutralised(_NOT_IN_XML.sub("", cell) if isinstance(cell, str) else cell)


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    with CsvWriter(path) as table:
        table.write(frame)


def _write_xlsx(frame: pd.DataFrame, path: Path) -> None:
    safe = _safe(frame, _writable)
    for place, kind in enumerate(safe.dtypes):
        if getattr(kind, "tz", None) is not None:
            # A spreadsheet knows no time zones.
            safe.isetitem(place, safe.iloc[:, place].dt.tz_convert("UTC").dt.tz_localize(None))
    safe.to_excel(path, index=False)


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False)
