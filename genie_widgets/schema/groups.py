"""Figures of a model by groups of rows."""

from __future__ import annotations

from genie_widgets.schema.base import Value
from genie_widgets.schema.result import Evaluation


class GroupFigure(Value):
    """A figure of one group, and how it differs from all other rows.

    Attributes
    ----------
    name, label : str
        A metric's name, or ``selection_rate`` or ``false_positive_rate``.
    value : float or None
        None where it is undefined in the group.
    low, high : float or None
        95% interval; None for groups too small for one.
    difference : float or None
        Value less that of all other rows.
    difference_low, difference_high : float or None
        Interval that holds for all groups of the column together at 95%.
    """

    name: str
    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None

    @property
    def differs(self) -> bool:
        """Whether the difference is more than chance, allowing for all groups of the column."""
        if self.difference_low is None or self.difference_high is None:
            return False
        return self.difference_low > 0 or self.difference_high < 0


class GroupRow(Value):
    """One group: its name, its untouched rows, its figures; `is_small` where they are too few to say much."""

    group: str
    n_rows: int
    is_small: bool
    figures: tuple[GroupFigure, ...]


class GroupReport(Value):
    """Figures by the groups of one column, on untouched rows.

    Attributes
    ----------
    column : str
        The column.
    was_used : bool
        Whether the model learned from it.
    groups : tuple of GroupRow
        As `grouped` orders them.
    words : tuple of str
        What differs, in sentences.
    """

    column: str
    was_used: bool
    groups: tuple[GroupRow, ...]
    words: tuple[str, ...] = ()


class Part(Value):
    """The untouched rows of one group, with every figure as it is on them alone.

    Attributes
    ----------
    column, group : str
        As in the `GroupReport`.
    is_small : bool
        Whether they are too few to say much.
    n_rows_of_all : int
        All untouched rows that were scored.
    evaluation : Evaluation
        On the rows of the group.
    """

    column: str
    group: str
    is_small: bool
    n_rows_of_all: int
    evaluation: Evaluation
