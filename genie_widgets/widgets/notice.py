"""What went wrong, and what is being waited for: always in sight."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.language import tr
from genie_widgets.render import esc, problem_html
from genie_widgets.session import Session, SessionState
from genie_widgets.widgets.elements import button, html, show, with_classes
from genie_widgets.widgets.step import Step


class Notice(Step):
    """A line above the page that stays in sight."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._busy = html("", "g-busy")
        self._problem = html()
        self._dismiss = button(tr("Dismiss"), lambda: self.guarded(session.dismiss))
        self._box = with_classes(w.HBox([self._problem, self._dismiss]), "g-notice-problem")
        self.root = with_classes(w.VBox([self._busy, self._box]), "g-notice")

    def render(self, state: SessionState) -> None:
        """Show the problem, and what is under way."""
        self._busy.value = f'<p role="status">{esc(tr("{what}…", what=state.busy))}</p>' if state.busy else ""
        self._problem.value = problem_html(state.problem) if state.problem is not None else ""
        show(self._busy, bool(state.busy))
        show(self._box, state.problem is not None)
        show(self.root, bool(state.busy) or state.problem is not None)
