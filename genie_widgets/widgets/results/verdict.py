"""The first tab: how good the model is, in words and in figures with their intervals."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.render import metrics_html, problems_html, verdict_html
from genie_widgets.session import Session, SessionState
from genie_widgets.widgets.elements import html
from genie_widgets.widgets.results.part import PartNote, of_part
from genie_widgets.widgets.step import Tab


class VerdictTab(Tab):
    """Verdict, figures, and what should be known of them."""

    title = "Verdict"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._verdict, self._figures = html(), html()
        self._part = PartNote(lambda: self.guarded(lambda: session.show_part(None)))
        self.root = w.VBox([self._verdict, self._part.root, self._figures])

    def render(self, state: SessionState) -> None:
        """Show what was found so far."""
        result = state.result
        if result is None:
            return
        evaluation = of_part(result, state).evaluation
        self._verdict.value = verdict_html(result) + problems_html(result.notes)
        self._part.render(state)
        self._figures.value = metrics_html(evaluation) if evaluation is not None else ""
