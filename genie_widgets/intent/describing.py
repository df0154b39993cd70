"""Requests and columns in plain English words, as the small transformer reads them."""

from __future__ import annotations

from functools import lru_cache

from genie_widgets.intent.lexicon import concepts_of, lexicon, terms_of
from genie_widgets.intent.vectors import row_of
from genie_widgets.intent.words import name_parts, words_of
from genie_widgets.schema import ColumnProfile

# From this weight on a concept stands for a word; for a part of a name it must be surer.
SAYS, NAMES = 0.6, 0.7
LONGEST_CARD, LONGEST_TITLE, LONGEST_VALUE, MOST_VALUES = 90, 40, 18, 4
FEW_VALUES = 6
# One of eight words at least is one of these in nearly every English sentence.
_ENGLISH = frozenset(
    """the is are was will would how what which who does do of to and in it they that for from i we be
    can if this there with has have my""".split()
)
_KINDS = {"number": "number", "integer": "whole number", "category": "", "boolean": ""}


def request_read(text: str) -> str:
    """Say what is asked for; of a request in another language its known words in English, too.

    Parameters
    ----------
    text : str
        The request.
    """
    request = text.strip()
    if not _is_english(text):
        known = _in_english(text)
        request = f"{known} . {request}" if known else request
    return request


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


def _is_english(text: str) -> bool:
    said = [word.plain for word in words_of(text)]
    return text.isascii() and sum(word in _ENGLISH for word in said) >= max(1, len(said) / 8)


def _in_english(text: str) -> str:
    """Give the English names of what a text's words mean, those that are known."""
    said = (head for term in terms_of(words_of(text)) for head in _heads(term.concepts, 2, SAYS))
    return " ".join(dict.fromkeys(said))


@lru_cache(maxsize=5_000)
def _named(name: str) -> str:
    """Give a name's parts, those in other languages or short forms with what they mean."""
    parts: list[str] = []
    for part in name_parts(name):
        parts.append(part)
        if not (part.isascii() and row_of(part) is not None):
            parts.extend(head for head in _heads(concepts_of(part), 1, NAMES) if head not in parts)
    return " ".join(parts)


def _heads(concepts: tuple[tuple[int, float], ...], most: int, least: float) -> list[str]:
    best = sorted(concepts, key=lambda concept: -concept[1])
    return [lexicon().heads[concept].replace("_", " ") for concept, weight in best if weight >= least][:most]
