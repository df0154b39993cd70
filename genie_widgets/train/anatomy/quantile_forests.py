"""AutoGluon's quantile forests, asked some ten times as fast.

AutoGluon joins the leaves of the asked rows with those of all rows learned from, in one large table for each
call. Which numbers a leaf holds never changes, so they are kept as a sparse matrix, and a call is one product.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from genie_widgets.ensemble import Floats, NotTreesError

Shorts = NDArray[np.float32]
# Numbers that all leaves hold together; more would take hundreds of megabytes beside the forest itself.
MOST_HELD = 10_000_000
# Numbers of one step, so that rows whose leaves hold much take no more memory.
MOST_NUMBERS = 1 << 21


class QuantileForest:
    """Predicts what AutoGluon's model predicts, but for rounding.

    Parameters
    ----------
    model : autogluon.tabular.models.RFModel or XTModel
        Fitted for quantiles.
    """

    def __init__(self, model: Any) -> None:
        forest = model.model
        if not hasattr(forest, "y_train_leaves_"):
            raise NotTreesError("it is no forest of quantiles")
        if forest.y_train_leaves_.size > MOST_HELD:
            raise NotTreesError("its leaves hold too many numbers to keep them once more")
        self._model, self._forest = model, forest
        # As AutoGluon takes them: whole percents.
        self._percents = [int(level * 100) for level in model.quantile_levels]
        sizes = [tree.tree_.node_count for tree in forest.estimators_]
        self._first = np.cumsum([0, *sizes[:-1]])
        known, place = np.unique(forest.y_train_, return_inverse=True)
        self._known = known.astype(np.float32)
        weights, leaves, places = [], [], []
        for first, weight, leaf in zip(self._first, forest.y_weights_, forest.y_train_leaves_, strict=True):
            is_held = leaf >= 0  # what a tree did not draw is in none of its leaves
            weights.append(weight[is_held].astype(float))
            leaves.append((leaf[is_held] + first).astype(np.int32))
            places.append(place[is_held].astype(np.int32))
        where = (np.concatenate(leaves), np.concatenate(places))
        self._held = sparse.csr_array((np.concatenate(weights), where), shape=(sum(sizes), len(known)))

    def __call__(self, prepared: pd.DataFrame) -> Floats:
        """Predict, shape (n_rows, n_levels)."""
        leaves = self._forest.apply(np.asarray(self._model.preprocess(prepared), dtype=np.float32)) + self._first
        n, n_trees = leaves.shape
        fallen = sparse.csr_array(
            (np.ones(n * n_trees), leaves.ravel(), np.arange(0, n * n_trees + 1, n_trees)),
            shape=(n, self._held.shape[0]),
        )
        held = fallen @ self._held
        held.sort_indices()
        count = np.diff(held.indptr)
        step = max(1, MOST_NUMBERS // int(count.max()))
        found = [self._of(held, count, slice(at, at + step)) for at in range(0, n, step)]
        return np.concatenate(found)

    def _of(self, held: Any, count: NDArray[np.int64], rows: slice) -> Floats:
        """Read the quantiles off each row's weights of the known numbers, which come in their order."""
        count = count[rows]
        inside = np.arange(count.max()) < count[:, None]
        where = slice(held.indptr[rows.start], held.indptr[rows.start] + int(count.sum()))
        weight, number = np.zeros(inside.shape, np.float32), np.zeros(inside.shape, np.float32)
        weight[inside], number[inside] = held.data[where], self._known[held.indices[where]]
        sums = np.cumsum(weight, axis=1)
        every, last = np.arange(len(count)), count - 1
        percent = np.where(inside, (100.0 / sums[every, last])[:, None] * (sums - weight / 2), np.inf)
        found = np.empty((len(count), len(self._percents)))
        for place, wanted in enumerate(self._percents):
            after = (percent < wanted).sum(axis=1)
            below, above = np.maximum(after - 1, 0), np.minimum(after, last)
            gap = percent[every, above] - percent[every, below]
            # Before the first number and after the last there is nothing between.
            share = np.where(below < above, (wanted - percent[every, below]) / np.where(gap > 0, gap, 1), 0)
            start = number[every, below]
            found[:, place] = np.where(after == 0, start, start + share * (number[every, above] - start))
        return found
