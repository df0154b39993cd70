"""The bridge: the page's address, theme and language, and a sign of life."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from genie_widgets.language import mark
from genie_widgets.widgets.words import said

_STATIC = Path(__file__).parent / "static"
_WORDS = {
    "lost": mark("The kernel is busy, or the connection is lost. A training under way goes on."),
    "reload": mark("Reload the page"),
    "slider": mark("Slider"),
}


class Bridge(anywidget.AnyWidget):
    """Knows the page that the panel is on.

    Parameters
    ----------
    on_left : callable
        Told when the stand-alone page is left.

    Attributes
    ----------
    query : dict
        ``run``, ``sample`` and ``person`` of the page's address; empty in a notebook.
    heard : dict
        Tags of languages: ``chosen`` by the person earlier or by the page's address (``lang``), and the ``browser``'s.
    language : str
        What the panel speaks, told to screen readers.
    keep : str
        The person's choice of a language, which the browser is to remember.
    dark : bool
        Whether the host's theme is dark.
    run : str
        The run to keep in the page's address, so that a reload shows it again.
    look_at : str
        The step to bring into view: its card's name.
    """

    _esm = _STATIC / "bridge.js"
    _css = _STATIC / "bridge.css"
    query = t.Dict().tag(sync=True)
    heard = t.Dict().tag(sync=True)
    language = t.Unicode("en").tag(sync=True)
    keep = t.Unicode("").tag(sync=True)
    words = t.Dict().tag(sync=True)
    dark = t.Bool(False).tag(sync=True)
    answered = t.Bool(False).tag(sync=True)
    run = t.Unicode("").tag(sync=True)
    look_at = t.Unicode("").tag(sync=True)
    ping_ms = t.Int(5000).tag(sync=True)
    lost_ms = t.Int(20000).tag(sync=True)

    def __init__(self, on_left: Callable[[], object]) -> None:
        super().__init__(words=said(_WORDS))
        self._on_left = on_left
        self.on_msg(self._on_message)

    @t.observe("language")
    def _say(self, _change: Any) -> None:
        self.words = said(_WORDS)

    def _on_message(self, _widget: Any, message: Any, _buffers: list[Any]) -> None:
        operation = message.get("op") if isinstance(message, dict) else None
        if operation == "ping":
            self.send({"op": "pong"})
        elif operation == "left":
            self._on_left()
