"""What the words of a sentence, or of a column's name, mean in English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from genie_widgets.intent.glosses import LATIN, NOTHING, cut_run, english_head, forms_of, glosses_of
from genie_widgets.intent.short_forms import short_forms
from genie_widgets.intent.tongue import by_letter, is_latin, latin_language, unspaced_language
from genie_widgets.intent.vectors import row_of
from genie_widgets.intent.words import ENGLISH_STOP_WORDS, STOP_WORDS, UNSPACED, Word, plain

# No more of a text is read.
MOST_CHARACTERS = 4_000
# A name's part must have so many letters: shorter ones are cut short more often than they are words.
LEAST_OF_NAME = 5
# So many of a part's meanings are told.
MOST_MEANINGS = 2
# What an English word loses in front of these is an English word.
_ENGLISH_ENDINGS = ("s", "es", "ed", "er", "or", "ing", "d", "r", "ers", "ors")
_QUOTES = '`"“”„«»‘'


@dataclass(frozen=True, slots=True)
class Gloss:
    """A piece of a text, and what it means; `NOTHING` where English does without it."""

    start: int
    end: int
    english: str


@lru_cache(maxsize=8)
def english_names(names: tuple[str, ...]) -> frozenset[str]:
    """Give those of columns' names that are one English word, or one letter: they stay as they are in any sentence."""
    said = {plain(name.strip()) for name in names}
    return frozenset(
        name for name in said if name.isascii() and name.isalpha() and (len(name) == 1 or row_of(name) is not None)
    )


@lru_cache(maxsize=100)
def glossed(text: str, names: frozenset[str] = frozenset()) -> tuple[Gloss, ...]:
    """Say word by word what a text means; what is English means itself.

    Parameters
    ----------
    text : str
        In any language.
    names : frozenset of str
        Words that name columns as they stand, from `english_names`.

    Returns
    -------
    tuple of Gloss
        In the text's order; what is not known is in none.
    """
    text = text[:MOST_CHARACTERS]
    forms = forms_of(text)
    words = [word for _, word in forms]
    is_name = [_is_name(text, word, names) for word in words]
    latin = latin_language(text, [word for word, own in zip(words, is_name, strict=True) if not own])
    found: list[Gloss] = []
    at = 0
    while at < len(words):
        word, length = words[at], 1
        if UNSPACED.match(word.plain):
            found.extend(_of_run(word, text))
        elif not is_name[at]:
            language = by_letter(word.plain) or latin
            length, english = glosses_of(language).of_words(text, forms, at) if language else (1, None)
            if english is not None:
                found.append(Gloss(word.start, words[at + length - 1].end, english))
        at += length
    return tuple(found)


def _of_run(word: Word, text: str) -> Iterator[Gloss]:
    pieces = list(cut_run(word.plain, unspaced_language(word.plain, text)))
    if len(word.plain) == word.end - word.start:
        yield from (Gloss(word.start + start, word.start + end, english) for start, end, english in pieces)
    elif pieces:
        # Signs that are put together of several have no places of their own.
        yield Gloss(word.start, word.end, _together(pieces) or NOTHING)


def _together(pieces: Iterable[tuple[int, int, str]]) -> str:
    return " ".join(english for *_, english in pieces if english != NOTHING)


def _is_name(text: str, word: Word, names: frozenset[str]) -> bool:
    """Whether a word names a column as it stands, is a part of such a name, or quoted."""
    before, after = text[max(0, word.start - 1) : word.start], text[word.end : word.end + 1]
    if "_" in (before, after) or before in (*_QUOTES, "[") or after in (*_QUOTES, "]") or (before == after == "'"):
        return True
    if (before == "." and text[word.start - 2 : word.start - 1].isalnum()) or (
        after == "." and text[word.end + 1 : word.end + 2].isalnum()
    ):
        return True
    own = text[word.start : word.end]
    # "y/n", and "die" where a column is called so: small words stay words.
    if len(word.plain) == 1 and word.plain.isascii() and ("/" in (before, after) or word.plain in names):
        return True
    if word.plain in names and word.plain not in STOP_WORDS:
        return True
    return len(own) > 1 and own.isupper() and not text.isupper()


@lru_cache(maxsize=5_000)
def meanings_of_part(part: str) -> tuple[str, ...]:
    """Say what a part of a column's name may mean in English, if it is no English word; the likeliest first.

    Parameters
    ----------
    part : str
        From `name_parts`.
    """
    if not part or part in short_forms():
        return ()
    if UNSPACED.match(part):
        told = [_together(cut_run(part, unspaced_language(part, part)))]
    elif language := by_letter(part):
        told = [glosses_of(language).of_word(part) or ""]
    elif is_latin(part) and part.isalpha():
        told = [*_of_latin(part)]
    else:
        told = []
    return tuple(dict.fromkeys(said for said in told if not _says_nothing(said)))[:MOST_MEANINGS]


def _of_latin(part: str) -> Iterator[str]:
    """Give what a part in Latin letters, that is no English word, means in each language that has it as it stands."""
    if _is_english(part):
        return
    if len(part) >= LEAST_OF_NAME:
        yield from (glosses_of(language).by_form.get(part, "") for language in LATIN)
        yield glosses_of("de").of_compound(part) or "" if len(part) > LEAST_OF_NAME + 2 else ""
    yield english_head(part) or ""


def _is_english(part: str) -> bool:
    if row_of(part) is not None:
        return True
    return any(
        part.endswith(ending) and len(part) - len(ending) > 2 and row_of(part.removesuffix(ending)) is not None
        for ending in _ENGLISH_ENDINGS
    )


def _says_nothing(said: str) -> bool:
    return all(word == NOTHING or word in ENGLISH_STOP_WORDS or len(word) < 2 for word in said.split())
