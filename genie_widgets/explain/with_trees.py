"""The path through the predictor's own trees and linear models; the rest is walked, and the two are added.

SHAP values are linear in the prediction: those of a weighted sum are the weighted sum of those
of its members. So the trees are solved by their kernels, linear models by sums, and the other members by coalitions or
walks of their own predictions alone. Where such a member is stacked on trees, what is walked is
its difference from a mixture of those trees (which moves much less), and the mixture's exact
values are added back; that is true for any mixture, and the best one is found by regression.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from genie_widgets.ensemble import Ensemble, Floats, NotTreesError
from genie_widgets.explain.game import Game, Solution
from genie_widgets.explain.hybrids import Bools, Hybrids, Parents, Places
from genie_widgets.explain.kept import Kept, KnownBackground
from genie_widgets.explain.meter import Meter
from genie_widgets.explain.predicting import exact_first, solve_by_predicting
from genie_widgets.explain.tree_part import Precision, SeenBefore
from genie_widgets.explain.tree_solving import (
    QUICK,
    QUICK_SECONDS,
    WAITING_SHARE,
    WORTH_WAITING,
    Bound,
    TreeSolver,
    TreeValues,
    walks_wanted,
)
from genie_widgets.explain.tree_view import GATE_TOLERANCE, TreeView, gate_hybrids
from genie_widgets.language import mark, plural, tr

# Share of the time left that a better pass may be expected to take.
SHARE = 0.7
# Share that the trees may take where other members are to be walked after them.
TREES_SHARE = 0.5
# Of the largest error that is enough, what may be a control's.
CONTROL_SHARE = 0.5


@dataclass(frozen=True)
class Checked:
    """A view that passed the gate.

    Attributes
    ----------
    view : TreeView
    gate_error : float
        Largest difference between the ensemble and the predictor.
    f_rows, f_background : ndarray, shape (n, n_outputs)
        The predictor's own predictions.
    """

    view: TreeView
    gate_error: float
    f_rows: Floats
    f_background: Floats


def check(
    ensemble: Ensemble, rows: pd.DataFrame, hybrids: Hybrids, meter: Meter, rng: np.random.Generator, kept: Kept
) -> Checked:
    """Compare an ensemble with its predictor on the very rows; and, once for a background, on that and on hybrids.

    Parameters
    ----------
    rows : DataFrame
        The explained ones of `hybrids`.

    Raises
    ------
    NotTreesError
        If the two disagree by more than rounding explains.
    """
    if kept.refused:
        raise NotTreesError(kept.refused)
    n_rows, n_background, n_columns = hybrids.n_rows, hybrids.n_background, len(hybrids.columns)
    every, first = np.arange(n_rows), np.zeros(n_rows, dtype=np.intp)
    kept.trees = kept.trees or [SeenBefore() for _ in (*ensemble.trees, *ensemble.of_controls)]
    known, columns = kept.background, tuple(str(name) for name in hybrids.columns)
    stacked = known.below(ensemble.transform(rows)) if known is not None else None
    if known is not None and stacked is not None:
        additive = known.additive if known.columns == columns else ()
        view = TreeView(ensemble, hybrids, stacked, additive, kept.trees, asks_models=kept.asks_models)
        f_rows = meter.predict(rows)
        uncut = np.ones((n_rows, n_columns), dtype=bool)
        difference = _difference(view, every, first, uncut, f_rows)
        if view.has_layers and not _is_rounding(difference, f_rows).all():
            view.ask_models()
            difference = _difference(view, every, first, uncut, f_rows)
        error = _believed(difference, f_rows)
        return Checked(view, max(error, known.gate_error), f_rows, known.predictions)
    mixed, others, coalition = gate_hybrids(n_rows, n_background, n_columns, rng)
    of_rows = np.concatenate([every, np.zeros(n_background, dtype=np.intp), mixed])
    of_background = np.concatenate([first, np.arange(n_background), others])
    whole = np.repeat([True, False], [n_rows, n_background])
    coalition = np.concatenate([np.repeat(whole[:, None], n_columns, axis=1), coalition])
    # First: where it cannot be had, nobody is asked.
    view = TreeView(ensemble, hybrids, before=kept.trees, asks_models=kept.asks_models)
    predicted = meter.predict_hybrids(hybrids, of_rows, of_background, coalition)
    difference, was_judged = _difference(view, of_rows, of_background, coalition, predicted), True
    if view.has_layers:
        agrees = _is_rounding(difference, predicted)
        # An explained row that refutes the layers says nothing of other rows, nor do hybrids with its cells.
        on_hybrids = agrees[n_rows + n_background :][agrees[:n_rows][mixed]]
        kept.asks_models = not (agrees[n_rows : n_rows + n_background].all() and on_hybrids.all())
        was_judged = kept.asks_models or len(on_hybrids) > 0
        if not agrees.all():
            view.ask_models()
            difference = _difference(view, of_rows, of_background, coalition, predicted)
    f_rows, f_background = predicted[:n_rows], predicted[n_rows : n_rows + n_background]
    try:
        # Where an explained row is the reason, another one may be believed.
        _believed(difference[n_rows : n_rows + n_background], f_background)
    except NotTreesError as reason:
        kept.refused = str(reason)
        raise
    error = _believed(difference, predicted)
    # Else the background was seen in types that are not its own, or the layers are still to be judged.
    if hybrids.same_dtypes and was_judged:
        additive = tuple(member.without_rows(n_rows) for member in view.additive)
        kept.background = KnownBackground(view.prepared.iloc[n_rows:], f_background, error, columns, additive)
    return Checked(view, error, f_rows, f_background)


def _difference(view: TreeView, rows: Places, background: Places, coalition: Bools, predicted: Floats) -> Floats:
    """Tell how far the parts and the predictor are apart on each hybrid, shape (n,)."""
    ours = view.predict(rows, background, coalition)[:, : predicted.shape[1]]
    return np.asarray(np.abs(ours - predicted).max(axis=1))


def _believed(difference: Floats, predicted: Floats) -> float:
    """Give the largest difference; raises `NotTreesError` where rounding does not explain it."""
    error = float(difference.max())
    if not _is_rounding(difference, predicted).all():
        raise NotTreesError(f"the trees as read and the predictor differ by {error:.1e}")
    return error


def _is_rounding(difference: Floats, predicted: Floats) -> Bools:
    """Tell where rounding explains the difference, shape (n,)."""
    return np.asarray(difference <= GATE_TOLERANCE * max(1.0, float(np.abs(predicted).max())))


def solve_with_trees(
    checked: Checked,
    game: Game,
    n_differ: Places,
    rng: np.random.Generator,
    *,
    n_threads: int,
    on_solution: Callable[[Solution], None] | None = None,
) -> Solution:
    """SHAP values of the rows that were reached, from the first on.

    Parameters
    ----------
    checked : Checked
    game : Game
        Of the whole prediction; its meter's clock is watched.
    n_differ : ndarray of int, shape (n_rows, n_background)
        Columns in which each pair differs.
    rng : Generator
    n_threads : int
    on_solution : callable, optional
        Told of what is known before the last word.
    """
    view, meter = checked.view, game.meter
    seed = int(rng.integers(1 << 30))
    has_others = bool(view.ensemble.others)
    reserve = (1 - TREES_SHARE) * meter.seconds_left if has_others else 0.0

    def solver(members: Sequence[Bound]) -> TreeSolver:
        return TreeSolver(
            members,
            game.hybrids.n_rows,
            game.hybrids.n_background,
            game.n_columns,
            view.ensemble.n_outputs,
            n_threads=n_threads,
            seed=seed,
            seconds_left=lambda: meter.seconds_left - reserve,
            stopped=lambda: meter.stopped,
            seconds_to_picture=lambda: meter.seconds_to_picture,
        )

    def tell(solution: Solution) -> None:
        if on_solution is not None and not has_others:
            on_solution(_shown(solution, meter.n_outputs, checked.gate_error))

    trees = solve_in_passes(solver(view.members), n_differ, meter.good_enough, tell)
    if not has_others:
        return _shown(trees, meter.n_outputs, checked.gate_error)
    mixture = Mixture(view, rng)
    phi, variance = trees.phi, trees.errors**2
    for share, members in zip(mixture.shares, view.controls, strict=True):
        # A mixture of its own for every output; the members' weights within a control are their own.
        control = solve_in_passes(
            solver(members),
            n_differ,
            meter.good_enough,
            lambda _solution: None,
            largest_enough=CONTROL_SHARE * meter.largest_enough,
        )
        n = min(len(phi), len(control.phi))
        phi = phi[:n] + share * control.phi[:n]
        variance = variance[:n] + share**2 * control.errors[:n] ** 2
    remaining = remaining_game(view, game, mixture)
    if len(phi) == len(n_differ):
        remaining = replace(remaining, beside=Solution(phi, np.sqrt(variance), trees.how))
    rest, _ = solve_by_predicting(remaining, n_differ, rng)
    n = min(len(phi), len(rest.phi))
    names = ", ".join(view.ensemble.others)
    found = Solution(
        phi[:n] + rest.phi[:n],
        np.sqrt(variance[:n] + rest.errors[:n] ** 2),
        tr(
            "{trees_how}; other members by their predictions, {others_how}: {others}",
            trees_how=trees.how,
            others_how=rest.how,
            others=names,
        )
        if view.members
        else f"{rest.how}: {names}",
    )
    return _shown(found, meter.n_outputs, checked.gate_error)


def _shown(solution: Solution, n_outputs: int, gate_error: float) -> Solution:
    """Keep the outputs that are shown."""
    return Solution(solution.phi[:, :, :n_outputs], solution.errors[:, :, :n_outputs], solution.how, gate_error)


def solve_in_passes(
    solver: TreeSolver,
    n_differ: Places,
    good_enough: float,
    tell: Callable[[Solution], None],
    *,
    largest_enough: float = 0.0,
) -> Solution:
    """Solve trees exactly if there is time, after a quick pass if that takes long; else by more and more walks.

    Where the quick pass would be exact itself, it is the only one.
    """
    most = solver.most_exact(n_differ)
    exact = Precision(most_exact=most, n_walks=1)
    seconds = solver.exact_seconds(n_differ)

    def solution(values: TreeValues, how: str) -> Solution:
        return Solution(values.phi, np.sqrt(values.variance), how if values.variance.any() else tr(EXACT))

    left = solver.seconds_left()
    is_near = seconds <= min(WORTH_WAITING * solver.quick_seconds(n_differ), WAITING_SHARE * left)
    if most <= QUICK.most_exact or is_near or seconds <= min(QUICK_SECONDS, SHARE * left):
        return solution(solver.run(exact, seed=0, on_rows=lambda values: tell(solution(values, tr(EXACT)))), tr(EXACT))
    n_walks = QUICK.n_walks
    values = solver.run(QUICK, seed=0, on_rows=lambda known: tell(solution(known, sampled(n_walks))))
    left = solver.seconds_left()
    if seconds <= SHARE * left:
        tell(solution(values, sampled(n_walks)))
        better = solver.run(exact, seed=1)
        n = len(better.phi)
        if n == len(values.phi):
            return solution(better, tr(EXACT))
        values.phi[:n], values.variance[:n] = better.phi, better.variance
        return solution(values, exact_first(n, sampled(n_walks)))
    wanted = walks_wanted(values, n_walks, good_enough, largest_enough)
    affordable = int(n_walks * SHARE * left / max(1e-3, solver.last_seconds))
    more = min(wanted - n_walks, affordable)
    if more < 2 or len(values.phi) < len(n_differ):
        return solution(values, sampled(n_walks))
    tell(solution(values, sampled(n_walks)))
    values = _pooled(values, n_walks, solver.run(Precision(QUICK.most_exact, more), seed=1), more)
    return solution(values, sampled(n_walks + more))


EXACT = mark("every combination of columns, through the predictor's own parts")


def sampled(n_walks: int) -> str:
    """Say what a sampled pass does."""
    return plural(
        "{n} random walk through the columns for each row and background row, "
        "through the predictor's own parts, with standard errors",
        "{n} random walks through the columns for each row and background row, "
        "through the predictor's own parts, with standard errors",
        2 * n_walks,
    )


def _pooled(first: TreeValues, n_first: int, second: TreeValues, n_second: int) -> TreeValues:
    """Weigh two passes by their walks; rows that the second did not reach keep the first's values."""
    n = len(second.phi)
    share = n_second / (n_first + n_second)
    phi, variance = first.phi.copy(), first.variance.copy()
    phi[:n] = (1 - share) * first.phi[:n] + share * second.phi
    variance[:n] = (1 - share) ** 2 * first.variance[:n] + share**2 * second.variance
    return TreeValues(phi, variance)


class Mixture:
    """A mixture of controls that moves like the other members, found by regression on hybrids.

    Attributes
    ----------
    shares : ndarray, shape (n_controls, n_outputs)
    """

    def __init__(self, view: TreeView, rng: np.random.Generator) -> None:
        n_controls, n_outputs = len(view.controls), view.ensemble.n_outputs
        self.shares = np.zeros((n_controls, n_outputs))
        if not n_controls:
            return
        rows, background, coalition = gate_hybrids(
            view.hybrids.n_rows, view.hybrids.n_background, len(view.hybrids.columns), rng
        )
        values = view.predict_others(view.hybrids.asked(rows, background, coalition))
        values = values - values.mean(axis=0)
        for k in range(n_outputs):
            self.shares[:, k] = np.linalg.lstsq(values[:, 1:, k], values[:, 0, k], rcond=None)[0]

    def remainder(self, values: Floats) -> Floats:
        """From the others' and the controls' predictions to what is walked, (n, n_outputs)."""
        return np.asarray(values[:, 0] - (values[:, 1:] * self.shares).sum(axis=1))


def remaining_game(view: TreeView, game: Game, mixture: Mixture) -> Game:
    """Play for what the trees do not explain."""

    def predict(asked: pd.DataFrame | Parents) -> Floats:
        return mixture.remainder(view.predict_others(asked))

    meter = game.meter.asking(predict, view.ensemble.n_outputs, calls_are_cheap=view.has_layers)
    both = meter.predict(view.hybrids.every_row)
    n_rows = view.hybrids.n_rows
    return Game(view.hybrids, meter, both[:n_rows], both[n_rows:], view.players_of_others)
