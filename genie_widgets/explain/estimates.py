"""From walks to Shapley values with standard errors, for a stated background."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genie_widgets.explain.hybrids import Places
from genie_widgets.explain.meter import Floats

# Fewer degrees of freedom than this tell no row's own spread: the rows' common one is taken.
LEAST_FREEDOM = 5


class Estimates:
    """Sums over the pairs of walks of a block of rows.

    Parameters
    ----------
    f_rows, f_background : ndarray, shapes (n, n_outputs) and (n_background, n_outputs)
        Predictions at the ends of the walks.
    n_columns : int
        Columns walked.

    Attributes
    ----------
    visits : ndarray of int, shape (n, n_background)
        Pairs of walks done from each row to each background row.
    """

    def __init__(self, f_rows: Floats, f_background: Floats, n_columns: int) -> None:
        n, k = f_rows.shape
        self._gap = f_rows[:, None, :] - f_background[None, :, :]
        self._sums = np.zeros((n, len(f_background), n_columns, k))
        self._squares = np.zeros((n, n_columns, k))
        self.visits = np.zeros((n, len(f_background)), dtype=np.intp)

    def add(self, rows: Places, background: Places, values: Floats) -> None:
        """Add pairs of walks: `values` has shape (n_pairs, n_columns, n_outputs)."""
        np.add.at(self._sums, (rows, background), values)
        np.add.at(self._squares, rows, values**2)
        np.add.at(self.visits, (rows, background), 1)

    def result(self) -> tuple[Floats, Floats]:
        """Shapley values and their standard errors, shapes (n, n_columns, n_outputs).

        Each background row counts alike, however often it was visited. Where some were not
        visited yet, the values are moved along their regression on the difference of the two
        predictions, whose mean over the whole background is known: the slopes of the columns
        add up to one, so the values add up to the prediction, and the error shrinks.

        The standard error is that of the walks alone once every background row was visited
        twice; before, the spread between background rows is in it, which overstates it.
        """
        seen = self.visits > 0
        weight = seen / np.maximum(1, seen.sum(axis=1, keepdims=True))
        per_visit = self._sums / np.maximum(1, self.visits)[:, :, None, None]
        mean = np.einsum("nb,nbjk->njk", weight, per_visit)
        gap_mean = np.einsum("nb,nbk->nk", weight, self._gap)
        slope = self._slopes(per_visit, mean, gap_mean, seen)
        missing = self._gap.mean(axis=1) - gap_mean
        values = mean + slope[None] * missing[:, None, :]
        # A single visit has no mean to depart from but the line's: its whole residual counts.
        alone = (seen.sum(axis=1) < 2)[:, None, None]
        departure = per_visit - np.where(alone, 0.0, mean)[:, None]
        along = self._gap - np.where(alone[:, :, 0], 0.0, gap_mean)[:, None]
        residual = (departure - slope * along[:, :, None, :]) ** 2
        freedom = np.maximum(1, seen.sum(axis=1) - 1)
        between = _variance(np.einsum("nb,nbjk->njk", seen, residual), freedom)
        error = between / np.maximum(1, seen.sum(axis=1))[:, None, None]
        complete = seen.all(axis=1) & (self.visits.sum(axis=1) - seen.shape[1] >= LEAST_FREEDOM)
        error = np.where(complete[:, None, None], self._within(), error)
        return values, np.sqrt(error)

    def _slopes(self, per_visit: Floats, mean: Floats, gap_mean: Floats, seen: NDArray[np.bool_]) -> Floats:
        """Slope of each column's value along the gap, common to all rows: (n_columns, n_outputs)."""
        centred, line = per_visit - mean[:, None], self._gap - gap_mean[:, None]
        spread = np.einsum("nb,nbk->k", seen, line**2)
        # One background row each has no spread: the line then goes through the origin.
        from_origin = np.einsum("nb,nbk->k", seen, self._gap**2)
        least = 1e-18 * max(1e-300, float((self._gap**2).sum()))
        cross = np.where(
            spread > least,
            np.einsum("nb,nbjk,nbk->jk", seen, centred, line),
            np.einsum("nb,nbjk,nbk->jk", seen, per_visit, self._gap),
        )
        bottom = np.where(spread > least, spread, from_origin)
        # Without any gap nothing tells the columns apart.
        return np.asarray(np.where(bottom > least, cross / np.where(bottom > least, bottom, 1.0), 1.0 / mean.shape[1]))

    def _within(self) -> Floats:
        """Variance of the values that comes from the walks to the same background rows."""
        visits = np.maximum(1, self.visits)
        squares = np.maximum(0.0, self._squares - np.einsum("nbjk,nb->njk", self._sums**2, 1 / visits))
        of_pair = _variance(squares, self.visits.sum(axis=1) - (self.visits > 0).sum(axis=1))
        n_background = self.visits.shape[1]
        return np.asarray(of_pair * (1 / visits).mean(axis=1)[:, None, None] / n_background)


def _variance(squares: Floats, freedom: Places) -> Floats:
    """Divide sums of squares by each row's degrees of freedom; all rows' where a row has too few."""
    common = squares.sum(axis=0) / max(1, int(np.maximum(0, freedom).sum()))
    own = squares / np.maximum(1, freedom)[:, None, None]
    return np.where((freedom >= LEAST_FREEDOM)[:, None, None], own, common[None])
