"""Texts with their values, and figures as a language writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Number
from string import Formatter
from typing import Any

from genie_widgets.language.catalogue import LANGUAGES, spoken, translations

_NARROW_SPACE = "\u202f"
# What parts thousands, what parts decimals, what stands before a percent sign.
_MARKS = {
    "en": (",", ".", ""),
    "es": (".", ",", _NARROW_SPACE),
    "fr": (_NARROW_SPACE, ",", _NARROW_SPACE),
    "de": (".", ",", _NARROW_SPACE),
    "pt": (".", ",", ""),
    "zh": (",", ".", ""),
}


def tr(message: str, /, **values: object) -> str:
    """Say a text in the language that is spoken.

    Parameters
    ----------
    message : str
        In English: a literal, or one marked by `mark`. With values, its places are named and may have a format, as
        those of `str.format` ("{n_rows:,} rows").
    **values : object
        What fills the places. Without any, the text is said as it is, braces and all.

    Returns
    -------
    str
        Values are not escaped: escape the whole where it becomes HTML.
    """
    language = spoken()
    # The empty text is a catalogue's own head.
    return _filled(translations(language).gettext(message) if message else "", language, values)


def plural(one: str, many: str, n: int, /, **values: object) -> str:
    """Say one of two texts, or as many as a language has for this number of things.

    Parameters
    ----------
    one, many : str
        In English, for one thing and for another number of them.
    n : int
        How many; fills the place ``n``.
    **values : object
        What fills the other places.
    """
    language = spoken()
    return _filled(translations(language).ngettext(one, many, n), language, {"n": n, **values})


def listed(names: Sequence[str]) -> str:
    """Say several names as a list in a sentence: "a", "a and b", "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    # Translators: between the names of a list, all but the last two
    separator = tr(", ")
    return tr("{items} and {last}", items=separator.join(names[:-1]), last=names[-1])


def original(text: str, among: Iterable[str]) -> str:
    """Give the English text that this one says in one of the languages; itself where it says none of them."""
    catalogues = [translations(code) for code in LANGUAGES]
    return next((known for known in among if any(text == one.gettext(known) for one in catalogues)), text)


def mark(message: str, /) -> str:
    """Mark a text that is said later, by `tr`, in the language of then."""
    return message


def figure(value: Any, form: str = "") -> str:
    """Write a number in a format's form ("," or ".1%") with the marks of the language that is spoken."""
    return _with_marks(format(value, form), spoken())


def separators() -> str:
    """Give the marks of decimals and of thousands, as Plotly's ``layout.separators`` takes them."""
    thousands, decimal, _ = _MARKS[spoken()]
    return decimal + thousands


def _with_marks(text: str, language: str) -> str:
    thousands, decimal, before_percent = _MARKS[language]
    return text.translate({ord(","): thousands, ord("."): decimal, ord("%"): f"{before_percent}%"})


class _Filler(Formatter):
    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        written = super().format_field(value, format_spec)
        is_figure = isinstance(value, Number) and not isinstance(value, bool)
        return _with_marks(written, self._language) if is_figure else written


def _filled(text: str, language: str, values: dict[str, object]) -> str:
    return _Filler(language).vformat(text, (), values) if values else text
