"""Which language the panel speaks: the person's choice, else the address's, the host's, the browser's."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import ipywidgets as w

from genie_widgets.language import LANGUAGES, nearest, spoken, tr
from genie_widgets.widgets.elements import show, with_classes


def language_choice(on_choice: Callable[[str], object]) -> w.Dropdown:
    """Make the list of languages, each by its own name; hidden where there is one only."""
    choice = w.Dropdown(
        options=[(name, code) for code, name in LANGUAGES.items()], value=spoken(), description=tr("Language")
    )
    choice.style.description_width = "initial"
    choice.observe(lambda change: on_choice(change["new"]), "value")
    show(choice, len(LANGUAGES) > 1)
    return with_classes(choice, "g-language")


def wanted(heard: Mapping[str, object]) -> str:
    """Choose among what the page tells: ``chosen`` on this machine or by the address, and the ``browser``'s own.

    Returns
    -------
    str
        A language of ours. What is known of the page is any text, and may name none.
    """
    chosen = str(heard.get("chosen") or "")
    return nearest(chosen or os.environ.get("GENIE_LANGUAGE", "") or str(heard.get("browser") or ""))
