"""Antithetic walks from a background row to the explained row, one column at a time.

A walk exchanges the cells in a random order; what each exchange adds to the prediction is an
unbiased estimate of the column's Shapley value against this background row, and all of them
add up to the difference of the two predictions. The walk in the opposite order follows each:
the two errors mostly cancel.
"""

from __future__ import annotations

import numpy as np

from genie_widgets.explain.game import Game
from genie_widgets.explain.hybrids import Places
from genie_widgets.explain.meter import Floats


def walk_cost(n_differ: Places) -> Places:
    """Count the hybrids that a pair of walks needs where so many columns differ."""
    return np.asarray(2 * np.maximum(n_differ - 1, 0))


def walk_pairs(
    game: Game, rows: Places, background: Places, columns: Places, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Walk forth and back in one random order for each pair.

    Parameters
    ----------
    rows, background : ndarray of int, shape (n,)
        The pairs.
    columns : ndarray of int, shape (n_columns_walked,)
        Columns that are exchanged; the others keep the background row's cells until the end.

    Returns
    -------
    means, halves : ndarray, shape (n, n_columns_walked, n_outputs)
        Mean of both walks, and half the difference between them; each pair's means add up to the difference of its
        predictions.
    """
    n, width = len(rows), len(columns)
    differ = game.hybrids.differ(rows, background)[:, columns]
    n_differ = differ.sum(axis=1)
    # The differing columns in random order come first; the equal ones change nothing.
    keys = np.where(differ, rng.random((n, width)), 2.0)
    forth = np.argsort(np.argsort(keys, axis=1), axis=1)
    back = np.where(differ, n_differ[:, None] - 1 - forth, forth)
    rank = np.concatenate([forth, back])
    # Between its ends a walk of m columns has m - 1 hybrids: after 1, 2, ... exchanges.
    inner = np.tile(np.maximum(n_differ - 1, 0), 2)
    walk = np.repeat(np.arange(2 * n), inner)
    exchanged = np.arange(len(walk)) - np.repeat(np.cumsum(inner) - inner, inner) + 1
    coalition = np.zeros((len(walk), game.n_columns), dtype=bool)
    coalition[:, columns] = rank[walk] < exchanged[:, None]
    along = np.empty((2 * n, width + 1, game.meter.n_outputs))
    along[:] = np.tile(game.f_rows[rows], (2, 1))[:, None, :]
    along[:, 0] = np.tile(game.f_background[background], (2, 1))
    along[walk, exchanged] = game.meter.predict_hybrids(game.hybrids, rows[walk % n], background[walk % n], coalition)
    steps = np.take_along_axis(np.diff(along, axis=1), rank[:, :, None], axis=1)
    steps[~np.tile(differ, (2, 1))] = 0.0
    return np.asarray((steps[:n] + steps[n:]) / 2), np.asarray((steps[:n] - steps[n:]) / 2)
