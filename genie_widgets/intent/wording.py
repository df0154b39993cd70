"""A language model says our sentences in other words; no figure and no name leaves the machine, and none comes back.

Each figure and each name is sent as a blank with a number. A sentence is taken only if it holds the same blanks in the
same order, no figure of its own, and says "not", "better", "lower" and their like exactly where ours does; else ours
stays. Warnings not to use a model are never reworded.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable
from typing import Any

from genie_widgets.intent.completing import completed
from genie_widgets.intent.llm import MIN_SECRET
from genie_widgets.language import tr
from genie_widgets.schema import LLMSettings, Rewording

_WARNING = "Do not "
_INSTRUCTIONS = (
    "You are given a JSON array of sentences about a trained model. Say each in plain, friendly words for somebody who "
    "knows no statistics, in one sentence or two. Keep every blank such as {1} exactly as it is and in its order. Add "
    "no number, no fact and no advice. Answer with a JSON array of as many strings, and nothing else."
)
# Text in quotation marks is a name, whatever else it may be; a word with a digit is a figure.
_QUOTED = r"(?<!\w)'[^']*'(?!\w)|(?<!\w)\"[^\"]*\"(?!\w)"
_FIGURE = r"[^\s(),;:]*[\d\u00b2\u00b3](?:[.,](?=\d)|[^\s(),;:.])*"
_BLANK = re.compile(r"\{(\d+)\}")
_WORD = re.compile(r"[a-z]+(?:['\u2019]t)?")
_NEGATIONS = frozenset("no not never none nothing neither nor without cannot".split())
# Words that turn a sentence round, and figures in letters: a sentence has those of ours and no others.
_TURNING = frozenset(
    "better best worse worst higher highest lower lowest above below under over more less most least larger largest "
    "smaller smallest fewer greater clearly perfect perfectly always never exactly percent percentage".split()
)
_UNITS, _TENS = "one|two|three|four|five|six|seven|eight|nine", "(?:twen|thir|for|fif|six|seven|eigh|nine)t"
_NUMERAL = re.compile(
    rf"(?:(?:{_TENS}y)?(?:{_UNITS})|zero|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|{_TENS}y|dozen|hundred|"
    rf"thousand|(?:m|b|tr)illion)(?:s|ths?|fold)?|{_TENS}ieths?|(?:{_TENS}y)?(?:third|fifth|eighth|ninth)s?|twelfths?|"
    r"hal(?:f|ves?|ved|ving)|quarter(?:s|ed)?|couple|pair|twice|thrice|(?:doubl|tripl|quadrupl)\w+"
)
_ROMAN = re.compile(r"\b[IVXLCDM]{2,}\b")
# What English is written with beside ASCII; any other sign may be a figure, or a word that nobody here can check.
_SIGNS = frozenset("\u2018\u2019\u201c\u201d\u2013\u2014\u2026")
_LONGEST, _MORE = 2, 80


def sent_to_reword(sentences: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """Give what a language model is sent of sentences; see `reword`."""
    return tuple(text for text, _ in _blanked(sentences, names) if text)


def reword(sentences: Iterable[str], names: Iterable[str], settings: LLMSettings) -> Rewording:
    """Say sentences in other words.

    Parameters
    ----------
    sentences : iterable of str
        As they stand.
    names : iterable of str
        Texts of the table in them: names of columns, classes and groups.
    settings : LLMSettings
        How to reach the model.

    Returns
    -------
    Rewording

    Raises
    ------
    LLMFailedError
        If no usable answer came in time.
    """
    ours = tuple(sentences)
    blanks = _blanked(ours, names)
    sent = [text for text, _ in blanks if text]
    said: list[Any] = []
    if sent:
        asked = json.dumps(sent, ensure_ascii=False)
        said = completed(settings, _INSTRUCTIONS, asked, _strings, tr("it answered with something else than sentences"))
    key = settings.api_key.get_secret_value()
    others, found, n_refused = iter(said), [], 0
    for sentence, (text, stood) in zip(ours, blanks, strict=True):
        new = next(others, None) if text else None
        repeats_key = len(key) >= MIN_SECRET and key in str(new)
        is_ours = not isinstance(new, str) or repeats_key or not _says_the_same(text, new.strip())
        n_refused += bool(text) and is_ours
        found.append(sentence if is_ours else _filled(str(new).strip(), stood))
    n_kept = sum(one == other for one, other in zip(ours, found, strict=True))
    return Rewording(sentences=tuple(found), n_kept=n_kept, n_refused=n_refused, n_warnings=len(ours) - len(sent))


def _blanked(sentences: Iterable[str], names: Iterable[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Give each sentence with numbered blanks, and what stood there; nothing of a warning."""
    known = [re.escape(name) for name in sorted({*names} - {""}, key=len, reverse=True)]
    pattern = re.compile("|".join([*known, _QUOTED, r"[{}]+", _FIGURE]))
    made: list[tuple[str, tuple[str, ...]]] = []
    for sentence in sentences:
        if _WARNING in sentence:
            made.append(("", ()))
            continue
        count = itertools.count(1)
        text = pattern.sub(lambda _match, count=count: f"{{{next(count)}}}", sentence)  # type: ignore[misc]
        made.append((text, tuple(match[0] for match in pattern.finditer(sentence))))
    return tuple(made)


def _filled(text: str, stood: tuple[str, ...]) -> str:
    return _BLANK.sub(lambda match: stood[int(match[1]) - 1], text)


def _says_the_same(ours: str, new: str) -> bool:
    """Whether a sentence holds our blanks in their order, no other figure, and no word that turns it round."""
    if not new or len(new) > _LONGEST * len(ours) + _MORE or not new.isprintable():
        return False
    if _BLANK.findall(ours) != _BLANK.findall(new) or any(char.isnumeric() for char in _BLANK.sub("", new)):
        return False
    strange = {char for char in new if not char.isascii()} - _SIGNS
    if not strange <= set(ours) or not set(_ROMAN.findall(new)) <= set(_ROMAN.findall(ours)):
        return False
    words, others = (set(_WORD.findall(_BLANK.sub(" ", text).lower())) for text in (ours, new))
    return _turning(words) == _turning(others) and _negates(words) == _negates(others)


def _turning(words: set[str]) -> set[str]:
    return {word for word in words if word in _TURNING or _NUMERAL.fullmatch(word)}


def _negates(words: set[str]) -> bool:
    return any(word in _NEGATIONS or word.endswith(("'t", "\u2019t")) for word in words)


def _strings(message: Any) -> list[Any]:
    text = message.content
    found = json.loads(text[text.index("[") : text.rindex("]") + 1])
    if not isinstance(found, list):
        raise TypeError
    return found
