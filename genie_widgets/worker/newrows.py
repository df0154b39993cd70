"""New rows, brought to the columns and types that the model was trained on."""

from __future__ import annotations

from typing import Any

import pandas as pd

from genie_widgets.schema import ColumnProfile, GenieError, Problem, RunRequest

_TRUTH = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}


def align(frame: pd.DataFrame, request: RunRequest) -> tuple[pd.DataFrame, list[Problem]]:
    """Bring new rows to the training table's columns and types.

    Parameters
    ----------
    frame : DataFrame
        New rows; columns in any order, others are ignored.
    request : RunRequest
        The run whose model will predict.

    Returns
    -------
    tuple
        The feature columns, and what a person should know of them.

    Raises
    ------
    GenieError
        If columns are missing.
    """
    features = request.plan.feature_columns(request.profile.column_names)
    missing = [name for name in features if name not in frame.columns]
    if missing:
        names = ", ".join(missing[:10])
        raise GenieError(
            Problem(
                code="columns-missing",
                title=f"The table lacks {len(missing)} column(s) that the model was trained on: {names}.",
                remedy="Add them under the same names; empty cells will do.",
                culprit=names,
            )
        )
    aligned, problems = {}, []
    for name in features:
        column, lost = _typed(frame[name], request.profile.column(name))
        aligned[name] = column
        if lost:
            problems.append(
                Problem(
                    code="cells-unread",
                    title=f"{lost:,} cell(s) of {name} are no {request.profile.column(name).kind}: taken as missing.",
                    remedy="Check that the column holds the same kind of values as in training.",
                    culprit=name,
                    severity="warning",
                )
            )
    return pd.DataFrame(aligned, index=frame.index), problems


def _typed(column: pd.Series[Any], profile: ColumnProfile) -> tuple[pd.Series[Any], int]:
    dtype = profile.dtype
    if dtype.startswith("datetime"):
        typed = _dates(column, zone=dtype.partition(", ")[2].rstrip("]"))
    elif dtype.startswith(("int", "float", "uint")):
        typed = _numbers(column)
    elif dtype == "bool":
        typed = column.map(lambda cell: _TRUTH.get(str(cell).strip().lower()))
    elif dtype == "object":
        typed = column.astype(object).where(column.notna(), None).map(_word)
    else:
        typed = column
    return typed, int(typed.isna().sum() - column.isna().sum())


def _dates(column: pd.Series[Any], zone: str) -> pd.Series[Any]:
    """Read dates as the training table has them: in its time zone, or in none."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        # Pandas would count nanoseconds since 1970.
        return pd.Series(pd.NaT, index=column.index, dtype="datetime64[ns]")
    dates = pd.to_datetime(column, errors="coerce", utc=True, format="mixed")
    return dates.dt.tz_convert(zone) if zone else dates.dt.tz_localize(None)


def _numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return pd.Series(float("nan"), index=column.index)
    numbers = pd.to_numeric(column, errors="coerce")
    return numbers.astype(float) if numbers.dtype == object else numbers


def _word(cell: Any) -> Any:
    """Make a cell's word; pandas makes fractions of whole numbers where cells are missing."""
    if cell is None or isinstance(cell, (str, bool)):
        return cell
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
