"""Find the columns the model does not react to, so that no walk is spent on them."""

from __future__ import annotations

import numpy as np

from genie_widgets.explain.game import Game
from genie_widgets.explain.hybrids import Bools, Places

# Pairs tried on each column alone, and on all the quiet columns together.
PAIRS_A_COLUMN, PAIRS_TOGETHER = 32, 512
# Rows of the whole probe: a wide table tries fewer pairs on each column.
MOST_PROBES = 6_000
# Some models round differently in batches of another size.
SAME = 1e-9


def columns_to_walk(game: Game, n_differ: Places, rng: np.random.Generator) -> Places:
    """Places of the columns worth a walk; all of them if a pair's difference would be left to none.

    Parameters
    ----------
    n_differ : ndarray of int, shape (n_rows, n_background)
        Columns in which each pair differs.
    """
    every = np.arange(game.n_columns)
    if n_differ.max(initial=0) <= 1:
        return every
    found = np.flatnonzero(reacting_columns(game, rng))
    for row in range(game.hybrids.n_rows):
        gap = np.abs(game.f_rows[row] - game.f_background).max(axis=1) > 0
        if (gap & (game.hybrids.n_differ(row, found) == 0)).any():
            return every
    return found


def reacting_columns(game: Game, rng: np.random.Generator) -> Bools:
    """Tell which columns change the prediction, tried on random hybrids.

    A column counts as quiet if exchanging its cell alone changed nothing in any pair tried,
    and exchanging all the quiet columns together changed nothing either: otherwise, all
    columns count as reacting.

    Returns
    -------
    ndarray of bool, shape (n_columns,)
    """
    hybrids, n_columns = game.hybrids, game.n_columns
    n_pairs = int(np.clip(MOST_PROBES // (n_columns + 1), 4, PAIRS_A_COLUMN))
    rows = rng.integers(hybrids.n_rows, size=n_pairs)
    background = rng.integers(hybrids.n_background, size=n_pairs)
    start = rng.random((n_pairs, n_columns)) < 0.5
    tried = np.concatenate([start[:, None, :], start[:, None, :] ^ np.eye(n_columns, dtype=bool)[None]], axis=1)
    values = game.meter.predict_hybrids(
        hybrids,
        np.repeat(rows, n_columns + 1),
        np.repeat(background, n_columns + 1),
        tried.reshape(-1, n_columns),
    ).reshape(n_pairs, n_columns + 1, -1)
    same = SAME * max(1e-300, float(np.abs(values).max()))
    reacting = np.asarray((np.abs(values[:, 1:] - values[:, :1]) > same).any(axis=(0, 2)))
    if reacting.all():
        return reacting
    rows = rng.integers(hybrids.n_rows, size=PAIRS_TOGETHER)
    background = rng.integers(hybrids.n_background, size=PAIRS_TOGETHER)
    start = rng.random((PAIRS_TOGETHER, n_columns)) < 0.5
    both = np.concatenate([start | ~reacting, start & reacting])
    values = game.meter.predict_hybrids(hybrids, np.tile(rows, 2), np.tile(background, 2), both)
    if (np.abs(values[:PAIRS_TOGETHER] - values[PAIRS_TOGETHER:]) > same).any():
        return np.ones(n_columns, dtype=bool)
    return reacting
