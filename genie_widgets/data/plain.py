"""Columns of any type brought to the few that every library understands and every file holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def plain_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring columns to types that every library below understands.

    Nullable integers vanish inside AutoGluon, time zones break its date
    features, lists in cells cannot be hashed, and no file holds numbers and
    words in one column.

    Parameters
    ----------
    frame : DataFrame
        Columns of any type.

    Returns
    -------
    DataFrame
        The same cells as numbers, truth values, dates, categories or text; a new frame where any changed.
    """
    changed = {}
    for name in frame.columns:
        column = frame[name]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            changed[name] = column.dt.tz_convert("UTC").dt.tz_localize(None)
        elif isinstance(column.dtype, pd.PeriodDtype):
            changed[name] = column.dt.to_timestamp()
        elif isinstance(column.dtype, pd.SparseDtype):
            changed[name] = pd.Series(np.asarray(column), index=column.index)
        elif isinstance(column.dtype, pd.IntervalDtype) or pd.api.types.is_complex_dtype(column):
            changed[name] = _as_text(column)
        elif pd.api.types.is_timedelta64_dtype(column):
            changed[name] = column.dt.total_seconds()
        elif pd.api.types.is_extension_array_dtype(column.dtype) and not isinstance(column.dtype, pd.CategoricalDtype):
            changed[name] = _without_extension(column)
        elif column.dtype == object:
            changed[name] = _of_one_kind(column)
        elif isinstance(column.dtype, pd.CategoricalDtype) and not _are_plain(column.cat.categories):
            changed[name] = _of_one_kind(column.astype(object))
    return frame.assign(**changed) if changed else frame


def _of_one_kind(column: pd.Series[Any]) -> pd.Series[Any]:
    """Leave a column of objects as it is if a file can hold it; else make text of its cells."""
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind == "string":
        # Nearly all are: one look by Arrow spares a copy of every cell.
        return column if _is_writable(column) else column.map(_writable, na_action="ignore")
    if kind in ("boolean", "empty"):
        return column
    if kind in ("integer", "floating", "mixed-integer-float", "decimal"):
        numbers = pd.to_numeric(column, errors="coerce")
        if numbers.dtype != object and numbers.isna().sum() == column.isna().sum():
            return numbers
    if kind in ("datetime", "datetime64", "date"):
        dates = pd.to_datetime(column, errors="coerce", utc=True)
        if dates.isna().sum() == column.isna().sum():
            return dates.dt.tz_localize(None)
    return _as_text(column)


def _are_plain(categories: pd.Index[Any]) -> bool:
    kind = pd.api.types.infer_dtype(categories, skipna=True)
    if kind == "string":
        return all(_writable(category) == category for category in categories)
    return kind in ("integer", "floating", "boolean", "datetime64", "empty")


def _as_text(column: pd.Series[Any]) -> pd.Series[Any]:
    text = column.astype(object)
    missing = text.map(_is_missing)
    return text.map(lambda cell: _writable(str(cell))).where(~missing, None)


def _is_missing(cell: Any) -> bool:
    return bool(pd.api.types.is_scalar(cell) and pd.isna(cell))


def _is_writable(column: pd.Series[Any]) -> bool:
    import pyarrow as pa

    try:
        pa.array(column, type=pa.string(), from_pandas=True)
    except (UnicodeEncodeError, pa.ArrowException):
        return False
    return True


def _writable(cell: str) -> str:
    """Replace half a character, as JSON and Python allow it: no file can hold it."""
    return cell.encode("utf-8", "replace").decode()


def _without_extension(column: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        missing = bool(column.isna().any())
        if pd.api.types.is_bool_dtype(column):
            return column.astype(object).where(column.notna(), None) if missing else column.astype(bool)
        plain: pd.Series[Any] = column.astype(np.dtype("float64" if missing else column.dtype.name.lower()))
        return plain
    return _of_one_kind(column.astype(object).where(column.notna(), None))
