"""A table as it was read: its rows, and the facts of what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from genie_widgets.schema import TableProfile


@dataclass(frozen=True)
class Table:
    """A table and its profile.

    Attributes
    ----------
    name : str
        File name, or what the person called it.
    frame : DataFrame, shape (n_rows, n_columns)
        The rows; column names are unique, non-empty text.
    profile : TableProfile
        Facts of the columns, and what looks wrong.
    """

    name: str
    frame: pd.DataFrame
    profile: TableProfile

    @property
    def columns(self) -> tuple[str, ...]:
        """Names in the table's order."""
        return self.profile.column_names
