"""How long a person may train."""

from __future__ import annotations

from genie_widgets.schema.base import Value


class Allowance(Value):
    """What a person may train.

    Attributes
    ----------
    person : str
        Their name; empty where nobody said it: all whom the host does not know share one allowance.
    seconds_each : int or None
        Seconds of training for each person in all; None: as long as they like.
    seconds_left : int or None
        What is left of it; None where there is no limit.
    """

    person: str = ""
    seconds_each: int | None = None
    seconds_left: int | None = None
