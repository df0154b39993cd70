"""A row that a person made up, and what the model says of it."""

from __future__ import annotations

from genie_widgets.schema.base import Value
from genie_widgets.schema.explanation import Explanation
from genie_widgets.schema.problem import Problem

Cell = str | float | int | bool | None


class Flip(Value):
    """The smallest change that was found to flip the answer of a made-up row.

    Attributes
    ----------
    cells : dict
        The row.
    changes : dict
        The cells to change; empty where no change of up to three columns flips it.
    before, after : str
        The answer of the row, and with the changes.
    """

    cells: dict[str, Cell]
    changes: dict[str, Cell]
    before: str
    after: str


class WhatIf(Value):
    """One made-up row.

    Attributes
    ----------
    cells : dict
        The row: a cell for each feature.
    prediction : str
        The predicted class or number, as text.
    answers : tuple of (str, float)
        For classes each class's probability, for quantiles each quantile, in the model's order; else empty.
    explanation : Explanation
        Of this row.
    problems : tuple of Problem
        Cells that no training row was like.
    """

    cells: dict[str, Cell]
    prediction: str
    answers: tuple[tuple[str, float], ...]
    explanation: Explanation
    problems: tuple[Problem, ...] = ()
