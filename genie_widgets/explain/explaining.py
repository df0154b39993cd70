"""SHAP values of any prediction on the person's own columns."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd

from genie_widgets.explain.coalitions import MOST_PLAYERS, exact_cost, exact_rows
from genie_widgets.explain.facts import output_facts
from genie_widgets.explain.game import Game, Solution
from genie_widgets.explain.hybrids import Hybrids, Places
from genie_widgets.explain.meter import Floats, Meter, Predict
from genie_widgets.explain.reacting import columns_to_walk
from genie_widgets.explain.sampling import sample_rows
from genie_widgets.explain.walks import walk_cost
from genie_widgets.schema import ExplainedOutput, Explanation

# Share of the time left that the exact path may be expected to take.
EXACT_SHARE = 0.6


def explain(
    predict: Predict,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    *,
    labels: tuple[str, ...],
    unit: Literal["probability", "target"],
    budget_s: float,
    seed: int = 0,
    should_stop: Callable[[], bool] | None = None,
    max_batch_rows: int = 40_000,
    clock: Callable[[], float] = time.monotonic,
) -> Explanation:
    """Explain predictions by SHAP values (interventional, against a stated background).

    Parameters
    ----------
    predict : callable
        Takes a DataFrame with the columns of `rows` and gives numbers of shape (n,) or
        (n, ``len(labels)``). It is called seldom, with many rows.
    rows : DataFrame
        Rows to explain, feature columns only.
    background : DataFrame
        Rows to compare with (100 to 1,000), same columns.
    labels : tuple of str
        Name of each output.
    unit : {"probability", "target"}
    budget_s : float
        Seconds. Each row gets at least one pair of walks if that takes no more than 2 s
        longer; rows that are not reached (the last ones) are not in the result.
    seed : int
        Same seed and enough time, same result.
    should_stop : callable, optional
        Asked between calls of `predict`; what is known then is returned.
    max_batch_rows : int
        Rows of the largest call of `predict`.
    clock : callable
        Seconds that grow.

    Returns
    -------
    Explanation
        ``path="exact"`` where all combinations of differing columns could be tried in the time.

    Raises
    ------
    ValueError
        If the columns differ or are not unique, there are no rows, or `predict` gives another shape.
    GenieError
        If a prediction is not finite.
    """
    meter = Meter(
        predict, len(labels), budget_s=budget_s, should_stop=should_stop, max_batch_rows=max_batch_rows, clock=clock
    )
    hybrids = Hybrids(rows, background)
    rng = np.random.default_rng(seed)
    both = meter.predict(hybrids.stacked)
    game = Game(hybrids, meter, both[: hybrids.n_rows], both[hybrids.n_rows :])
    # The prediction shown is that of the person's own rows. Stacking may have changed a type
    # (whole numbers beside missing ones): whatever that does to a prediction shows as an error.
    shown = game.f_rows if hybrids.same_dtypes else meter.predict(rows)
    every = np.arange(game.n_columns)
    n_differ = np.stack([hybrids.n_differ(row, every) for row in range(hybrids.n_rows)])
    # The probe comes first: the speed it measures decides what is affordable.
    columns = columns_to_walk(game, n_differ, rng)
    path: Literal["exact", "sampled"] = "exact" if _exact_is_affordable(n_differ, meter) else "sampled"
    if path == "exact":
        solution = exact_rows(game, n_differ)
        if len(solution.phi) < hybrids.n_rows:
            path = "sampled"
            solution = _joined(solution, sample_rows(game, columns, rng, first=len(solution.phi)))
    else:
        solution = sample_rows(game, columns, rng)
    n_done, base = len(solution.phi), game.f_background.mean(axis=0)
    return Explanation(
        path=path,
        method=_method(path, solution, hybrids),
        unit=unit,
        n_rows=n_done,
        n_background=hybrids.n_background,
        additivity_error=float(np.abs(solution.phi.sum(axis=1) + base - shown[:n_done]).max()),
        outputs=_outputs(rows.iloc[:n_done], solution, base, shown, labels),
        seconds=meter.seconds_spent,
    )


def _joined(exact: Solution, sampled: Solution) -> Solution:
    """Rows that were solved exactly before time was up, and what could be sampled of the others."""
    if not len(exact.phi):
        return sampled
    return Solution(
        np.concatenate([exact.phi, sampled.phi]),
        np.concatenate([exact.errors, sampled.errors]),
        f"the first {len(exact.phi)} rows exactly; for the others, {sampled.how}",
    )


def _exact_is_affordable(n_differ: Places, meter: Meter) -> bool:
    if n_differ.max(initial=0) > MOST_PLAYERS:
        return False
    cost = exact_cost(n_differ)
    one_pass = float(walk_cost(n_differ).sum())
    return cost <= one_pass or meter.seconds_for(cost) <= EXACT_SHARE * meter.seconds_left


def _outputs(
    rows: pd.DataFrame, solution: Solution, base: Floats, shown: Floats, labels: tuple[str, ...]
) -> tuple[ExplainedOutput, ...]:
    return tuple(
        output_facts(
            label,
            rows,
            (solution.phi[:, :, place], solution.errors[:, :, place]),
            float(base[place]),
            shown[: len(rows), place],
        )
        for place, label in enumerate(labels)
    )


def _method(path: str, solution: Solution, hybrids: Hybrids) -> str:
    text = f"SHAP values, {path}: {solution.how}, against {hybrids.n_background:,} background rows."
    if len(solution.phi) < hybrids.n_rows:
        text += f" Time was up after {len(solution.phi):,} of {hybrids.n_rows:,} rows."
    return text
