"""The Python that does what was done here: to learn from, and to go on with."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets as t

from genie_widgets.session import Session, SessionState, python_code
from genie_widgets.widgets.elements import show
from genie_widgets.widgets.step import Step

_STATIC = Path(__file__).parent / "static"


class Code(anywidget.AnyWidget):
    """Code behind a disclosure, with a button that copies it.

    Attributes
    ----------
    text : str
        The code.
    """

    _esm = _STATIC / "code.js"
    text = t.Unicode("").tag(sync=True)


class CodeStep(Step):
    """Shows the code of the way to the present state."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.root = Code()

    def render(self, state: SessionState) -> None:
        """Show the code; nothing before there is a table."""
        self.root.text = python_code(state)
        show(self.root, bool(self.root.text))
