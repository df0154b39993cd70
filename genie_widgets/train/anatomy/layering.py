"""Models that stand on others, or see numbers alone: as `Layers`, which need not be asked through frames.

They serve predictors whose members without a description as trees or sums are all k nearest neighbours, or models of
trees that stand on others: those come from elsewhere, as Genie's own runs train neither. With one member of another
kind (a neural network, a calibrated model, a linear model that stands on others) all are asked as before: its predictor
prepares frames, and predicts whatever it stands on, for its sake alone, and that is what asking costs.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.ensemble import AdditiveMember, Control, Layer, Layers, NotTreesError, NumbersMember, TreeMember
from genie_widgets.train.anatomy.asked_numbers import answers_of, read_neighbours
from genie_widgets.train.anatomy.members import check_plain, folds_of, member_of


def layers_of(
    predictor: Any, weights: dict[str, float], controls: dict[str, Control], n_outputs: int, prepared: pd.DataFrame
) -> Layers:
    """Describe models, and all that they stand on.

    Parameters
    ----------
    predictor : autogluon.tabular.TabularPredictor
    weights : dict
        Share of the prediction by model.
    controls : dict
        Models below them that are described already.
    n_outputs : int
    prepared : DataFrame
        A few rows as the models take them, to try what becomes of predictions that they are given.

    Raises
    ------
    NotTreesError
        If one of them has no description.
    """
    found: dict[str, Layer] = {}
    for name in (*weights, *controls):
        _add(predictor, name, controls, n_outputs, prepared, found)
    places = list(found)
    return Layers(
        layers=tuple(found.values()),
        weights=tuple(weights.get(name, 0.0) for name in places),
        controls=tuple(places.index(name) for name in controls),
    )


def _add(
    predictor: Any,
    name: str,
    controls: dict[str, Control],
    n_outputs: int,
    prepared: pd.DataFrame,
    found: dict[str, Layer],
) -> int:
    """Put a model's layer after those that it stands on; gives its place."""
    if name in found:
        return list(found).index(name)
    model = predictor._trainer.load_model(name)
    below = getattr(model, "stack_column_prefix_to_model_map", None) or {}
    before = [_add(predictor, below[prefix], controls, n_outputs, prepared, found) for prefix in below]
    inputs = tuple((place, output) for place in before for output in range(n_outputs))
    columns = tuple(str(column) for column in model.stack_columns) if below else ()
    if len(columns) != len(inputs) or (below and list(below) != list(model.stack_column_prefix_lst)):
        raise NotTreesError("it stands on other models in a way that is not known")
    known = controls[name].trees if name in controls else itertools.repeat(None)
    folds = tuple(
        _fold(fold, name, n_outputs, tree) for fold, tree in zip(folds_of(predictor, name), known, strict=False)
    )
    if columns:
        _check_given(folds, columns, prepared)
    found[name] = Layer(name, folds, columns, inputs)
    return len(found) - 1


def _fold(
    model: Any, name: str, n_outputs: int, known: TreeMember | None
) -> TreeMember | AdditiveMember | NumbersMember:
    """Describe a fold so that its predictions are those of the predictor to the last bit."""
    if type(model).__name__ == "KNNModel":
        check_plain(model)
        return NumbersMember(name, *read_neighbours(model, n_outputs))
    member = member_of(model, name, 1.0, n_outputs) if known is None else known
    if type(model).__name__ == "XGBoostModel" and isinstance(member, TreeMember):
        # It adds its leaves in 32-bit numbers, which a model that stands on it may tell from their sum.
        # It gets sparse numbers, and what those leave out is missing to it.
        return NumbersMember(name, member.see, answers_of(model.model, n_outputs), missing=0.0)
    return member


def _check_given(
    folds: tuple[TreeMember | AdditiveMember | NumbersMember, ...], columns: tuple[str, ...], prepared: pd.DataFrame
) -> None:
    """Try whether predictions that folds are given reach them as they are."""
    tried = np.linspace(0, 1, len(prepared) * len(columns), dtype=np.float32).reshape(len(prepared), -1)
    frame = pd.concat([prepared, pd.DataFrame(tried, prepared.index, list(columns))], axis=1)
    for fold in folds:
        if isinstance(fold, AdditiveMember):
            raise NotTreesError("it is linear, and stands on other models")
        seen = fold.see(frame)
        given = seen.source - prepared.shape[1]
        taken = fold.taken(tried.astype(float)) if isinstance(fold, NumbersMember) else tried
        passed_on = np.array_equal(seen.numbers[:, given >= 0], taken[:, given[given >= 0]], equal_nan=True)
        if not passed_on or (seen.slot_source >= prepared.shape[1]).any():
            raise NotTreesError("it makes something else of the predictions that it stands on")
