"""From a fitted predictor to an `Ensemble`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.ensemble import Control, Ensemble, Floats, NotTreesError, TreeMember
from genie_widgets.train.anatomy.catboost_trees import read_catboost
from genie_widgets.train.anatomy.lightgbm_trees import read_lightgbm
from genie_widgets.train.anatomy.ownership import Ownership
from genie_widgets.train.anatomy.sklearn_trees import read_sklearn
from genie_widgets.train.anatomy.xgboost_trees import read_xgboost

_READERS: dict[str, Callable[..., Any]] = {
    "LGBModel": read_lightgbm,
    "XGBoostModel": read_xgboost,
    "CatBoostModel": read_catboost,
    "RFModel": read_sklearn,
    "XTModel": read_sklearn,
}


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
        If no part of it is made of trees.
    """
    if predictor.problem_type not in ("binary", "multiclass", "regression"):
        raise NotTreesError(f"{predictor.problem_type} predictions are no sums of leaves")
    columns = [str(name) for name in predictor.original_features]
    n_outputs = len(predictor.class_labels_internal) if predictor.problem_type == "multiclass" else 1
    if predictor.problem_type == "multiclass" and n_outputs != len(predictor.class_labels):
        raise NotTreesError("some classes were too rare to be learnt")
    trees: list[TreeMember] = []
    controls: dict[str, Control] = {}
    others: dict[str, tuple[float, str]] = {}
    for name, weight in _mixture(predictor, model or predictor.model_best, 1.0):
        try:
            trees += _members(predictor, name, weight, n_outputs)
        except NotTreesError as reason:
            others[name] = (others.get(name, (0.0, ""))[0] + weight, str(reason))
            controls |= _controls(predictor, name, n_outputs, controls)
    if not trees and not controls:
        raise NotTreesError("; ".join(f"{name}: {why}" for name, (_, why) in others.items()))

    prepared = predictor.transform_features if transform is None else transform
    ownership = Ownership(prepared, rows[columns])

    return Ensemble(
        n_outputs=n_outputs,
        columns=tuple(columns),
        trees=tuple(trees),
        controls=tuple(controls.values()),
        others=tuple(f"{name} ({why})" for name, (_, why) in others.items()),
        transform=lambda original: prepared(original[columns]),
        owners=lambda original, frame: ownership.of(original[columns], frame),
        predict_others=_predicting({name: weight for name, (weight, _) in others.items()}, controls, predictor),
    )


def _mixture(predictor: Any, name: str, weight: float) -> Iterator[tuple[str, float]]:
    """Models whose predictions are summed, with their weights: weighted ensembles are looked into."""
    from autogluon.core.models.ensemble.weighted_ensemble_model import WeightedEnsembleModel

    model = predictor._trainer.load_model(name)
    if isinstance(model, WeightedEnsembleModel) and model.temperature_scalar is None:
        for part, share in model._get_model_weights().items():
            yield from _mixture(predictor, part, weight * float(share))
    else:
        yield name, weight


def _members(predictor: Any, name: str, weight: float, n_outputs: int) -> list[TreeMember]:
    """Describe a model, or each fold of a bagged one."""
    from autogluon.core.models import BaggedEnsembleModel

    model = predictor._trainer.load_model(name)
    if getattr(model, "base_model_names", None):
        raise NotTreesError("it is stacked on other models")
    folds = [model]
    if isinstance(model, BaggedEnsembleModel):
        _check_plain(model)
        folds = [model.load_child(fold) for fold in model.models]
    return [
        _member(fold, name if len(folds) == 1 else f"{name}/{fold.name}", weight / len(folds), n_outputs)
        for fold in folds
    ]


def _member(model: Any, name: str, weight: float, n_outputs: int) -> TreeMember:
    kind = type(model).__name__
    if kind not in _READERS:
        raise NotTreesError("it is not made of trees")
    _check_plain(model)
    if getattr(model, "_model_specific_feature_generators", None) not in (None, "NOTSET"):
        raise NotTreesError("it prepares columns of its own")
    forest, link, base, see = _READERS[kind](model, n_outputs)
    return TreeMember(name=name, weight=weight, forest=forest, link=link, base=base, see=see)


def _check_plain(model: Any) -> None:
    if getattr(model, "temperature_scalar", None) is not None:
        raise NotTreesError("its probabilities were calibrated")


def _controls(predictor: Any, name: str, n_outputs: int, known: dict[str, Control]) -> dict[str, Control]:
    """Models below a stacked one that are made of trees: their exact values help to sample it."""
    model = predictor._trainer.load_model(name)
    below = dict.fromkeys((getattr(model, "stack_column_prefix_to_model_map", None) or {}).values())
    found: dict[str, Control] = {}
    for base in below:
        if base not in known:
            try:
                found[base] = Control(base, tuple(_members(predictor, base, 1.0, n_outputs)))
            except NotTreesError:
                continue
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
