"""What a reader gives back: rows, and what was understood while they were read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from genie_widgets.schema import FileLayout, Problem

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Parsed:
    """A table as a reader found it.

    Attributes
    ----------
    frame : DataFrame
        The rows; names as they stand in the file.
    notes : list of str
        What was understood, in words.
    layout : FileLayout
        The same as values, for a person to change.
    problems : list of Problem
        What did not fit.
    n_rows : int or None
        Rows of the file where `frame` is a sample of them.
    n_of_each_class : int or None
        About so many rows of each class of the column to stratify by are in the sample at least, or all there are.
    """

    frame: pd.DataFrame
    notes: list[str]
    layout: FileLayout = field(default_factory=FileLayout)
    problems: list[Problem] = field(default_factory=list)
    n_rows: int | None = None
    n_of_each_class: int | None = None
