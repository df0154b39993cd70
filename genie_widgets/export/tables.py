"""The data of a plot as a file that a spreadsheet can open without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from genie_widgets.export.predictions import neutralised


def table_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """Write rows as CSV; text that a spreadsheet would run as a formula gets an apostrophe in front.

    Parameters
    ----------
    rows : iterable of sequence
        The names of the columns first.
    """
    text = io.StringIO()
    csv.writer(text).writerows([neutralised(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
