"""A predictor taken apart, with the rows of one explanation before it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from genie_widgets.ensemble import Ensemble, Floats, NotTreesError, Prepared
from genie_widgets.explain.additive_part import BoundAdditive, bind_additive
from genie_widgets.explain.hybrids import Bools, Hybrids, Places
from genie_widgets.explain.tree_part import SeenBefore, bind
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
        What the trees found out about the background of an explanation before this one.

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
    ) -> None:
        self.ensemble = ensemble
        self._n_rows = hybrids.n_rows
        if {str(name) for name in hybrids.columns} != set(ensemble.columns):
            raise NotTreesError("the columns are not those of the predictor")
        order = [ensemble.columns.index(str(name)) for name in hybrids.columns]
        prepared = _reordered(ensemble.prepare(hybrids.stacked, transformed), order)
        self.prepared = prepared.frame
        # Only members that are neither trees nor linear are asked about hybrids.
        self.hybrids = hybrids.prepared(prepared.frame, prepared.owner) if ensemble.others else hybrids
        self.additive = bind_additive(ensemble.additive, prepared, len(order), hybrids.n_rows, known)
        self.members: list[Bound] = [
            *bind(ensemble.trees, prepared.frame, prepared.owner, len(order), hybrids.n_rows, before),
            *self.additive,
        ]
        self.controls = [
            bind(control.trees, prepared.frame, prepared.owner, len(order)) for control in ensemble.controls
        ]

    def predict(self, rows: Places, background: Places, coalition: Bools) -> Floats:
        """Predict hybrids from all the parts, (n, n_outputs)."""
        values = np.zeros((len(rows), self.ensemble.n_outputs))
        for member in self.members:
            values += member.predict(rows, background + self._n_rows, coalition)
        if self.ensemble.others:
            values += self.ensemble.predict_others(self.hybrids.frame(rows, background, coalition))[:, 0]
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
