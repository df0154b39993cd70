"""A sentence with the English of its words in their place, as the reader reads it; and which place became which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from genie_widgets.intent.glosses import NOTHING
from genie_widgets.intent.glossing import glossed

# L', d', qu': what is elided is no word.
_ELIDED = re.compile(r"\w{1,4}['’]$")


@dataclass(frozen=True)
class Translated:
    """A text with the English of what is known in place of it.

    Attributes
    ----------
    text : str
        What is read.
    pieces : tuple of (start, end, new_start, new_end, is_gloss)
        Which place of the text became which one, piece after piece.
    """

    text: str
    pieces: tuple[tuple[int, int, int, int, bool], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the place in what is read of a place in the text; of a part of a gloss the whole of it."""
        low = high = len(self.text)
        for was, until, new, new_until, is_gloss in self.pieces:
            if was <= start < until:
                low = new if is_gloss else min(new + start - was, new_until)
            if was < end <= until:
                high = new_until if is_gloss else min(new + end - was, new_until)
        return low, max(low, high)


@lru_cache(maxsize=100)
def translated(text: str, names: frozenset[str] = frozenset()) -> Translated:
    """Put the English of every word that is known in its place.

    Parameters
    ----------
    text : str
        In any language; English stays as it is.
    names : frozenset of str
        Words that name columns as they stand, from `glossing.english_names`.
    """
    said, pieces, length = list[str](), list[tuple[int, int, int, int, bool]](), 0

    def add(start: int, end: int, english: str, is_gloss: bool) -> None:
        nonlocal length
        # Words of scripts without blanks need one.
        before, after = said[-1][-1:] if said else "", english[:1]
        if (is_gloss or (pieces and pieces[-1][4])) and before.isalnum() and after.isalnum():
            said.append(" ")
            length += 1
        if english:
            said.append(english)
        pieces.append((start, end, length, length + len(english), is_gloss))
        length += len(english)

    at = 0
    for gloss in glossed(text, names):
        if at < gloss.start:
            add(at, gloss.start, _ELIDED.sub("", text[at : gloss.start]), False)
        add(gloss.start, gloss.end, "" if gloss.english == NOTHING else gloss.english, True)
        at = gloss.end
    if at < len(text):
        add(at, len(text), text[at:], False)
    return Translated("".join(said), tuple(pieces))
