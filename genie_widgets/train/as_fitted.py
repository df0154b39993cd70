"""The `fit` arguments that lead to the models that are there, whatever the time limit cut short."""

from __future__ import annotations

from typing import Any

from genie_widgets.train.kinds import NAMES
from genie_widgets.train.portfolio import BAGGED


def fit_arguments(predictor: Any) -> dict[str, Any]:
    """Tell how to fit the same models again, without a time limit.

    Parameters
    ----------
    predictor : autogluon.tabular.TabularPredictor
        As fitted or loaded, with all its models.

    Returns
    -------
    dict
        Keyword arguments of ``TabularPredictor.fit``, of plain values: each model that was finished, with as many
        rounds or trees as it came to. The weighted ensemble follows from them.
    """
    found, threads = _models(predictor, with_rounds=True)
    return {**found, "num_cpus": threads, "dynamic_stacking": False}


def recipe(predictor: Any) -> dict[str, Any]:
    """Tell which models were fitted, as `fit` is asked for them: how many rounds each takes, it finds anew.

    Parameters
    ----------
    predictor : autogluon.tabular.TabularPredictor
        As fitted or loaded, with all its models.

    Returns
    -------
    dict
        Keyword arguments of ``TabularPredictor.fit``.
    """
    found, _ = _models(predictor, with_rounds=False)
    # Folds one after the other, as the plan's portfolio has them.
    bag = {"ag_args_ensemble": {"fold_fitting_strategy": "sequential_local"}} if "num_bag_folds" in found else {}
    return {**found, **bag}


def _models(predictor: Any, *, with_rounds: bool) -> tuple[dict[str, Any], int]:
    """Give the arguments that name the models, and the most threads that one of them had."""
    wanted: dict[str, list[dict[str, Any]]] = {}
    is_bagged, threads = False, 1
    for name in predictor.model_names():
        # Piece by piece: `get_info` measures each model's memory as well, with a garbage collection for each.
        model = predictor._trainer.load_model(name)
        threads = max(threads, int(model._fit_metadata.get("num_cpus") or 1))
        is_bag = name.endswith(BAGGED)
        kind = (model._get_model_base() if is_bag else model).ag_key
        if kind not in NAMES:
            continue
        is_bagged |= is_bag
        setting = dict(model._get_model_base()._user_params if is_bag else model.get_hyperparameters_init())
        # A bag's parts each came to rounds of their own: they find them again.
        setting |= model.params_trained if with_rounds and not is_bag else {}
        suffix = name.removesuffix(BAGGED).removeprefix(NAMES[kind])
        wanted.setdefault(kind, []).append(
            {**_plain(setting), **({"ag_args": {"name_suffix": suffix}} if suffix else {})}
        )
    bag: dict[str, Any] = {"num_bag_folds": 5, "num_stack_levels": 0} if is_bagged else {}
    return {"hyperparameters": wanted, **bag}, threads


def _plain(setting: dict[str, Any]) -> dict[str, Any]:
    """Keep what can be written down as it is: numbers, texts, truth values."""
    found = {key: value.item() if hasattr(value, "item") else value for key, value in setting.items()}
    return {key: value for key, value in found.items() if value is None or isinstance(value, bool | int | float | str)}
