"""The part of a prediction that is made of linear models: before the link, each column adds a number of its own.

So no combination of columns needs to be predicted: the numbers are found once for every row, and all
combinations are sums of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from genie_widgets.ensemble import AdditiveMember, Floats, Integers, Link, Prepared
from genie_widgets.explain.hybrids import Bools
from genie_widgets.explain.tree_board import coalition_sizes
from genie_widgets.explain.tree_part import Precision, through_link

# Numbers in memory at once.
MOST_NUMBERS = 1 << 20


@dataclass
class BoundAdditive:
    """A member that has seen the rows of one explanation.

    Attributes
    ----------
    start : ndarray, shape (n_outputs,)
        Its margin at one row of the background.
    added : ndarray, shape (n_rows, n_columns, n_outputs)
        What each column of each row adds to that.
    """

    questions: ClassVar[int] = 0
    member: AdditiveMember
    start: Floats
    added: Floats

    @property
    def is_additive(self) -> bool:
        """Whether nothing comes after the sum."""
        return self.member.link == Link.IDENTITY

    @cached_property
    def players(self) -> int:
        """Count the columns that do not add the same for every row."""
        return int(self.moves.sum())

    @property
    def moves(self) -> Bools:
        """Tell which columns do not add the same for every row."""
        return np.asarray((np.ptp(self.added, axis=0) > 0).any(axis=1))

    def without_rows(self, n_rows: int) -> BoundAdditive:
        """Keep what does not depend on the first rows, which are explained."""
        return replace(self, added=self.added[n_rows:].copy())

    def predict(self, rows: Integers, others: Integers, coalition: Bools) -> Floats:
        """Predict hybrids, weighted: shape (n, n_outputs)."""
        return self.member.weight * self.unweighted(rows, others, coalition)

    def unweighted(self, rows: Integers, others: Integers, coalition: Bools) -> Floats:
        """Predict hybrids as the member alone does."""
        margin = self.start + np.where(coalition[:, :, None], self.added[rows], self.added[others]).sum(axis=1)
        return through_link(margin, self.member.link)

    def at_once(self, _background: Integers) -> None:
        """Nothing needs to be prepared."""

    def solve(self, row: int, background: Integers, precision: Precision, seed: int) -> tuple[Floats, Floats]:
        """Weighted SHAP values of one row and their variance."""
        phi, variance = np.zeros(self.added.shape[1:]), np.zeros(self.added.shape[1:])
        steps = self.added[row] - self.added[background]
        start = self.start + self.added[background].sum(axis=1)
        moving = steps.any(axis=2)
        if self.is_additive:
            phi = steps.sum(axis=0)
        elif moving.any(axis=0).sum() <= precision.most_exact:
            players = moving.any(axis=0)
            phi[players] = self._every_coalition(start, steps[:, players])
        else:
            is_small = moving.sum(axis=1) <= precision.most_exact
            for pair in np.flatnonzero(is_small):
                players = moving[pair]
                phi[players] += self._every_coalition(start[[pair]], steps[[pair]][:, players])
            if not is_small.all():
                players = moving[~is_small].any(axis=0)
                rng = np.random.default_rng(seed)
                values, spread = self._walks(start[~is_small], steps[~is_small][:, players], precision.n_walks, rng)
                phi[players] += values
                variance[players] = spread
        share = self.member.weight / len(background)
        return share * phi, share**2 * variance

    def _every_coalition(self, start: Floats, steps: Floats) -> Floats:
        """Sum over the background of exact values, of `steps` (n_background, n_players, n_outputs) from `start`."""
        n_background, m, n_outputs = steps.shape
        values = np.zeros((1 << m, n_outputs))
        size = max(1, MOST_NUMBERS // (n_outputs << m))
        for at in range(0, n_background, size):
            # Coalition s holds player j where bit j of s is set: each player doubles what is known.
            margin = start[at : at + size, None]
            for player in range(m):
                margin = np.concatenate([margin, margin + steps[at : at + size, player, None]], axis=1)
            values += through_link(margin, self.member.link).sum(axis=0)
        # Joining a coalition of s weighs s! (m-s-1)! / m!.
        weights = np.cumprod([1 / max(1, m), *(s / (m - s) for s in range(1, m))])
        of_coalition = weights[np.minimum(coalition_sizes(m), max(0, m - 1))][:, None]
        phi = np.empty((m, n_outputs))
        for player in range(m):
            split = values.reshape(-1, 2, 1 << player, n_outputs)
            weight = of_coalition.reshape(-1, 2, 1 << player, 1)[:, 0]
            phi[player] = (weight * (split[:, 1] - split[:, 0])).sum(axis=(0, 1))
        return phi

    def _walks(self, start: Floats, steps: Floats, n_walks: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Sum of values and its variance, from so many antithetic pairs of walks to each background row."""
        total, squares = np.zeros_like(steps), np.zeros_like(steps)
        for _ in range(n_walks):
            order = rng.permuted(np.tile(np.arange(steps.shape[1]), (len(steps), 1)), axis=1)
            value = (self._one_way(start, steps, order) + self._one_way(start, steps, order[:, ::-1])) / 2
            total += value
            squares += value**2
        mean = total / n_walks
        spread = np.maximum(0.0, squares - n_walks * mean**2) / max(1, n_walks - 1) / n_walks
        return mean.sum(axis=0), spread.sum(axis=0)

    def _one_way(self, start: Floats, steps: Floats, order: Integers) -> Floats:
        """Tell what each player adds to the prediction on joining in its row's `order`."""
        joined = np.cumsum(np.take_along_axis(steps, order[:, :, None], axis=1), axis=1)
        along = through_link(np.concatenate([start[:, None], start[:, None] + joined], axis=1), self.member.link)
        gained = np.empty_like(steps)
        np.put_along_axis(gained, order[:, :, None], np.diff(along, axis=1), axis=1)
        return gained


def bind_additive(
    members: Sequence[AdditiveMember],
    prepared: Prepared,
    n_columns: int,
    n_rows: int,
    known: Sequence[BoundAdditive] = (),
) -> list[BoundAdditive]:
    """Let members see rows.

    Parameters
    ----------
    members : sequence of AdditiveMember
    prepared : Prepared
        The explained rows, then those of the background.
    n_columns, n_rows : int
        Number of original columns, and of explained rows.
    known : sequence of BoundAdditive
        The same members with just this background, where they have seen it already: of it, the first row is enough.
    """
    frame = prepared.frame.iloc[: n_rows + 1] if known else prepared.frame
    bound = []
    for place, member in enumerate(members):
        terms = member.terms(frame, prepared.owner, n_columns)
        first = terms[n_rows]
        added = np.ascontiguousarray((terms - first)[:, :n_columns])
        if known:
            added = np.concatenate([added[:n_rows], known[place].added])
        bound.append(BoundAdditive(member, member.base + first.sum(axis=0), added))
    return bound
