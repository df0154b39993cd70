"""The first tab: how good the model is, in words and in figures with their intervals."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.render import metrics_html, problems_html, verdict_html
from genie_widgets.session import Session, SessionState
from genie_widgets.widgets.elements import html
from genie_widgets.widgets.step import Tab


class VerdictTab(Tab):
    """Verdict, figures, and what should be known of them."""

    title = "Verdict"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._html = html()
        self.root = w.VBox([self._html])

    def render(self, state: SessionState) -> None:
        """Show what was found so far."""
        result = state.result
        if result is None:
            return
        figures = metrics_html(result.evaluation) if result.evaluation is not None else ""
        self._html.value = verdict_html(result) + problems_html(result.notes) + figures
