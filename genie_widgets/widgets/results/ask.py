"""Questions about the run in words, answered from its figures."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.language import mark, tr
from genie_widgets.render import esc, reply_html
from genie_widgets.session import SUGGESTIONS, Session, SessionState, blockers
from genie_widgets.widgets.elements import button, field, html, row
from genie_widgets.widgets.step import Tab


class AskTab(Tab):
    """A line to ask in, questions at hand, and the last answer."""

    # Translators: verb, on a tab
    title = mark("Ask")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._question = w.Text(
            description=tr("Ask about this run"), placeholder=tr("Which rows are the highest?"), continuous_update=False
        )
        self._ask = button(tr("Ask"), lambda: self._put(self._question.value), primary=True)
        self._ready = [button(text, lambda text=text: self._put(text)) for text in map(tr, SUGGESTIONS)]  # type: ignore[misc]
        self._why, self._told, self._answer = html("", "g-mut"), html("", "g-mut"), html()
        computed = tr("Every figure of an answer is computed from this run, and shown with what it was computed from.")
        lead = html(f"<p>{esc(computed)} {esc(tr('Name columns and values as they stand in the table.'))}</p>")
        self.root = w.VBox(
            [lead, field(self._question), row(self._ask, *self._ready), self._told, self._why, self._answer]
        )

    def _put(self, question: str) -> None:
        if question.strip():
            self._question.value = question
            self.guarded(lambda: self.session.ask(question))

    def render(self, state: SessionState) -> None:
        """Show the last answer."""
        reasons = blockers(state, "ask")
        for control in (self._ask, *self._ready):
            control.disabled = bool(reasons)
        self._why.value = esc(" ".join(reasons))
        self._told.value = (
            ""
            if self.session.llm is None
            else esc(tr("The language model is sent the question and the names of the columns."))
        )
        self._answer.value = reply_html(state.reply) if state.reply is not None else ""
