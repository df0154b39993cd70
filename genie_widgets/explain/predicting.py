"""The path through the predicting function alone: all coalitions where that is affordable, else walks."""

from __future__ import annotations

import numpy as np

from genie_widgets.explain.coalitions import MOST_PLAYERS, exact_cost, exact_rows
from genie_widgets.explain.game import Game, Solution
from genie_widgets.explain.hybrids import Places
from genie_widgets.explain.meter import Meter
from genie_widgets.explain.reacting import columns_to_walk
from genie_widgets.explain.sampling import sample_rows
from genie_widgets.explain.walks import walk_cost
from genie_widgets.language import plural

# Share of the time left that the exact path may be expected to take.
EXACT_SHARE = 0.6


def solve_by_predicting(game: Game, n_differ: Places, rng: np.random.Generator) -> tuple[Solution, bool]:
    """SHAP values of the rows that were reached, and whether they are exact.

    Parameters
    ----------
    n_differ : ndarray of int, shape (n_rows, n_background)
        Columns in which each pair differs.
    """
    # The probe comes first: the speed it measures decides what is affordable.
    columns = columns_to_walk(game, n_differ, rng)
    if not exact_is_affordable(n_differ, game.meter):
        return sample_rows(game, columns, rng), False
    exact = exact_rows(game, n_differ)
    if len(exact.phi) == game.hybrids.n_rows:
        return exact, True
    return _joined(exact, sample_rows(game, columns, rng, first=len(exact.phi))), False


def _joined(exact: Solution, sampled: Solution) -> Solution:
    """Rows that were solved exactly before time was up, and what could be sampled of the others."""
    if not len(exact.phi):
        return sampled
    return Solution(
        np.concatenate([exact.phi, sampled.phi]),
        np.concatenate([exact.errors, sampled.errors]),
        exact_first(len(exact.phi), sampled.how),
    )


def exact_first(n_exact: int, how: str) -> str:
    """Say that time was up after some rows, and how the others were solved."""
    return plural(
        "the first {n} row exactly; for the others, {how}",
        "the first {n} rows exactly; for the others, {how}",
        n_exact,
        how=how,
    )


def exact_is_affordable(n_differ: Places, meter: Meter) -> bool:
    """Whether the time left is enough for every coalition of every pair."""
    if n_differ.max(initial=0) > MOST_PLAYERS:
        return False
    cost = exact_cost(n_differ)
    one_pass = float(walk_cost(n_differ).sum())
    return cost <= one_pass or meter.seconds_for(cost) <= EXACT_SHARE * meter.seconds_left
