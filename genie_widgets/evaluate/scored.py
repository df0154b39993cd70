"""The scored rows as a table: what every figure of a run is made from, and can be traced to.

One line for each row that was kept apart, named by its place in the run's table: the true answer, the
prediction, and what was predicted for each class or quantile. The cells stay in the table itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.schema import Plan

TRUTH, PREDICTION, GROUP = "truth", "prediction", "group"
# Where all rows are scored, out of fold: from 0, the rows that were kept apart first.
FOLD = "fold"
# Rows scored by models that learned from each other's rows are not independent (Bates, Hastie and Tibshirani, 2024). By
# so much the error of the score was larger than its rows tell (tests/bench/honest_score.py).
OUT_OF_FOLD = 1.2
PROBABILITY, QUANTILE = "probability of ", "quantile "


def scored_table(
    truth: pd.Series[Any],
    *,
    plan: Plan,
    predictions: Any = None,
    probabilities: pd.DataFrame | None = None,
    quantiles: pd.DataFrame | None = None,
    groups: Any = None,
) -> pd.DataFrame:
    """Put scored rows together.

    Parameters
    ----------
    truth : Series, shape (n,)
        The target; its index tells each row's place in the table.
    plan : Plan
        `problem_type` and `quantile_levels` are used.
    predictions : array-like, shape (n,)
        Labels or numbers; not used for quantiles.
    probabilities, quantiles : DataFrame or None
        A column each class or level.
    groups : array-like, shape (n,), optional
        Where whole groups were kept apart.

    Returns
    -------
    DataFrame, shape (n, ...)
        Classes as text; index as that of `truth`.
    """
    is_class = plan.problem_type in ("binary", "multiclass")
    made: dict[str, Any] = {TRUTH: _labels(truth) if is_class else pd.to_numeric(truth, errors="coerce").to_numpy()}
    if quantiles is not None:
        for place, level in enumerate(plan.quantile_levels):
            made[f"{QUANTILE}{level}"] = quantiles.iloc[:, place].to_numpy(dtype=float)
    else:
        made[PREDICTION] = _labels(predictions) if is_class else np.asarray(predictions, dtype=float)
    if probabilities is not None:
        for place, label in enumerate(probabilities.columns):
            made[f"{PROBABILITY}{label}"] = probabilities.iloc[:, place].to_numpy(dtype=float)
    if groups is not None:
        made[GROUP] = np.asarray(groups)
    return pd.DataFrame(made, index=truth.index)


def parts(scored: pd.DataFrame, plan: Plan, classes: Sequence[str]) -> dict[str, Any]:
    """Take scored rows apart again: the predictions, and probabilities or quantiles where there are any."""
    if plan.problem_type == "quantile":
        names = [f"{QUANTILE}{level}" for level in plan.quantile_levels]
        return {"quantiles": scored[names]}
    found: dict[str, Any] = {"predictions": scored[PREDICTION]}
    named = {f"{PROBABILITY}{label}": label for label in classes}
    if named and set(named) <= set(scored.columns):
        found["probabilities"] = scored[list(named)].rename(columns=named)
    return found


def kept_apart(scored: pd.DataFrame) -> pd.DataFrame:
    """Give those of the scored rows that the model which was trained first has not learned from."""
    return scored.loc[scored[FOLD] == 0] if FOLD in scored else scored


def widened(scored: pd.DataFrame) -> float:
    """Give how much wider intervals are where all rows were scored, out of fold."""
    return OUT_OF_FOLD if FOLD in scored else 1.0


def _labels(values: Any) -> Any:
    series = pd.Series(np.asarray(values, dtype=object))
    return series.map(str, na_action="ignore").to_numpy(dtype=object)
