"""Whether new rows are like those that a model learned from, column by column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.language import figure, tr
from genie_widgets.schema import Drift

MOST_ROWS = 20_000
# Below this many new rows a difference cannot be told from chance.
LEAST_ROWS = 30
ALPHA = 0.01
# Shares of rows that must lie differently for it to matter, however many rows prove that they do.
NOTABLE, LARGE = 0.1, 0.25
_EMPTY = "\0"


def drift(learned: pd.DataFrame, new: pd.DataFrame, columns: Sequence[str], *, seed: int = 0) -> tuple[Drift, ...]:
    """Find the columns whose values lie differently in new rows.

    For numbers and dates the measure is the largest gap between the two cumulative distributions
    (Kolmogorov-Smirnov), for other columns the share of rows that would have to change their value (total variation);
    missing cells are a value of their own. A column is named if its gap is larger than chance would make it in one of
    a hundred tables, allowing for the number of columns, and at least 10%.

    Parameters
    ----------
    learned, new : DataFrame
        With `columns`, of the same types; of many rows samples are compared.
    columns : sequence of str
        The columns to compare.
    seed : int
        Same seed, same samples.

    Returns
    -------
    tuple of Drift
        Largest first; empty below 30 new rows.
    """
    if min(len(learned), len(new)) < LEAST_ROWS or not columns:
        return ()
    learned, new = (
        frame if len(frame) <= MOST_ROWS else frame.sample(MOST_ROWS, random_state=seed) for frame in (learned, new)
    )
    found = []
    for name in columns:
        gap, freedom = _gap(learned[name], new[name])
        if gap >= max(NOTABLE, _by_chance(len(learned), len(new), freedom, ALPHA / len(columns))):
            before, now = _places(learned[name], new[name])
            found.append(Drift(column=name, share=gap, is_large=gap >= LARGE, learned=before, new=now))
    return tuple(sorted(found, key=lambda item: -item.share))


def _by_chance(n: int, m: int, freedom: int, alpha: float) -> float:
    """Bound a gap by chance: of cumulative distributions (Smirnov), or of `freedom` + 1 shares (McDiarmid)."""
    per_row = math.sqrt((n + m) / (n * m))
    if freedom == 0:
        return per_row * math.sqrt(math.log(2 / alpha) / 2)
    return per_row * (math.sqrt(freedom) + math.sqrt(2 * math.log(1 / alpha))) / 2


def _are_dates(learned: pd.Series[Any], new: pd.Series[Any]) -> bool:
    return all(pd.api.types.is_datetime64_any_dtype(part.dtype) for part in (learned, new))


def _are_numbers(learned: pd.Series[Any], new: pd.Series[Any]) -> bool:
    are_numeric = all(pd.api.types.is_numeric_dtype(part.dtype) for part in (learned, new))
    return are_numeric and not pd.api.types.is_bool_dtype(learned.dtype)


def _places(learned: pd.Series[Any], new: pd.Series[Any]) -> tuple[str, str]:
    """Say where the values lie in both: the share of empty cells, the middle, or the value whose share moved most."""
    empty = [float(part.isna().mean()) for part in (learned, new)]
    is_date = _are_dates(learned, new)
    if is_date or _are_numbers(learned, new):
        if max(empty) == 1 or abs(empty[1] - empty[0]) >= NOTABLE:
            before, now = (tr("empty in {share:.0%}", share=share) for share in empty)
            return before, now
        middles = [part.median() for part in (learned, new)]
        if is_date:
            before, now = (f"{middle:%Y-%m-%d}" for middle in middles)
            return tr("half of them before {day}", day=before), tr("half before {day}", day=now)
        before, now = (figure(middle, ".4g") for middle in middles)
        return tr("half of them below {number}", number=before), tr("half below {number}", number=now)
    shares = _shares(learned, new)
    name, moved = max(shares.iterrows(), key=lambda item: abs(item[1].iloc[1] - item[1].iloc[0]))
    if name == _EMPTY:
        before, now = (tr("empty in {share:.0%}", share=share) for share in moved)
    else:
        before, now = (tr("{cell!r} in {share:.0%}", cell=str(name)[:40], share=share) for share in moved)
    return before, now


def _shares(learned: pd.Series[Any], new: pd.Series[Any]) -> pd.DataFrame:
    shares = [part.astype(str).where(part.notna(), _EMPTY).value_counts(normalize=True) for part in (learned, new)]
    return pd.concat(shares, axis=1).fillna(0.0)


def _gap(learned: pd.Series[Any], new: pd.Series[Any]) -> tuple[float, int]:
    is_date = _are_dates(learned, new)
    if is_date or _are_numbers(learned, new):
        a, b = (_numbers(part, is_date) for part in (learned, new))
        points = np.sort(np.unique(np.concatenate([a, b])))
        # Missing cells lie below all others: their share differing is a gap like any.
        below = (np.searchsorted(np.sort(part), points, side="right") / len(part) for part in (a, b))
        return float(np.abs(np.subtract(*below)).max()), 0
    both = _shares(learned, new).to_numpy()
    return float(np.abs(both[:, 0] - both[:, 1]).sum() / 2), max(1, len(both) - 1)


def _numbers(column: pd.Series[float], is_date: bool) -> np.ndarray:
    values = column.astype("int64").where(column.notna()) if is_date else column
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isnan(numbers), -np.inf, numbers)
