"""Names that run the beginnings of two words together: "totlngth" for "total length", "avrain" for "average rain"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from genie_widgets.intent.short_forms import meanings_of
from genie_widgets.intent.vectors import row_of
from genie_widgets.intent.words import Word

LEAST_LETTERS, FARTHEST = 4, 4
# Of the two pieces one must tell so much.
LEAST_OF_ONE = 3
# A piece of which letters were left out within has one vowel at most, and ends as the word does.
MOST_VOWELS, ENDING = 1, 3


@dataclass(frozen=True, slots=True)
class Pair:
    """Two words side by side, and where they stand."""

    one: str
    other: str
    start: int
    end: int


def pairs_of(said: Iterable[Sequence[Word]]) -> dict[str, list[Pair]]:
    """Put words side by side, by the first letter of the first.

    Parameters
    ----------
    said : iterable of sequence of Word
        The telling words of a sentence, as they stand, or in English, where they may stand the other way round.
    """
    made: dict[str, list[Pair]] = {}
    for words in said:
        for one, other in pairwise(words):
            start, end = min(one.start, other.start), max(one.end, other.end)
            apart = end - start - (one.end - one.start) - (other.end - other.start)
            if 0 <= apart <= FARTHEST:
                made.setdefault(one.plain[0], []).append(Pair(one.plain, other.plain, start, end))
    return made


def said_in_two(part: str, pairs: Mapping[str, Sequence[Pair]]) -> Iterator[tuple[int, int]]:
    """Find two words side by side whose beginnings a part of a name runs together.

    Parameters
    ----------
    part : str
        Of a name.
    pairs : mapping
        From `pairs_of`.

    Yields
    ------
    start, end : int
        Where they stand.
    """
    if not (part.isascii() and part.isalpha() and len(part) >= LEAST_LETTERS) or is_known(part):
        return
    for pair in pairs.get(part[0], ()):
        if runs_together(part, pair.one, pair.other):
            yield pair.start, pair.end


@lru_cache(maxsize=5_000)
def is_known(part: str) -> bool:
    """Whether a part of a name is a word, or a short form of its own."""
    return row_of(part) is not None or bool(meanings_of(part))


@lru_cache(maxsize=50_000)
def runs_together(part: str, one: str, other: str) -> bool:
    """Whether a part of a name is the beginning of one word and that of another."""
    if part[0] != one[0]:
        return False
    for cut in range(1, len(part)):
        first, second = part[:cut], part[cut:]
        if max(len(first), len(second)) < LEAST_OF_ONE:
            continue
        if _shortens(first, one, second == other) and _shortens(second, other, first == one):
            return True
    return False


def _shortens(piece: str, word: str, other_is_whole: bool) -> bool:
    if piece[0] != word[0] or len(piece) > len(word):
        return False
    if len(piece) == 1:
        # A single letter stands for a word only beside a whole one: "bfat", "skullw".
        return other_is_whole
    if word.startswith(piece):
        return True
    rest = iter(word)
    vowels = sum(char in "aeiou" for char in piece[1:])
    return (
        len(piece) >= LEAST_OF_ONE
        and vowels <= MOST_VOWELS
        and all(char in rest for char in piece)
        and piece[-1] in word[-ENDING:]
    )
