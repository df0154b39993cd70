"""What is in a table, as facts: no frame, no cell that is not needed."""

from __future__ import annotations

from math import isfinite
from typing import Literal

from genie_widgets.language import mark, tr
from genie_widgets.schema.base import Value
from genie_widgets.schema.problem import Problem
from genie_widgets.schema.reading import FileLayout

ColumnKind = Literal["number", "integer", "boolean", "category", "text", "date", "id", "constant", "empty"]
_KINDS: dict[ColumnKind, str] = {
    # Translators: what a column holds: from here on
    "number": mark("number"),
    "integer": mark("integer"),
    "boolean": mark("boolean"),
    "category": mark("category"),
    "text": mark("text"),
    "date": mark("date"),
    "id": mark("id"),
    "constant": mark("constant"),
    "empty": mark("empty"),
}


def kind_said(kind: ColumnKind) -> str:
    """Say what a column holds."""
    return tr(_KINDS[kind])


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

    def filled(self, meaning: str) -> ColumnProfile:
        """Give the facts of the column with `meaning` in its empty cells; mean and spread stay those of the others.

        An empty `meaning` leaves them empty.
        """
        if not meaning or not self.n_missing:
            return self
        number = finite_number(meaning) if self.minimum is not None else None
        value = meaning if number is None else str(number)
        known = {counted.value: counted.count for counted in self.top_values}
        counts = {**known, value: known.get(value, 0) + self.n_missing}
        n_distinct = self.n_distinct + (value not in known)
        others = () if len(known) == self.n_distinct else (self.min_count,)
        changes: dict[str, object] = {
            "kind": "boolean" if self.kind == "constant" and n_distinct > 1 else self.kind,
            "n_missing": 0,
            "n_distinct": n_distinct,
            "top_values": tuple(
                ValueCount(value=name, count=count) for name, count in sorted(counts.items(), key=lambda pair: -pair[1])
            ),
            "min_count": min((*others, *counts.values())),
        }
        if number is not None and self.minimum is not None and self.maximum is not None:
            changes |= {"minimum": min(number, self.minimum), "maximum": max(number, self.maximum)}
        elif self.minimum is not None:  # a word beside numbers: they are classes
            changes |= dict.fromkeys(("minimum", "maximum", "mean", "std"))
        return self.model_copy(update=changes)


def finite_number(text: str) -> float | None:
    """Read a number; None where the text is none, or not a finite one."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


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
