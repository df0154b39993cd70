"""Which original column each prepared column depends on, found by trying.

AutoGluon's own links between columns are too coarse: its generators for dates and texts claim
that every input feeds every output.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.ensemble import NOBODY, Floats, Integers, NotTreesError
from genie_widgets.train.anatomy.places import numbers_of

PROBE_ROWS = 24
# Prepared columns that are looked at in one call, times original columns.
MOST_PROBES = 20_000
# Of one call; each takes some 30 bytes on its way.
MOST_CELLS = 30_000_000


class Ownership:
    """Learns owners as rows come by; what was learnt is kept.

    Parameters
    ----------
    transform : callable
        From original to prepared rows.
    rows : DataFrame
        Examples to try on.
    seed : int
    """

    def __init__(self, transform: Callable[[pd.DataFrame], pd.DataFrame], rows: pd.DataFrame, *, seed: int = 0) -> None:
        self._transform = transform
        self._owners: dict[str, set[int]] = {}
        rng = np.random.default_rng(seed)
        self._exchange_all(rows, self._not_passed_on(rows, rng), rng)

    def of(self, rows: pd.DataFrame, frame: pd.DataFrame) -> Integers:
        """Owner of each prepared column of these rows (original, and prepared in `frame`).

        Raises
        ------
        NotTreesError
            If one column depends on several original ones.
        """
        values = coded(frame)
        varies = ~_equal(values, values[:1]).all(axis=0)
        unknown = [place for place in np.flatnonzero(varies) if not self._owners.get(str(frame.columns[place]))]
        most = max(1, MOST_PROBES // (rows.shape[1] + 1))
        for at in range(0, len(unknown), most):
            self._exchange_where_it_matters(rows, frame, values, unknown[at : at + most])
        owner = np.full(frame.shape[1], NOBODY, dtype=np.int64)
        for place, name in enumerate(frame.columns):
            owners = self._owners.get(str(name), set())
            if len(owners) > 1 or (varies[place] and not owners):
                raise NotTreesError(f"the prepared column {name} depends on {len(owners) or 'more than one'} columns")
            owner[place] = next(iter(owners), NOBODY)
        return owner

    def _not_passed_on(self, rows: pd.DataFrame, rng: np.random.Generator) -> list[int]:
        """Learn which original columns become a prepared one of their name as they are; give the others' places.

        Each cell is taken from another row: a prepared column that still equals the original one depends on no other.
        """
        scattered = mixed(rows, rng.integers(len(rows), size=(max(PROBE_ROWS, len(rows)), rows.shape[1])))
        frame = self._transform(scattered)
        prepared = {str(name): place for place, name in enumerate(frame.columns)}
        names = [str(name) for name in rows.columns]
        known = [place for place, dtype in enumerate(rows.dtypes) if _is_number(dtype) and names[place] in prepared]
        before = scattered.iloc[:, known].to_numpy(dtype=np.float64, na_value=np.nan)
        after = coded(frame)[:, [prepared[names[place]] for place in known]]
        is_passed_on = ~_equal(before, before[:1]).all(axis=0) & _equal(before, after).all(axis=0)
        passed_on = {place for place, is_so in zip(known, is_passed_on, strict=True) if is_so}
        self._owners.update((names[place], {place}) for place in passed_on)
        return [place for place in range(len(names)) if place not in passed_on]

    def _exchange_all(self, rows: pd.DataFrame, places: list[int], rng: np.random.Generator) -> None:
        """Exchange one original column at a time by cells of other rows, in one call."""
        if not places:
            return
        n = min(PROBE_ROWS, len(rows))
        _check_size((len(places) + 1) * n, rows.shape[1])
        chosen = np.tile(rng.choice(len(rows), n, replace=False), (len(places) + 1, 1))
        source = np.repeat(chosen.reshape(-1, 1), rows.shape[1], axis=1)
        for at, place in enumerate(places):
            source[(at + 1) * n : (at + 2) * n, place] = rng.integers(len(rows), size=n)
        frame = self._transform(mixed(rows, source))
        values = coded(frame).reshape(len(places) + 1, n, -1)
        reacts = ~_equal(values[1:], values[:1]).all(axis=1)
        for at, column in zip(*np.nonzero(reacts), strict=True):
            self._owners.setdefault(str(frame.columns[column]), set()).add(places[at])

    def _exchange_where_it_matters(
        self, rows: pd.DataFrame, frame: pd.DataFrame, values: Floats, unknown: list[Any]
    ) -> None:
        """For each column take two rows that differ in it, and exchange their original cells one by one."""
        width = rows.shape[1]
        _check_size(len(unknown) * (width + 1), width)
        source = np.zeros((len(unknown), width + 1, width), dtype=np.int64)
        for at, column in enumerate(unknown):
            other = int(np.flatnonzero(~_equal(values[:, column], values[:1, column]))[0])
            source[at, np.arange(1, width + 1), np.arange(width)] = other
        tried = coded(self._transform(mixed(rows, source.reshape(-1, width))))
        tried = tried.reshape(len(unknown), width + 1, -1)
        for at, column in enumerate(unknown):
            changed = ~_equal(tried[at, 1:, column], tried[at, :1, column])
            self._owners.setdefault(str(frame.columns[column]), set()).update(np.flatnonzero(changed).tolist())


def _check_size(n_rows: int, n_columns: int) -> None:
    if n_rows * n_columns > MOST_CELLS:
        raise NotTreesError(f"{n_columns} columns are too many to find by trying what each becomes")


def mixed(rows: pd.DataFrame, source: Integers) -> pd.DataFrame:
    """Make rows of which each cell comes from the row that `source` (n, n_columns) names."""
    places_of_type: dict[Any, list[int]] = {}
    for place, dtype in enumerate(rows.dtypes):
        places_of_type.setdefault(dtype if isinstance(dtype, np.dtype) else place, []).append(place)
    # Ten thousand columns one by one would take seconds.
    parts = [
        pd.DataFrame(np.take_along_axis(rows.iloc[:, places].to_numpy(), source[:, places], axis=0), dtype=of_type)
        if isinstance(of_type, np.dtype)
        else pd.DataFrame({0: rows.iloc[:, of_type].array.take(source[:, of_type])}, copy=False)
        for of_type, places in places_of_type.items()
    ]
    frame = pd.concat(parts, axis=1).iloc[:, np.argsort([*chain.from_iterable(places_of_type.values())])]
    frame.columns = rows.columns
    return frame


def _is_number(dtype: Any) -> bool:
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype)


def coded(frame: pd.DataFrame) -> Floats:
    """Give prepared columns as numbers, categories by their codes."""
    out, is_category = numbers_of(frame)
    for place in np.flatnonzero(is_category):
        out[:, place] = frame.iloc[:, place].cat.codes
    return out


def _equal(mine: Floats, theirs: Floats) -> Any:
    return (mine == theirs) | (np.isnan(mine) & np.isnan(theirs))
