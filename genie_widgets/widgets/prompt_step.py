"""Step 2: a sentence, and the language model that may read it too."""

from __future__ import annotations

import re
from typing import Any

import ipywidgets as w
from pydantic import SecretStr

from genie_widgets.language import tr
from genie_widgets.render import esc, exchange_html
from genie_widgets.schema import LLMSettings
from genie_widgets.session import Session, SessionState, blockers
from genie_widgets.widgets.disclosure import Disclosure
from genie_widgets.widgets.elements import button, card, field, heading, html, row, show, with_classes
from genie_widgets.widgets.secret import Secret
from genie_widgets.widgets.step import Step


class PromptStep(Step):
    """Takes the sentence."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._shown = ""
        self._text = w.Textarea(
            description=tr("What do you want to know?"),
            placeholder=tr("Which customers will leave? Ignore the id, 5 minutes."),
            # Sent when the person leaves the box: nothing they type is ever overwritten.
            continuous_update=False,
        )
        self.on_change(self._text, session.set_prompt)
        self._plan = button(tr("Make a plan"), lambda: self.guarded(session.make_plan), primary=True)
        self._stop = button(tr("Stop asking, plan without it"), lambda: self.guarded(session.stop_asking))
        self._why = html("", "g-mut")
        self._llm = LanguageModel(session)
        actions = row(self._plan, self._stop, self._why)
        self.root = card(heading(2, tr("Your question")), field(self._text), actions, self._llm.root, name="prompt")

    def render(self, state: SessionState) -> None:
        """Show a sentence that came from elsewhere, and why no plan can be made."""
        if state.prompt != self._shown:
            self._shown = state.prompt
            if self._text.value != state.prompt:
                self._text.value = state.prompt
        reasons = blockers(state, "plan")
        self._plan.disabled = bool(reasons)
        show(self._stop, state.is_asking and state.plan is None)
        self._why.value = esc(" ".join(reasons)) if not state.busy else ""
        self._llm.paint(state)


class LanguageModel(Step):
    """Settings of the language model, what it would be sent, and what it was."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        given = session.llm
        self._key = Secret(tr("Key (kept in memory only)"), tr("stays as it is") if given else "")
        self._model = w.Text(given.model if given else "gpt-4.1-mini", description=tr("Model"))
        self._address = w.Text(
            given.base_url or "" if given else "", description=tr("Address"), placeholder=tr("empty for OpenAI itself")
        )
        self._wait = w.BoundedIntText(
            round(given.timeout_s) if given else 20, min=1, max=600, description=tr("Seconds to wait for it")
        )
        self._prices = w.Text(
            ", ".join(f"{price:g}" for price in given.prices) if given and given.prices else "",
            description=tr("Price of a million tokens, in and out"),
            placeholder=tr("empty: no cost is shown"),
        )
        self._values = w.Checkbox(
            given.with_values if given else False,
            indent=False,
            description=tr(
                "It may see cells: the commonest values of columns of few values, the least and the greatest of "
                "numbers and dates"
            ),
        )
        self.on_change(self._values, self._allow_values)
        self._use = button(tr("Use it"), lambda: self.guarded(self._use_it))
        self._leave = button(tr("Do without"), lambda: self.guarded(self._leave_it))
        self._status = html("", "g-mut")
        self._sent = html()
        self._shown: tuple[Any, ...] = ()
        controls = (field(control) for control in (self._model, self._address, self._wait, self._prices))
        fields = with_classes(w.Box([*controls, self._key]), "g-fields")
        allowed = with_classes(self._values, "g-tick")
        actions = row(self._use, self._leave)
        # Where nobody may name one, the host's own is all there is.
        own = [fields] if session.settings.allow_llm else []
        self._settings = Disclosure(tr("Language model (optional)"), *own, allowed, actions, self._status)
        show(self._settings, session.settings.allow_llm or session.settings.llm is not None)
        self.root = w.VBox([self._sent, self._settings])

    def _use_it(self) -> None:
        host = self.session.settings.llm
        if not self.session.settings.allow_llm and host is not None:
            self.session.use_llm(host.model_copy(update={"with_values": self._values.value}))
            self._show_status()
            return
        key, given = self._key.secret, self.session.llm
        address = self._address.value.strip() or None
        # A key is for the server that it was given for, and no other hears of it.
        if not key.get_secret_value() and given is not None and address == given.base_url:
            key = given.api_key
        if not key.get_secret_value() and address is None:
            self._status.value = esc(tr("Enter a key, or the address of a server that needs none."))
            return
        prices = prices_of(self._prices.value)
        if prices is None and self._prices.value.strip():
            self._status.value = esc(tr("Give two prices, for a million tokens in and out, as in: 0.4, 1.6."))
            return
        settings = given or LLMSettings(api_key=key)
        changes = {
            "api_key": key if key.get_secret_value() else SecretStr("none"),
            "base_url": address,
            "model": self._model.value.strip() or settings.model,
            "timeout_s": float(self._wait.value),
            "prices": prices,
            "with_values": self._values.value,
        }
        self.session.use_llm(settings.model_copy(update=changes))
        self._key.clear()
        self._show_status()

    def _leave_it(self) -> None:
        self.session.use_llm(None)
        self._key.clear()
        self._show_status()

    def _allow_values(self, allowed: bool) -> None:
        given = self.session.llm
        if given is not None:
            self.session.use_llm(given.model_copy(update={"with_values": allowed}))
            self._show_status()

    def _show_status(self) -> None:
        llm = self.session.llm
        told = tr("Genie plans by itself.") if llm is None else tr("{model} reads your sentence too.", model=llm.model)
        self._status.value = esc(told)
        self._show_sent(self.session.state)

    def _show_sent(self, state: SessionState) -> None:
        """Show what a model would be sent, before it is; then what it was sent, and what that took."""
        llm = self.session.llm
        wanted = (state.exchange, state.profile, state.prompt, llm)
        if all(one is other for one, other in zip(wanted, self._shown, strict=False)) and self._shown:
            return
        self._shown = wanted
        exchange = state.exchange or (self.session.would_be_sent() if state.prompt.strip() else None)
        self._sent.value = exchange_html(exchange) if exchange is not None else ""

    def render(self, state: SessionState) -> None:
        """Show who plans, and what would be sent."""
        if not self._status.value:
            self._show_status()
        self._show_sent(state)


def prices_of(text: str) -> tuple[float, float] | None:
    """Read two prices ("0.4, 1.6"); None where there are not two."""
    numbers = re.findall(r"\d+(?:\.\d+)?", text)
    return (float(numbers[0]), float(numbers[1])) if len(numbers) == 2 else None
