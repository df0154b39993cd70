"""A sentence read against a table's columns: which columns it speaks of, where, and how surely."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from functools import lru_cache
from math import log
from typing import NamedTuple

from genie_widgets.intent.cut_words import abbreviates, letters_and_digits
from genie_widgets.intent.glossing import english_names, glossed, meanings_of_part
from genie_widgets.intent.lexicon import concepts_of, lexicon, terms_of
from genie_widgets.intent.mentions import Hit, Reading
from genie_widgets.intent.phrases import folded
from genie_widgets.intent.run_together import pairs_of, said_in_two
from genie_widgets.intent.short_forms import LEAST_INITIALS, meanings_of, said_by_initials, written_out
from genie_widgets.intent.words import (
    STOP_WORDS,
    UNSPACED,
    Word,
    is_near,
    name_parts,
    plain,
    stem,
    words_of,
)
from genie_widgets.schema import ColumnProfile, TableProfile

EXACT, STEM, NEAR, CONCEPT, ABBREVIATION = 1.0, 0.92, 0.78, 0.8, 0.6
# By what a short form stands for; by one of several such words a part of it; by the initials of words.
WRITTEN_OUT, INITIALS, TWO_INITIALS = 0.85, 0.8, 0.55
# By the beginnings of two words, run together.
RUN_TOGETHER = 0.75
# By what a word of another language means.
GLOSSED = 0.8
# What a short form stands for is said within so many characters.
NEAR_BY = 40
# Parts of names that are often left unsaid: units, qualifiers, numbers.
_LIGHT = frozenset(
    """mm cm m km kg g mg ml l kwh kw kbtu mw hz usd eur gbp pct percent id no nr num number total avg average mean max min
    is has of in the per and or by to at a an flag y n yn code type value name gt raw level count std var col column
    min hours minutes sec seconds days""".split()
)
_LIGHT_WEIGHT = 0.35
_UNSAID = re.compile(
    r"^(?:是否|有无|总)|(?:万元|千元|元|円|원|平方米|公里|千米|米|公斤|分钟|小时|天数|天|月数|年数|日数|年|数量|数|率|量|额|値|值|数値|여부|수)$|[(（].*"
)
# Values that say nothing about what their column is.
_PLAIN_VALUES = frozenset("yes no true false 0 1 y n t f none other unknown nan null na".split())


@lru_cache(maxsize=5_000)
def significant_parts(name: str) -> tuple[str, ...]:
    """Split a name into the parts that may be said of it."""
    parts = tuple(dict.fromkeys(name_parts(name)))
    kept = tuple(part for part in parts if len(part) > 1 or len(parts) == 1)
    return kept or parts


def read(text: str, profile: TableProfile) -> Reading:
    """Read a text against a table.

    Parameters
    ----------
    text : str
        The sentence.
    profile : TableProfile
        The columns.

    Returns
    -------
    Reading
        Holds every place where a column, or a part of its name, is met; it is shared, and not to be changed.
    """
    for kept in tuple(_KEPT):
        if kept.profile is profile and kept.reading.text == text:
            return kept.reading
    made = _read(text, profile)
    _KEPT.append(_Kept(profile, made))
    return made


class _Kept(NamedTuple):
    profile: TableProfile
    reading: Reading


# One sentence is read against one table for its wishes, its target and its kind.
_KEPT: deque[_Kept] = deque(maxlen=3)


def _read(text: str, profile: TableProfile) -> Reading:
    words = words_of(text)
    made = Reading(text, folded(text), words)
    counts: Counter[str] = Counter()
    for column in profile.columns:
        parts = significant_parts(column.name)
        made.parts[column.name] = parts
        counts.update(parts)
        places = list(_literals(made, column.name.strip())) or list(_respaced(made, column.name))
        if places:
            made.literals[column.name] = places
    matcher = _Matcher(made, english_names(profile.column_names))
    for part, count in counts.items():
        light = part in _LIGHT or part.isdigit() or part in STOP_WORDS
        made.weights[part] = _LIGHT_WEIGHT if light else 1 / (1 + 0.35 * log(count))
        hits = matcher.hits(part)
        if hits:
            made.hits[part] = hits
    for column in profile.columns:
        wholes = matcher.whole(name_parts(column.name))
        if wholes:
            made.wholes[column.name] = wholes
    return made


def _literals(made: Reading, name: str) -> Iterator[tuple[int, int]]:
    """Find a name that stands in the text as it is: names are often no words."""
    if not name:
        return
    wanted = folded(name)
    if wanted not in made.folded:
        return
    unspaced = UNSPACED.search(name) is not None
    for match in re.finditer(re.escape(wanted), made.folded):
        start, end = match.span()
        if unspaced and len(name) > 1:
            yield start, end
            continue
        before, after = made.folded[:start][-1:], made.folded[end:][:1]
        if (before.isalnum() and before.isascii() and wanted[0].isalnum()) or (after.isalnum() and after.isascii()):
            continue
        if before in ("_",) or after in ("_",):
            continue
        exactly = made.text[start:end] == name
        # A single letter, or a word of no meaning ("is", "class"), is a name only as the table writes it.
        if len(name) == 1 and not (exactly and _set_apart(made, start, end)):
            continue
        if wanted in STOP_WORDS and not exactly:
            continue
        yield start, end


def _respaced(made: Reading, name: str) -> Iterator[tuple[int, int]]:
    """Find a name of several parts with other separators: "CustomerId" as "customer id", "Cover_Type" as "cover type"."""
    parts = name_parts(name)
    if len(parts) < 2 or parts[0] not in made.folded or all(len(part) < 2 for part in parts):
        return
    joined = r"[\s_\-./]*".join(map(re.escape, parts))
    for match in re.finditer(rf"(?<!\w){joined}(?!\w)", made.folded):
        yield match.span()


def _set_apart(made: Reading, start: int, end: int) -> bool:
    """Whether a letter is meant as a name: "a" and "I" are words, "y" is one only in Spanish."""
    letter = made.text[start:end]
    quoted = made.text[:start][-1:] in "\"'`“‘「" and start > 0
    if letter not in ("a", "A", "I", "y", "e", "o", "è", "é", "à"):
        return True
    if letter == "y":
        return re.search(r"[a-zñ] y [a-zñ]", made.folded[max(0, start - 2) : end + 2]) is None or quoted
    return quoted


class _Matcher:
    """Finds a part of a name among the words of a text."""

    def __init__(self, made: Reading, names: frozenset[str]) -> None:
        self._made = made
        self._by_plain: dict[str, list[Word]] = {}
        self._by_stem: dict[str, list[Word]] = {}
        self._by_concept: dict[int, list[Hit]] = {}
        for word in made.words:
            for met in (word, *letters_and_digits(word, made.folded)):
                self._by_plain.setdefault(met.plain, []).append(met)
                self._by_stem.setdefault(met.stem, []).append(met)
        for term in terms_of(made.words):
            if made.folded[term.start : term.end] in STOP_WORDS:
                continue
            for concept, weight in term.concepts:
                self._by_concept.setdefault(concept, []).append(Hit(weight, term.start, term.end))
        # What the sentence's words mean in English.
        self._by_gloss: dict[str, list[Hit]] = {}
        meanings: list[Word] = []
        for gloss in glossed(made.text, names):
            for word in words_of(gloss.english):
                if word.plain not in STOP_WORDS:
                    self._by_gloss.setdefault(word.stem, []).append(Hit(GLOSSED, gloss.start, gloss.end))
                    meanings.append(Word(word.plain, word.stem, gloss.start, gloss.end))
        self._open = [w for w in made.words if w.plain not in STOP_WORDS and len(w.plain) > 2]
        self._pairs = pairs_of((self._open, meanings, meanings[::-1]))

    def whole(self, parts: tuple[str, ...]) -> list[Hit]:
        """Find a name of several parts said in one word or phrase ("zip_code": "Postleitzahl", "bodyMass")."""
        if len(parts) < 2:
            return []
        joined = "".join(parts)
        found = [Hit(0.97, word.start, word.end) for word in self._by_plain.get(joined, ())]
        for concept, weight in lexicon().by_stem.get(" ".join(map(stem, parts)), {}).items():
            found += [
                Hit(CONCEPT * weight * hit.score, hit.start, hit.end) for hit in self._by_concept.get(concept, ())
            ]
        for start, end, meanings in written_out(parts):
            # Letters and numbers that stand for something together ("no2"), as the whole name.
            if (
                start == 0
                and end > 1
                and all(part in _LIGHT or part.isdigit() or len(part) < 2 for part in parts[end:])
            ):
                for meaning in meanings:
                    found += [Hit(*met) for met in self._written_out(meaning, WRITTEN_OUT)]
        if not found and len(joined) > 5 and joined.isalpha():
            found = [Hit(0.85, word.start, word.end) for word in self._open if is_near(word.plain, joined)]
        return found

    def hits(self, part: str) -> list[Hit]:
        """Find the places where a part is met, surest first."""
        found: dict[tuple[int, int], float] = {}
        for score, start, end in self._met(part):
            found[start, end] = max(score, found.get((start, end), 0.0))
        if len(part) > 2 and part.isalpha():
            for word in self._open:
                if (word.start, word.end) not in found and (score := _likeness(part, word)):
                    found[word.start, word.end] = score
        return sorted((Hit(score, *place) for place, score in found.items()), key=lambda hit: -hit.score)

    def _met(self, part: str) -> Iterator[tuple[float, int, int]]:
        """Find a part by its word, its stem, and what it means."""
        stop = part in STOP_WORDS
        for word in self._by_plain.get(part, ()):
            yield (0.3 if stop else EXACT), word.start, word.end
        for word in () if stop else self._by_stem.get(stem(part), ()):
            if word.plain not in STOP_WORDS:
                yield STEM, word.start, word.end
        if UNSPACED.match(part):
            for match in re.finditer(re.escape(part), self._made.folded):
                yield EXACT, match.start(), match.end()
            if part not in self._made.folded:
                yield from _cut_short(part, self._made.folded)
        yield from self._meant(part, stop)

    def _meant(self, part: str, stop: bool) -> Iterator[tuple[float, int, int]]:
        """Find what a part means: other words for it, in other languages, written out, or cut to initials."""
        for concept, weight in concepts_of(part):
            for hit in self._by_concept.get(concept, ()):
                yield CONCEPT * weight * hit.score, hit.start, hit.end
        for meaning in meanings_of(part):
            yield from self._written_out(meaning, WRITTEN_OUT)
        if stop:
            return
        for hit in self._by_gloss.get(stem(part), ()):
            yield hit.score, hit.start, hit.end
        for english in meanings_of_part(part):
            yield from self._written_out(tuple(word.plain for word in words_of(english)), GLOSSED)
        if part in _LIGHT:
            return
        for start, end in said_by_initials(part, self._made.folded, self._made.words):
            yield (INITIALS if len(part) > LEAST_INITIALS else TWO_INITIALS), start, end
        for start, end in said_in_two(part, self._pairs):
            yield RUN_TOGETHER, start, end

    def _written_out(self, meaning: tuple[str, ...], surely: float) -> Iterator[tuple[float, int, int]]:
        """Find what a part of a name stands for: all of it near each other, or less."""
        asked = [said for said in meaning if said not in STOP_WORDS]
        places: list[list[Word | Hit]] = [
            [*self._by_stem.get(stem(said), []), *self._by_gloss.get(stem(said), [])] for said in asked
        ]
        met = [found for found in places if found]
        if surely == GLOSSED and not (places and places[-1]):
            # Of the English of a word the last one is the thing, those before only tell of it.
            return
        for first in met[0] if met else ():
            nearest = [min(words, key=lambda word: abs(word.start - first.start)) for words in met]
            start, end = min(word.start for word in nearest), max(word.end for word in nearest)
            if end - start <= NEAR_BY:
                yield surely * (len(met) / len(asked)) ** 0.5, start, end


def _cut_short(part: str, text: str) -> Iterator[tuple[float, int, int]]:
    """Find the longest piece of a name without blanks ("总价" of "总价万元"): a unit or "whether" is often left unsaid."""
    for length in range(len(part) - 1, 1, -1):
        for at in range(len(part) - length + 1):
            piece = part[at : at + length]
            place = text.find(piece)
            if place < 0 or _UNSAID.sub("", piece) == "":
                continue
            rest = _UNSAID.sub("", part[:at]) + _UNSAID.sub("", part[at + length :])
            yield (NEAR + 0.15 if not rest else 0.4 + 0.4 * length / len(part)), place, place + length
            return


def _likeness(part: str, word: Word) -> float:
    """How surely a word is a part of a name with a slip, or cut short."""
    if is_near(word.plain, part) or is_near(word.stem, stem(part)):
        return NEAR
    return (
        ABBREVIATION
        if part.isascii() and not (part in _LIGHT and len(part) < 4) and abbreviates(part, word.plain)
        else 0.0
    )


def spoken_values(reading: Reading, column: ColumnProfile) -> list[Hit]:
    """Find the values of a column that the text speaks of, each once; plain values ("yes", "0") say nothing."""
    if column.kind not in ("category", "boolean", "integer") or column.n_distinct > 200:
        return []
    places = {word.plain: word for word in reading.words if word.plain not in STOP_WORDS}
    stems = {word.stem: word for word in reading.words if word.plain not in STOP_WORDS}
    found = []
    for counted in column.top_values:
        value = plain(counted.value.strip())
        if value in _PLAIN_VALUES or len(value) < 2 or value.replace(".", "").lstrip("-").isdigit():
            continue
        if UNSPACED.match(value):
            place = reading.folded.find(value)
            found += [Hit(1.0, place, place + len(value))] if place >= 0 else []
            continue
        parts = [word for word in words_of(value) if word.plain not in STOP_WORDS]
        if not parts:
            continue
        met = [places.get(word.plain) or stems.get(word.stem) for word in parts]
        said = [word for word in met if word is not None]
        if len(said) == len(parts) or (len(parts) > 2 and len(said) >= 0.7 * len(parts)):
            exact = all(word.plain in places for word in parts)
            score = (1.0 if exact else 0.85) * len(said) / len(parts)
            found.append(Hit(score, min(w.start for w in said), max(w.end for w in said)))
    return found
