"""The exact path: every coalition of the columns in which two rows differ.

The value of a coalition, averaged over the background, is what each background row gives
alone, averaged; Shapley values are linear, so each (row, background row) pair is solved by
itself. Where m columns differ, 2^m hybrids say everything about the pair.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from genie_widgets.explain.game import Game, Solution
from genie_widgets.explain.hybrids import Places
from genie_widgets.explain.meter import Floats
from genie_widgets.language import tr

# Beyond this many differing columns one pair alone needs more hybrids than a batch holds.
MOST_PLAYERS = 14


def shapley_matrix(m: int) -> Floats:
    """Matrix (m, 2^m) that turns the values of all coalitions into Shapley values.

    Coalition s holds player j where bit j of s is set.
    """
    coalitions = np.arange(2**m)
    inside = (coalitions[None, :] >> np.arange(m)[:, None]) & 1 == 1
    size = inside.sum(axis=0)
    # Weight of the step from a coalition of s players to one of s + 1.
    step = np.array([factorial(s) * factorial(m - s - 1) / factorial(m) for s in range(m)])
    joined = step[np.clip(size - 1, 0, None)]
    left = step[np.clip(size, None, m - 1)]
    return np.asarray(np.where(inside, joined, -left))


def exact_cost(n_differ: Places) -> float:
    """Count the hybrids that pairs need, given in how many columns each differs."""
    return float(np.maximum(0.0, np.exp2(n_differ.astype(float)) - 2).sum())


def exact_pairs(game: Game, rows: Places, background: Places) -> Floats | None:
    """Shapley values of pairs, given by their places (n,); None if time was up before the last.

    Returns
    -------
    ndarray, shape (n, n_columns, n_outputs), or None
        Each pair's values add up to the difference of its two predictions.
    """
    differ = game.hybrids.differ(rows, background)
    n_differ = differ.sum(axis=1)
    phi = np.zeros((*differ.shape, game.meter.n_outputs))
    for m in np.unique(n_differ[n_differ > 0]).tolist():
        matrix = shapley_matrix(m)
        alike = np.flatnonzero(n_differ == m)
        most = max(1, game.meter.batch_rows(game.n_columns) >> m)
        for start in range(0, len(alike), most):
            if game.meter.stopped or game.meter.seconds_left <= 0:
                return None
            pairs = alike[start : start + most]
            players = np.nonzero(differ[pairs])[1].reshape(len(pairs), m)
            of_coalition = _all_coalitions(game, rows[pairs], background[pairs], players)
            phi[pairs[:, None], players] = np.einsum("js,psk->pjk", matrix, of_coalition)
    return phi


def _all_coalitions(game: Game, rows: Places, background: Places, players: Places) -> Floats:
    """Predict all coalitions of each pair's `players` (n, m): shape (n, 2^m, n_outputs)."""
    n, m = players.shape
    inner = np.arange(1, 2**m - 1)
    bits = (inner[:, None] >> np.arange(m)[None, :]) & 1 == 1
    coalition = np.zeros((n, len(inner), game.n_columns), dtype=bool)
    coalition[np.arange(n)[:, None, None], np.arange(len(inner))[None, :, None], players[:, None, :]] = bits
    predicted = game.meter.predict_hybrids(
        game.hybrids,
        np.repeat(rows, len(inner)),
        np.repeat(background, len(inner)),
        coalition.reshape(n * len(inner), game.n_columns),
    )
    values = np.empty((n, 2**m, game.meter.n_outputs))
    values[:, 0], values[:, -1] = game.f_background[background], game.f_rows[rows]
    values[:, 1:-1] = predicted.reshape(n, len(inner), game.meter.n_outputs)
    return values


def exact_rows(game: Game, n_differ: Places) -> Solution:
    """Shapley values of row after row against the whole background, while there is time.

    Parameters
    ----------
    n_differ : ndarray of int, shape (n_rows, n_background)
        Columns in which each pair differs.

    Returns
    -------
    Solution
        Of the rows that were finished, maybe none; its standard errors are 0.
    """
    n_rows, n_background = n_differ.shape
    cost = np.array([exact_cost(of_row) for of_row in n_differ])
    done: list[Floats] = []
    while len(done) < n_rows:
        # As many rows as one good call holds.
        reach = np.cumsum(cost[len(done) :])
        size = max(1, int(np.searchsorted(reach, game.meter.batch_rows(game.n_columns), side="right")))
        rows = np.arange(len(done), min(len(done) + size, n_rows))
        pairs = exact_pairs(game, np.repeat(rows, n_background), np.tile(np.arange(n_background), len(rows)))
        if pairs is None:
            break
        done += list(pairs.reshape(len(rows), n_background, *pairs.shape[1:]).mean(axis=1))
    phi = np.stack(done) if done else np.empty((0, game.n_columns, game.meter.n_outputs))
    return Solution(phi, np.zeros_like(phi), tr("every combination of columns was tried"))
