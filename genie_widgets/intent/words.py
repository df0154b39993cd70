"""Words of a sentence and of a column's name, brought to one form so that they can be compared; in any script."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Where words stand in a text: from, and up to.
Span = tuple[int, int]
CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f"
HANGUL = "\uac00-\ud7a3"
# Signs of scripts whose words are cut out of a run of them.
UNSPACED = re.compile(rf"[{CJK}{HANGUL}]")
# Indian scripts write vowels as marks, which are no word characters to `re`.
_MARKS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0955-\u0957\u0962\u0963"
_WORD = re.compile(rf"[{CJK}]+|[{HANGUL}]+|(?:[^\W_{CJK}{HANGUL}]|[{_MARKS}])+(?:['’][^\W_{CJK}{HANGUL}]+)*")
_PART = re.compile(
    rf"[{CJK}]+|[{HANGUL}]+|\d+(?:\.\d+)?|[A-Z]+(?![a-z])|[A-Z]?(?:[^\W\dA-Z_{CJK}{HANGUL}]|[{_MARKS}])+|[^\W_]"
)
MIN_STEM = 3
_LATIN_ENDINGS = (
    "ications", "ication", "ations", "ation", "itions", "ition", "ements", "ement", "ments", "ment", "ungen", "ung",
    "iciones", "aciones", "ciones", "acion", "cion", "acoes", "acao", "azione", "azioni", "ances", "ance", "ences",
    "ence", "ability", "ibility", "ivity", "ivities", "ingly", "ings", "ing", "iers", "ier", "ies", "ied", "ers", "ors", "eurs", "eur",
    "ed", "er", "or", "en", "ly", "al", "es", "s",
)  # fmt: skip
_CYRILLIC_ENDINGS = (
    "иями", "ениями", "ями", "ами", "ого", "его", "ому", "ему", "ыми", "ими", "ует", "ится", "ется", "ится", "утся",
    "ения", "ение", "ений", "ении", "ость", "ости", "ать", "ять", "ить", "еть", "ая", "яя", "ое", "ее", "ые", "ие",
    "ой", "ей", "ий", "ый", "ых", "их", "ов", "ев", "ам", "ям", "ах", "ях", "ом", "ем", "ть", "ет", "ит", "ют", "ут",
    "ят", "ат", "ия", "ии", "ию", "ую", "юю", "а", "я", "о", "е", "ы", "и", "у", "ю", "ь", "й",
)  # fmt: skip
# English verbs that change within: the verb, and its forms.
_IRREGULAR_VERBS = """
beat beaten; begin begun began; bite bitten; bleed bled; blow blown blew; break broken broke; bring brought; build built;
buy bought; catch caught; choose chosen chose; deal dealt; drink drunk drank; drive driven drove; eat eaten ate; fall fallen;
fight fought; fly flown flew; forget forgotten forgot; freeze frozen froze; grow grown grew; hang hung; hide hidden;
hold held; keep kept; lend lent; lose lost; pay paid; ride ridden rode; rise risen; run ran; seek sought; sell sold; send sent;
sing sung sang; sink sunk sank; sleep slept; speak spoken; spend spent; steal stolen stole; swell swollen; swim swum swam;
take taken took; teach taught; tear torn; throw thrown threw; understand understood; wear worn; win won;
withdraw withdrawn withdrew; write written wrote
"""
_IRREGULAR = {form: verb for verb, *forms in map(str.split, _IRREGULAR_VERBS.split(";")) for form in forms}
_INDIAN_ENDINGS = ("ाओं", "ियों", "ियां", "ियाँ", "ों", "ें", "ीं", "ां", "ी", "ा", "े", "ि", "ो", "ु", "ं")

# Words that say nothing about which column is meant: of English, and of the other languages.
ENGLISH_STOP_WORDS = frozenset(
    """a an and are as at be been but by can could did do does each every for from get gets give go going got had has have
    he her here him his how i if in into is it its just like make makes many may me might model most much must my need
    needs no not of on or our out over own per please plz pls predict predicting prediction predicted predictions shall she
    should so some somebody someone such take tell than that the their them then there these they thing things this those
    to too up us use used using very want was we well were what when where whether which while who whom whose why will
    with would you your column columns target find out estimate estimating forecast forecasting guess classify
    classification regression know based data dataset table row rows file model models task goal build train machine
    learning given help hey hi good new best value values""".split()
)
OTHER_STOP_WORDS = frozenset(
    """de del la el los las le les du des un una une unos uno en y o et ou und oder der die das den dem des ein eine einen
    einer il lo gli i un di da e ed o per con su si se que quels quelle quelles quel cuales cual qual quale quali che chi
    wer wie was welche welcher welches wird werden ist sind es sie pour par avec sur dans est sont va vont por para com no
    na nos nas os as um uma vai vao ha hay va van zu von mit fur auf aus bei im am zum zur los predecir prediga predice
    predire prevoir prever prevedi prevedere vorhersagen vorhersage bitte quiero queremos veux eu quero voglio
    и в во на по не с со у за из к от до что кто как это ли для или а мне нужно предскажи предсказать спрогнозируй
    क्या का की के में से है हैं को कि यह और पर कौन कितना कितनी कितने होगा होगी करो करें""".split()
)
STOP_WORDS = ENGLISH_STOP_WORDS | OTHER_STOP_WORDS


@dataclass(frozen=True)
class Word:
    """A word of a sentence: its plain form, its stem, and where it stands."""

    plain: str
    stem: str
    start: int
    end: int


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Bring text to lower case without accents; other marks, as those of Indian scripts, stay."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f")
    return unicodedata.normalize("NFC", bare).casefold()


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Cut a plain word's ending, so that "churned" meets "churn", "prices" "price", and "sold" "sell"."""
    if not word:
        return word
    if "а" <= word[0] <= "я" or word[0] == "ё":
        return _cut(word, _CYRILLIC_ENDINGS, 3)
    if "\u0900" <= word[0] <= "\u097f":
        return _cut(word, _INDIAN_ENDINGS, 2)
    if not word.isascii() or not word.isalpha():
        return word
    return _latin_stem(_IRREGULAR.get(word, word))


def _cut(word: str, endings: tuple[str, ...], least: int) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word[: -len(ending)]
    return word


def _latin_stem(word: str) -> str:
    cut = word if word.endswith(("ss", "us", "is")) else _cut(word, _LATIN_ENDINGS, MIN_STEM)
    if cut != word:
        # "rated" and "rates" are "rate", "living" is "live"; "paying" is "pay".
        if (
            len(cut) == MIN_STEM
            and cut[-1] not in "aeiouywx"
            and cut[-2] in "aeiou"
            and word.endswith(("ed", "ing", "es"))
        ):
            return cut + "e"
        if len(cut) > MIN_STEM and cut[-1] == cut[-2] and cut[-1] not in "aeiouszf":
            cut = cut[:-1]
    if len(cut) > 4 and cut[-1] in "aeoiy":
        cut = cut[:-1]
    return cut


def words_of(text: str) -> list[Word]:
    """Split a sentence into words with their places; a run of Chinese, Japanese or Korean is one word."""
    found = []
    for match in _WORD.finditer(text):
        word = plain(match.group())
        for ending in ("'s", "’s"):
            word = word.removesuffix(ending)
        start = match.start()
        # L'ancienneté, d'un, dell'anno: what is elided is no word.
        elided = re.match(r"(?:[cdjlmnst]|qu|dell|all|nell|sull|un)['’](?=\w{2})", word)
        if elided:
            word, start = word[elided.end() :], start + elided.end()
        if word:
            found.append(Word(word, stem(word), start, match.end()))
    return found


@lru_cache(maxsize=20_000)
def name_parts(name: str) -> tuple[str, ...]:
    """Split a column's name at humps, underscores and digits, into plain words."""
    return tuple(plain(part) for part in _PART.findall(unicodedata.normalize("NFC", name)))


@lru_cache(maxsize=50_000)
def is_near(one: str, other: str) -> bool:
    """Whether two words differ by one slip of the keyboard, long ones by two; short words must be equal."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    if shorter < 4 or abs(len(one) - len(other)) > 2:
        return False
    if shorter == 4:
        # Of four letters only a swap of two neighbours is taken for a slip: "prise" is no "price" of "rise".
        return len(one) == len(other) and _slips(one, other, 1) <= 1 and sorted(one) == sorted(other)
    allowed = 1 if shorter < 8 else 2
    return _slips(one, other, allowed) <= allowed


def _slips(one: str, other: str, allowed: int) -> int:
    """Count letters left out, added, changed or swapped, up to one more than `allowed`."""
    if abs(len(one) - len(other)) > allowed:
        return allowed + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(one, start=1):
        older, before = before, row
        row = [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != wanted))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > allowed:
            return allowed + 1
    return row[-1]
