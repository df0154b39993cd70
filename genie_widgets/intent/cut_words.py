"""Words cut short in names ("amnt"), and words of a sentence cut as names are ("CO2")."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from genie_widgets.intent.words import Word, name_parts, stem


def letters_and_digits(word: Word, text: str) -> Iterator[Word]:
    """Cut a word as names are cut: the "co" and the "2" of "CO2"."""
    pieces = name_parts(text[word.start : word.end])
    if len(pieces) < 2 or not any(len(piece) > 1 and piece.isalpha() for piece in pieces):
        return
    at = word.start
    for piece in pieces:
        start = text.find(piece, at, word.end)
        if start < 0:
            return
        at = start + len(piece)
        if piece.isdigit() or len(piece) > 1:
            yield Word(piece, stem(piece), start, word.end)


@lru_cache(maxsize=50_000)
def abbreviates(part: str, word: str) -> bool:
    """Whether a part of a name is a word cut short ("amnt", "inc", "temp"), or a compound of it ("saleprice")."""
    if len(word) >= 5 and len(part) >= 3 and part[0] == word[0] and len(part) < len(word):
        if word.startswith(part):
            return len(part) >= 4 or len(word) <= 9
        rest = iter(word)
        vowels = sum(char in "aeiou" for char in part[1:])
        return vowels <= 1 and len(part) <= 5 and all(char in rest for char in part) and part[-1] in word[-3:]
    return len(word) >= 4 and len(part) >= len(word) + 3 and (part.endswith(word) or part.startswith(word))
