"""What words mean in tables, in eleven languages: `model/lexicon.tsv`, read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from genie_widgets.intent.words import UNSPACED, Word, plain, stem, words_of

# How surely a word speaks of a concept: by its name, or by another way of saying it.
NAMED, SAID = 1.0, 0.75
MAX_PHRASE = 5
SELDOM_ASKED = "# --- who and what"
# What tables call the column that is to be predicted, whatever it holds.
TARGET = "target"
MIN_COMPOUND, MIN_COMPOUND_PART = 9, 5


@dataclass
class Lexicon:
    """Concepts by their words.

    Attributes
    ----------
    heads : list of str
        The English name of each concept.
    by_stem : dict
        Stem, or stems of a phrase joined by blanks, to the concepts and how surely.
    unspaced : dict
        The same for words of scripts that leave no blanks.
    longest : int
        Characters of the longest such word.
    n_outcomes : int
        The first so many concepts are what tables are usually asked for.
    """

    heads: list[str] = field(default_factory=list)
    by_stem: dict[str, dict[int, float]] = field(default_factory=dict)
    unspaced: dict[str, dict[int, float]] = field(default_factory=dict)
    longest: int = 0
    n_outcomes: int = 0


@dataclass(frozen=True)
class Term:
    """A piece of text that means something: its words' place, and the concepts it speaks of."""

    start: int
    end: int
    concepts: tuple[tuple[int, float], ...]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Read the lexicon."""
    made = Lexicon()
    text = (files("genie_widgets.intent") / "model" / "lexicon.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith(SELDOM_ASKED):
            made.n_outcomes = len(made.heads)
        if not line or line.startswith("#"):
            continue
        names, _, sayings = line.partition("\t")
        concept = len(made.heads)
        made.heads.append(names.split()[0])
        for words, weight in ((names, NAMED), (sayings, SAID)):
            for word in words.split():
                _enter(made, word.replace("_", " "), concept, weight)
    return made


def _enter(made: Lexicon, phrase: str, concept: int, weight: float) -> None:
    if UNSPACED.search(phrase):
        key = plain(phrase).replace(" ", "")
        made.longest = max(made.longest, len(key))
        entries = made.unspaced.setdefault(key, {})
    else:
        entries = made.by_stem.setdefault(" ".join(word.stem for word in words_of(phrase)), {})
    entries[concept] = max(weight, entries.get(concept, 0.0))


def terms_of(words: list[Word]) -> list[Term]:
    """Find the concepts that words speak of: phrases, words, parts of compounds and of unspaced text."""
    known = lexicon()
    found = []
    for i, word in enumerate(words):
        if UNSPACED.match(word.plain):
            found.extend(_unspaced_terms(word, known))
            continue
        for length in range(min(MAX_PHRASE, len(words) - i), 1, -1):
            key = " ".join(part.stem for part in words[i : i + length])
            if key in known.by_stem:
                found.append(Term(word.start, words[i + length - 1].end, tuple(known.by_stem[key].items())))
                break
        concepts = concepts_of(word.plain)
        if concepts:
            found.append(Term(word.start, word.end, concepts))
    return found


@lru_cache(maxsize=20_000)
def concepts_of(word: str) -> tuple[tuple[int, float], ...]:
    """Give the concepts of one plain word; of an unknown long one those of its beginning and its end."""
    known = lexicon()
    if UNSPACED.match(word):
        merged: dict[int, float] = {}
        for term in _unspaced_terms(Word(word, word, 0, len(word)), known):
            for concept, weight in term.concepts:
                merged[concept] = max(weight, merged.get(concept, 0.0))
        return tuple(merged.items())
    direct = known.by_stem.get(stem(word))
    if direct:
        return tuple(direct.items())
    if len(word) < MIN_COMPOUND:
        return ()
    found: dict[int, float] = {}
    for cut in range(MIN_COMPOUND_PART, len(word) - 2):
        for part in (word[:cut], word[-cut:]):
            known_part = known.by_stem.get(stem(part), {}) if len(stem(part)) >= MIN_COMPOUND_PART else {}
            for concept, weight in known_part.items():
                found[concept] = max(found.get(concept, 0.0), 0.8 * weight)
    return tuple(found.items())


def _unspaced_terms(word: Word, known: Lexicon) -> list[Term]:
    """Cut unspaced text into the longest words that are known."""
    text, found, at = word.plain, [], 0
    exact = len(text) == word.end - word.start
    while at < len(text):
        for length in range(min(known.longest, len(text) - at), 0, -1):
            concepts = known.unspaced.get(text[at : at + length])
            # One Korean syllable, or one sign, is a word only where it stands nearly alone.
            if concepts and (length > 1 or len(text) <= 3 or text[at] in "买死吃雨价"):
                start, end = (word.start + at, word.start + at + length) if exact else (word.start, word.end)
                found.append(Term(start, end, tuple(concepts.items())))
                at += length
                break
        else:
            at += 1
    return found
