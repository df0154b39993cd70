"""Cells that are unlike anything the model has seen: of a made-up row, and of rows to explain."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genie_widgets.language import figure, tr
from genie_widgets.schema import ColumnProfile, Problem, TableProfile
from genie_widgets.schema.what_if import Cell

_NUMBERS = ("number", "integer")
MOST_NAMED = 5


def outside(cells: pd.Series[Any], column: ColumnProfile) -> tuple[NDArray[np.bool_], str]:
    """Tell which cells lie outside what the training table holds, and what it holds; missing ones never do.

    Parameters
    ----------
    cells : Series
    column : ColumnProfile
        Of the training table.
    """
    nothing = np.zeros(len(cells), dtype=bool)
    if column.kind == "category" and column.n_distinct == len(column.top_values):
        known = [counted.value for counted in column.top_values]
        return (cells.notna() & ~cells.astype(str).isin(known)).to_numpy(), ", ".join(known[:MOST_NAMED])
    if column.minimum is None or column.maximum is None or column.kind not in (*_NUMBERS, "date"):
        return nothing, ""
    if column.kind == "date":
        dates = pd.to_datetime(cells, errors="coerce", utc=True, format="mixed")
        heights = (dates - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
        low, high = (_day(second) for second in (column.minimum, column.maximum))
        # The same day is not later than the last one, whatever the hour.
        odd = (heights < column.minimum - _DAY_S) | (heights > column.maximum + _DAY_S)
        return odd.fillna(False).to_numpy(dtype=bool), tr("{low} to {high}", low=low, high=high)
    heights = pd.to_numeric(cells, errors="coerce")
    odd = (heights < column.minimum) | (heights > column.maximum)
    return odd.fillna(False).to_numpy(dtype=bool), tr(
        "{low} to {high}", low=figure(column.minimum, "g"), high=figure(column.maximum, "g")
    )


def missing_anew(cells: pd.Series[Any], column: ColumnProfile) -> NDArray[np.bool_]:
    """Tell which cells are missing, where the training table holds a value in every row."""
    if column.n_missing:
        return np.zeros(len(cells), dtype=bool)
    return cells.isna().to_numpy(dtype=bool)


_DAY_S = 86_400


def _day(second: float) -> str:
    return dt.datetime.fromtimestamp(second, dt.UTC).strftime("%Y-%m-%d")


def unlike(cells: dict[str, Cell], profile: TableProfile) -> list[Problem]:
    """List the cells outside what the training table holds: there a model guesses."""
    found = []
    for name, cell in cells.items():
        column = profile.column(name)
        if cell is None and missing_anew(pd.Series([cell], dtype=object), column)[0]:
            found.append(_never_missing(name))
        if cell is None or _is_inside(cell, column):
            continue
        odd, known = outside(pd.Series([cell], dtype=object), column)
        if odd[0]:
            found.append(_problem(name, cell, known))
    return found


def _is_inside(cell: Cell, column: ColumnProfile) -> bool:
    """Tell of a number at once what a frame takes long to tell: somebody waits for the answer."""
    if column.kind not in _NUMBERS or isinstance(cell, str) or column.minimum is None or column.maximum is None:
        return False
    return cell is not None and column.minimum <= cell <= column.maximum


def missing_said(column: str) -> str:
    """Say of one row that it lacks what no row of the training table lacks."""
    return tr("{column} is missing, which the model has never seen.", column=column)


def _never_missing(name: str) -> Problem:
    return Problem(
        code="cell-unlike",
        title=missing_said(name),
        remedy=tr("Its answer here is a guess."),
        culprit=name,
        severity="warning",
    )


def _problem(name: str, cell: Cell, known: str) -> Problem:
    return Problem(
        code="cell-unlike",
        title=tr(
            "{column} = {cell} is outside what the model has seen ({known}).", column=name, cell=str(cell), known=known
        ),
        remedy=tr("Its answer here is a guess."),
        culprit=name,
        value=str(cell),
        severity="warning",
    )
