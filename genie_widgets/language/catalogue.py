"""The languages there are, and which one is spoken: one in a process, since a kernel serves one person."""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

# By the names their speakers give them.
LANGUAGES = {"en": "English", "es": "Español", "fr": "Français", "de": "Deutsch", "pt": "Português", "zh": "中文"}
_CATALOGUES = Path(__file__).parent / "catalogues"
_chosen: list[str] = []
_for_now: ContextVar[str] = ContextVar("_for_now")


def spoken() -> str:
    """Tell the language that texts are in: the one chosen last, else the host's (``GENIE_LANGUAGE``), else English."""
    if for_now := _for_now.get(""):
        return for_now
    return _chosen[0] if _chosen else nearest(os.environ.get("GENIE_LANGUAGE", ""))


def speak(language: str) -> None:
    """Choose the language of all texts from now on.

    Parameters
    ----------
    language : str
        One of `LANGUAGES`, or a tag of one ("pt-BR"); any other gives English.
    """
    _chosen[:] = [nearest(language)]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say texts in another language while the body runs, in this thread alone; see `speak`."""
    before = _for_now.set(nearest(language))
    try:
        yield
    finally:
        _for_now.reset(before)


def nearest(tag: str) -> str:
    """Find the language for a tag as browsers and hosts write it ("de-AT", "zh_CN"); English for one we lack."""
    code = tag.replace("_", "-").partition("-")[0].lower()
    return code if code in LANGUAGES else "en"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Load a language's catalogue; English needs none."""
    if language == "en":
        return gettext.NullTranslations()
    with (_CATALOGUES / f"{language}.mo").open("rb") as compiled:
        return gettext.GNUTranslations(compiled)
