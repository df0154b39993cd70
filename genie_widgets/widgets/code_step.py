"""The Python that does what was done here: to learn from, and to go on with."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets as t

from genie_widgets.language import mark
from genie_widgets.session import Session, SessionState, python_code
from genie_widgets.widgets.elements import show
from genie_widgets.widgets.step import Step
from genie_widgets.widgets.words import said

_STATIC = Path(__file__).parent / "static"
_WORDS = {
    "title": mark("Show code"),
    "intro": mark("Python that does what was done here."),
    "code": mark("Code"),
    "copy": mark("Copy the code"),
    "copied": mark("Copied."),
    "selected": mark("Selected: press Ctrl+C, or ⌘C."),
}


class Code(anywidget.AnyWidget):
    """Code behind a disclosure, with a button that copies it.

    Attributes
    ----------
    text : str
        The code.
    """

    _esm = _STATIC / "code.js"
    text = t.Unicode("").tag(sync=True)
    words = t.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(words=said(_WORDS))


class CodeStep(Step):
    """Shows the code of the way to the present state."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.root = Code()

    def render(self, state: SessionState) -> None:
        """Show the code; nothing before there is a table."""
        self.root.text = python_code(state)
        show(self.root, bool(self.root.text))
