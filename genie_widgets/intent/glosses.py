"""Dictionaries of ten languages: what a word means in English; `model/glosses`, a file a language, read when first needed.

A line holds the English words, and after a tab the words and phrases of the language that mean them; a phrase's words are
joined by "_". "-" stands for nothing: a word that English does without.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files

from genie_widgets.intent.lexicon import concepts_of, lexicon
from genie_widgets.intent.vectors import row_of
from genie_widgets.intent.words import HANGUL, UNSPACED, Word, plain, stem, words_of

# Languages whose words can't be told by their signs; Hindi is written with Latin letters, too.
LATIN = ("es", "fr", "de", "pt", "it", "hi")
NOTHING = "-"
# From this weight on a concept of the lexicon stands for a word that has no gloss.
SAYS = 0.6
# The parts of a compound ("Kundennummer") have so many letters; longer words are none.
LEAST_OF_COMPOUND, LONGEST_COMPOUND = 4, 40
# A loan word is not cut into short ones that happen to begin it.
SURE_IN_KATAKANA = 4
_OF_WISHES = frozenset("not no without except only drop remove leave skip ignore exclude".split())
# What may stand between the words of a phrase; before the second an elided one, too.
_BETWEEN = re.compile(r"[\s\-]*(?:\w{1,4}['’])?")
_KATAKANA = re.compile(r"[\u30a1-\u30ff]{2}")
# What follows a word that is known, and is no word itself: endings.
_ENDING = re.compile(rf"[\u3040-\u309f{HANGUL}]")


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
        """The English of single words by their stems: what most forms of a stem mean."""
        meant: dict[str, Counter[str]] = defaultdict(Counter)
        for key, english in self.by_form.items():
            # What a wish hangs on is told by the word as it stands alone.
            if " " not in key and _OF_WISHES.isdisjoint(english.split()):
                meant[stem(plain(key))][english] += 1
        return {key: counted.most_common(1)[0][0] for key, counted in meant.items()}

    def of_words(self, text: str, forms: Sequence[tuple[str, Word]], at: int) -> tuple[int, str | None]:
        """Find the longest known phrase that begins at a word: of how many words it is, and its English."""
        for length in range(_joined(text, forms, at, self.longest), 1, -1):
            some = forms[at : at + length]
            english = self.by_form.get(" ".join(exact for exact, _ in some))
            english = english or self.by_form.get(" ".join(word.plain for _, word in some))
            if english is not None:
                return length, english
        exact, word = forms[at]
        return 1, self.by_form.get(exact) or self.of_word(word.plain, exact)

    def of_word(self, word: str, exact: str = "") -> str | None:
        """Give the English of a plain word, by its form, its stem, its parts, or what the lexicon makes of it.

        Parameters
        ----------
        word : str
            Plain.
        exact : str
            The word with its accents.
        """
        direct = self.by_form.get(word)
        # English words stand in sentences of all languages: no stem of theirs is meant.
        if direct or (word.isascii() and row_of(word) is not None):
            return direct
        return self.by_stem.get(stem(word)) or self.of_compound(exact) or self.of_compound(word) or english_head(word)

    def of_compound(self, word: str) -> str | None:
        """Give the English of a word of two that are known."""
        if len(word) > LONGEST_COMPOUND:
            return None
        for cut in range(len(word) - LEAST_OF_COMPOUND, LEAST_OF_COMPOUND - 1, -1):
            last = self.by_form.get(word[cut:]) or self.by_stem.get(stem(word[cut:]))
            if last is None:
                continue
            first = self.by_form.get(word[:cut]) or self.by_form.get(word[:cut].removesuffix("s"))
            if first is not None and NOTHING not in (first, last):
                return f"{first} {last}"
        return None


def _joined(text: str, forms: Sequence[tuple[str, Word]], at: int, most: int) -> int:
    """Count the words from one on that nothing but blanks divides."""
    count = 1
    while count < min(most, len(forms) - at):
        (_, one), (_, other) = forms[at + count - 1], forms[at + count]
        if _BETWEEN.fullmatch(text[one.end : other.start]) is None:
            break
        count += 1
    return count


def english_head(word: str) -> str | None:
    """Give the English name of the likeliest concept that the lexicon knows a word by."""
    best = max(concepts_of(word), key=lambda concept: concept[1], default=None)
    return lexicon().heads[best[0]].replace("_", " ") if best is not None and best[1] >= SAYS else None


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
            if UNSPACED.search(form):
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
    return " ".join(exact for exact, _ in forms_of(whole))


def forms_of(text: str) -> list[tuple[str, Word]]:
    """Give each word as it stands, in small letters, and what it is without accents."""
    words = words_of(text)
    return [(unicodedata.normalize("NFC", text[word.start : word.end].casefold()), word) for word in words]


def cut_run(text: str, language: str) -> Iterator[tuple[int, int, str]]:
    """Cut a run of signs without blanks into the longest words that are known; endings that are none mean nothing.

    Parameters
    ----------
    text : str
        Plain.
    language : str
        "zh", "ja" or "ko".

    Yields
    ------
    start, end : int
        Where a word stands.
    english : str
        What it means.
    """
    known, at, follows = glosses_of(language), 0, False
    longest = max(known.longest, lexicon().longest)
    while at < len(text):
        for length in range(min(longest, len(text) - at), 0, -1):
            piece = text[at : at + length]
            if length < SURE_IN_KATAKANA and _is_cut(text, at, at + length, follows):
                continue
            # One Korean syllable is a word, "only" or "not", but at the end.
            if length == 1 and language == "ko" and at + 1 < len(text):
                continue
            english = known.by_form.get(piece)
            if english is None and length > 1 and piece in lexicon().unspaced:
                english = english_head(piece)
            if english is not None:
                yield at, at + length, english
                at, follows = at + length, True
                break
        else:
            if follows and _ENDING.match(text[at]):
                yield at, at + 1, NOTHING
            else:
                follows = False
            at += 1


def _is_cut(text: str, start: int, end: int, follows: bool) -> bool:
    """Whether a piece of a run lies within a loan word."""
    before = start > 0 and not follows and _KATAKANA.match(text[start - 1 : start + 1])
    return bool(before or _KATAKANA.match(text[end - 1 : end + 1]))
