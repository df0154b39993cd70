"""Rows that a plan leaves out, as the person agreed: repeated ones, and those of classes too rare to learn."""

from __future__ import annotations

from typing import Any

import pandas as pd

from genie_widgets.evaluate.empty_target import with_target_filled
from genie_widgets.repeated import repeated_rows
from genie_widgets.schema import Plan

# A class of fewer rows has about one among those kept apart for scoring.
RARE_ROWS = 10
# Of two classes neither can be left out, and with two left it would be another kind of problem.
LEAST_CLASSES = 3


def rare_classes(target: pd.Series[Any]) -> pd.Series[int]:
    """Count the rows of each class that has few; empty where too few classes would be left."""
    try:
        counts = target.value_counts()
    except TypeError:  # cells that cannot be hashed: no classes
        return pd.Series(dtype="int64")
    rare = counts[(counts > 0) & (counts < RARE_ROWS)]
    return rare if int((counts >= RARE_ROWS).sum()) >= LEAST_CLASSES else rare.iloc[:0]


def without_left_out(frame: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Give the rows of a whole table that a plan learns from and is scored on, the target as the plan means it.

    Parameters
    ----------
    frame : DataFrame
        All columns, used or not: rows that differ in an id are no repeats.
    plan : Plan
        `rows_left_out`, `target` and `empty_target` are used.

    Returns
    -------
    DataFrame
        The rest, with the table's own index and order.
    """
    if "repeated" in plan.rows_left_out:
        frame = frame[~repeated_rows(frame)]
    frame = with_target_filled(frame, plan)
    if "rare classes" in plan.rows_left_out and plan.problem_type == "multiclass":
        frame = frame[~frame[plan.target].isin(rare_classes(frame[plan.target]).index)]
    return frame
