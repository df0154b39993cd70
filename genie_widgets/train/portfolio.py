"""Which models are tried, in which order, for a quality and a number of seconds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from genie_widgets.schema import Plan

# A small boosted-tree model comes first: something usable exists within a second of fitting.
QUICK: dict[str, Any] = {"num_boost_round": 60, "ag_args": {"name_suffix": "Quick", "priority": 999}}
BEST_NEEDS_S = 120
# How AutoGluon names a model of each kind, before its suffix.
NAMES = {"GBM": "LightGBM", "CAT": "CatBoost", "XGB": "XGBoost", "RF": "RandomForest", "XT": "ExtraTrees"}
BAGGED = "_BAG_L1"


def portfolio(plan: Plan) -> dict[str, Any]:
    """Choose AutoGluon's `fit` arguments for a plan.

    Parameters
    ----------
    plan : Plan
        Its quality, problem type and time limit decide.

    Returns
    -------
    dict
        Keyword arguments of ``TabularPredictor.fit``.
    """
    if plan.problem_type == "quantile":
        # AutoGluon's quantile learners that need no torch.
        return {"hyperparameters": {"RF": {"n_estimators": 100}, "XT": {"n_estimators": 100}}}
    if plan.quality == "fast":
        return {"hyperparameters": {"GBM": [QUICK, {}], "RF": {"n_estimators": 100}, "CAT": {"iterations": 300}}}
    wide: dict[str, Any] = {
        "GBM": [QUICK, {}, {"extra_trees": True, "ag_args": {"name_suffix": "XT"}}],
        "CAT": {},
        "XGB": {},
        "RF": {"n_estimators": 200},
        "XT": {"n_estimators": 200},
    }
    if plan.quality == "best" and plan.time_limit_s >= BEST_NEEDS_S:
        return {
            "hyperparameters": wide,
            "num_bag_folds": 5,
            "num_stack_levels": 0,
            # Folds one after the other: Ray would take memory and seconds that small machines lack.
            "ag_args_ensemble": {"fold_fitting_strategy": "sequential_local"},
        }
    return {"hyperparameters": wide}


def more_models(plan: Plan, present: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Choose the models that more time is spent on: those of the plan that are missing, then AutoGluon's own portfolio.

    Parameters
    ----------
    plan : Plan
        Its quality, problem type and time limit decide.
    present : iterable of str
        Names of the models that are there.

    Returns
    -------
    dict
        AutoGluon's `hyperparameters`; the portfolio was learned on many public tables, its best come first.
    """
    from autogluon.tabular.configs.hyperparameter_configs import get_hyperparameter_config

    names = {name.removesuffix(BAGGED) for name in present}
    planned = _by_kind(portfolio(plan)["hyperparameters"])
    learned = _by_kind(get_hyperparameter_config("zeroshot")) if plan.problem_type != "quantile" else _LARGER_FORESTS
    wanted: dict[str, list[dict[str, Any]]] = {}
    for kind, settings in [*planned.items(), *learned.items()]:
        for setting in settings:
            name = _name(kind, setting)
            if kind in NAMES and name not in names:
                names.add(name)
                wanted.setdefault(kind, []).append(setting)
    return wanted


_LARGER_FORESTS: dict[str, list[dict[str, Any]]] = {
    kind: [{"n_estimators": n, "ag_args": {"name_suffix": f"_{n}"}} for n in (300, 600)] for kind in ("RF", "XT")
}


def _by_kind(hyperparameters: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {kind: setting if isinstance(setting, list) else [setting] for kind, setting in hyperparameters.items()}


def _name(kind: str, setting: Any) -> str:
    arguments = setting.get("ag_args", {}) if isinstance(setting, dict) else {}
    return f"{NAMES.get(kind, kind)}{arguments.get('name_suffix', '')}"
