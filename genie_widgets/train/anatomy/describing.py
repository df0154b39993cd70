"""From a fitted predictor to an `Ensemble`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.ensemble import AdditiveMember, Control, Ensemble, Floats, Layers, NotTreesError, TreeMember
from genie_widgets.train.anatomy.layering import layers_of
from genie_widgets.train.anatomy.members import members_of, plain_folds
from genie_widgets.train.anatomy.ownership import Ownership
from genie_widgets.train.anatomy.quantile_forests import QuantileForest

_log = logging.getLogger(__name__)

# Rows on which it is tried what models that stand on others see.
LAYERED_ROWS = 3


def describe(
    predictor: Any,
    rows: pd.DataFrame,
    *,
    model: str | None = None,
    transform: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> Ensemble:
    """Take a predictor apart.

    Parameters
    ----------
    predictor : autogluon.tabular.TabularPredictor
    rows : DataFrame
        Some original rows, to try which columns become what.
    model : str, optional
        One of its models, instead of the best.
    transform : callable, optional
        Its own preparation of the original columns, by somebody who remembers.

    Raises
    ------
    NotTreesError
        If no part of it is made of trees or linear models.
    """
    if predictor.problem_type == "quantile":
        return _quantiles(predictor, rows, model or predictor.model_best, transform)
    columns = [str(name) for name in predictor.original_features]
    n_outputs = len(predictor.class_labels_internal) if predictor.problem_type == "multiclass" else 1
    if predictor.problem_type == "multiclass" and n_outputs != len(predictor.class_labels):
        raise NotTreesError("some classes were too rare to be learnt")
    members: list[TreeMember | AdditiveMember] = []
    controls: dict[str, Control] = {}
    others: dict[str, tuple[float, str]] = {}
    for name, weight in _mixture(predictor, model or predictor.model_best, 1.0):
        try:
            members += members_of(predictor, name, weight, n_outputs)
        except NotTreesError as reason:
            others[name] = (others.get(name, (0.0, ""))[0] + weight, str(reason))
            controls |= _controls(predictor, name, n_outputs, controls)
    preparing = _preparing(predictor, rows, transform)
    weights = {name: weight for name, (weight, _) in others.items()}
    layers = _layers(predictor, weights, controls, n_outputs, lambda: preparing["transform"](rows.head(LAYERED_ROWS)))
    if not members and not controls and layers is None:
        raise NotTreesError("; ".join(f"{name}: {why}" for name, (_, why) in others.items()))

    return Ensemble(
        n_outputs=n_outputs,
        columns=tuple(columns),
        trees=tuple(member for member in members if isinstance(member, TreeMember)),
        controls=tuple(controls.values()),
        others=tuple(f"{name} ({why})" for name, (_, why) in others.items()),
        **preparing,
        predict_others=_predicting(weights, controls, predictor),
        additive=tuple(member for member in members if isinstance(member, AdditiveMember)),
        layers=layers,
    )


def _layers(
    predictor: Any,
    weights: dict[str, float],
    controls: dict[str, Control],
    n_outputs: int,
    prepare: Callable[[], pd.DataFrame],
) -> Layers | None:
    if not weights:
        return None
    try:
        return layers_of(predictor, weights, controls, n_outputs, prepare())
    except NotTreesError as reason:
        _log.info("the other members are asked themselves: %s", reason)
    except Exception:  # another version's objects: the models themselves can still be asked
        _log.exception("the other members could not be described")
    return None


def _preparing(
    predictor: Any, rows: pd.DataFrame, transform: Callable[[pd.DataFrame], pd.DataFrame] | None
) -> dict[str, Any]:
    """Give an ensemble's `transform` and `owners`."""
    columns = [str(name) for name in predictor.original_features]
    prepared = predictor.transform_features if transform is None else transform
    ownership = Ownership(prepared, rows[columns])
    return {
        "transform": lambda original: prepared(original[columns]),
        "owners": lambda original, frame: ownership.of(original[columns], frame),
    }


def _quantiles(
    predictor: Any, rows: pd.DataFrame, name: str, transform: Callable[[pd.DataFrame], pd.DataFrame] | None
) -> Ensemble:
    """Describe forests of quantiles: no sums of leaves, but asked much faster than through their predictor."""
    forests = [
        (weight / len(folds), QuantileForest(fold))
        for part, weight in _mixture(predictor, name, 1.0)
        for folds in [plain_folds(predictor, part)]
        for fold in folds
    ]
    n_outputs = len(predictor.quantile_levels)

    def predict_others(frame: pd.DataFrame) -> Floats:
        quantiles = np.zeros((len(frame), n_outputs))
        for weight, forest in forests:
            quantiles += weight * forest(frame)
        return quantiles[:, None]

    return Ensemble(
        n_outputs=n_outputs,
        columns=tuple(str(column) for column in predictor.original_features),
        trees=(),
        controls=(),
        others=(f"{name} (quantiles are no sums of leaves)",),
        **_preparing(predictor, rows, transform),
        predict_others=predict_others,
    )


def _mixture(predictor: Any, name: str, weight: float) -> Iterator[tuple[str, float]]:
    """Models whose predictions are summed, with their weights: weighted ensembles are looked into."""
    from autogluon.core.models.ensemble.weighted_ensemble_model import WeightedEnsembleModel

    model = predictor._trainer.load_model(name)
    if isinstance(model, WeightedEnsembleModel) and model.temperature_scalar is None:
        # An ensemble that was trained once more keeps the names of before in its weights.
        named = model.stack_column_prefix_to_model_map
        for part, share in model._get_model_weights().items():
            yield from _mixture(predictor, named.get(part, part), weight * float(share))
    else:
        yield name, weight


def _controls(predictor: Any, name: str, n_outputs: int, known: dict[str, Control]) -> dict[str, Control]:
    """Models below a stacked one that are made of trees: their exact values help to sample it."""
    model = predictor._trainer.load_model(name)
    below = dict.fromkeys((getattr(model, "stack_column_prefix_to_model_map", None) or {}).values())
    found: dict[str, Control] = {}
    for base in below:
        if base not in known:
            try:
                parts = members_of(predictor, base, 1.0, n_outputs)
            except NotTreesError:
                continue
            trees = tuple(part for part in parts if isinstance(part, TreeMember))
            if len(trees) == len(parts):
                found[base] = Control(base, trees)
    return found


def _predicting(
    weights: dict[str, float], controls: dict[str, Control], predictor: Any
) -> Callable[[pd.DataFrame], Floats]:
    names = [*weights, *(name for name in controls if name not in weights)]

    def predict(frame: pd.DataFrame) -> Floats:
        keep: dict[str, Any] = {"models": names, "as_pandas": False, "transform_features": False}
        if predictor.problem_type == "regression":
            of_model = predictor.predict_multi(frame, **keep)
        else:
            is_multiclass = predictor.problem_type == "multiclass"
            of_model = predictor.predict_proba_multi(frame, as_multiclass=is_multiclass, **keep)
        values = {name: np.asarray(of_model[name], dtype=float).reshape(len(frame), -1) for name in names}
        summed = sum(weight * values[name] for name, weight in weights.items())
        return np.stack([np.asarray(summed), *(values[name] for name in controls)], axis=1)

    return predict
