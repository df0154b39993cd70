"""What people say about the task itself: `model/phrases.toml`, compiled when first used."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Any

from genie_widgets.intent.words import UNSPACED, plain

_INDIAN = re.compile(r"[\u0900-\u097f]")
# Cyrillic letters that lose their mark when a text is folded.
_FOLDED = str.maketrans("йё", "ие")
# A border: signs without blanks between words make one, marks of Indian scripts do not.
_LETTER = r"[^\W\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|[\u0900-\u0903\u093a-\u094f]"
_START, _END = rf"(?<!{_LETTER.split('|', maxsplit=1)[0]})(?<![\u0900-\u0903\u093a-\u094f])", rf"(?!{_LETTER})"


@lru_cache(maxsize=1)
def tables() -> dict[str, Any]:
    """Read the tables of phrases."""
    return tomllib.loads((files("genie_widgets.intent") / "model" / "phrases.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=200)
def pattern(table: str, name: str) -> re.Pattern[str]:
    """Compile one list of expressions to one; of several that match at a place the longer-listed words win by order."""
    return compiled(tables()[table][name])


def compiled(expressions: Iterable[str]) -> re.Pattern[str]:
    """Compile expressions to one, each between word borders where its script has such."""
    spaced: list[str] = []
    unspaced: list[str] = []
    for expression in expressions:
        # In Indian scripts a word goes on through its vowel signs, which are no word characters.
        whole = expression.replace(r"\w", r"[\w\u0900-\u0963]") if _INDIAN.search(expression) else expression
        whole = whole.translate(_FOLDED)
        (unspaced if UNSPACED.search(expression) else spaced).append(whole)
    either = [rf"{_START}(?:{'|'.join(spaced)}){_END}"] if spaced else []
    return re.compile("|".join([*either, *(f"(?:{expression})" for expression in unspaced)]))


def folded(text: str) -> str:
    """Bring text to lower case without accents, each character in its place."""
    return "".join(_fold(char) for char in text)


def is_in_a_name(text: str, start: int, end: int, names: Iterable[str]) -> bool:
    """Whether a piece of a folded text stands within one of some folded names."""
    said = text[start:end]
    return any(
        place.start() <= start < place.end()
        for name in names
        if said in name
        for place in re.finditer(re.escape(name), text)
    )


@lru_cache(maxsize=5_000)
def _fold(char: str) -> str:
    if char in "’‘`´":
        return "'"
    bare = plain(char)
    return bare if len(bare) == 1 else char
