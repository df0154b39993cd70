"""From walks to Shapley values with standard errors, for a stated background."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genie_widgets.explain.hybrids import Places
from genie_widgets.explain.meter import Floats
from genie_widgets.explain.spreads import Spread, widened


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
        self._squares = np.zeros_like(self._sums)
        self._turned = np.zeros((n, n_columns, k))
        self.visits = np.zeros((n, len(f_background)), dtype=np.intp)

    def add(self, rows: Places, background: Places, values: Floats, halves: Floats) -> None:
        """Add pairs of walks: their means and half their differences, shapes (n_pairs, n_columns, n_outputs)."""
        np.add.at(self._sums, (rows, background), values)
        np.add.at(self._squares, (rows, background), values**2)
        np.add.at(self._turned, rows, halves**2)
        np.add.at(self.visits, (rows, background), 1)

    def result(self) -> tuple[Floats, Floats]:
        """Shapley values and their standard errors, shapes (n, n_columns, n_outputs).

        Each background row counts alike, however often it was visited. Where some were not
        visited yet, the values are moved along their regression on the difference of the two
        predictions, whose mean over the whole background is known: the slopes of the columns
        add up to one, so the values add up to the prediction, and the error shrinks.

        Two things make them uncertain: which background rows were visited, until all were, and
        which orders were walked. The second is told by background rows that were visited twice;
        while none was, the spread between background rows stands for both, which overstates it.
        """
        seen = self.visits > 0
        n_seen = np.maximum(1, seen.sum(axis=1))
        weight = seen / n_seen[:, None]
        per_visit = self._sums / np.maximum(1, self.visits)[:, :, None, None]
        mean = np.einsum("nb,nbjk->njk", weight, per_visit)
        gap_mean = np.einsum("nb,nbk->nk", weight, self._gap)
        slope = self._slopes(per_visit, mean, gap_mean, seen)
        missing = self._gap.mean(axis=1) - gap_mean
        values = mean + slope[None] * missing[:, None, :]
        between = self._between(per_visit, mean, gap_mean, slope, seen)
        if self.visits.max() < 2:
            return values, _error([between], n_seen)
        within = self._within()
        # Of what stands between background rows, some is noise of the walks; the rest is gone when all were visited.
        of_walks = within.variance * (weight / np.maximum(1, self.visits)).sum(axis=1)[:, None, None]
        unseen = (1.0 - n_seen / seen.shape[1])[:, None, None]
        of_choice = unseen * np.maximum(0.0, between.variance - of_walks)
        return values, _error([Spread(of_choice, between.freedom), Spread(of_walks, within.freedom)], n_seen)

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

    def _between(
        self, per_visit: Floats, mean: Floats, gap_mean: Floats, slope: Floats, seen: NDArray[np.bool_]
    ) -> Spread:
        """Spread of the values between background rows, about the regression."""
        # A single visit has no mean to depart from but the line's: its whole residual counts.
        alone = (seen.sum(axis=1) < 2)[:, None, None]
        departure = per_visit - np.where(alone, 0.0, mean)[:, None]
        along = self._gap - np.where(alone[:, :, 0], 0.0, gap_mean)[:, None]
        residual = seen[:, :, None, None] * (departure - slope * along[:, :, None, :]) ** 2
        freedom = np.where(seen, 1.0 - 1.0 / np.maximum(1, seen.sum(axis=1))[:, None], 0.0)
        freedom[alone[:, 0, 0]] = seen[alone[:, 0, 0]]
        return Spread.of(residual, freedom)

    def _within(self) -> Spread:
        """Spread of the walks to the same background row."""
        visits = self.visits[:, :, None, None]
        squares = np.maximum(0.0, self._squares - self._sums**2 / np.maximum(1, visits))
        turned = self._turned / np.maximum(1, self.visits.sum(axis=1))[:, None, None]
        return Spread.of_walks(squares, np.maximum(0, self.visits - 1).astype(float), turned)


def _error(parts: list[Spread], n_seen: Places) -> Floats:
    """Give the standard error of means over so many background rows."""
    return np.sqrt(widened(parts) / n_seen[:, None, None])
