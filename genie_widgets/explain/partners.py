"""Interactions seen in SHAP values: on which other column a column's part depends beside its own value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.explain.hybrids import Places
from genie_widgets.explain.meter import Floats

# Only what is strong itself is asked for its partner, and can be one.
MOST_COLUMNS = 15
# Fewer rows tell no interaction from chance; more are not needed.
LEAST_ROWS, MOST_ROWS = 40, 1_000
# Rows of a group that share (nearly) a value; within it only another column can move the part.
GROUP_ROWS, MOST_GROUPS = 20, 5
MOST_LEVELS = 4
# Shuffles that the partner must beat, all of them.
SHUFFLES = 100
# A part that its own value tells so well has no partner worth showing.
LEAST_SHARE = 0.02
# Two columns that act together share that between them: a partner moves at least this much of what it would explain.
PARTNERS_SHARE = 0.2


class Partners:
    """Asks the SHAP values of rows for interactions.

    Parameters
    ----------
    rows : DataFrame, shape (n, n_columns)
    seed : int
        Of the shuffles.
    """

    def __init__(self, rows: pd.DataFrame, seed: int = 0) -> None:
        self._rows = rows.iloc[:MOST_ROWS]
        rng = np.random.default_rng(seed)
        self._shuffles = [rng.permutation(len(self._rows)) for _ in range(SHUFFLES)]
        self._design: dict[int, Floats] = {}
        self._bases: dict[tuple[int, int], list[tuple[Places, Floats]]] = {}

    def of(self, values: Floats, order: Places) -> dict[int, int]:
        """Find for the strongest columns the column that goes with the rest of their part.

        Rows with nearly the same cell in a column differ in the column's part only because of
        other columns. Within such groups the part is regressed on each other column; the one that
        explains most is the partner, where it explains more than any column does of shuffled rows.

        Parameters
        ----------
        values : ndarray, shape (n, n_columns)
            SHAP values of one output.
        order : ndarray of int
            The columns, strongest first.

        Returns
        -------
        dict
            From a column's place to its partner's.
        """
        n = len(self._rows)
        if n < LEAST_ROWS:
            return {}
        strong = [int(place) for place in order[:MOST_COLUMNS]]
        found = {}
        for place in strong:
            part, groups = values[:n, place], _groups(self._designed(place))
            rest = _within(part, groups)
            if rest.var() <= LEAST_SHARE * part.var():
                continue
            tried = np.column_stack([rest, *(_within(rest[shuffle], groups) for shuffle in self._shuffles)])
            moving = np.abs(values[:n]).mean(axis=0) >= PARTNERS_SHARE * rest.std()
            others = [other for other in strong if other != place and moving[other]]
            shares = {other: self._explained(place, other, groups, tried) for other in others}
            if not shares:
                continue
            best = max(shares, key=lambda other: shares[other][0])
            if shares[best][0] > max(float(share[1:].max()) for share in shares.values()):
                found[place] = best
        return found

    def _designed(self, place: int) -> Floats:
        if place not in self._design:
            self._design[place] = design_of(self._rows.iloc[:, place])
        return self._design[place]

    def _explained(self, place: int, other: int, groups: Places, tried: Floats) -> Floats:
        """Share of each tried part's variance that a column explains within the groups, allowing for its size."""
        key = place, other
        if key not in self._bases:
            design = self._designed(other)
            inside = [np.flatnonzero(groups == group) for group in np.unique(groups)]
            self._bases[key] = [(rows, basis_of(design[rows])) for rows in inside]
        bases = self._bases[key]
        taken = sum(basis.shape[1] for _, basis in bases)
        freedom = len(tried) - len(bases)
        if taken >= freedom:
            return np.zeros(tried.shape[1])
        kept = np.zeros(tried.shape[1])
        for rows, basis in bases:
            kept += ((basis.T @ tried[rows]) ** 2).sum(axis=0)
        share = kept / np.maximum(1e-300, (tried**2).sum(axis=0))
        return np.asarray(1 - (1 - share) * freedom / (freedom - taken))


def basis_of(design: Floats) -> Floats:
    """Orthonormal columns that span what varies in a design."""
    left, strength, _ = np.linalg.svd(design - design.mean(axis=0), full_matrices=False)
    return np.asarray(left[:, strength > 1e-9 * max(1.0, float(strength.max(initial=0.0)))])


def design_of(column: pd.Series[Any]) -> Floats:
    """Describe a column by a few numbers: its ranks, or which of the commonest values it has."""
    is_number = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    if is_number or pd.api.types.is_datetime64_any_dtype(column.dtype):
        # From 0 to 1; missing cells come before all others.
        return np.asarray(column.rank(na_option="top", pct=True), dtype=np.float64)[:, None]
    text = column.astype(str)
    levels = text.value_counts().index[:MOST_LEVELS]
    return np.asarray(np.stack([text.eq(level).to_numpy() for level in levels], axis=1), dtype=np.float64)


def _groups(design: Floats) -> Places:
    """Give rows with the same or nearly the same cell one number."""
    if design.shape[1] == 1:
        n_groups = int(np.clip(len(design) // GROUP_ROWS, 1, MOST_GROUPS))
        cuts = np.quantile(design[:, 0], np.arange(1, n_groups) / n_groups)
        return np.searchsorted(cuts, design[:, 0]).astype(np.intp)
    return np.asarray(np.where(design.any(axis=1), design.argmax(axis=1), MOST_LEVELS), dtype=np.intp)


def _within(part: Floats, groups: Places) -> Floats:
    means = np.bincount(groups, part) / np.maximum(1, np.bincount(groups))
    return np.asarray(part - means[groups])
