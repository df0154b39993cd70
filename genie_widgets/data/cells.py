"""What cells mean: numbers written as people write them, dates, ids that keep their zeros."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pandas as pd

MISSING = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "?", "-", "--", ".")
_DECIMAL_COMMA = re.compile(r"\s*[-+]?(\d{1,3}(\.\d{3})+|\d*),\d+\s*\Z")
_PLAIN_NUMBER = re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*\Z")
_THOUSANDS = re.compile(r"\s*[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?\s*\Z")
_LEADING_ZERO = re.compile(r"\s*0\d+\s*\Z")
_DATE = re.compile(r"\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([ T]\d{1,2}:\d{2}.*)?\s*\Z")
_CURRENCY = r"[€$£¥₹₩]|EUR|USD|GBP|CHF|JPY"
# A number as ledgers write it: (1.200,00) for minus, € before or behind, 12 %, 1 200.
_LEDGER = re.compile(
    rf"\s*(?P<open>\()?\s*(?P<sign>[-+−])?\s*(?P<before>{_CURRENCY})?\s*(?P<number>[-+]?\d[\d.,'\u00a0\u202f ]*)"
    rf"\s*(?P<after>{_CURRENCY}|%)?\s*(?P<close>\))?\s*\Z"
)
_SPACES = re.compile(r"(?<=\d)['\u00a0\u202f ](?=\d{3}(?!\d))")
CHECKED = 200
# A float holds whole numbers of 15 digits exactly; longer ones are ids and card numbers, and would change.
_LONG_WHOLE = re.compile(r"\s*[-+]?\d{16,}\s*\Z")
_YEAR_FIRST = re.compile(r"\s*\d{4}[-/.]")
_DAY_MONTH = r"\s*(\d{1,2})([-/.])(\d{1,2})[-/.]"


def understand(frame: pd.DataFrame, *, comma_is_decimal: bool = False) -> tuple[pd.DataFrame, list[str]]:
    """Give every text column the type that its cells mean.

    Parameters
    ----------
    frame : DataFrame
        All cells as text, or missing.
    comma_is_decimal : bool
        How to read "1,234" where nothing else in the column tells.

    Returns
    -------
    tuple
        The typed frame, and what was understood, in words.
    """
    notes: dict[str, None] = {}
    columns = {}
    for name in frame.columns:
        typed, note = _typed(frame[name], comma_is_decimal)
        columns[name] = typed
        if note:
            notes[note] = None
    return pd.DataFrame(columns, index=frame.index), list(notes)


def _typed(column: pd.Series[Any], comma_is_decimal: bool) -> tuple[pd.Series[Any], str]:
    present = column.dropna()
    if present.empty:
        return column.astype("float64"), ""
    some = present if len(present) <= CHECKED else present.sample(CHECKED, random_state=0)
    number = _numeric(column, some, comma_is_decimal)
    if number is not None:
        return number
    if all(_DATE.match(cell) for cell in some):
        return _date(column)
    if all(_LEDGER.match(cell) for cell in some):
        return _ledger(column, comma_is_decimal)
    return column, ""


def _numeric(column: pd.Series[Any], some: pd.Series[Any], comma_is_decimal: bool) -> tuple[pd.Series[Any], str] | None:
    """Read plain numbers, with a comma or point for thousands or decimals; None if the cells are none."""
    if all(_PLAIN_NUMBER.match(cell) for cell in some):
        # Postcodes and ids keep their zeros: as numbers they would lose them.
        kept = column.str.match(_LEADING_ZERO, na=False) | column.str.match(_LONG_WHOLE, na=False)
        return (column, "") if kept.any() else _number(column, column)
    thousands = all(_PLAIN_NUMBER.match(cell) or _THOUSANDS.match(cell) for cell in some)
    decimal = all(_PLAIN_NUMBER.match(cell) or _DECIMAL_COMMA.match(cell) for cell in some)
    if decimal and (comma_is_decimal or not thousands):
        plain = column.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
        # A column may mix "1.234,5" with "1234": only where a comma stands is the point a thousands mark.
        return _number(column, plain.where(column.str.contains(",", regex=False, na=False), column), "decimal comma")
    if thousands:
        return _number(column, column.str.replace(",", "", regex=False), "thousands commas")
    return None


def _ledger(column: pd.Series[Any], comma_is_decimal: bool) -> tuple[pd.Series[Any], str]:
    """Read numbers with signs of money or percent, brackets for minus, or spaces between thousands."""
    found = [None if pd.isna(cell) else _LEDGER.match(cell) for cell in column]
    if any(match is None for match, cell in zip(found, column, strict=True) if not pd.isna(cell)):
        return column, ""
    bare = pd.Series([None if match is None else _bare(match) for match in found], index=column.index, dtype=object)
    number = _numeric(bare, bare.dropna(), comma_is_decimal)
    if number is None or not pd.api.types.is_numeric_dtype(number[0]):
        return column, ""
    percent = any(match is not None and match["after"] == "%" for match in found)
    return number[0], "percent signs" if percent else "signs of money or spaces in numbers"


def _bare(match: re.Match[str]) -> str:
    number = _SPACES.sub("", match["number"]).strip()
    negative = match["open"] is not None or match["sign"] in ("-", "−")
    return f"-{number}" if negative else number


def _number(column: pd.Series[Any], cleaned: pd.Series[Any], note: str = "") -> tuple[pd.Series[Any], str]:
    numbers = pd.to_numeric(cleaned, errors="coerce")
    # Only a sample of the cells was looked at: one that is no number after all keeps the column text.
    if numbers.isna().sum() > column.isna().sum():
        return column, ""
    return numbers, note


def _date(column: pd.Series[Any]) -> tuple[pd.Series[Any], str]:
    if column.dropna().map(lambda cell: _YEAR_FIRST.match(cell) is not None).all():
        iso = column.str.strip().str.replace(r"^(\d{4})[/.](\d+)[/.]", r"\1-\2-", regex=True)
        dates = pd.to_datetime(iso, errors="coerce", format="ISO8601", utc=True)
        if dates.isna().sum() == column.isna().sum():
            return dates.dt.tz_localize(None), ""
    for day_first in _orders(column):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # pandas says that it guesses the order; so do we, below
            dates = pd.to_datetime(column, errors="coerce", dayfirst=day_first, utc=True)
        if dates.isna().sum() == column.isna().sum():
            order = "day" if day_first else "month"
            return dates.dt.tz_localize(None), f"dates with the {order} first"
    return column, ""


def _orders(column: pd.Series[Any]) -> tuple[bool, ...]:
    """Say which orders are possible, the likelier first; True is the day first.

    pandas decides for each cell where it guesses no format, so that one column
    could be read in both orders.
    """
    parts = column.str.extract(_DAY_MONTH)
    first, second = pd.to_numeric(parts[0]).max() > 12, pd.to_numeric(parts[2]).max() > 12
    if first or second:
        return () if first and second else (bool(first),)
    # With points between them the day stands first everywhere.
    return (True, False) if (parts[1].dropna() == ".").all() else (False, True)
