"""Words of a sentence and of a column's name, brought to one form so that they can be compared."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])|[\W_]+")
_ENDINGS = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "iers",
    "ies",
    "ers",
    "ors",
    "ed",
    "es",
    "er",
    "or",
    "e",
    "s",
    "y",
)
MIN_STEM = 3

STOP_WORDS = frozenset(
    """a an and are as at be been by can could did do does each every for from get give has have how i if in into is it
    its many me model most much my need of on or our please plz predict predicting prediction should so some tell that the
    their them then there these they this those to use using want was we what when where whether which who whose why will
    with would you your column target find out estimate forecast guess classify know based data table dataset row rows
    de la le el les los las der die das un una une ein eine il lo per por para pour fur qué que quels quelle cuales""".split()
)


@dataclass(frozen=True)
class Word:
    """A word of a sentence: its plain form, its stem, and where it stands."""

    plain: str
    stem: str
    start: int
    end: int


def plain(text: str) -> str:
    """Bring text to lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Cut a word's ending, so that "churned" meets "churn" and "prices" meets "price"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= MIN_STEM:
            return word[: -len(ending)]
    return word


def words_of(text: str) -> list[Word]:
    """Split a sentence into words with their places."""
    found = []
    for match in _WORD.finditer(text):
        word = plain(match.group()).removesuffix("'s").removesuffix("’s")
        found.append(Word(word, stem(word), match.start(), match.end()))
    return found


@lru_cache(maxsize=20_000)
def name_parts(name: str) -> tuple[str, ...]:
    """Split a column's name at humps, underscores and digits, into plain words."""
    return tuple(plain(part) for part in _HUMP.split(name) if part)


def is_near(one: str, other: str) -> bool:
    """Whether two words differ by one slip of the keyboard; short words must be equal."""
    if one == other:
        return True
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 1:
        return False
    if len(one) > len(other):
        one, other = other, one
    split = next((i for i in range(len(one)) if one[i] != other[i]), len(one))
    if len(one) == len(other):
        swapped = one[split : split + 2] == other[split : split + 2][::-1]
        return one[split + 1 :] == other[split + 1 :] or (swapped and one[split + 2 :] == other[split + 2 :])
    return one[split:] == other[split + 1 :]
