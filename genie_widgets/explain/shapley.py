"""SHAP values as arrays: through the predictor's own parts where they can be read, else through its predictions."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from genie_widgets.ensemble import Ensemble, NotTreesError
from genie_widgets.explain.compiling import compile_kernels
from genie_widgets.explain.game import Game, Solution
from genie_widgets.explain.hybrids import Hybrids, Places
from genie_widgets.explain.kept import Kept
from genie_widgets.explain.meter import GOOD_ENOUGH, Floats, Meter, Predict
from genie_widgets.explain.predicting import solve_by_predicting

# Rows that go through the trees together; the tables of what they see stay small.
BLOCK_ROWS = 2_000
# Share of the time left that is waited for kernels that this machine has never compiled, beyond the seconds given for
# that; and how often one who waits looks whether somebody asked to stop.
COMPILING_SHARE, LOOK_SECONDS = 0.5, 0.2
# Where the trees do not give the first picture, the predictions alone do, if what that takes is no more than this
# share of the time left; at the least in so many seconds, and with so many more for every row's first walks.
FIRST_PICTURE_SHARE, LEAST_PICTURE_SECONDS, PICTURE_GRACE_SECONDS = 0.25, 0.3, 0.3


@dataclass(frozen=True)
class ShapValues:
    """SHAP values of the first rows, and how good they are.

    Attributes
    ----------
    phi, errors : ndarray, shape (n, n_columns, n_outputs)
        Values and their standard errors.
    base : ndarray, shape (n_outputs,)
        Mean prediction of the background.
    predictions : ndarray, shape (n, n_outputs)
        The predictor's own.
    path : {"exact", "sampled"}
    how : str
        How they were found, in a few words.
    n_background : int
    gate_error : float or None
        Largest difference between the predictor and its trees as taken apart, on every explained
        row and, once for a background, on that and 200 hybrids; None where the predictor alone was asked.
    seconds : float
    """

    phi: Floats
    errors: Floats
    base: Floats
    predictions: Floats
    path: Literal["exact", "sampled"]
    how: str
    n_background: int
    gate_error: float | None
    seconds: float

    @property
    def additivity_error(self) -> float:
        """Largest difference of a row's values and base from its prediction."""
        return float(np.abs(self.phi.sum(axis=1) + self.base - self.predictions).max())


def shap_values(  # noqa: PLR0913 -- keywords, each with a meaning of its own
    predict: Predict,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    *,
    n_outputs: int,
    budget_s: float,
    ensemble: Ensemble | None = None,
    seed: int = 0,
    n_threads: int | None = None,
    on_partial: Callable[[ShapValues], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    max_batch_rows: int = 40_000,
    good_enough: float = GOOD_ENOUGH,
    largest_enough: float = 0.0,
    compiling_s: float = 0.0,
    kept: Kept | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> ShapValues:
    """Find the SHAP values of rows; parameters and errors as of `genie_widgets.explain.explain`."""
    meter = Meter(
        predict,
        n_outputs,
        budget_s=budget_s,
        should_stop=should_stop,
        max_batch_rows=max_batch_rows,
        good_enough=good_enough,
        largest_enough=largest_enough,
        clock=clock,
    )
    rng = np.random.default_rng(seed)
    first = _FirstPicture(meter, rows, background, rng, on_partial)
    if ensemble is not None:
        try:
            _wait_for_kernels(ensemble, meter, first, compiling_s)
            return _with_trees(ensemble, meter, rows, background, rng, n_threads, on_partial, first, kept or Kept())
        except NotTreesError as reason:
            logging.getLogger(__name__).warning("explained by predictions alone: %s", reason)
    known = first.show()
    if known is not None and known.path == "exact" and len(known.phi) == len(rows):
        return known
    return _by_predicting(meter, rows, Hybrids(rows, background), rng)


def _wait_for_kernels(ensemble: Ensemble, meter: Meter, first: _FirstPicture, compiling_s: float) -> None:
    """Wait until the trees can be solved, after a first picture; raises `NotTreesError` where that takes too long."""
    from genie_widgets.explain.tree_part import only_adds

    if not ensemble.described:
        return
    kernels, only_adding = compile_kernels(), all(only_adds(member) for member in ensemble.described)
    if kernels.are_ready(only_adding=only_adding):
        return
    first.show(is_all_there_is=True)
    waiting = meter.within(compiling_s + COMPILING_SHARE * meter.seconds_left)
    are_ready, before = False, meter.seconds_left
    while not are_ready and waiting.seconds_left > 0 and not meter.stopped:
        are_ready = kernels.are_ready(only_adding=only_adding, within_s=min(LOOK_SECONDS, waiting.seconds_left))
    meter.grant(min(compiling_s, before - meter.seconds_left))
    if not are_ready:
        raise NotTreesError("the kernels are still being compiled")


class _FirstPicture:
    """What predictions alone tell in a moment, shown once, by random numbers of its own."""

    def __init__(
        self,
        meter: Meter,
        rows: pd.DataFrame,
        background: pd.DataFrame,
        rng: np.random.Generator,
        on_partial: Callable[[ShapValues], None] | None,
    ) -> None:
        self._meter, self._rows, self._background, self._on_partial = meter, rows, background, on_partial
        (self._rng,) = rng.spawn(1)

    def show(self, game: Game | None = None, *, is_all_there_is: bool = False) -> ShapValues | None:
        """Tell what is known after a second; None where nobody looks, little time is left, or it was told before.

        Parameters
        ----------
        game : Game, optional
            Of the first rows, where a quicker function says what the predictor says.
        is_all_there_is : bool
            Nothing better could be done in its seconds.
        """
        tell, seconds = self._on_partial, max(LEAST_PICTURE_SECONDS, self._meter.seconds_to_picture)
        share = 1.0 if is_all_there_is else FIRST_PICTURE_SHARE
        if tell is None or share * self._meter.seconds_left < seconds:
            return None
        self._on_partial = None
        hybrids = Hybrids(self._rows, self._background) if game is None else game.hybrids
        meter = (self._meter if game is None else game.meter).within(seconds, PICTURE_GRACE_SECONDS)
        known = _by_predicting(meter, self._rows.iloc[: hybrids.n_rows], hybrids, self._rng)
        tell(known)
        return known


def _by_predicting(meter: Meter, rows: pd.DataFrame, hybrids: Hybrids, rng: np.random.Generator) -> ShapValues:
    both = meter.predict(hybrids.stacked)
    game = Game(hybrids, meter, both[: hybrids.n_rows], both[hybrids.n_rows :])
    # The prediction shown is that of the person's own rows. Stacking may have changed a type
    # (whole numbers beside missing ones): whatever that does to a prediction shows as an error.
    shown = game.f_rows if hybrids.same_dtypes else meter.predict(rows)
    solution, is_exact = solve_by_predicting(game, _n_differ(game), rng)
    return _values(solution, is_exact, game, shown)


def _with_trees(
    ensemble: Ensemble,
    meter: Meter,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    rng: np.random.Generator,
    n_threads: int | None,
    on_partial: Callable[[ShapValues], None] | None,
    first: _FirstPicture,
    kept: Kept,
) -> ShapValues:
    from genie_widgets.explain.tree_part import usable_threads
    from genie_widgets.explain.with_trees import Mixture, check, remaining_game, solve_with_trees

    is_walked = not ensemble.described and not ensemble.additive
    if ensemble.others and not is_walked:
        first.show()  # these are walked last
    # Of its own, so that the walks are the same whether the gate was passed before or not.
    (gate_rng,) = rng.spawn(1)
    blocks: list[ShapValues] = []
    start, fell_short = 0, False
    while not blocks or (start < len(rows) and not meter.stopped and meter.seconds_left > 0):
        block = rows.iloc[start : start + BLOCK_ROWS]
        # Where not every row can be reached, the first ones may have all the time.
        n_blocks = 1 if fell_short else -(-max(1, len(rows) - start) // BLOCK_ROWS)
        share = meter.sharing(1 / n_blocks)
        hybrids = Hybrids(block, background)
        checked = check(ensemble, block, hybrids, share, gate_rng, kept)
        game = Game(hybrids, share, checked.f_rows, checked.f_background)
        if is_walked:
            first.show(remaining_game(checked.view, game, Mixture(checked.view, rng)))
        shown = game.f_rows if hybrids.same_dtypes else share.predict(block)

        def tell(solution: Solution, game: Game = game, shown: Floats = shown) -> None:
            if on_partial is not None:
                on_partial(_joined([*blocks, _values(solution, solution.is_exact, game, shown)]))

        solution = solve_with_trees(
            checked, game, _n_differ(game), rng, n_threads=n_threads or usable_threads(), on_solution=tell
        )
        blocks.append(_values(solution, solution.is_exact, game, shown))
        start += len(solution.phi)
        if len(solution.phi) < len(block):
            if n_blocks == 1:
                break
            fell_short = True
    return _joined(blocks)


def _n_differ(game: Game) -> Places:
    every = np.arange(game.n_columns)
    return np.stack([game.hybrids.n_differ(row, every) for row in range(game.hybrids.n_rows)])


def _values(solution: Solution, is_exact: bool, game: Game, shown: Floats) -> ShapValues:
    return ShapValues(
        phi=solution.phi,
        errors=solution.errors,
        base=game.f_background.mean(axis=0),
        predictions=shown[: len(solution.phi)],
        path="exact" if is_exact else "sampled",
        how=solution.how,
        n_background=game.hybrids.n_background,
        gate_error=solution.gate_error,
        seconds=game.meter.seconds_spent,
    )


def _joined(blocks: list[ShapValues]) -> ShapValues:
    """Rows of several blocks, one after the other."""
    if len(blocks) == 1:
        return blocks[0]
    last = blocks[-1]
    return ShapValues(
        phi=np.concatenate([block.phi for block in blocks]),
        errors=np.concatenate([block.errors for block in blocks]),
        base=last.base,
        predictions=np.concatenate([block.predictions for block in blocks]),
        path="exact" if all(block.path == "exact" for block in blocks) else "sampled",
        how=last.how,
        n_background=last.n_background,
        gate_error=max(block.gate_error or 0.0 for block in blocks),
        seconds=last.seconds,
    )
