"""A predictor taken apart, with the rows of one explanation before it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from genie_widgets.ensemble import AdditiveMember, Ensemble, Floats, Layers, NotTreesError, Prepared, TreeMember
from genie_widgets.explain.additive_part import BoundAdditive, bind_additive
from genie_widgets.explain.hybrids import Bools, Hybrids, Parents, Places
from genie_widgets.explain.layered_part import BoundLayers, BoundPart
from genie_widgets.explain.tree_part import BoundMember, SeenBefore, bind
from genie_widgets.explain.tree_solving import Bound

# Hybrids on which the parts are compared with the predictor.
GATE_HYBRIDS = 200
# Largest difference that rounding explains, as a share of the largest prediction (or of 1).
GATE_TOLERANCE = 1e-5


class TreeView:
    """An ensemble that has seen explained rows and background rows.

    Parameters
    ----------
    ensemble : Ensemble
    hybrids : Hybrids
        Of original rows.
    transformed : DataFrame, optional
        Their stacked rows, where they have been transformed already.
    known : sequence of BoundAdditive
        The linear members with just this background, where they have seen it already.
    before : sequence of SeenBefore
        What the trees, then those of the controls, found out about the background of an explanation before this one.
    asks_models : bool
        The layers of the ensemble are not to be believed.

    Raises
    ------
    NotTreesError
        If these rows cannot be told apart by original column.
    """

    def __init__(
        self,
        ensemble: Ensemble,
        hybrids: Hybrids,
        transformed: pd.DataFrame | None = None,
        known: Sequence[BoundAdditive] = (),
        before: Sequence[SeenBefore] = (),
        *,
        asks_models: bool = False,
    ) -> None:
        self.ensemble = ensemble
        self._n_rows = hybrids.n_rows
        if {str(name) for name in hybrids.columns} != set(ensemble.columns):
            raise NotTreesError("the columns are not those of the predictor")
        order = [ensemble.columns.index(str(name)) for name in hybrids.columns]
        prepared = _reordered(ensemble.prepare(hybrids.stacked, transformed), order)
        self.prepared = prepared.frame
        self._original, self._prepared, self._n_columns = hybrids, prepared, len(order)
        self._frames: Hybrids | None = None
        self.additive = bind_additive(ensemble.additive, prepared, len(order), hybrids.n_rows, known)
        self.members: list[Bound] = [
            *self._bind(ensemble.trees, before[: len(ensemble.trees)]),
            *self.additive,
        ]
        of_controls = iter(self._bind(ensemble.of_controls, before[len(ensemble.trees) :]))
        self.controls = [[next(of_controls) for _ in control.trees] for control in ensemble.controls]
        self._layers = None if ensemble.layers is None or asks_models else self._see_layers(ensemble.layers)

    @property
    def has_layers(self) -> bool:
        """Whether the other members are known well enough that they need not be asked."""
        return self._layers is not None

    @property
    def players_of_others(self) -> Places | None:
        """Columns that the other members may react to; None where that is not known."""
        return self._layers.players if self._layers is not None else None

    def ask_models(self) -> None:
        """Ask the other members themselves from now on."""
        self._layers = None

    @property
    def hybrids(self) -> Hybrids:
        """The rows, to be mixed as `predict_others` takes them: only members that cannot be solved are asked."""
        if not self.ensemble.others:
            return self._original
        if self._layers is not None:
            return self._original.by_place()
        if self._frames is None:
            self._frames = self._original.prepared(self._prepared.frame, self._prepared.owner)
        return self._frames

    def predict_others(self, asked: pd.DataFrame | Parents) -> Floats:
        """Predict hybrids by the other members, then by each control: shape (n, 1 + n_controls, n_outputs)."""
        if isinstance(asked, Parents):
            if self._layers is None:
                raise ValueError("only rows that were seen can be asked for by their places")
            return self._layers.predict(asked)
        return self.ensemble.predict_others(asked)

    def _see_layers(self, layers: Layers) -> BoundLayers:
        known = {id(bound.member): bound for control in self.controls for bound in control}

        def seen(member: TreeMember | AdditiveMember) -> BoundPart:
            if id(member) in known:
                return known[id(member)]
            if isinstance(member, TreeMember):
                return self._bind([member])[0]
            return bind_additive([member], self._prepared, self._n_columns, self._n_rows)[0]

        return BoundLayers(layers, self._prepared, seen)

    def _bind(self, members: Sequence[TreeMember], before: Sequence[SeenBefore] = ()) -> list[BoundMember]:
        frame, owner = self._prepared.frame, self._prepared.owner
        return bind(members, frame, owner, self._n_columns, self._n_rows, before)

    def predict(self, rows: Places, background: Places, coalition: Bools) -> Floats:
        """Predict hybrids from all the parts, (n, n_outputs)."""
        values = np.zeros((len(rows), self.ensemble.n_outputs))
        for member in self.members:
            values += member.predict(rows, background + self._n_rows, coalition)
        if self.ensemble.others:
            values += self.predict_others(self.hybrids.asked(rows, background, coalition))[:, 0]
        return values


def gate_hybrids(
    n_rows: int, n_background: int, n_columns: int, rng: np.random.Generator
) -> tuple[Places, Places, Bools]:
    """Choose hybrids of every size: rows, background rows, coalitions."""
    rows = rng.integers(n_rows, size=GATE_HYBRIDS)
    background = rng.integers(n_background, size=GATE_HYBRIDS)
    coalition = rng.random((GATE_HYBRIDS, n_columns)) < rng.random((GATE_HYBRIDS, 1))
    return rows, background, coalition


def _reordered(prepared: Prepared, order: list[int]) -> Prepared:
    """Count owners in the order of the explained table's columns."""
    place = np.empty(max(order) + 1, dtype=np.int64)
    place[order] = np.arange(len(order))
    return Prepared(prepared.frame, np.where(prepared.owner < 0, -1, place[prepared.owner]))
