"""A decision: from which probability on a row counts as positive, why, and what to expect of it."""

from __future__ import annotations

from typing import Literal

from genie_widgets.schema.base import Value


class Expected(Value):
    """A figure to expect of a decision, with a 95% interval.

    Attributes
    ----------
    name : str
        ``alarms``, ``precision``, ``recall``: shares of rows; ``lift``; ``cost_per_1000`` and what the
        alternatives would cost: ``cost_per_1000_none``, ``cost_per_1000_all``, ``cost_per_1000_before``.
    label : str
        For people.
    """

    name: str
    label: str
    value: float
    low: float | None = None
    high: float | None = None


class Decision(Value):
    """The threshold of a model of two classes.

    Attributes
    ----------
    rule : {"cost", "capacity", "threshold"}
        What it follows from: what mistakes cost, how many rows can be acted on, or a number that was given.
    threshold : float
        A row is positive from this probability on; above 1, none is.
    positive, negative : str
        The two classes.
    cost_missed, cost_false_alarm : float or None
        Of a positive row that is not found, and of a negative row that is taken for positive.
    capacity, of_rows : int or None
        So many rows can be acted on, of a list of so many.
    n_rows : int
        Untouched rows that the figures come from.
    expected : tuple of Expected
        For ``"cost"`` and ``"capacity"`` from decisions on rows that had no part in the choice of their threshold.
    words : tuple of str
        The same in sentences.
    """

    rule: Literal["cost", "capacity", "threshold"]
    threshold: float
    positive: str
    negative: str
    cost_missed: float | None = None
    cost_false_alarm: float | None = None
    capacity: int | None = None
    of_rows: int | None = None
    n_rows: int
    expected: tuple[Expected, ...] = ()
    words: tuple[str, ...] = ()
