"""A field for a key that is never written anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets as t
from pydantic import SecretStr

_STATIC = Path(__file__).parent / "static"


class Secret(anywidget.AnyWidget):
    """A password field; its value stays in memory, outside the widget's state.

    Parameters
    ----------
    label : str
        What the field is called.
    placeholder : str
        Shown while it is empty.
    """

    _esm = _STATIC / "secret.js"
    label = t.Unicode().tag(sync=True)
    placeholder = t.Unicode().tag(sync=True)

    def __init__(self, label: str, placeholder: str = "") -> None:
        super().__init__(label=label, placeholder=placeholder)
        self.secret = SecretStr("")
        self.on_msg(self._on_message)

    def clear(self) -> None:
        """Forget the value, here and on the page."""
        self.secret = SecretStr("")
        self.send({"op": "clear"})

    def _on_message(self, _widget: Any, message: Any, _buffers: list[Any]) -> None:
        if isinstance(message, dict) and message.get("op") == "secret":
            self.secret = SecretStr(str(message.get("value", "")))
