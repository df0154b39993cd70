"""The words of what is written in JavaScript: given by Python, since the catalogues are here."""

from __future__ import annotations

from collections.abc import Mapping

from genie_widgets.language import tr


def said(words: Mapping[str, str]) -> dict[str, str]:
    """Say marked texts in the language that is spoken; their places are left for the page to fill."""
    return {code: tr(text) for code, text in words.items()}
