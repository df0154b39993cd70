"""Which models are tried, in which order, for a quality and a number of seconds."""

from __future__ import annotations

from typing import Any

from genie_widgets.schema import Plan

# A small boosted-tree model comes first: something usable exists within a second of fitting.
QUICK: dict[str, Any] = {"num_boost_round": 60, "ag_args": {"name_suffix": "Quick", "priority": 999}}
BEST_NEEDS_S = 120


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
