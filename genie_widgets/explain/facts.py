"""From arrays to facts: an `Explanation` with cells as text."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.explain.meter import Floats
from genie_widgets.explain.partners import Partners
from genie_widgets.schema import Contribution, ExplainedOutput, FeatureImportance, RowExplanation

MOST_CHARACTERS = 60


def cell_text(value: Any) -> str:
    """Text of a cell: 4 significant digits, a date without a needless time, long text cut."""
    text: str
    # As data, which readers of explanations go by: it is said in a language where it is shown.
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        text = "missing"
    elif isinstance(value, bool | np.bool_):
        text = str(bool(value))
    elif isinstance(value, pd.Timestamp):
        text = value.strftime("%Y-%m-%d" if value == value.normalize() else "%Y-%m-%d %H:%M:%S")
    elif isinstance(value, Integral):
        text = str(int(value))
    elif isinstance(value, Real):
        text = _number_text(float(value))
    else:
        text = " ".join(str(value).split())
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _number_text(value: float) -> str:
    if math.isnan(value):
        return "missing"
    if 1000 <= abs(value) < 1e15:
        return f"{value:.0f}"  # an exponent would be shorter, but no person writes 1.234e+04
    return f"{value:.4g}"


def output_facts(
    label: str,
    rows: pd.DataFrame,
    arrays: tuple[Floats, Floats],
    base_value: float,
    predictions: Floats,
    partners: Partners,
) -> ExplainedOutput:
    """State one output's facts.

    Parameters
    ----------
    label : str
    rows : DataFrame, shape (n, n_columns)
        The explained rows.
    arrays : (values, errors), shapes (n, n_columns)
    base_value : float
        Mean prediction of the background.
    predictions : ndarray, shape (n,)
    partners : Partners
        Of the same rows.
    """
    values, errors = arrays
    names = [str(name) for name in rows.columns]
    cells = [[cell_text(cell) for cell in rows.iloc[:, place]] for place in range(len(names))]
    return ExplainedOutput(
        label=label,
        base_value=base_value,
        importance=_importance(partners, names, values, errors),
        rows=tuple(
            RowExplanation(
                row=row,
                prediction=float(predictions[row]),
                contributions=tuple(
                    Contribution(
                        column=names[place],
                        cell=cells[place][row],
                        value=float(values[row, place]),
                        standard_error=float(errors[row, place]),
                    )
                    for place in np.argsort(-np.abs(values[row]), kind="stable")
                ),
            )
            for row in range(len(values))
        ),
    )


def _importance(partners: Partners, names: list[str], values: Floats, errors: Floats) -> tuple[FeatureImportance, ...]:
    """Mean absolute values; the standard error holds the choice of rows and that of walks."""
    n = len(values)
    size = np.abs(values).mean(axis=0)
    of_rows = np.abs(values).var(axis=0, ddof=1) / n if n > 1 else np.zeros(len(names))
    error = np.sqrt(of_rows + (errors**2).mean(axis=0) / n)
    order = np.argsort(-size, kind="stable")
    partner = partners.of(values, order)
    return tuple(
        FeatureImportance(
            column=names[place],
            mean_abs=float(size[place]),
            standard_error=float(error[place]),
            partner=names[partner[place]] if place in partner else "",
        )
        for place in order
    )
