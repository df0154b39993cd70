"""What stands below a table and is no row of it: totals, and notes such as "Source: ..."."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from genie_widgets.language import tr

MAX_FEET = 5
LEAST_ROWS = 3
_TOTAL = re.compile(
    r"((grand|sub|overall)[- ]?)?"
    r"(total|sum|summe|gesamt|gesamtsumme|insgesamt|totale|totaux|somme|suma|totaal|итого)s?\s*:?",
    re.I,
)


@dataclass
class Feet:
    """What was left out below a table."""

    totals: int = 0
    remarks: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def n_short(self) -> int:
        """How many of the rows were short lines."""
        return self.remarks


def below_the_table(table: Any) -> tuple[Any, Feet]:
    """Leave out what stands below a table.

    Parameters
    ----------
    table : pyarrow.Table
        Cells as text.

    Returns
    -------
    tuple
        The table without its feet, and what they were.
    """
    feet = Feet()
    while table.num_rows > LEAST_ROWS and feet.totals + feet.remarks < MAX_FEET:
        last = [str(cell or "").strip() for cell in table.slice(table.num_rows - 1).to_pylist()[0].values()]
        filled = [place for place, cell in enumerate(last) if cell]
        if filled and len(last) > 2 and filled == [0] and len(last[0].split()) > 1 and not _TOTAL.fullmatch(last[0]):
            feet.remarks += 1
        elif filled and filled[0] < len(last) - 1 and _is_total(table, filled[0], last[filled[0]]):
            feet.totals += 1
        else:
            break
        table = table.slice(0, table.num_rows - 1)
    if feet.totals:
        feet.notes.append(tr("{n} row(s) of totals left out", n=feet.totals))
    if feet.remarks:
        feet.notes.append(tr("{n} line(s) below the table left out", n=feet.remarks))
    return table, feet


def _is_total(table: Any, place: int, cell: str) -> bool:
    """Say whether a row sums up the others: its word for that stands in no row above the feet."""
    if not _TOTAL.fullmatch(cell):
        return False
    column = pc.utf8_lower(pc.utf8_trim_whitespace(table.column(place).slice(0, table.num_rows - 1)))
    return not pc.any(pc.equal(column, pa.scalar(cell.lower()))).as_py()
