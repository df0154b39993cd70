"""Which language a sentence's words are of: told by its scripts, and in Latin letters by how many each language knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from genie_widgets.intent.glosses import LATIN, cut_run, glosses_of
from genie_widgets.intent.vectors import row_of
from genie_widgets.intent.words import ENGLISH_STOP_WORDS, HANGUL, OTHER_STOP_WORDS, UNSPACED, Word

# What a small word counts beside any word.
SMALL = 1.5
# Small words of other languages that are no words in English; and small words of English.
_FOREIGN = (OTHER_STOP_WORDS - ENGLISH_STOP_WORDS) | frozenset(
    """sans sauf senza tranne sin salvo excepto sem exceto ohne nur ausser seulement uniquement solo soltanto solamente
    apenas somente seules seul combien quanto quantos quante cuanto cuantos cuantas quien quienes chi wieviel
    karo hai nahi mujhe karna bina sirf kitne kitna kaunse kaunsa batao mir nein oui rien""".split()
)
_ENGLISH = frozenset(
    """the is are was will would how what which who does do of to and in it they that for from i we be
    can if this there with has have my""".split()
)
_KANA, _HANGUL = re.compile(r"[\u3040-\u30ff]"), re.compile(rf"[{HANGUL}]")


def is_latin(word: str) -> bool:
    """Whether a plain word is written in Latin letters."""
    return word[:1] < "\u0250"


def by_letter(word: str) -> str | None:
    """Give the language of a plain word whose letters tell it."""
    return "ru" if "\u0400" <= word[:1] <= "\u04ff" else "hi" if "\u0900" <= word[:1] <= "\u097f" else None


def latin_language(text: str, words: Sequence[Word]) -> str | None:
    """Choose the language that most words are of.

    Parameters
    ----------
    text : str
        A sentence in Latin letters.
    words : sequence of Word
        Those of its words that are no names.

    Returns
    -------
    str or None
        None if that is English, or none is known.
    """
    # One letter may be a name.
    said = [word for word in words if len(word.plain) > 1 and word.plain.isalpha() and is_latin(word.plain)]
    if not all(is_latin(word.plain) for word in words) and not any(word.plain in _FOREIGN for word in said):
        # Beside words of another script they are names, or English.
        return None
    known = [row_of(word.plain) is not None for word in said]
    if len(said) == 1 and known[0]:
        return None
    small = sum(word.plain in _ENGLISH for word in said)
    foreign = sum(
        word.plain in _FOREIGN or _is_elided(text, word) or (not one and _has_accents(text, word))
        for word, one in zip(said, known, strict=True)
    )
    english = sum(known) + SMALL * small
    if english >= len(said) + SMALL * foreign:
        # However many words the others have: they need not be read.
        return None
    counts = {language: _known_in(language, text, said) for language in LATIN}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] + SMALL * foreign > english else None


def _is_elided(text: str, word: Word) -> bool:
    """Whether an article without its vowel stands before a word ("l'âge")."""
    return text[max(0, word.start - 1) : word.start] in ("'", "’") and text[word.start - 2 : word.start - 1].isalpha()


def _has_accents(text: str, word: Word) -> bool:
    """Whether letters of a word are none of English; names may be of any language."""
    own = text[word.start : word.end]
    return not unicodedata.normalize("NFKC", own).isascii() and own[:1].islower()


def _known_in(language: str, text: str, said: Sequence[Word]) -> int:
    """Count the words that a language has; what is written large within a sentence is a name, but in German."""
    forms = glosses_of(language).by_form
    return sum(
        word.plain in forms and (language == "de" or word.start == 0 or not text[word.start].isupper()) for word in said
    )


def unspaced_language(run: str, text: str) -> str:
    """Choose the language of a run of signs without blanks.

    Parameters
    ----------
    run : str
        Plain.
    text : str
        What it stands in.
    """
    if _HANGUL.match(run):
        return "ko"
    return "ja" if _KANA.search(text) else _of_ideographs(text)


@lru_cache(maxsize=100)
def _of_ideographs(text: str) -> str:
    """Choose between Chinese and Japanese without kana: the one that knows more of the signs, in fewer words."""

    def known(language: str) -> tuple[int, int]:
        found = [piece for run in _runs(text) for piece in cut_run(run, language)]
        return sum(end - start for start, end, _ in found), -len(found)

    return "ja" if known("ja") > known("zh") else "zh"


def _runs(text: str) -> list[str]:
    return re.findall(rf"(?:{UNSPACED.pattern})+", text)
