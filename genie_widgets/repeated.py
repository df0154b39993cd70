"""Which rows of a table repeat an earlier one."""

from __future__ import annotations

import pandas as pd


def repeated_rows(frame: pd.DataFrame) -> pd.Series[bool]:
    """Mark the rows that equal an earlier one in every column.

    Parameters
    ----------
    frame : DataFrame
        Cells that cannot be hashed, such as lists, are compared by how they are written.

    Returns
    -------
    Series of bool
        One for each row, with the table's index.
    """
    try:
        return frame.duplicated()
    except TypeError:
        return frame.astype(str).duplicated()
