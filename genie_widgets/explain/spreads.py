"""Variances from few walks, and how far to trust them.

A column often moves the prediction in a few orders only. Then few walks tell its variance badly:
they may miss the orders that matter. So a row's own variance is drawn towards what is typical of
the column among all rows, by as much as the rows are alike, and Student's t says how wide an error
bar must be that rests on so little. What no walk has shown at all stays unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from genie_widgets.explain.meter import Floats

# An error bar is drawn at twice the standard error, of which 95 in 100 hold.
HELD = 0.975
# Rows are never believed to be more alike than so many degrees of freedom would tell.
MOST_LIKENESS = 50.0
TINY = 1e-300


@dataclass(frozen=True)
class Spread:
    """Variances and the degrees of freedom that stand behind them, shapes (n, n_columns, n_outputs)."""

    variance: Floats
    freedom: Floats

    @classmethod
    def of(cls, squares: Floats, freedom: Floats) -> Spread:
        """Estimate from sums of squares (n, n_background, n_columns, n_outputs) and their freedom (n, n_background)."""
        total, own_freedom = squares.sum(axis=1), freedom.sum(axis=1)[:, None, None]
        own = total / np.maximum(TINY, own_freedom)
        # Where some walks depart much further than most, fewer of them tell the variance than were done.
        n_told = (freedom > 0).sum(axis=1)[:, None, None]
        scatter = ((squares - freedom[:, :, None, None] * own[:, None]) ** 2).sum(axis=1)
        scatter *= n_told / np.maximum(1, n_told - 1)
        effective = np.where(scatter > 0, 2 * total**2 / np.maximum(TINY, scatter), own_freedom)
        effective = np.minimum(effective, own_freedom)
        typical = total.sum(axis=0) / max(TINY, float(own_freedom.sum()))
        likeness = _likeness(own, effective, typical)
        # A column that never moved in so many walks may do so in the next, as columns typically do.
        next_one = typical.mean(axis=0)
        variance = (own_freedom * own + likeness * typical + next_one) / (own_freedom + likeness + 1)
        # What is typical is not known better than all rows together tell it.
        return cls(variance, effective + np.minimum(likeness, effective.sum(axis=0) - effective))


def _likeness(own: Floats, freedom: Floats, typical: Floats) -> Floats:
    """Tell how many degrees of freedom the typical variance is worth: many, where rows differ by chance alone."""
    if len(own) < 2:
        return np.zeros_like(typical)
    relative = own.var(axis=0, ddof=1) / np.maximum(TINY, typical**2)
    by_chance = (2 / np.maximum(1.0, freedom)).mean(axis=0)
    return np.asarray(2 / np.maximum(2 / MOST_LIKENESS, relative - by_chance))


def widened(parts: Sequence[Spread]) -> Floats:
    """Add variances up, so much widened that twice the root holds as often as of a variance that is known."""
    variance = np.asarray(sum(part.variance for part in parts))
    unsure = np.asarray(sum(part.variance**2 / np.maximum(1e-9, part.freedom) for part in parts))
    freedom = np.where(unsure > 0, variance**2 / np.maximum(TINY, unsure), np.inf)
    width = special.stdtrit(np.maximum(1.0, freedom), HELD) / special.ndtri(HELD)
    return np.asarray(variance * width**2)
