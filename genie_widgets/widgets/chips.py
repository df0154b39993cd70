"""A choice of several names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

_STATIC = Path(__file__).parent / "static"


class Chips(anywidget.AnyWidget):
    """Names to switch on and off.

    Parameters
    ----------
    description : str
        What a name that is switched on means.

    Attributes
    ----------
    options : list of str
        All names.
    value : list of str
        Those switched on, in the order of `options`.
    """

    _esm = _STATIC / "chips.js"
    description = t.Unicode().tag(sync=True)
    options = t.List(t.Unicode()).tag(sync=True)
    value = t.List(t.Unicode()).tag(sync=True)
    disabled = t.Bool(False).tag(sync=True)

    def __init__(self, description: str, **traits: Any) -> None:
        super().__init__(description=description, **traits)

    def offer(self, options: list[str], value: list[str]) -> None:
        """Give the names, and those switched on."""
        if self.options != options:
            self.options = options
        if self.value != value:
            self.value = value
