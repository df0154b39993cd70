"""Empty cells of the target that a person gave a meaning, written out: everything below then sees an answer."""

from __future__ import annotations

from typing import Any

import pandas as pd

from genie_widgets.evaluate.labels import label_text
from genie_widgets.schema import Plan, finite_number


def with_target_filled(frame: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Give rows with what their plan says in place of the target's empty cells.

    Parameters
    ----------
    frame : DataFrame
        Rows of the table as it was read, the target among their columns.
    plan : Plan
        `target` and `empty_target` are used.

    Returns
    -------
    DataFrame
        The same frame where nothing was empty, or the plan says nothing of it.
    """
    target = frame[plan.target] if plan.target in frame.columns else None
    if not plan.empty_target or target is None or not target.isna().any():
        return frame
    return frame.assign(**{plan.target: _filled(target, plan.empty_target)})


def _filled(target: pd.Series[Any], meaning: str) -> pd.Series[Any]:
    if pd.api.types.is_numeric_dtype(target) and not pd.api.types.is_bool_dtype(target):
        number = finite_number(meaning)
        if number is not None:
            return target.fillna(number)
    # One column holds one kind of label: numbers, truth values and dates are told as text from here on.
    return target.astype(object).map(label_text, na_action="ignore").fillna(meaning)
