"""The smallest change of a row that flips the model's answer, among values that the model has seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genie_widgets.schema.what_if import Cell

# Values tried of each column: equal shares of its numbers or dates, or its commonest words.
NUMBERS_TRIED, WORDS_TRIED = 15, 20
# A word that more rows have is no category.
MOST_WORDS = 200
# Columns that are changed together where one is not enough: how many, of the strongest so many, to so many values.
MOST_CHANGED, TOGETHER, VALUES_TOGETHER = 3, 6, 3
# Halvings of the way to a number's first value that flips.
HALVINGS = 7
# Changes that are brought nearer: the cheapest.
MOST_REFINED = 20
# Changing a word is as much as changing a number by one standard deviation.
COST_OF_A_WORD = 1.0

Judge = Callable[[pd.DataFrame], tuple[NDArray[Any], NDArray[np.float64]]]


@dataclass(frozen=True)
class Change:
    """Some cells of a row changed: values by column, how far they are from the row's own, and the answer then."""

    cells: dict[str, Any]
    cost: float
    answer: Any = None


def smallest_flip(judge: Judge, row: pd.DataFrame, learned: pd.DataFrame) -> Change:
    """Look for the smallest change that flips a row's answer.

    Parameters
    ----------
    judge : callable
        Takes rows like `row`; gives their answers, and how far each is from `row`'s answer:
        the larger, the nearer to another one.
    row : DataFrame, shape (1, n_columns)
    learned : DataFrame
        Rows that were learned from: only their values are tried.

    Returns
    -------
    Change
        Of one column, else of two or three; of none, with the row's own answer, where none was found.
    """
    before = judge(row)[0][0]
    unchanged = Change({}, 0.0, before)
    options = {str(name): _options(row[name].iloc[0], learned[name]) for name in row.columns if name in learned}
    single = [Change({name: value}, cost) for name, found in options.items() for value, cost in found]
    if not single:
        return unchanged
    answers, nearness = judge(_changed(row, single))
    flips = _flipping(single, answers, before) or _together(judge, row, before, single, nearness)
    if not flips:
        return unchanged
    finer = _nearer(judge, row, before, _cheapest_of_each(flips)[:MOST_REFINED], learned)
    return min(finer, key=lambda change: _cost(change.cells, row, learned))


def _flipping(tried: list[Change], answers: NDArray[Any], before: Any) -> list[Change]:
    judged = [replace(change, answer=answer) for change, answer in zip(tried, answers, strict=True)]
    return [change for change in judged if change.answer != before]


def _options(cell: Any, column: pd.Series[Any]) -> list[tuple[Any, float]]:
    """List values to try in place of a cell, each with its cost."""
    present = column.dropna()
    if not len(present):
        return []
    if _is_ordered(column):
        values = present.quantile(np.linspace(0, 1, NUMBERS_TRIED), interpolation="nearest").drop_duplicates()
        spread = present.std()
        return [(value, _distance(value, cell, spread)) for value in values if value != cell]
    words = present.value_counts()
    if len(words) > MOST_WORDS:
        return []
    return [(value, COST_OF_A_WORD) for value in words.index[:WORDS_TRIED] if value != cell]


def _is_ordered(column: pd.Series[Any]) -> bool:
    is_number = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    return is_number or pd.api.types.is_datetime64_any_dtype(column.dtype)


def _distance(value: Any, cell: Any, spread: Any) -> float:
    if pd.isna(cell):
        return COST_OF_A_WORD
    return float(abs(value - cell) / spread) if spread else COST_OF_A_WORD


def _together(
    judge: Judge, row: pd.DataFrame, before: Any, single: list[Change], nearness: NDArray[np.float64]
) -> list[Change]:
    """Change two columns, else three, of those that bring another answer nearest alone."""
    best: dict[str, list[Change]] = {}
    for place in np.argsort(-nearness, kind="stable"):
        best.setdefault(next(iter(single[place].cells)), []).append(single[place])
    strongest = list(best)[:TOGETHER]
    for size in range(2, MOST_CHANGED + 1):
        tried = [
            Change(
                {name: value for change in chosen for name, value in change.cells.items()},
                sum(change.cost for change in chosen),
            )
            for names in combinations(strongest, size)
            for chosen in product(*(best[name][:VALUES_TOGETHER] for name in names))
        ]
        if not tried:
            return []
        answers, _ = judge(_changed(row, tried))
        flips = _flipping(tried, answers, before)
        if flips:
            return flips
    return []


def _cheapest_of_each(flips: list[Change]) -> list[Change]:
    """Keep the cheapest change of each set of columns."""
    found: dict[frozenset[str], Change] = {}
    for change in sorted(flips, key=lambda change: change.cost):
        found.setdefault(frozenset(change.cells), change)
    return list(found.values())


def _nearer(judge: Judge, row: pd.DataFrame, before: Any, flips: list[Change], learned: pd.DataFrame) -> list[Change]:
    """Bring the numbers of changes as near to the row's own as still flips: all changes at once, column by column."""
    kept = list(flips)
    for slot in range(MOST_CHANGED):
        named: dict[int, str] = {}
        for place, change in enumerate(kept):
            numbers = [name for name in change.cells if _can_be_halved(row[name].iloc[0], learned[name])]
            if slot < len(numbers):
                named[place] = numbers[slot]
        low = {place: float(row[name].iloc[0]) for place, name in named.items()}
        for _ in range(HALVINGS if named else 0):
            tried = {}
            for place, name in named.items():
                middle = _between(low[place], float(kept[place].cells[name]), learned[name])
                tried[place] = Change({**kept[place].cells, name: middle}, kept[place].cost)
            answers, _ = judge(_changed(row, list(tried.values())))
            for (place, change), answer in zip(tried.items(), answers, strict=True):
                if answer == before:
                    low[place] = float(change.cells[named[place]])
                else:
                    kept[place] = replace(change, answer=answer)
    return kept


def _can_be_halved(cell: Any, column: pd.Series[Any]) -> bool:
    return (
        pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype) and pd.notna(cell)
    )


def _cost(cells: dict[str, Any], row: pd.DataFrame, learned: pd.DataFrame) -> float:
    total = 0.0
    for name, value in cells.items():
        column = learned[name]
        total += _distance(value, row[name].iloc[0], column.std()) if _is_ordered(column) else COST_OF_A_WORD
    return total


def _between(low: float, high: float, column: pd.Series[Any]) -> Any:
    """Give the middle as people write it: whole where the column is, else with few digits, never past the ends."""
    middle = (low + high) / 2
    if pd.api.types.is_integer_dtype(column.dtype):
        return round(middle)
    digits = 2 - int(np.floor(np.log10(max(1e-300, abs(high - low)))))
    return float(np.clip(round(middle, digits), min(low, high), max(low, high)))


def _changed(row: pd.DataFrame, changes: list[Change]) -> pd.DataFrame:
    """Repeat a row with each of the changes."""
    columns, changed = {}, {name for change in changes for name in change.cells}
    for name in row.columns:
        own = row[name]
        mine = own.iloc[0]
        cells = [mine] * len(changes)
        if str(name) in changed:
            cells = [change.cells.get(str(name), mine) for change in changes]
        # A number's type follows its cells: a missing cell or a whole one may give way to any number.
        columns[name] = pd.Series(cells, dtype=None if pd.api.types.is_numeric_dtype(own.dtype) else own.dtype)
    return pd.DataFrame(columns)


def plain_cell(value: Any) -> Cell:
    """Give a cell of a frame as a message can hold it: a date as text."""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d" if value == value.normalize() else "%Y-%m-%d %H:%M:%S")
    plain: Cell = value.item() if isinstance(value, np.generic) else value
    return plain
