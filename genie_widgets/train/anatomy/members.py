"""A predictor's members: models, and the folds of bagged ones, each described by the module that reads its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from genie_widgets.ensemble import AdditiveMember, NotTreesError, TreeMember
from genie_widgets.train.anatomy.catboost_trees import read_catboost
from genie_widgets.train.anatomy.lightgbm_trees import read_lightgbm
from genie_widgets.train.anatomy.linear_models import read_linear
from genie_widgets.train.anatomy.sklearn_trees import read_sklearn
from genie_widgets.train.anatomy.xgboost_trees import read_xgboost

_READERS: dict[str, Callable[..., Any]] = {
    "LGBModel": read_lightgbm,
    "XGBoostModel": read_xgboost,
    "CatBoostModel": read_catboost,
    "RFModel": read_sklearn,
    "XTModel": read_sklearn,
}


def members_of(predictor: Any, name: str, weight: float, n_outputs: int) -> list[TreeMember | AdditiveMember]:
    """Describe a model, or each fold of a bagged one."""
    folds = plain_folds(predictor, name)
    return [
        member_of(fold, name if len(folds) == 1 else f"{name}/{fold.name}", weight / len(folds), n_outputs)
        for fold in folds
    ]


def plain_folds(predictor: Any, name: str) -> list[Any]:
    """Give a model, or each fold of a bagged one; raises where it stands on others."""
    if getattr(predictor._trainer.load_model(name), "base_model_names", None):
        raise NotTreesError("it is stacked on other models")
    return folds_of(predictor, name)


def folds_of(predictor: Any, name: str) -> list[Any]:
    """Give a model, or each fold of a bagged one, whatever it stands on."""
    from autogluon.core.models import BaggedEnsembleModel

    model = predictor._trainer.load_model(name)
    if not isinstance(model, BaggedEnsembleModel):
        return [model]
    check_plain(model)
    return [model.load_child(fold) for fold in model.models]


def member_of(model: Any, name: str, weight: float, n_outputs: int) -> TreeMember | AdditiveMember:
    """Describe a model that is no bag; raises where it has no description."""
    kind = type(model).__name__
    if kind not in _READERS and kind != "LinearModel":
        raise NotTreesError("it is neither made of trees nor linear")
    check_plain(model)
    if kind == "LinearModel":
        link, base, terms = read_linear(model, n_outputs)
        return AdditiveMember(name=name, weight=weight, link=link, base=base, terms=terms)
    forest, link, base, see = _READERS[kind](model, n_outputs)
    return TreeMember(name=name, weight=weight, forest=forest, link=link, base=base, see=see)


def check_plain(model: Any) -> None:
    """Raise where something follows the model's own answer."""
    if getattr(model, "temperature_scalar", None) is not None:
        raise NotTreesError("its probabilities were calibrated")
    if getattr(model, "_model_specific_feature_generators", None) not in (None, "NOTSET"):
        raise NotTreesError("it prepares columns of its own")
