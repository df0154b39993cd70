"""Requests and columns in plain English words, as the small transformer reads them."""

from __future__ import annotations

from functools import lru_cache

from genie_widgets.intent.lexicon import concepts_of, lexicon, terms_of
from genie_widgets.intent.short_forms import written_out
from genie_widgets.intent.vectors import row_of
from genie_widgets.intent.words import ENGLISH_STOP_WORDS, OTHER_STOP_WORDS, name_parts, words_of
from genie_widgets.schema import ColumnProfile

# From this weight on a concept stands for a word; for a part of a name it must be surer.
SAYS, NAMES = 0.6, 0.7
LONGEST_CARD, LONGEST_TITLE, LONGEST_VALUE, MOST_VALUES = 90, 40, 18, 4
FEW_VALUES = 6
# A short form may stand for this or that.
MOST_MEANINGS = 2
# "n_visits" counts visits; a sign of an element has two letters at most.
COUNTED, MOST_OF_A_SIGN = "n", 2
# Of the words of an English sentence without its small words most have a vector.
KNOWN_WORDS = 0.5
# Small words of other languages that are no words in English.
_FOREIGN = OTHER_STOP_WORDS - ENGLISH_STOP_WORDS
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
    if not text.isascii() or not said:
        return False
    if sum(word in _ENGLISH for word in said) >= max(1, len(said) / 8):
        return True
    known = sum(row_of(word) is not None for word in said)
    return known >= KNOWN_WORDS * len(said) and _FOREIGN.isdisjoint(said)


def _in_english(text: str) -> str:
    """Give the English names of what a text's words mean, those that are known."""
    said = (head for term in terms_of(words_of(text)) for head in _heads(term.concepts, 2, SAYS))
    return " ".join(dict.fromkeys(said))


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
        elif not (part.isascii() and row_of(part) is not None):
            told.extend(head for head in _heads(concepts_of(part), 1, NAMES) if head not in told)
        at = end
    return " ".join(told)


def _heads(concepts: tuple[tuple[int, float], ...], most: int, least: float) -> list[str]:
    best = sorted(concepts, key=lambda concept: -concept[1])
    return [lexicon().heads[concept].replace("_", " ") for concept, weight in best if weight >= least][:most]
