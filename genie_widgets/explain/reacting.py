"""Find the columns the model does not react to, so that no walk is spent on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genie_widgets.explain.game import Game
from genie_widgets.explain.hybrids import Bools, Hybrids, Places
from genie_widgets.explain.meter import Floats, Meter

# Pairs tried on each column alone, on each of a single row, and on all the quiet columns together.
PAIRS_A_COLUMN, PAIRS_OF_A_ROW, PAIRS_TOGETHER = 32, 8, 512
# Rows of the probe: a wide table tries fewer pairs on each column, a very wide one these on groups of columns first.
MOST_PROBES, LEAST_PAIRS, FIRST_GROUPS = 6_000, 4, 64
# Share of the time left that the probe may take; after that, so few pairs are tried on the quiet columns together.
PROBE_SHARE, LEAST_TOGETHER = 0.25, 32
# Some models round differently in batches of another size.
SAME = 1e-9


def columns_to_walk(game: Game, n_differ: Places, rng: np.random.Generator) -> Places:
    """Places of the columns worth a walk, where they are not known; all of them if a pair's gap would be left to none.

    Parameters
    ----------
    n_differ : ndarray of int, shape (n_rows, n_background)
        Columns in which each pair differs.
    """
    if game.players is not None:
        return game.players
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
    and exchanging all the quiet columns together changed nothing either; the pairs in which it did
    are tried next. In wide tables groups of columns are exchanged, and halved where that changes
    something. What the probe's share of the time is too short for counts as reacting.

    Returns
    -------
    ndarray of bool, shape (n_columns,)
    """
    hybrids, meter, n_columns = game.hybrids, game.meter, game.n_columns
    leave_s = (1 - PROBE_SHARE) * max(0.0, meter.seconds_left)
    most = PAIRS_OF_A_ROW if hybrids.n_rows == 1 else PAIRS_A_COLUMN
    n_pairs = int(np.clip(MOST_PROBES // (n_columns + 1), LEAST_PAIRS, most))
    pairs = Pairs.some(n_pairs, hybrids, rng)
    reacting = np.zeros(n_columns, dtype=bool)
    while True:
        probe, before = Probe(meter, hybrids, pairs, leave_s), int(reacting.sum())
        quiet = np.flatnonzero(~reacting)
        is_wide = n_pairs * len(quiet) > MOST_PROBES
        groups = np.array_split(quiet, FIRST_GROUPS if is_wide else len(quiet))
        while groups:
            changing = probe.changing(groups)
            # Where time was up, what is left of groups counts, too.
            for group in changing:
                reacting[group] |= len(group) == 1 or probe.is_time
            groups = [] if probe.is_time else [half for g in changing if len(g) > 1 for half in np.array_split(g, 2)]
        if reacting.all():
            return reacting
        together = Pairs.some(LEAST_TOGETHER if probe.is_time else PAIRS_TOGETHER, hybrids, rng)
        differing = together.differing(meter, hybrids, ~reacting, probe.same)
        if not differing.any():
            return reacting
        if probe.is_time or int(reacting.sum()) == before:
            return np.ones(n_columns, dtype=bool)
        pairs = together.chosen(np.flatnonzero(differing)[:n_pairs])


@dataclass(frozen=True)
class Pairs:
    """Explained and background rows, by their places, each pair with a random coalition.

    Attributes
    ----------
    rows, background : ndarray of int, shape (n,)
    coalition : ndarray of bool, shape (n, n_columns)
    """

    rows: Places
    background: Places
    coalition: Bools

    @classmethod
    def some(cls, n: int, hybrids: Hybrids, rng: np.random.Generator) -> Pairs:
        """Draw n pairs."""
        rows = rng.integers(hybrids.n_rows, size=n)
        background = rng.integers(hybrids.n_background, size=n)
        return cls(rows, background, rng.random((n, len(hybrids.columns))) < 0.5)

    def chosen(self, places: Places) -> Pairs:
        """Take some of them."""
        return Pairs(self.rows[places], self.background[places], self.coalition[places])

    def differing(self, meter: Meter, hybrids: Hybrids, columns: Bools, same: float) -> Bools:
        """Tell in which pairs it matters whether all of these columns are the explained row's or the other's."""
        both = np.concatenate([self.coalition | columns, self.coalition & ~columns])
        values = meter.predict_hybrids(hybrids, np.tile(self.rows, 2), np.tile(self.background, 2), both)
        half = len(self.rows)
        return np.asarray((np.abs(values[:half] - values[half:]) > same).any(axis=1))


class Probe:
    """Pairs in which groups of columns are exchanged.

    Parameters
    ----------
    meter : Meter
    hybrids : Hybrids
    pairs : Pairs
    leave_s : float
        Seconds of the budget to leave for what follows.

    Attributes
    ----------
    same : float
        A change of the prediction that is none.
    """

    def __init__(self, meter: Meter, hybrids: Hybrids, pairs: Pairs, leave_s: float) -> None:
        self._meter, self._hybrids, self._pairs, self._leave_s = meter, hybrids, pairs, leave_s
        self._values: Floats | None = None
        self.same = 0.0

    @property
    def is_time(self) -> bool:
        """Whether the seconds are over, or somebody asked to stop."""
        return self._meter.stopped or self._meter.seconds_left <= self._leave_s

    def changing(self, groups: list[Places]) -> list[Places]:
        """Keep the groups whose exchange changes the prediction of a pair, and those that there was no time for."""
        n_pairs, n_columns = self._pairs.coalition.shape
        found: list[Places] = []
        done = 0
        while done < len(groups) and not (done and self.is_time):
            most = self._meter.batch_rows(n_columns, leave_s=self._leave_s) // n_pairs - (self._values is None)
            part = groups[done : done + max(1, most)]
            found += [group for group, moved in zip(part, self._moved(part), strict=True) if moved]
            done += len(part)
        return [*found, *groups[done:]]

    def _moved(self, groups: list[Places]) -> Bools:
        start = self._pairs.coalition[:, None, :]
        exchanged = np.zeros((len(groups), start.shape[2]), dtype=bool)
        for place, group in enumerate(groups):
            exchanged[place, group] = True
        tried = start ^ exchanged[None]
        if self._values is None:  # asked along with the first groups: a call of its own would cost its overhead
            tried = np.concatenate([start, tried], axis=1)
        n_pairs, n_tried, n_columns = tried.shape
        values = self._meter.predict_hybrids(
            self._hybrids,
            np.repeat(self._pairs.rows, n_tried),
            np.repeat(self._pairs.background, n_tried),
            tried.reshape(-1, n_columns),
        ).reshape(n_pairs, n_tried, -1)
        if self._values is None:
            self._values, values = values[:, :1], values[:, 1:]
            self.same = SAME * max(1e-300, float(np.abs(self._values).max()))
        return np.asarray((np.abs(values - self._values) > self.same).any(axis=(0, 2)))
