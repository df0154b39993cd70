"""Cells as they stand in an explanation, put on an axis: as numbers, as dates, or as words."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from genie_widgets.language import mark, tr

# As explanations have it for an empty cell.
MISSING = mark("missing")
# A column of fewer different numbers is drawn as words: its values are names or steps.
FEW_NUMBERS = 3


@dataclass(frozen=True)
class Column:
    """The cells of one column.

    Attributes
    ----------
    cells : tuple of str
    kind : {"number", "date", "word"}
    heights : tuple of float or None
        Numbers, or dates as seconds since 1970; None where missing, and for words.
    """

    cells: tuple[str, ...]
    kind: Literal["number", "date", "word"]
    heights: tuple[float | None, ...]

    @property
    def said(self) -> list[str]:
        """Say each cell: an empty one in the language that is spoken."""
        return [cell_said(cell) for cell in self.cells]

    @property
    def ranks(self) -> list[float | None]:
        """Give each cell's place among the others, 0 to 1."""
        order = sorted({height for height in self.heights if height is not None})
        places = {height: place / max(1, len(order) - 1) for place, height in enumerate(order)}
        return [None if height is None else places[height] for height in self.heights]

    def parts(self, most: int) -> tuple[list[str], list[str]]:
        """Share the cells among at most `most` parts, and one for missing ones.

        Returns
        -------
        tuple of list
            The part of each cell, and the parts in their order: equal shares of numbers and dates
            from low to high, words from the commonest to all others.
        """
        if self.kind == "word":
            cells, other = self.said, other_said()
            common = [cell for cell, _ in Counter(cells).most_common()]
            kept = common if len(common) <= most else common[: most - 1]
            names = [cell if cell in kept else other for cell in cells]
            return names, [*kept, *([other] if other in names and other not in kept else [])]
        present = sorted(height for height in self.heights if height is not None)
        cuts = sorted({present[len(present) * step // most] for step in range(1, most)} - {present[0]})
        text = dict(zip(self.heights, self.cells, strict=True))
        order = _between([text[cut] for cut in cuts])
        missing = cell_said(MISSING)
        names = [missing if height is None else order[sum(height >= cut for cut in cuts)] for height in self.heights]
        return names, [*(name for name in order if name in names), *([missing] if missing in names else [])]


def cell_said(cell: str) -> str:
    """Say a cell of an explanation: it stands there as in the table, but an empty one is said in words."""
    return tr(MISSING) if cell == MISSING else cell


def other_said() -> str:
    """Name all words together that have no part of their own."""
    return tr("any other")


def read_cells(cells: Sequence[str]) -> Column:
    """Tell how a column's cells are drawn."""
    texts = tuple(cells)
    kinds: tuple[tuple[Literal["number", "date"], int], ...] = (("number", FEW_NUMBERS), ("date", 2))
    for kind, least in kinds:
        heights = _heights(texts, kind)
        if heights is not None and len(set(heights) - {None}) >= least:
            return Column(texts, kind, heights)
    return Column(texts, "word", (None,) * len(texts))


def _heights(cells: tuple[str, ...], kind: str) -> tuple[float | None, ...] | None:
    found: list[float | None] = []
    for cell in cells:
        if cell == MISSING:
            found.append(None)
            continue
        try:
            height = float(cell) if kind == "number" else _seconds(cell)
        except (ValueError, OverflowError):
            return None
        if not math.isfinite(height):
            return None
        found.append(height)
    return tuple(found)


def _seconds(cell: str) -> float:
    return dt.datetime.fromisoformat(cell).replace(tzinfo=dt.UTC).timestamp()


def _between(cuts: list[str]) -> list[str]:
    if not cuts:
        # Translators: all values of a column
        return [tr("all")]
    middle = [tr("{low} to below {high}", low=low, high=high) for low, high in pairwise(cuts)]
    return [tr("below {high}", high=cuts[0]), *middle, tr("{low} or more", low=cuts[-1])]
