"""What cells mean: numbers written as people write them, dates, ids that keep their zeros."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pandas as pd

MISSING = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "?", "-", "--", ".")
_DECIMAL_COMMA = re.compile(r"\s*[-+]?(\d{1,3}(\.\d{3})+|\d+),\d+\s*\Z")
_PLAIN_NUMBER = re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*\Z")
_THOUSANDS = re.compile(r"\s*[-+]?\d{1,3}(,\d{3})+(\.\d+)?\s*\Z")
_LEADING_ZERO = re.compile(r"\s*0\d+\s*\Z")
_DATE = re.compile(r"\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([ T]\d{1,2}:\d{2}.*)?\s*\Z")
CHECKED = 200


def understand(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Give every text column the type that its cells mean.

    Parameters
    ----------
    frame : DataFrame
        All cells as text, or missing.

    Returns
    -------
    tuple
        The typed frame, and what was understood, in words.
    """
    notes: dict[str, None] = {}
    columns = {}
    for name in frame.columns:
        typed, note = _typed(frame[name])
        columns[name] = typed
        if note:
            notes[note] = None
    return pd.DataFrame(columns, index=frame.index), list(notes)


def _typed(column: pd.Series[Any]) -> tuple[pd.Series[Any], str]:
    present = column.dropna()
    if present.empty:
        return column.astype("float64"), ""
    some = present if len(present) <= CHECKED else present.sample(CHECKED, random_state=0)
    if all(_PLAIN_NUMBER.match(cell) for cell in some):
        # Postcodes and ids keep their zeros: as numbers they would lose them.
        if present.str.match(_LEADING_ZERO).any():
            return column, ""
        return _number(column, column)
    if all(_PLAIN_NUMBER.match(cell) or _DECIMAL_COMMA.match(cell) for cell in some):
        plain = column.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
        # A column may mix "1.234,5" with "1234": only where a comma stands is the point a thousands mark.
        return _number(column, plain.where(column.str.contains(",", regex=False, na=False), column), "decimal comma")
    if all(_PLAIN_NUMBER.match(cell) or _THOUSANDS.match(cell) for cell in some):
        return _number(column, column.str.replace(",", "", regex=False), "thousands commas")
    if all(_DATE.match(cell) for cell in some):
        return _date(column)
    return column, ""


def _number(column: pd.Series[Any], cleaned: pd.Series[Any], note: str = "") -> tuple[pd.Series[Any], str]:
    numbers = pd.to_numeric(cleaned, errors="coerce")
    # Only a sample of the cells was looked at: one that is no number after all keeps the column text.
    if numbers.isna().sum() > column.isna().sum():
        return column, ""
    return numbers, note


def _date(column: pd.Series[Any]) -> tuple[pd.Series[Any], str]:
    for day_first in (False, True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # pandas says that it guesses the order; so do we, below
            dates = pd.to_datetime(column, errors="coerce", dayfirst=day_first)
        if dates.isna().sum() == column.isna().sum():
            if getattr(dates.dt, "tz", None) is not None:
                dates = dates.dt.tz_convert("UTC").dt.tz_localize(None)
            return dates, "dates with the day first" if day_first else ""
    return column, ""
