"""The sampled path: rounds of walks, spread evenly over the background, until time is up or enough is known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from genie_widgets.explain.estimates import Estimates
from genie_widgets.explain.game import Game, Solution
from genie_widgets.explain.hybrids import Bools, Places
from genie_widgets.explain.meter import Floats
from genie_widgets.explain.walks import walk_cost, walk_pairs
from genie_widgets.language import plural

# Numbers kept for a block of rows (times 8 bytes, twice, and four working copies).
MOST_NUMBERS = 2_000_000
MOST_PASSES = 50
# Rounds after which the errors are known well enough to end by the largest of them.
LEAST_ROUNDS = 16
# One round in so many visits a background row that was visited before.
ROUNDS_A_REPEAT = 6


def sample_rows(game: Game, columns: Places, rng: np.random.Generator, *, first: int = 0) -> Solution:
    """Estimate Shapley values of row after row (in blocks), while there is time.

    Parameters
    ----------
    columns : ndarray of int
        Columns to walk; the others get 0.
    first : int
        Rows before this one are left out.

    Returns
    -------
    Solution
        Of at least one row, from `first` on.
    """
    meter, (n_rows, k) = game.meter, game.f_rows.shape
    if not len(columns):
        nothing = np.zeros((n_rows - first, game.n_columns, k))
        return Solution(nothing, nothing, "no column changed the prediction in any trial")
    block = max(1, MOST_NUMBERS // max(1, game.hybrids.n_background * len(columns) * k))
    starts = list(range(first, n_rows, block))
    phi: list[Floats] = []
    errors: list[Floats] = []
    n_walks = n_done = 0
    for number, start in enumerate(starts):
        if number and (meter.stopped or meter.seconds_left <= 0):
            break
        leave_s = max(0.0, meter.seconds_left) * (1 - 1 / (len(starts) - number))
        rows = np.arange(start, min(start + block, n_rows))
        estimates = _sample_block(game, rows, columns, leave_s, rng)
        reached = _leading(np.asarray(estimates.visits.any(axis=1)))
        for full, part in zip((phi, errors), estimates.result(), strict=True):
            wide = np.zeros((reached, game.n_columns, k))
            wide[:, columns] = part[:reached]
            full.append(wide)
        n_walks += 2 * int(estimates.visits[:reached].sum())
        n_done += reached
        if reached < len(rows):
            break
    how = plural(
        "about {n} random walk through the columns for each row, with standard errors",
        "about {n} random walks through the columns for each row, with standard errors",
        round(n_walks / n_done),
    )
    return Solution(np.concatenate(phi), np.concatenate(errors), how)


def _leading(flags: Bools) -> int:
    """Count the leading True."""
    return len(flags) if flags.all() else int(flags.argmin())


def _sample_block(game: Game, rows: Places, columns: Places, leave_s: float, rng: np.random.Generator) -> Estimates:
    """Sample a block of rows until `leave_s` seconds of the budget are left for the others."""
    n, n_background = len(rows), game.hybrids.n_background
    a_pass = n * n_background
    estimates = Estimates(game.f_rows[rows], game.f_background, len(columns))
    order, turns = _visiting_order(game.f_background, n, rng), _turns(n_background)
    cost = np.stack([walk_cost(game.hybrids.n_differ(row, columns)) for row in rows])
    beside = _Beside.of(game, rows, columns)
    done = 0  # pairs of walks, counted round by round: each round visits one background row from every row
    while done < a_pass * MOST_PASSES:
        if done and _is_time(game, leave_s, max(0, n - done) * float(cost.mean())):
            break
        is_pass = done > 0 and done % a_pass == 0
        if (is_pass or done >= n * LEAST_ROUNDS) and _is_enough(estimates, game, beside, is_pass=is_pass):
            break
        limit = game.meter.batch_rows(game.n_columns)
        # No batch reaches into the next pass: the one before it may have been enough.
        ahead = np.arange(done, min(done + limit, (done // a_pass + 1) * a_pass))
        of_block, background = ahead % n, order[ahead % n, turns[(ahead // n) % len(turns)]]
        size = max(1, int(np.searchsorted(np.cumsum(cost[of_block, background]), limit, side="right")))
        of_block, background = of_block[:size], background[:size]
        estimates.add(of_block, background, *walk_pairs(game, rows[of_block], background, columns, rng))
        done += len(of_block)
    return estimates


def _is_time(game: Game, leave_s: float, cost_of_first_round: float) -> bool:
    """Whether to end a block; its first round is finished if that is quick, so that no row is left out."""
    if game.meter.stopped:
        return True
    if game.meter.seconds_left > leave_s:
        return False
    return cost_of_first_round == 0 or game.meter.seconds_for(cost_of_first_round) > game.meter.grace_s


class _Beside(NamedTuple):
    """What is known already of the values and their variances."""

    phi: Floats | float = 0.0
    variance: Floats | float = 0.0

    @classmethod
    def of(cls, game: Game, rows: Places, columns: Places) -> _Beside:
        if game.beside is None:
            return cls()
        return cls(game.beside.phi[rows][:, columns], game.beside.errors[rows][:, columns] ** 2)


def _is_enough(estimates: Estimates, game: Game, beside: _Beside, *, is_pass: bool) -> bool:
    """Whether the values are known well: all of them after a pass, the largest of them at any time."""
    meter = game.meter
    if not is_pass and not meter.largest_enough:
        return False
    phi, errors = estimates.result()
    phi, errors = phi + beside.phi, np.sqrt(errors**2 + beside.variance)
    if is_pass and np.sqrt((errors**2).mean()) <= meter.good_enough * np.sqrt((phi**2).mean()):
        return True
    return bool(errors.max() <= meter.largest_enough * np.abs(phi).max())


def _turns(n_background: int) -> Places:
    """Two passes over the background, mingled: every so often a row is visited again, which tells what walks err."""
    again = np.arange(n_background)
    first = np.repeat(again, 1 + (again % ROUNDS_A_REPEAT == ROUNDS_A_REPEAT - 1))
    repeats = np.flatnonzero(np.diff(first, prepend=-1) == 0)
    first[repeats] = np.arange(len(repeats))
    return np.concatenate([first, again[len(repeats) :]])


def _visiting_order(f_background: Floats, n: int, rng: np.random.Generator) -> Places:
    """Order in which each row visits the background rows: (n, n_background).

    Whenever the time ends, the rows visited so far are spread evenly over the predictions:
    the steps along the ordered background are those of the golden section, shifted for each row.
    """
    n_background = len(f_background)
    ranked = np.lexsort((rng.random(n_background), f_background[:, 0]))
    spread = np.argsort((np.arange(n_background) * 0.6180339887498949) % 1.0).argsort()
    shift = rng.integers(n_background, size=n)
    return np.asarray(ranked[(spread[None, :] + shift[:, None]) % n_background])
