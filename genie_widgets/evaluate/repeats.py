"""Rows kept apart that stand in the training rows as well: the score then tells memory, not skill."""

from __future__ import annotations

import numpy as np
import pandas as pd

from genie_widgets.language import plural, tr
from genie_widgets.schema import Plan, Problem

# A few equal rows are natural, above all where columns have few values.
NOTABLE_SHARE = 0.1


def repeats_problem(train: pd.DataFrame, holdout: pd.DataFrame, plan: Plan) -> Problem | None:
    """Warn where many holdout rows equal a training row in all features and the target; None if few do."""
    columns = [*plan.feature_columns(tuple(train.columns)), plan.target]
    if len(columns) < 2:
        return None
    try:
        seen = pd.util.hash_pandas_object(train[columns], index=False).to_numpy()
        kept = pd.util.hash_pandas_object(holdout[columns], index=False).to_numpy()
        repeated = int(np.isin(kept, _common(seen, kept)).sum())
    except TypeError:  # cells that cannot be hashed, such as lists: nothing is known then
        return None
    if repeated < NOTABLE_SHARE * len(holdout):
        return None
    return Problem(
        code="holdout-repeats-training",
        title=plural(
            "{n:,} of the {n_rows:,} rows kept apart for scoring is an exact copy of training rows.",
            "{n:,} of the {n_rows:,} rows kept apart for scoring are exact copies of training rows.",
            repeated,
            n_rows=len(holdout),
        ),
        remedy=tr("The score may be too good: remove repeated rows from the table, or keep them together as a group."),
        value=str(repeated),
        severity="warning",
        field="validation",
    )


def _common(many: np.ndarray, few: np.ndarray) -> np.ndarray:
    """Find which of a few numbers are among many: each of the many is looked up, without a set of a million."""
    few = np.unique(few)
    at = np.minimum(np.searchsorted(few, many), len(few) - 1)
    return np.unique(many[few[at] == many])
