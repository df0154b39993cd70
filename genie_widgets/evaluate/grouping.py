"""A column's rows in groups: its values, or where there are many, parts of its range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genie_widgets.language import figure, tr

MOST_VALUES = 12
PARTS = 4


@dataclass(frozen=True)
class Groups:
    """Rows in groups.

    Attributes
    ----------
    codes : ndarray of int, shape (n,)
        The group of each row.
    labels : tuple of str
        The groups: of numbers and dates from small to large, else the most frequent first.
    missing : int or None
        The group of missing cells, the last one; None where no cell is missing.
    """

    codes: NDArray[np.intp]
    labels: tuple[str, ...]
    missing: int | None = None


def grouped(column: pd.Series[Any]) -> Groups:
    """Put a column's rows in groups.

    Numbers and dates of more than `MOST_VALUES` values are cut into quarters; of other columns the most frequent
    values are groups, the rest is one group, and so are missing cells.
    """
    present = column.notna().to_numpy()
    kind = column.dtype
    is_ordered = pd.api.types.is_datetime64_any_dtype(kind) or (
        pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
    )
    if is_ordered and column[present].nunique() > MOST_VALUES:
        codes, labels = _parts(column, present)
    else:
        codes, labels = _values(column, present, is_ordered)
    if not present.all():
        codes = np.where(present, codes, len(labels))
        return Groups(codes.astype(np.intp), (*labels, tr("(missing)")), len(labels))
    return Groups(codes.astype(np.intp), tuple(labels))


def _parts(column: pd.Series[Any], present: NDArray[np.bool_]) -> tuple[NDArray[np.intp], list[str]]:
    filled = column[present]
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        numbers = filled.astype("int64").to_numpy(dtype=float)
    else:
        numbers = filled.to_numpy(dtype=float)
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, PARTS + 1)[1:-1]))
    inside = np.searchsorted(edges, numbers, side="left")
    used, inside = np.unique(inside, return_inverse=True)
    labels = []
    for place in range(len(used)):
        part = filled[inside == place]
        labels.append(tr("{low} to {high}", low=_shown(part.min()), high=_shown(part.max())))
    codes = np.zeros(len(column), dtype=np.intp)
    codes[present] = inside
    return codes, labels


def _values(column: pd.Series[Any], present: NDArray[np.bool_], is_ordered: bool) -> tuple[NDArray[np.intp], list[str]]:
    filled = column[present]
    if is_ordered:
        kept = sorted(filled.unique())
        names = [_shown(value) for value in kept]
        places = {value: place for place, value in enumerate(kept)}
        found = [places[value] for value in filled]
    else:
        texts = filled.astype(str)
        counts = texts.value_counts(sort=False)
        ranked = sorted(counts.index, key=lambda value: (-counts[value], value))
        names = ranked if len(ranked) <= MOST_VALUES else [*ranked[: MOST_VALUES - 1], tr("(all others)")]
        place_of = {value: min(place, len(names) - 1) for place, value in enumerate(ranked)}
        found = texts.map(place_of).tolist()
    codes = np.zeros(len(column), dtype=np.intp)
    codes[present] = found
    return codes, names


def _shown(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(value, (int, np.integer)):
        # Of four digits it may be a year.
        return figure(int(value), "," if abs(int(value)) >= 10_000 else "")
    return figure(float(value), ",.4g") if isinstance(value, (float, np.floating)) else str(value)
