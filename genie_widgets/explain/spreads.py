"""Variances from few walks, and how far to trust them.

A column often moves the prediction in a few orders only. Then few walks tell its variance badly:
they may miss the orders that matter. So a row's own variance is drawn towards what may be expected,
and Student's t says how wide an error bar must be that rests on so little. What no walk has shown
at all stays unknown.

Between background rows, what is typical of the column among all rows is expected, by as much as the rows
are alike. Between walks to the same background row, what a walk and its reverse differ by tells more:
it is seen at every visit, also where a background row was visited once, and in most orders wherever the
order matters at all.
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
# The variance of the mean of a walk and its reverse, as a share of the mean square of half their difference: where two
# columns act together it is nothing, a third where three do, half where four do. So much is expected, as if so many
# pairs of visits had told it; what all rows and columns show is added.
TURNED_SHARE, TURNED_FREEDOM = 0.5, 20.0
# A column of a row departs from that by a factor of two or so, as a variance of so many degrees of freedom does.
EXPECTED_FREEDOM = 5.0
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

    @classmethod
    def of_walks(cls, squares: Floats, freedom: Floats, turned: Floats) -> Spread:
        """Estimate the variance of walks to the same background row.

        Parameters
        ----------
        squares : ndarray, shape (n, n_background, n_columns, n_outputs)
            Sums of squared departures from the mean of a background row's visits.
        freedom : ndarray, shape (n, n_background)
            Visits less one.
        turned : ndarray, shape (n, n_columns, n_outputs)
            Mean square of half the difference between a walk and its reverse.
        """
        total, own_freedom = squares.sum(axis=1), freedom.sum(axis=1)[:, None, None]
        own = total / np.maximum(TINY, own_freedom)
        # Satterthwaite's: where one background row has most of the variance, its visits alone tell it.
        parts = (squares**2 / np.maximum(1e-9, freedom)[:, :, None, None]).sum(axis=1)
        effective = np.where(total > 0, total**2 / np.maximum(TINY, parts), np.minimum(1.0, own_freedom))
        typical = float(turned.mean())
        seen, shown = float((own_freedom * turned).sum()), float(total.sum())
        share = (shown + TURNED_FREEDOM * TURNED_SHARE * typical) / max(TINY, seen + TURNED_FREEDOM * typical)
        # A column whose order never mattered in so many visits may matter in the next, as columns typically do.
        next_one = share * typical
        variance = effective * own + EXPECTED_FREEDOM * share * turned + next_one
        return cls(variance / (effective + EXPECTED_FREEDOM + 1), effective + EXPECTED_FREEDOM)


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
