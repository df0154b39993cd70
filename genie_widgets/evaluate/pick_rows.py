"""Ways to choose the rows kept apart; each returns a mask over the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genie_widgets.language import tr

Mask = NDArray[np.bool_]
Codes = NDArray[np.intp]

# Draws of whole groups from which the one nearest to the wanted size and class shares is kept.
GROUP_DRAWS = 16


def pick_random(n_rows: int, wanted: int, rng: np.random.Generator) -> Mask:
    """Choose `wanted` rows, each with the same chance."""
    mask = np.zeros(n_rows, dtype=bool)
    mask[rng.choice(n_rows, size=wanted, replace=False)] = True
    return mask


def pick_stratified(classes: Codes, wanted: int, rng: np.random.Generator) -> Mask:
    """Choose about `wanted` rows, each class with its share; no class loses its last row.

    A class of one row stays wholly in training: it could be scored but not learned. Every
    other class is scored on at least one row where there is room.
    """
    counts = np.bincount(classes)
    take = _shares(counts, wanted, rng)
    mask = np.zeros(len(classes), dtype=bool)
    order = rng.permutation(len(classes))
    by_class = order[np.argsort(classes[order], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    for start, number in zip(starts, take, strict=True):
        mask[by_class[start : start + number]] = True
    return mask


def _shares(counts: NDArray[np.intp], wanted: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Rows to take of each class: the largest remainders rule, at most all but one."""
    most = np.maximum(counts - 1, 0)
    exact = counts * wanted / counts.sum()
    take = np.minimum(np.floor(exact).astype(np.intp), most)
    # Ties between equal remainders are broken by chance, not by the classes' order.
    by_remainder = np.lexsort((rng.random(len(counts)), take - exact))
    for place in by_remainder:
        if take.sum() >= wanted:
            break
        if take[place] < most[place]:
            take[place] += 1
    # A class without a row takes one from the class that gives most, while that one can spare it.
    for place in np.flatnonzero((take == 0) & (most > 0)):
        richest = int(take.argmax())
        if take[richest] < 3:
            break
        take[richest] -= 1
        take[place] += 1
    if take.sum() == 0 and most.any():
        take[int(most.argmax())] = 1
    if take.sum() == 0:  # every class has one row: nothing can be learned, but a split must be
        take[: max(1, len(take) // 2)] = counts[: max(1, len(take) // 2)]
    return np.asarray(take, dtype=np.intp)


def pick_groups(
    values: pd.Series[str], classes: Codes | None, wanted: int, rng: np.random.Generator
) -> tuple[Mask, str]:
    """Choose whole groups with about `wanted` rows together.

    Returns
    -------
    mask : ndarray of bool
    reason : str
        Why it cannot be done; empty where it can. Rows without a group stay in training:
        they may belong to any group.
    """
    groups, uniques = pd.factorize(values, use_na_sentinel=True)
    if len(uniques) < 2:
        return np.zeros(len(values), dtype=bool), tr("it holds fewer than two groups")
    known = groups >= 0
    sizes = np.bincount(groups[known], minlength=len(uniques))
    best: Mask | None = None
    best_cost = np.inf
    for _ in range(GROUP_DRAWS):
        chosen = _draw_groups(sizes, wanted, rng)
        mask = known & chosen[groups]
        cost = abs(int(mask.sum()) - wanted) / wanted + _class_shift(classes, mask)
        if cost < best_cost:
            best, best_cost = mask, cost
    assert best is not None
    return best, ""


def _draw_groups(sizes: NDArray[np.intp], wanted: int, rng: np.random.Generator) -> Mask:
    """Take groups in random order, each if it still fits; at least one, never all."""
    chosen = np.zeros(len(sizes), dtype=bool)
    total = 0
    for group in rng.permutation(len(sizes)):
        if total + sizes[group] <= wanted:
            chosen[group] = True
            total += sizes[group]
            if total == wanted:
                break
    if not chosen.any():
        chosen[int(sizes.argmin())] = True
    return chosen


def _class_shift(classes: Codes | None, mask: Mask) -> float:
    """Half the summed difference of class shares between the chosen rows and all rows, in [0, 1]."""
    if classes is None:
        return 0.0
    everywhere = np.bincount(classes) / len(classes)
    here = np.bincount(classes[mask], minlength=len(everywhere)) / max(1, int(mask.sum()))
    return float(np.abs(here - everywhere).sum() / 2)


def pick_latest(values: pd.Series[float], wanted: int) -> tuple[Mask, str]:
    """Choose the latest rows, about `wanted` of them; rows of one moment stay together.

    Returns
    -------
    mask : ndarray of bool
    reason : str
        Why it cannot be done; empty where it can. Rows without a time stay in training.
    """
    time = _as_time(values)
    known = ~np.isnan(time)
    if not known.any():
        return np.zeros(len(time), dtype=bool), tr("it holds no times")
    moments, rows_at = np.unique(time[known], return_counts=True)
    if len(moments) < 2:
        return np.zeros(len(time), dtype=bool), tr("all its times are equal")
    # rows_from[k]: rows that are kept apart if moment k is the first of them.
    rows_from = np.cumsum(rows_at[::-1])[::-1]
    first = 1 + int(np.abs(rows_from[1:] - wanted).argmin())
    mask = np.zeros(len(time), dtype=bool)
    mask[known] = time[known] >= moments[first]
    return mask, ""


def _as_time(values: pd.Series[float]) -> NDArray[np.float64]:
    """Turn times into numbers that grow; NaN where there is none."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        return np.where(np.isfinite(numbers), numbers, np.nan)
    moments = pd.to_datetime(values.astype(object), errors="coerce", utc=True, format="mixed")
    nanoseconds = moments.astype("datetime64[ns, UTC]").astype("int64").to_numpy()
    return np.where(moments.isna().to_numpy(), np.nan, nanoseconds.astype(float))
