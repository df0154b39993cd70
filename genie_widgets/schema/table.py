"""What is in a table, as facts: no frame, no cell that is not needed."""

from __future__ import annotations

from typing import Literal

from genie_widgets.schema.base import Value
from genie_widgets.schema.problem import Problem
from genie_widgets.schema.reading import FileLayout

ColumnKind = Literal["number", "integer", "boolean", "category", "text", "date", "id", "constant", "empty"]


class ValueCount(Value):
    """A cell's value as text, and in how many rows it stands."""

    value: str
    count: int


class ColumnProfile(Value):
    """Facts of one column.

    Attributes
    ----------
    name : str
        As in the table.
    kind : ColumnKind
        What the column holds, as a person would say it.
    dtype : str
        The pandas dtype.
    n_missing, n_distinct : int
        Rows without a value; different values among the rest (exact, or of the sample).
    top_values : tuple of ValueCount
        The commonest values, at most 50 for columns of few values, else at most 5.
    min_count : int
        How often the rarest value stands (0 where all is missing).
    minimum, maximum, mean, std : float or None
        For numbers; dates as seconds since 1970.
    mean_length : float
        Mean number of characters of the values as text.
    """

    name: str
    kind: ColumnKind
    dtype: str
    n_missing: int = 0
    n_distinct: int = 0
    top_values: tuple[ValueCount, ...] = ()
    min_count: int = 0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None
    mean_length: float = 0.0


class TableProfile(Value):
    """Facts of one table.

    Attributes
    ----------
    name : str
        File name, or what the person called it.
    n_rows : int
        Rows of the whole table.
    columns : tuple of ColumnProfile
        In the table's order.
    n_sampled : int
        Rows the figures come from; equal to `n_rows` unless sampled.
    n_duplicate_rows : int
        Rows that repeat an earlier row.
    reading : tuple of str
        What was understood while reading ("semicolon", "decimal comma", ...).
    layout : FileLayout or None
        The same as values that a person may change; None where there is no file.
    n_rows_in_file : int or None
        Rows of the file where it was too large for the memory, and `n_rows` of them were taken at random.
    problems : tuple of Problem
        What looks wrong (ids, constants, duplicates, ...).
    """

    name: str
    n_rows: int
    columns: tuple[ColumnProfile, ...]
    n_sampled: int
    n_duplicate_rows: int = 0
    reading: tuple[str, ...] = ()
    layout: FileLayout | None = None
    n_rows_in_file: int | None = None
    problems: tuple[Problem, ...] = ()

    def column(self, name: str) -> ColumnProfile:
        """Facts of the column called `name`; `KeyError` if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in the table's order."""
        return tuple(column.name for column in self.columns)
