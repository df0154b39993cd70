"""New rows, brought to the columns and types that the model was trained on."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.language import tr
from genie_widgets.schema import ColumnKind, ColumnProfile, Problem, RunRequest, columns_missing, kind_said

# Names this much alike, but for case and signs, may be the same: a letter or two differ.
NEAR = 0.85
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
    names, problems = match_columns(frame, request)
    aligned, lost = aligned_rows(frame, request, names)
    return aligned, [*problems, *lost_problems(lost, request)]


def match_columns(frame: pd.DataFrame, request: RunRequest) -> tuple[dict[str, str], list[Problem]]:
    """Find each feature's column among new rows: by its name, else by a near name with cells of its kind.

    Returns
    -------
    tuple
        The column of each feature, and which were matched by a near name.

    Raises
    ------
    GenieError
        If features are left without a column.
    """
    features = request.plan.feature_columns(request.profile.column_names)
    names = {name: name for name in features if name in frame.columns}
    missing = [name for name in features if name not in names]
    known = {*names.values(), request.plan.target, *request.plan.ignore}
    free = [str(column) for column in frame.columns if column not in known]
    problems = []
    for name in missing:
        near = _near(name, free, missing)
        if near is None or not _fits(frame[near], request.profile.column(name)):
            continue
        names[name] = near
        free.remove(near)
        problems.append(
            Problem(
                code="column-matched",
                title=tr("The column {column!r} was taken for {wanted!r}.", column=near, wanted=name),
                remedy=tr("Rename it if that is wrong."),
                culprit=near,
                value=name,
                severity="warning",
            )
        )
    missing = [name for name in features if name not in names]
    if missing:
        raise columns_missing(missing)
    return names, problems


def _near(name: str, free: list[str], missing: list[str]) -> str | None:
    """Find the one column whose name is near: alike but for case and signs, or but for a letter or two."""
    alike = [column for column in free if _plain(column) == _plain(name)]
    if alike:
        rivals = [other for other in missing if _plain(other) == _plain(name)]
        return alike[0] if len(alike) == len(rivals) == 1 else None
    close = [column for column in free if _likeness(column, name) >= NEAR]
    if len(close) != 1:
        return None
    rivals = [other for other in missing if _likeness(close[0], other) >= NEAR]
    return close[0] if len(rivals) == 1 else None


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum()) or name


def _likeness(one: str, other: str) -> float:
    a, b = _plain(one), _plain(other)
    # Digits tell columns apart that belong together: "q1" and "q2" are not near.
    if [char for char in a if char.isdigit()] != [char for char in b if char.isdigit()]:
        return 0.0
    return SequenceMatcher(None, a, b).ratio()


def _fits(column: pd.Series[Any], profile: ColumnProfile) -> bool:
    present = int(column.notna().sum())
    return present == 0 or _typed(column, profile)[1] <= present / 2


def aligned_rows(
    frame: pd.DataFrame, request: RunRequest, names: dict[str, str]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Bring rows to the training table's types: the feature columns, and for each the cells that could not be read."""
    aligned, lost = {}, {}
    for name in request.plan.feature_columns(request.profile.column_names):
        aligned[name], lost[name] = _typed(frame[names[name]], request.profile.column(name))
    return pd.DataFrame(aligned, index=frame.index), lost


def lost_problems(lost: dict[str, int], request: RunRequest) -> list[Problem]:
    """Tell which columns had cells that could not be read."""
    return [
        Problem(
            code="cells-unread",
            title=_unread(name, request.profile.column(name).kind, count),
            remedy=tr("Check that the column holds the same kind of values as in training."),
            culprit=name,
            severity="warning",
        )
        for name, count in lost.items()
        if count
    ]


def _unread(column: str, kind: ColumnKind, n: int) -> str:
    return tr("{n:,} cell(s) of {column} are no {kind}: taken as missing.", n=n, column=column, kind=kind_said(kind))


def _typed(column: pd.Series[Any], profile: ColumnProfile) -> tuple[pd.Series[Any], int]:
    dtype = profile.dtype
    if dtype.startswith("datetime"):
        typed = _dates(column, zone=dtype.partition(", ")[2].rstrip("]"))
    elif dtype.startswith(("int", "float", "uint")):
        typed = _numbers(column)
    elif dtype == "bool":
        typed = column.map(lambda cell: _TRUTH.get(str(cell).strip().lower()))
    elif dtype == "object":
        return _words(column), 0  # whatever a cell is, it is a word
    else:
        typed = column
    return typed, 0 if typed is column else _n_missing(typed) - _n_missing(column)


def _n_missing(column: pd.Series[Any]) -> int:
    return int(np.count_nonzero(pd.isna(column.array)))


def typed_like(rows: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Give numbers the type that they have in other rows, where none of them changes: one call predicts both then."""
    typed = {}
    wanted_types = dict(others.dtypes)
    for name, own in rows.dtypes.items():
        wanted = wanted_types[name]
        is_number = pd.api.types.is_numeric_dtype(own) and pd.api.types.is_numeric_dtype(wanted)
        if own == wanted or not is_number or rows[name].isna().any():
            continue
        cells = rows[name].astype(wanted)
        if (cells == rows[name]).all():
            typed[str(name)] = cells
    return rows.assign(**typed) if typed else rows


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
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column
    numbers = pd.to_numeric(column, errors="coerce")
    return numbers.astype(float) if numbers.dtype == object else numbers


def holds_coded_text(column: pd.Series[Any]) -> bool:
    """Whether a column is kept as its different texts, and for each row which of them it has."""
    return isinstance(column.dtype, pd.CategoricalDtype) and bool(
        pd.api.types.infer_dtype(column.cat.categories) in ("string", "empty")
    )


def _words(column: pd.Series[Any]) -> pd.Series[Any]:
    """Make words of cells; None where there is none."""
    if holds_coded_text(column):
        different = np.array([*column.cat.categories, None], dtype=object)  # code -1: no word
        return pd.Series(different[column.cat.codes.to_numpy()], index=column.index)
    words, missing = column.astype(object), pd.isna(column.array)
    if np.any(missing):
        words = words.where(~missing, None)
    # Text stays as it is: in millions of rows, looking at each cell takes longer than the prediction.
    is_text = pd.api.types.infer_dtype(words, skipna=True) in ("string", "empty")
    return words if is_text else words.map(_word)


def _word(cell: Any) -> Any:
    """Make a cell's word; pandas makes fractions of whole numbers where cells are missing."""
    if cell is None or isinstance(cell, (str, bool)):
        return cell
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
