"""What every step has: a widget, the session, and callbacks that never end in silence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import ipywidgets as w

from genie_widgets.session import Session, SessionState
from genie_widgets.widgets.elements import show


class Step:
    """A step of the journey.

    Parameters
    ----------
    session : Session
        Called by the person's actions.

    Attributes
    ----------
    root : ipywidgets.Widget
        What is shown.
    """

    root: w.Widget

    def __init__(self, session: Session) -> None:
        self.session = session
        # Of each thread: a tab is painted by the painter, and by the kernel's own thread when it is opened.
        self._painting = threading.local()

    def paint(self, state: SessionState) -> None:
        """Show a state."""
        self._painting.now = True
        try:
            self.render(state)
        finally:
            self._painting.now = False

    def render(self, state: SessionState) -> None:
        """Write what differs into the widgets."""
        raise NotImplementedError

    def guarded(self, action: Callable[[], object]) -> None:
        """Do what a person asked; what goes wrong becomes a notice with a reference number."""
        try:
            action()
        except Exception as error:
            self.session.report(error)

    def on_change(self, control: Any, action: Callable[[Any], object]) -> None:
        """Call `action` with the new value when the person, and not `render`, changes a control."""

        def changed(change: Any) -> None:
            if not getattr(self._painting, "now", False):
                self.guarded(lambda: action(change["new"]))

        control.observe(changed, "value")


class Later(Step):
    """A step that is made when it is first needed: until then it costs the page nothing.

    Parameters
    ----------
    session : Session
        As for every step.
    kind : callable
        Makes the step.
    needed : callable
        Whether a state has something for it to show.
    """

    root: w.VBox

    def __init__(
        self, session: Session, kind: Callable[[Session], Step], needed: Callable[[SessionState], bool]
    ) -> None:
        super().__init__(session)
        self._kind, self._needed = kind, needed
        self._step: Step | None = None
        self.root = w.VBox()
        show(self.root, False)

    def render(self, state: SessionState) -> None:
        """Let the step show a state; nothing before the first that it is needed for."""
        if self._step is not None:
            self._step.paint(state)
        elif self._needed(state):
            self._step = self._kind(self.session)
            self._step.paint(state)
            self.root.children = (self._step.root,)
            show(self.root, True)


class Tab(Step):
    """A step that is a tab of the results.

    Attributes
    ----------
    title : str
        What its tab says; marked, since it is said when the tab is made.
    """

    title: str
