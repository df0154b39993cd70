"""A part that is folded away until it is asked for: reached by the keyboard, and told to a screen reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anywidget
import ipywidgets as w
import traitlets as t

from genie_widgets.widgets.elements import show, with_classes

_STATIC = Path(__file__).parent / "static"


class _Toggle(anywidget.AnyWidget):
    _esm = _STATIC / "disclosure.js"
    title = t.Unicode().tag(sync=True)
    is_open = t.Bool(False).tag(sync=True)


class Disclosure(w.VBox):
    """A title that opens and closes what is below it; an Accordion's headings are out of the keyboard's reach.

    Parameters
    ----------
    title : str
        Always seen.
    *children : Widget
        Seen when it is open.
    """

    def __init__(self, title: str, *children: w.Widget) -> None:
        self._toggle = _Toggle(title=title)
        self._body = w.VBox(list(children))
        super().__init__([self._toggle, self._body])
        with_classes(self, "g-disclosure")
        show(self._body, False)
        self._toggle.observe(lambda change: show(self._body, change["new"]), "is_open")

    @property
    def is_open(self) -> bool:
        """Whether it is open."""
        return bool(self._toggle.is_open)

    @is_open.setter
    def is_open(self, value: bool) -> None:
        self._toggle.is_open = value

    @property
    def title(self) -> str:
        """What is always seen."""
        return str(self._toggle.title)

    def on_toggle(self, action: Callable[[], object]) -> None:
        """Call `action` whenever it is opened or closed."""
        self._toggle.observe(lambda _change: action(), "is_open")
