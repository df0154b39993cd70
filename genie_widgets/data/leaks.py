"""Columns that give the answer away: each is asked, alone, to predict rows that it was not fitted on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

MAX_ROWS = 20_000
MIN_ROWS = 40
MAX_BINS, ROWS_A_BIN = 100, 8
# A column that alone comes this close to the answer is suspicious; the best honest columns of real tables stay below.
SUSPICIOUS = 0.97
# One that comes less close is suspicious where every other column knows next to nothing.
STRONG, WEAK = 0.85, 0.35
# The answer in other words: numbers that keep its order or its distances (share of variance), or as many values as it
# has classes, one for one but for a few rows (share of the baseline's error). So much is no luck in so many rows, with
# so many different values, or so many rows that are not of the commonest class.
TWIN_ROWS, TWIN_VALUES, TWIN_NUMBER, TWIN_CLASS = 15, 5, 0.997, 0.95
TWIN_MAX_ROWS = 4_000
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# Less filled, a column tells by its gaps more than by its values.
LEAST_FILLED = 0.5


@dataclass(frozen=True)
class Leak:
    """A suspicious column.

    Attributes
    ----------
    column : str
        Its name.
    strength : float
        Share of the baseline's error that the column alone removes, in (0, 1].
    """

    column: str
    strength: float


def find_leaks(frame: pd.DataFrame, target: str, columns: Sequence[str], *, is_number: bool) -> list[Leak]:
    """Find columns that alone predict the target suspiciously well.

    Each column is cut into bins (numbers, dates) or taken by its values, with
    missing cells as one more; the bins' means or commonest classes, learned on
    one half of the rows, predict the other half, and the other way round. For
    numbers the target's ranks are predicted, so that a few large values do not
    decide. A column that is the target in other words is found in small tables,
    too; the same measure of an earlier year is not accused.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        The table.
    target : str
        The column to predict.
    columns : sequence of str
        The columns to ask.
    is_number : bool
        Whether the target is a number rather than a class.

    Returns
    -------
    list of Leak
        Strongest first; empty where there are too few rows to tell.
    """
    rows = frame[frame[target].notna()]
    if len(rows) > MAX_ROWS:
        rows = rows.sample(MAX_ROWS, random_state=0)
    asked = [name for name in columns if name != target]
    answer = _cells(rows[target]) if is_number else _codes(rows[target])
    rng = np.random.default_rng(0)
    few = rng.permutation(len(rows))[:TWIN_MAX_ROWS]
    halves = rng.permutation(len(rows)) % 2 == 0
    truth = rows[target].rank().to_numpy() if is_number else answer
    twins: dict[str, float] = {}
    found: list[Leak] = []
    for name in asked:
        cells, present = _cells(rows[name]), rows[name].notna().to_numpy()
        twin = (_twin_number if is_number else _twin_class)(cells[few], present[few], answer[few])
        if twin:
            twins[name] = twin
        if len(rows) >= MIN_ROWS:
            found.append(Leak(name, max(twin, _strongest(cells, present, truth, halves, is_number))))
    if len(rows) < MIN_ROWS:
        known = [Leak(name, twin) for name, twin in twins.items() if not _is_earlier(name, target)]
        return sorted(known, key=lambda leak: -leak.strength)
    found.sort(key=lambda leak: -leak.strength)
    stands_alone = len(found) > 1 and found[0].strength >= STRONG and found[1].strength <= WEAK
    suspicious = [leak for leak in found if leak.strength >= SUSPICIOUS or leak.column in twins]
    accused = suspicious or (found[:1] if stands_alone else [])
    return [leak for leak in accused if not _is_earlier(leak.column, target)]


def _is_earlier(column: str, target: str) -> bool:
    """Say whether a column is the target's measure of an earlier year, by its name: it was known before the answer."""
    years, others = _YEAR.findall(column), _YEAR.findall(target)
    is_same_measure = _YEAR.sub("", column) == _YEAR.sub("", target)
    return is_same_measure and len(years) == len(others) == 1 and int(years[0]) < int(others[0])


def _twin_number(cells: np.ndarray, present: np.ndarray, answer: np.ndarray) -> float:
    """Say how well a column is the target number in other words; 0 where it is not."""
    if not _may_be_twin(present) or not cells.dtype.kind == answer.dtype.kind == "f":
        return 0.0
    both = (pd.Series(cells[present]), pd.Series(answer[present]))
    return _as_numbers(*both) if all(part.nunique() >= TWIN_VALUES for part in both) else 0.0


def _twin_class(cells: np.ndarray, present: np.ndarray, answer: np.ndarray) -> float:
    """Say how well a column is the target class in other words; 0 where it is not."""
    if not _may_be_twin(present):
        return 0.0
    classes, values = (np.unique(part[present], return_inverse=True)[1] for part in (answer, cells))
    n_classes = int(classes.max()) + 1
    if n_classes < 2 or int(values.max()) + 1 != n_classes or n_classes > len(classes) / 2:
        return 0.0
    together = np.zeros((n_classes, n_classes))
    np.add.at(together, (values, classes), 1)
    baseline = len(classes) - together.sum(axis=0).max()
    if baseline < TWIN_VALUES:  # two rare flags in the same row may be luck
        return 0.0
    error = len(classes) - together.max(axis=1).sum()
    both_ways = max(error, len(classes) - together.max(axis=0).sum())
    like = 1.0 - both_ways / baseline
    return float(like) if like >= TWIN_CLASS else 0.0


def _may_be_twin(present: np.ndarray) -> bool:
    return bool(present.sum() >= TWIN_ROWS and present.mean() >= LEAST_FILLED)


def _as_numbers(column: pd.Series[Any], target: pd.Series[Any]) -> float:
    with np.errstate(all="ignore"):
        distances, order = column.corr(target) ** 2, column.rank().corr(target.rank()) ** 2
    # A few large values alone make distances alike: their order must be alike too.
    like = max(order, distances if order >= STRONG else 0.0)
    return float(like) if like >= TWIN_NUMBER else 0.0


def _strongest(cells: np.ndarray, present: np.ndarray, truth: np.ndarray, halves: np.ndarray, is_number: bool) -> float:
    """Judge a column by all rows, and by those where it is filled: a leak with gaps is one all the same."""
    strength = _strength(cells, truth, halves, is_number)
    if present.all() or present.mean() < LEAST_FILLED or present.sum() < MIN_ROWS:
        return strength
    return max(strength, _strength(cells[present], truth[present], halves[present], is_number))


def _strength(cells: np.ndarray, truth: np.ndarray, halves: np.ndarray, is_number: bool) -> float:
    error, baseline = 0.0, 0.0
    for fitted in (halves, ~halves):
        groups = _groups(cells, fitted)
        known, asked = truth[fitted], truth[~fitted]
        n_groups = int(groups.max()) + 1
        if is_number:
            mean = float(known.mean())
            predicted = _means(groups[fitted], known, n_groups, mean)[groups[~fitted]]
            error += float(((asked - predicted) ** 2).sum())
            baseline += float(((asked - mean) ** 2).sum())
        else:
            commonest = int(np.bincount(known).argmax())
            predicted = _commonest(groups[fitted], known, n_groups, commonest)[groups[~fitted]]
            error += float((predicted != asked).sum())
            baseline += float((asked != commonest).sum())
    return max(0.0, 1.0 - error / baseline) if baseline else 0.0


def _means(groups: np.ndarray, numbers: np.ndarray, n_groups: int, usual: float) -> np.ndarray:
    """Give the mean number of each group; the `usual` one for a group without rows."""
    counts = np.bincount(groups, minlength=n_groups)
    sums = np.bincount(groups, numbers, minlength=n_groups)
    return np.where(counts > 0, sums / np.maximum(counts, 1), usual)


def _commonest(groups: np.ndarray, classes: np.ndarray, n_groups: int, usual: int) -> np.ndarray:
    """Give the commonest class of each group; the `usual` one for a group without rows."""
    n_classes = int(classes.max()) + 1
    pairs, counts = np.unique(groups * n_classes + classes, return_counts=True)
    rising = np.argsort(counts, kind="stable")
    commonest = np.full(n_groups, usual)
    commonest[pairs[rising] // n_classes] = pairs[rising] % n_classes  # the last one written stands
    return commonest


def _cells(column: pd.Series[Any]) -> np.ndarray:
    """Give numbers and dates as floats, everything else as whole numbers that stand for the values."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.astype("int64").where(column.notna()).astype("float64")
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return _codes(column.astype(str).where(column.notna(), "\0"))
    return column.to_numpy(dtype=float, na_value=np.nan)


def _codes(column: pd.Series[Any]) -> np.ndarray:
    return pd.factorize(column.astype(str))[0]


def _groups(cells: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """Give each row the number of its bin, from 0 on; the bins' edges come from the fitted rows alone."""
    if cells.dtype.kind != "f":
        return cells
    missing = np.isnan(cells)
    present = cells[fitted & ~missing]
    if present.size == 0:
        return np.zeros(len(cells), dtype=int)
    rising = np.sort(present)
    edges = rising[np.append(True, rising[1:] != rising[:-1])]
    bins = min(MAX_BINS, max(2, present.size // ROWS_A_BIN))
    if edges.size > bins:
        # Of ten thousand columns, numpy's own quantiles would take many seconds.
        places = np.linspace(0, present.size - 1, bins + 1)[1:-1]
        edges = np.unique(np.interp(places, np.arange(present.size), rising))
    return np.where(missing, 0, 1 + np.searchsorted(edges, cells, side="right"))
