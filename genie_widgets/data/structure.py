"""Rows that are not independent: several of one thing, or one after the other in time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from genie_widgets.schema import TableProfile

MIN_ROWS = 50
MIN_VALUES = 20
# On average so many rows a value: below, too few are repeated to matter.
MIN_REPEATS = 1.5
# A value that holds more of the rows than this leaves too few others to score on.
LARGEST_SHARE = 0.5
# So many steps from row to row must go the same way.
IN_ORDER = 0.99
_THING = (
    "patient|subject|person|customer|client|user|member|student|pupil|employee|household|family|participant|respondent|"
    "account|device|machine|engine|sensor|vehicle|animal|player|athlete|driver|passenger"
)
_ENTITY = re.compile(
    rf"(?:^|[_\W])(?:id|uuid|guid|(?:{_THING})(?:[_\W]?(?:no|nr|number|key|code|name))?)$", re.IGNORECASE
)
_CAMEL = re.compile(r"[a-z]I[dD]$")


@dataclass(frozen=True)
class Entities:
    """A column that names things, several rows of each.

    Attributes
    ----------
    column : str
        Its name.
    n_values, n_rows : int
        How many things, in how many rows.
    """

    column: str
    n_values: int
    n_rows: int


@dataclass(frozen=True)
class TimeOrder:
    """A column of times that the rows follow.

    Attributes
    ----------
    column : str
        Its name.
    first, last : str
        The first and the last day.
    """

    column: str
    first: str
    last: str


def find_entities(frame: pd.DataFrame, profile: TableProfile, target: str) -> Entities | None:
    """Find the column that names things of which there are several rows each; the one of most values, if any."""
    found = []
    for column in profile.columns:
        name = column.name
        named = _ENTITY.search(name) is not None or _CAMEL.search(name) is not None
        if name == target or not named or column.kind in ("number", "date", "boolean", "constant", "empty"):
            continue
        counts = frame[name].value_counts()
        n_rows, n_values = int(counts.sum()), len(counts)
        if n_rows < MIN_ROWS or n_values < MIN_VALUES or n_rows < MIN_REPEATS * n_values:
            continue
        if int(counts.iloc[0]) <= LARGEST_SHARE * n_rows:
            found.append(Entities(name, n_values, n_rows))
    return max(found, key=lambda one: one.n_values, default=None)


def find_time_order(frame: pd.DataFrame, profile: TableProfile, target: str) -> TimeOrder | None:
    """Find a column of times that the rows follow, forwards or backwards."""
    for column in profile.columns:
        if column.kind != "date" or column.name == target or column.n_distinct < MIN_VALUES:
            continue
        times: pd.Series[Any] = pd.to_datetime(frame[column.name], errors="coerce").dropna()
        if len(times) < max(MIN_ROWS, 0.9 * len(frame)):
            continue
        steps = times.diff().iloc[1:].dt.total_seconds()
        moves = steps[steps != 0]
        if len(moves) and max((moves > 0).mean(), (moves < 0).mean()) >= IN_ORDER:
            return TimeOrder(column.name, f"{times.min():%Y-%m-%d}", f"{times.max():%Y-%m-%d}")
    return None
