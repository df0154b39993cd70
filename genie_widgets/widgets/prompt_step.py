"""Step 2: a sentence, and the language model that may read it too."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.intent import sent_to_llm
from genie_widgets.render import esc
from genie_widgets.schema import LLMSettings
from genie_widgets.session import Session, SessionState, blockers
from genie_widgets.widgets.elements import button, card, field, heading, html, row, with_classes
from genie_widgets.widgets.secret import Secret
from genie_widgets.widgets.step import Step


class PromptStep(Step):
    """Takes the sentence."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._shown = ""
        self._text = w.Textarea(
            description="What do you want to know?",
            placeholder="Which customers will leave? Ignore the id, 5 minutes.",
            # Sent when the person leaves the box: nothing they type is ever overwritten.
            continuous_update=False,
        )
        self.on_change(self._text, session.set_prompt)
        self._plan = button("Make a plan", lambda: self.guarded(session.make_plan), primary=True)
        self._why = html("", "g-mut")
        self._llm = LanguageModel(session)
        self.root = card(
            heading(2, "Your question"), field(self._text), row(self._plan, self._why), self._llm.root, name="prompt"
        )

    def render(self, state: SessionState) -> None:
        """Show a sentence that came from elsewhere, and why no plan can be made."""
        if state.prompt != self._shown:
            self._shown = state.prompt
            if self._text.value != state.prompt:
                self._text.value = state.prompt
        reasons = blockers(state, "plan")
        self._plan.disabled = bool(reasons)
        self._why.value = esc(" ".join(reasons)) if not state.busy else ""
        self._llm.paint(state)


class LanguageModel(Step):
    """Settings of the language model, and the exact text it is sent."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        given = session.llm
        self._key = Secret("Key (kept in memory only)", "stays as it is" if given else "")
        self._model = w.Text(given.model if given else "gpt-4.1-mini", description="Model")
        self._address = w.Text(
            given.base_url or "" if given else "", description="Address", placeholder="empty for OpenAI itself"
        )
        self._use = button("Use it", lambda: self.guarded(self._use_it))
        self._leave = button("Do without", lambda: self.guarded(self._leave_it))
        self._status = html("", "g-mut")
        self._sent = html()
        fields = with_classes(w.Box([field(self._model), field(self._address), self._key]), "g-fields")
        self.root = w.Accordion([w.VBox([fields, row(self._use, self._leave, self._status), self._sent])])
        self.root.set_title(0, "Language model (optional)")
        self.root.selected_index = None
        self.root.observe(lambda _change: self.guarded(lambda: self._show_sent(session.state)), "selected_index")

    def _use_it(self) -> None:
        key, given = self._key.secret, self.session.llm
        if not key.get_secret_value() and given is not None:
            key = given.api_key
        address = self._address.value.strip() or None
        if not key.get_secret_value() and address is None:
            self._status.value = "Enter a key, or the address of a server that needs none."
            return
        settings = given or LLMSettings(api_key=key)
        self.session.use_llm(
            settings.model_copy(
                update={"api_key": key, "base_url": address, "model": self._model.value.strip() or settings.model}
            )
        )
        self._key.clear()
        self._show_status()

    def _leave_it(self) -> None:
        self.session.use_llm(None)
        self._key.clear()
        self._show_status()

    def _show_status(self) -> None:
        llm = self.session.llm
        self._status.value = (
            "Genie plans by itself."
            if llm is None
            else f"{esc(llm.model)} reads your sentence too, when you make a plan."
        )

    def _show_sent(self, state: SessionState) -> None:
        if state.profile is None or self.root.selected_index is None:
            self._sent.value = '<p class="g-mut">Only column names, kinds and counts are sent, never a cell.</p>'
            return
        text = esc(sent_to_llm(state.profile, state.prompt))
        self._sent.value = (
            f'<details class="g-details"><summary>Exactly what is sent</summary><pre class="g-code" tabindex="0">{text}'
            "</pre></details>"
        )

    def render(self, state: SessionState) -> None:
        """Show who plans, and what would be sent."""
        if not self._status.value:
            self._show_status()
        self._show_sent(state)
