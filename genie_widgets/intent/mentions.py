"""Which columns a piece of text speaks of, and how surely."""

from __future__ import annotations

import re
from dataclasses import dataclass

from genie_widgets.intent.synonyms import mean_the_same
from genie_widgets.intent.words import STOP_WORDS, Word, is_near, name_parts, plain, stem, words_of
from genie_widgets.schema import ColumnProfile, TableProfile

EXACT, NEAR, STEM, SYNONYM, VALUE = 1.0, 0.85, 0.8, 0.55, 0.6
PARTIAL = 0.7
# Values that say nothing about what their column is.
_PLAIN_VALUES = frozenset("yes no true false 0 1 y n t f none other unknown male female".split())


@dataclass(frozen=True)
class Mention:
    """A column that is spoken of.

    Attributes
    ----------
    column : str
        The column.
    score : float
        How surely, from 0 to 1; 1 is its whole name.
    start, end : int
        Where the words stand in the text.
    """

    column: str
    score: float
    start: int
    end: int


def mentions(text: str, profile: TableProfile) -> list[Mention]:
    """Find the columns that a text speaks of, surest first; each column once."""
    words = words_of(text)
    found = []
    for column in profile.columns:
        mention = _literal(text, column) or _by_name(words, column)
        by_value = _by_value(words, column)
        best = max((m for m in (mention, by_value) if m is not None), key=lambda m: m.score, default=None)
        if best is not None:
            found.append(best)
    return sorted(found, key=lambda m: (-m.score, -len(m.column)))


def _literal(text: str, column: ColumnProfile) -> Mention | None:
    """Match a name that stands in the text as it is: names are often no words."""
    name = column.name.strip()
    if len(name) < 2:
        return None
    match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    if match is None and plain(name) not in STOP_WORDS:
        match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    return None if match is None else Mention(column.name, EXACT, match.start(), match.end())


def _by_name(words: list[Word], column: ColumnProfile) -> Mention | None:
    parts = [part for part in name_parts(column.name) if part not in STOP_WORDS] or list(name_parts(column.name))
    if not parts:
        return None
    joined = "".join(parts)
    scores: list[float] = []
    places: list[Word] = []
    for part in parts:
        score, place = _best_word(part, words)
        scores.append(score)
        if place is not None:
            places.append(place)
    for word in words:
        if len(joined) > 3 and is_near(word.plain, joined) and word.plain not in STOP_WORDS:
            return Mention(column.name, EXACT if word.plain == joined else NEAR, word.start, word.end)
    if not places:
        return None
    # Units and qualifiers ("_mm", "total") may be left unsaid: the words that do meet count for more.
    share = sum(scores) / len(scores)
    score = share if share > 0.99 else PARTIAL * max(scores) * (0.5 + 0.5 * share) if len(parts) > 1 else share
    if len(parts) > 1 and share > 0.99 and places != sorted(places, key=lambda word: word.start):
        score = NEAR
    return Mention(column.name, score, min(w.start for w in places), max(w.end for w in places))


def _best_word(part: str, words: list[Word]) -> tuple[float, Word | None]:
    best: tuple[float, Word | None] = (0.0, None)
    part_stem = stem(part)
    for word in words:
        if word.plain in STOP_WORDS and word.plain != part:
            continue
        if word.plain == part:
            score = EXACT
        elif word.stem == part_stem:
            score = STEM
        elif is_near(word.plain, part):
            score = NEAR * 0.9
        elif mean_the_same(word.stem, part_stem) or _abbreviates(part, word):
            score = SYNONYM
        else:
            continue
        if score > best[0]:
            best = (score, word)
    return best


def _by_value(words: list[Word], column: ColumnProfile) -> Mention | None:
    if column.kind not in ("category", "boolean"):
        return None
    for counted in column.top_values:
        value = stem(plain(counted.value.strip()))
        if len(value) < 3 or plain(counted.value) in _PLAIN_VALUES:
            continue
        for word in words:
            if word.stem == value and word.plain not in STOP_WORDS:
                return Mention(column.name, VALUE, word.start, word.end)
    return None


def _abbreviates(part: str, word: Word) -> bool:
    return len(part) >= 4 and len(word.stem) >= 5 and (word.plain.startswith(part) or part.startswith(word.stem))
