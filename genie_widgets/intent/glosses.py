"""What words of other languages mean, in English, word by word: `model/glosses`, a file a language, read when first needed.

A line holds the English words, and after a tab the words and phrases of the language that mean them; a phrase's words are
joined by "_". "-" stands for nothing: a word that English does without.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files

from genie_widgets.intent.lexicon import concepts_of, lexicon
from genie_widgets.intent.short_forms import short_forms
from genie_widgets.intent.vectors import row_of
from genie_widgets.intent.words import (
    CJK,
    ENGLISH_STOP_WORDS,
    HANGUL,
    OTHER_STOP_WORDS,
    Word,
    plain,
    stem,
    words_of,
)

# Languages whose words can't be told by their signs; Hindi is written with Latin letters, too.
LATIN = ("es", "fr", "de", "pt", "it", "hi")
NOTHING = "-"
# What a small word counts beside any word, in telling languages apart: of 12,000 English sentences 15 are missed.
SMALL = 1.5
# From this weight on a concept of the lexicon stands for a word that has no gloss.
SAYS = 0.6
# A loan word is not cut into short ones that happen to begin it.
SURE_IN_KATAKANA = 4
# The parts of a compound ("Kundennummer") have so many letters, and so many of a name's meanings are told.
LEAST_OF_COMPOUND, MOST_MEANINGS = 4, 2
# Small words of other languages that are no words in English.
_FOREIGN = OTHER_STOP_WORDS - ENGLISH_STOP_WORDS
# Small words of English, hardly ones of another language.
_ENGLISH = frozenset(
    """the is are was will would how what which who does do of to and in it they that for from i we be
    can if this there with has have my""".split()
)
_UNSPACED = re.compile(rf"[{CJK}{HANGUL}]")
_KANA, _HANGUL = re.compile(r"[\u3040-\u30ff]"), re.compile(rf"[{HANGUL}]")
_KATAKANA = re.compile(r"[\u30a1-\u30ff]{2}")
# What follows a word that is known, and is no word itself: endings.
_ENDING = re.compile(rf"[\u3040-\u309f{HANGUL}]+")
_NAME_SIGNS = '_`"“”„«»‘'


@dataclass
class Glosses:
    """The glosses of one language.

    Attributes
    ----------
    by_form : dict
        A word in small letters, or those of a phrase joined by blanks, to its English; with its accents, and without.
    longest : int
        Words of the longest phrase; of scripts without blanks, signs.
    """

    by_form: dict[str, str] = field(default_factory=dict)
    longest: int = 1

    @cached_property
    def by_stem(self) -> dict[str, str]:
        """The English of single words by their stems."""
        made: dict[str, str] = {}
        for key, english in self.by_form.items():
            if " " not in key:
                made.setdefault(stem(plain(key)), english)
        return made


@dataclass(frozen=True)
class Gloss:
    """A piece of a text, and what it means; nothing where English does without it."""

    start: int
    end: int
    english: str


@lru_cache(maxsize=16)
def glosses_of(language: str) -> Glosses:
    """Read the glosses of a language.

    Parameters
    ----------
    language : str
        "es", "fr", "de", "pt", "it", "hi", "ru", "zh", "ja" or "ko".
    """
    made, bare = Glosses(), list[tuple[str, str]]()
    path = files("genie_widgets.intent") / "model" / "glosses" / f"{language}.tsv"
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        english, _, forms = line.partition("\t")
        for form in forms.split():
            if _UNSPACED.search(form):
                key = plain(form).replace("_", "")
                made.by_form.setdefault(key, english)
                made.longest = max(made.longest, len(key))
                continue
            whole = _whole(form)
            made.by_form.setdefault(whole, english)
            made.longest = max(made.longest, whole.count(" ") + 1)
            if not whole.isascii():
                bare.append((plain(whole), english))
    # Without their accents words are known that are no others.
    for key, english in bare:
        made.by_form.setdefault(key, english)
    return made


def _whole(form: str) -> str:
    whole = form.casefold().replace("_", " ")
    if whole.replace(" ", "").isalnum():
        return whole if whole.isascii() else unicodedata.normalize("NFC", whole)
    return " ".join(exact for exact, _ in _forms(whole))


def _forms(text: str) -> list[tuple[str, Word]]:
    """Give each word as it stands, in small letters, and what it is without accents."""
    words = words_of(text)
    return [(unicodedata.normalize("NFC", text[word.start : word.end].casefold()), word) for word in words]


@lru_cache(maxsize=500)
def glossed(text: str) -> tuple[Gloss, ...]:
    """Say word by word what a text means; what is English means itself.

    Parameters
    ----------
    text : str
        In any language.

    Returns
    -------
    tuple of Gloss
        In the text's order; what is not known is in none.
    """
    forms = _forms(text)
    words = [word for _, word in forms]
    # In a sentence of another script they are names, or English.
    latin = _latin_language(text, words) if all(_is_latin(word.plain) for word in words) else None
    found: list[Gloss] = []
    at = 0
    while at < len(words):
        word = words[at]
        if _UNSPACED.match(word.plain):
            found.extend(_in_run(word, _unspaced_language(word.plain, text)))
            at += 1
        elif _is_of_name(text, word):
            at += 1
        else:
            language = _by_letter(word.plain) or latin
            length, english = _at(forms, at, glosses_of(language)) if language else (1, None)
            if english is not None:
                found.append(Gloss(word.start, words[at + length - 1].end, english))
            at += length
    return tuple(found)


def _is_of_name(text: str, word: Word) -> bool:
    """Whether a word is written as a part of a column's name, or quoted."""
    around = text[max(0, word.start - 1) : word.start] + text[word.end : word.end + 1]
    own = text[word.start : word.end]
    return any(sign in around for sign in _NAME_SIGNS) or (len(own) > 1 and own.isupper() and not text.isupper())


def _is_latin(word: str) -> bool:
    return word[0] < "\u0250"


def _by_letter(word: str) -> str | None:
    return "ru" if "\u0400" <= word[0] <= "\u04ff" else "hi" if "\u0900" <= word[0] <= "\u097f" else None


def _latin_language(text: str, words: Sequence[Word]) -> str | None:
    """Choose the language that most words are of; None if that is English, or none is known."""
    # One letter may be a name.
    said = [word for word in words if len(word.plain) > 1 and not _is_of_name(text, word)]
    small = sum(word.plain in _ENGLISH for word in said)
    foreign = sum(word.plain in _FOREIGN or not text[word.start : word.end].isascii() for word in said)
    english = sum(row_of(word.plain) is not None for word in said) + SMALL * small
    if english >= len(said) + SMALL * foreign:
        # However many words the others have: they need not be read.
        return None
    counts = {language: sum(word.plain in glosses_of(language).by_form for word in said) for language in LATIN}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] + SMALL * foreign > english else None


def _unspaced_language(run: str, text: str) -> str:
    return "ko" if _HANGUL.match(run) else "ja" if _KANA.search(text) else "zh"


def _at(forms: Sequence[tuple[str, Word]], at: int, known: Glosses) -> tuple[int, str | None]:
    """Find the longest known phrase that begins at a word: of how many words it is, and its English."""
    for length in range(min(known.longest, len(forms) - at), 1, -1):
        some = forms[at : at + length]
        english = known.by_form.get(" ".join(exact for exact, _ in some))
        english = english or known.by_form.get(" ".join(word.plain for _, word in some))
        if english is not None:
            return length, english
    exact, word = forms[at]
    return 1, known.by_form.get(exact) or _of_word(word.plain, known)


def _of_word(word: str, known: Glosses) -> str | None:
    direct = known.by_form.get(word) or known.by_stem.get(stem(word))
    return direct or _of_compound(word, known) or _head(word)


def _of_compound(word: str, known: Glosses) -> str | None:
    for cut in range(len(word) - LEAST_OF_COMPOUND, LEAST_OF_COMPOUND - 1, -1):
        last = known.by_form.get(word[cut:]) or known.by_stem.get(stem(word[cut:]))
        if last is None:
            continue
        first = known.by_form.get(word[:cut]) or known.by_form.get(word[:cut].removesuffix("s"))
        if first is not None and NOTHING not in (first, last):
            return f"{first} {last}"
    return None


def _head(word: str) -> str | None:
    """Give the likeliest concept of the lexicon."""
    best = max(concepts_of(word), key=lambda concept: concept[1], default=None)
    return lexicon().heads[best[0]].replace("_", " ") if best is not None and best[1] >= SAYS else None


def _in_run(word: Word, language: str) -> Iterator[Gloss]:
    """Cut a run of signs without blanks into the longest words that are known; endings that are none are left out."""
    text, known, at, follows = word.plain, glosses_of(language), 0, False
    longest = max(known.longest, lexicon().longest)
    if len(text) != word.end - word.start:
        return
    while at < len(text):
        for length in range(min(longest, len(text) - at), 0, -1):
            piece = text[at : at + length]
            if length < SURE_IN_KATAKANA and _is_cut(text, at, at + length, follows):
                continue
            english = known.by_form.get(piece)
            if english is None and length > 1 and piece in lexicon().unspaced:
                english = _head(piece)
            if english is not None:
                yield Gloss(word.start + at, word.start + at + length, english)
                at, follows = at + length, True
                break
        else:
            if follows and _ENDING.match(text[at]):
                yield Gloss(word.start + at, word.start + at + 1, NOTHING)
            else:
                follows = False
            at += 1


def _is_cut(text: str, start: int, end: int, follows: bool) -> bool:
    """Whether a piece of a run lies within a loan word."""
    before = start > 0 and not follows and _KATAKANA.match(text[start - 1 : start + 1])
    return bool(before or _KATAKANA.match(text[end - 1 : end + 1]))


@lru_cache(maxsize=5_000)
def meanings_of_part(part: str) -> tuple[str, ...]:
    """Say what a part of a column's name may mean in English, if it is no English word; the likeliest first."""
    is_latin = _is_latin(part)
    if part.isascii() and (not part.isalpha() or row_of(part) is not None):
        return ()
    # Short ones are cut short more often than they are words.
    if part in short_forms() or (is_latin and len(part) < LEAST_OF_COMPOUND):
        return ()
    if _UNSPACED.match(part):
        languages = [_unspaced_language(part, part)] if _KANA.search(part) or _HANGUL.match(part) else ["zh", "ja"]
        told = (
            " ".join(g.english for g in _in_run(Word(part, part, 0, len(part)), language) if g.english != NOTHING)
            for language in languages
        )
    else:
        language = _by_letter(part)
        languages = [language] if language else [*LATIN] if is_latin else []
        told = (_of_word(part, glosses_of(language)) or "" for language in languages)
    return tuple(dict.fromkeys(said for said in told if said and said != NOTHING))[:MOST_MEANINGS]
