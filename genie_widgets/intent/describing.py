"""Requests and columns in plain English words, as the small transformer reads them."""

from __future__ import annotations

from functools import lru_cache

from genie_widgets.intent.glossing import english_names, meanings_of_part
from genie_widgets.intent.short_forms import written_out
from genie_widgets.intent.translating import translated
from genie_widgets.intent.words import name_parts
from genie_widgets.schema import ColumnProfile

LONGEST_CARD, LONGEST_TITLE, LONGEST_VALUE, MOST_VALUES = 90, 40, 18, 4
FEW_VALUES = 6
# A short form may stand for this or that.
MOST_MEANINGS = 2
# "n_visits" counts visits; a sign of an element has two letters at most.
COUNTED, MOST_OF_A_SIGN = "n", 2
_KINDS = {"number": "number", "integer": "whole number", "category": "", "boolean": ""}


def request_read(text: str, names: tuple[str, ...] = ()) -> str:
    """Say what is asked for, in English as far as its words are known.

    Parameters
    ----------
    text : str
        The request.
    names : tuple of str
        The table's columns.
    """
    return translated(text, english_names(names)).text.strip()


def titled(table: str) -> str:
    """Say what a table's rows are, as far as its file's name tells."""
    return _named(table.rsplit(".", 1)[0])[:LONGEST_TITLE]


def described(column: ColumnProfile) -> str:
    """Say what a column is: its name in words, and its kind or a few of its values."""
    few = column.kind == "integer" and column.n_distinct <= FEW_VALUES
    values = ""
    if few or column.kind in ("category", "boolean"):
        values = " ".join(top.value[:LONGEST_VALUE] for top in column.top_values[:MOST_VALUES])
    kind = "" if few else _KINDS.get(column.kind, column.kind)
    if column.kind == "category" and not values:
        kind = "category"
    return f"{_named(column.name)}: {kind or values}"[:LONGEST_CARD]


@lru_cache(maxsize=5_000)
def _named(name: str) -> str:
    """Give a name's parts, those in other languages or short forms with what they mean."""
    parts, told = name_parts(name), list[str]()
    short = {start: (end, meanings) for start, end, meanings in written_out(parts)}
    at = 0
    while at < len(parts):
        part = parts[at]
        end, meanings = short.get(at, (at + 1, ()))
        told.extend(parts[at:end])
        if at == 0 and part == COUNTED and end == 1 < len(parts) and len(parts[1]) > MOST_OF_A_SIGN:
            # In front of what is counted it is no chemical element.
            told.append("number of")
        elif meanings:
            told.extend(said for words in meanings[:MOST_MEANINGS] if (said := " ".join(words)) not in told)
        else:
            told.extend(said for said in meanings_of_part(part) if said not in told)
        at = end
    return " ".join(told)
