"""Models that stand on each other, or see numbers alone, for hybrids of rows that they have seen.

Their predictor makes a frame of each batch of hybrids, prepares it for every model anew, and adds a model's predictions
to it for the next. Here every model sees all rows once; of a hybrid it is then told where its numbers come from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genie_widgets.ensemble import (
    NOBODY,
    AdditiveMember,
    Floats,
    Integers,
    Layer,
    Layers,
    NumbersMember,
    Prepared,
    TreeMember,
)
from genie_widgets.explain.additive_part import BoundAdditive
from genie_widgets.explain.hybrids import Parents, Places
from genie_widgets.explain.tree_board import Board
from genie_widgets.explain.tree_margins import Given, margins
from genie_widgets.explain.tree_part import BoundMember, board_of, players_of, through_link, usable_threads

Shorts = NDArray[np.float32]
# A member that has seen the rows and takes hybrids by their places.
BoundPart = BoundMember | BoundAdditive
# Hybrids that are worth a thread.
LEAST_A_THREAD = 128
# Numbers of the hybrids that are seen together.
MOST_NUMBERS = 1 << 19


@dataclass(frozen=True)
class _Fold:
    """A fold that takes a hybrid's numbers, of which some may be predictions of the layers before it.

    Attributes
    ----------
    member : TreeMember or NumbersMember
    board : Board
        Of all rows.
    given : ndarray of int, shape (n_numbers,)
        The layer's input that stands in place of each number; ``NOBODY`` where the number is the row's own.
    """

    member: TreeMember | NumbersMember
    board: Board
    given: Integers

    def unweighted(self, parents: Parents, inputs: Shorts) -> Floats:
        """Predict hybrids, given the predictions that they are stacked on, shape (n, n_inputs)."""
        board, member = self.board, self.member
        features = np.flatnonzero(self.given != NOBODY)
        given = np.ascontiguousarray(inputs[:, self.given[features]], dtype=float)
        rows, others, coalition = parents.rows, parents.others, parents.coalition
        if isinstance(member, TreeMember):
            raw = margins(member.forest, board, member.base, rows, others, coalition, Given(features, given))
            return through_link(raw, member.link)
        given, parts = member.taken(given), []
        size = max(1, MOST_NUMBERS // max(1, board.numbers.shape[1]))
        for now in (slice(at, at + size) for at in range(0, len(parents), size)):
            # What belongs to nobody is the same in all rows.
            is_row = coalition[now][:, board.owner]
            numbers = np.where(is_row, board.numbers[rows[now]], board.numbers[others[now]])
            numbers[:, features] = given[now]
            parts.append(member.answer(numbers))
        return np.concatenate(parts)


class BoundLayers:
    """Layers that have seen the rows of one explanation.

    Parameters
    ----------
    layers : Layers
    prepared : Prepared
        The explained rows, then those of the background.
    seen : callable
        Gives a member that needs no other's predictions, when it has seen those rows.
    """

    def __init__(
        self, layers: Layers, prepared: Prepared, seen: Callable[[TreeMember | AdditiveMember], BoundPart]
    ) -> None:
        self._layers = layers
        self._folds = [_see(layer, prepared, seen) for layer in layers.layers]
        # What is no trees has threads of its own.
        has_numbers = any(isinstance(fold, NumbersMember) for layer in layers.layers for fold in layer.folds)
        self._n_threads = 1 if has_numbers else usable_threads()

    @cached_property
    def players(self) -> Places | None:
        """Original columns that anything depends on; None where a model takes all numbers there are, used or not."""
        found: set[int] = set()
        for fold in (fold for folds in self._folds for fold in folds):
            if isinstance(fold, BoundAdditive):
                found.update(np.flatnonzero(fold.moves).tolist())
            elif isinstance(fold.member, TreeMember):
                found |= players_of(fold.member.forest, fold.board)
            else:
                return None
        return np.array(sorted(found), dtype=np.intp)

    def predict(self, parents: Parents) -> Floats:
        """Give the other members' weighted sum, then each control: shape (n, 1 + n_controls, n_outputs)."""
        n_parts = min(self._n_threads, len(parents) // LEAST_A_THREAD)
        if n_parts < 2:
            return self._predict(parents)
        return np.concatenate(list(self._pool.map(self._predict, parents.parts(n_parts))))

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        """Threads of all batches; they end with the view that holds them."""
        return ThreadPoolExecutor(self._n_threads)

    def _predict(self, parents: Parents) -> Floats:
        found: list[Shorts] = []
        for layer, folds in zip(self._layers.layers, self._folds, strict=True):
            inputs = [found[place][:, output] for place, output in layer.inputs]
            found.append(_mean(folds, parents, np.array(inputs, dtype=np.float32).reshape(len(inputs), len(parents)).T))
        shares = zip(self._layers.weights, found, strict=True)
        summed = sum(weight * values.astype(float) for weight, values in shares if weight)
        told = np.stack([np.asarray(summed), *(found[place].astype(float) for place in self._layers.controls)], axis=1)
        return told if self._layers.order is None else told[:, :, list(self._layers.order)]


def _mean(folds: Sequence[_Fold | BoundPart], parents: Parents, inputs: Shorts) -> Shorts:
    """Average folds in the order and the precision of their predictor: who stands on it may ask for the last digit."""
    total: Shorts | None = None
    for fold in folds:
        if isinstance(fold, _Fold):
            values = fold.unweighted(parents, inputs)
        else:
            values = fold.unweighted(parents.rows, parents.others, parents.coalition)
        short = values.astype(np.float32)
        total = short if total is None else total + short
    if total is None:
        raise ValueError("a layer needs a fold")
    return total / np.float32(len(folds))


def _see(
    layer: Layer, prepared: Prepared, seen: Callable[[TreeMember | AdditiveMember], BoundPart]
) -> list[_Fold | BoundPart]:
    frame, n_prepared = prepared.frame, prepared.frame.shape[1]
    owner = np.concatenate([prepared.owner, np.full(len(layer.columns), NOBODY)])
    if layer.columns:
        blank = np.zeros((len(frame), len(layer.columns)), dtype=np.float32)
        frame = pd.concat([frame, pd.DataFrame(blank, frame.index, list(layer.columns))], axis=1)
    folds: list[_Fold | BoundPart] = []
    for member in layer.folds:
        if isinstance(member, AdditiveMember) or (isinstance(member, TreeMember) and not layer.columns):
            folds.append(seen(member))
            continue
        found = member.see(frame)
        given = np.where(found.source < n_prepared, NOBODY, found.source - n_prepared)
        folds.append(_Fold(member, board_of(found, owner), given))
    return folds
