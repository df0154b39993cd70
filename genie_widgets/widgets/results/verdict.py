"""The first tab: how good the model is, in words and in figures with their intervals."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.language import mark, tr
from genie_widgets.render import metrics_html, problems_html, rewording_html, sent_html, verdict_html
from genie_widgets.session import Session, SessionState, blockers
from genie_widgets.widgets.elements import button, html, row, show
from genie_widgets.widgets.results.part import PartNote, of_part
from genie_widgets.widgets.step import Tab


class VerdictTab(Tab):
    """Verdict, figures, and what should be known of them."""

    title = mark("Verdict")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._verdict, self._figures = html(), html()
        self._say, self._sent, self._said = button(tr("Say it in other words"), self._reword), html(), html()
        self._words = w.VBox([row(self._say), self._sent, self._said])
        self._part = PartNote(lambda: self.guarded(lambda: session.show_part(None)))
        self.root = w.VBox([self._verdict, self._words, self._part.root, self._figures])

    def _reword(self) -> None:
        self.guarded(self.session.reword)

    def render(self, state: SessionState) -> None:
        """Show what was found so far."""
        result = state.result
        if result is None:
            return
        evaluation = of_part(result, state).evaluation
        self._verdict.value = verdict_html(result) + problems_html(result.notes)
        self._part.render(state)
        self._figures.value = metrics_html(evaluation) if evaluation is not None else ""
        self._offer_words(state)

    def _offer_words(self, state: SessionState) -> None:
        """Offer the verdict in a language model's words, where there is one; show what it would be sent."""
        sent = self.session.sent_to_reword() if self.session.llm is not None else ()
        show(self._words, bool(sent) or state.rewording is not None)
        self._say.disabled = not sent or bool(blockers(state, "ask"))
        self._sent.value = sent_html(sent)
        self._said.value = rewording_html(state.rewording) if state.rewording is not None else ""
