"""Rows made of cells of an explained row and cells of a background row.

A coalition of columns takes the explained row's cells, the others take the background row's.
Hybrids are taken column by column, so that categories, dates and missing cells stay what they are.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Parents:
    """Hybrids by the places of the rows that their cells come from, for who has seen all of those rows.

    Attributes
    ----------
    rows, others : ndarray of int, shape (n,)
        Places among the explained rows and, after them, the background rows.
    coalition : ndarray of bool, shape (n, n_columns)
        Where the cell of `rows` is taken.
    """

    rows: Places
    others: Places
    coalition: Bools

    def __len__(self) -> int:
        """Count the hybrids."""
        return len(self.rows)

    def parts(self, n: int) -> list[Parents]:
        """Share them out, in their order."""
        arrays = (np.array_split(array, n) for array in (self.rows, self.others, self.coalition))
        return [Parents(*part) for part in zip(*arrays, strict=True)]


class Hybrids:
    """Explained rows and background rows, stacked.

    Parameters
    ----------
    rows, background : DataFrame
        Same columns, in any order; names unique.

    Attributes
    ----------
    columns : Index
        In the order of `rows`.
    n_rows, n_background : int
    stacked : DataFrame
        The rows, then the background rows, in common dtypes.
    """

    def __init__(self, rows: pd.DataFrame, background: pd.DataFrame) -> None:
        if not rows.columns.is_unique or set(rows.columns) != set(background.columns):
            raise ValueError("rows and background need the same columns, each name once")
        if not len(rows) or not len(background) or not len(rows.columns):
            raise ValueError("rows and background need at least one row and one column")
        background = background[list(rows.columns)]
        self.columns = self._names = rows.columns
        self._owner = np.arange(len(rows.columns))
        self.n_rows, self.n_background = len(rows), len(background)
        pairs = [(rows.iloc[:, place], background.iloc[:, place]) for place in range(len(rows.columns))]
        self.same_dtypes = all(mine.dtype == theirs.dtype for mine, theirs in pairs)
        self._columns = [_stack(mine, theirs) for mine, theirs in pairs]
        codes = [_codes(column) for column in self._columns]
        self._row_codes = np.stack([code[: self.n_rows] for code in codes], axis=1)
        self._background_codes = np.stack([code[self.n_rows :] for code in codes], axis=1)
        self.stacked = self._frame(self._columns)
        self._is_by_place = False

    def by_place(self) -> Hybrids:
        """Take the same rows for a function that has seen them: it is asked by their places."""
        twin = copy(self)
        twin._is_by_place = True
        return twin

    @property
    def every_row(self) -> pd.DataFrame | Parents:
        """The rows, then the background rows, as the predicting function takes them."""
        if not self._is_by_place:
            return self.stacked
        every = np.arange(self.n_rows + self.n_background)
        return Parents(every, every, np.ones((len(every), len(self.columns)), dtype=bool))

    def asked(self, rows: Places, background: Places, coalition: Bools) -> pd.DataFrame | Parents:
        """Make the hybrids as the predicting function takes them; parameters as of `frame`."""
        if self._is_by_place:
            return Parents(rows, background + self.n_rows, coalition)
        return self.frame(rows, background, coalition)

    def prepared(self, frame: pd.DataFrame, owner: Places) -> Hybrids:
        """Take the same rows as the models see them.

        Parameters
        ----------
        frame : DataFrame, shape (n_rows + n_background, n_prepared)
            `stacked`, prepared.
        owner : ndarray of int, shape (n_prepared,)
            Place of the column that each prepared one is made from; -1 where it never varies.
        """
        twin = copy(self)
        twin._columns = [_array(frame.iloc[:, place]) for place in range(frame.shape[1])]
        twin._names, twin._owner, twin.stacked = frame.columns, owner, frame
        return twin

    def differ(self, rows: Places, background: Places) -> Bools:
        """Tell in which columns pairs differ; missing equals missing. Shape (n_pairs, n_columns)."""
        return np.asarray(self._row_codes[rows] != self._background_codes[background])

    def n_differ(self, row: int, columns: Places) -> Places:
        """Count the columns, of `columns`, in which a row differs from each background row."""
        different = self._background_codes[:, columns] != self._row_codes[row, columns]
        return np.asarray(different.sum(axis=1))

    def frame(self, rows: Places, background: Places, coalition: Bools) -> pd.DataFrame:
        """Make the hybrids.

        Parameters
        ----------
        rows, background : ndarray of int, shape (n,)
            Places of the two parents.
        coalition : ndarray of bool, shape (n, n_columns)
            Where the explained row's cell is taken.

        Returns
        -------
        DataFrame, shape (n, n_columns)
        """
        other = background + self.n_rows
        return self._frame(
            [
                column.take(np.where(coalition[:, player], rows, other))
                for player, column in zip(self._owner, self._columns, strict=True)
            ]
        )

    def _frame(self, columns: list[Any]) -> pd.DataFrame:
        # By place, then named: names are a stranger's text, and may be of any type.
        frame = pd.DataFrame(dict(enumerate(columns)), copy=False)
        frame.columns = self._names
        return frame


def _stack(mine: pd.Series[Any], theirs: pd.Series[Any]) -> Any:
    """One array of both; a dtype of its own only where the two differ."""
    if mine.dtype == theirs.dtype and isinstance(mine.dtype, np.dtype):
        return np.concatenate([mine.to_numpy(), theirs.to_numpy()])
    if mine.dtype != theirs.dtype:
        if isinstance(mine.dtype, pd.CategoricalDtype) and isinstance(theirs.dtype, pd.CategoricalDtype):
            if set(mine.cat.categories) <= set(theirs.cat.categories):
                mine = mine.astype(theirs.dtype)
            else:
                both = pd.api.types.union_categoricals([theirs, mine], ignore_order=True).dtype
                mine, theirs = mine.astype(both), theirs.astype(both)
        elif all(pd.api.types.is_numeric_dtype(part.dtype) for part in (mine, theirs)):
            mine, theirs = (pd.Series(part.to_numpy(dtype=float, na_value=np.nan)) for part in (mine, theirs))
        elif all(pd.api.types.is_datetime64_any_dtype(part.dtype) for part in (mine, theirs)):
            mine = mine.astype(theirs.dtype)
        else:
            mine, theirs = mine.astype(object), theirs.astype(object)
    return _array(pd.concat([mine, theirs], ignore_index=True))


def _array(column: pd.Series[Any]) -> Any:
    """Plain NumPy where there is one: taking from it is several times faster."""
    return column.to_numpy() if isinstance(column.dtype, np.dtype) else column.array


def _codes(column: Any) -> NDArray[np.int32]:
    """Give equal cells the same number; a cell that cannot be hashed counts by its text."""
    try:
        codes = pd.factorize(column, use_na_sentinel=True)[0]
    except TypeError:
        codes = pd.factorize(np.array([repr(cell) for cell in column], dtype=object))[0]
    return np.asarray(codes, dtype=np.int32)
