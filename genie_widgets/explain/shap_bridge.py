"""A bridge to the `shap` library's own pictures, for people in notebooks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.schema import Explanation


def to_shap(explanation: Explanation, frame: pd.DataFrame, output: int = 0) -> Any:
    """Make a `shap.Explanation` for ``shap.plots``.

    Parameters
    ----------
    explanation : Explanation
    frame : DataFrame
        The table that was explained, or one whose first rows it is.
    output : int
        Which of the explanation's outputs.

    Returns
    -------
    shap.Explanation
        Values of shape (n_rows, n_columns), in the frame's order of columns. `data` holds
        numbers (codes for text and categories, so that plots can colour), `display_data` the cells.
    """
    import shap

    chosen = explanation.outputs[output]
    names = [str(name) for name in frame.columns]
    place = {name: position for position, name in enumerate(names)}
    values = np.zeros((len(chosen.rows), len(names)))
    for at, row in enumerate(chosen.rows):
        for part in row.contributions:
            values[at, place[part.column]] = part.value
    cells = frame.iloc[[row.row for row in chosen.rows]]
    return shap.Explanation(
        values=values,
        base_values=np.full(len(values), chosen.base_value),
        data=np.column_stack([_numbers(cells.iloc[:, position]) for position in range(len(names))]),
        display_data=cells.to_numpy(dtype=object),
        feature_names=names,
        output_names=chosen.label,
    )


def _numbers(column: pd.Series[Any]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(dtype=float, na_value=np.nan)
    codes = (
        column.cat.codes.to_numpy()
        if isinstance(column.dtype, pd.CategoricalDtype)
        else pd.factorize(column, sort=False)[0]
    )
    return np.where(codes < 0, np.nan, codes.astype(float))
