"""Step 3: the plan with its evidence, to correct and confirm; or the planner's question, or its refusal."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.language import tr
from genie_widgets.render import allowance_html, change_html, esc, exchange_html, problems_html, said_html
from genie_widgets.schema import Plan, Question
from genie_widgets.session import Session, SessionState, Stage, blockers
from genie_widgets.widgets.elements import button, card, field, heading, html, row, show
from genie_widgets.widgets.plan_fields import PlanFields
from genie_widgets.widgets.step import Step


class PlanStep(Step):
    """Shows the planner's answer."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._intro = html()
        self._choices = row()
        self._said = html()
        self._fields = PlanFields(session)
        self._problems = html()
        self._words = ChangeInWords(session)
        self._confirm = button(tr("Start training"), lambda: self.guarded(session.confirm), primary=True)
        self._why = html("", "g-mut")
        self._allowance = html("", "g-mut")
        self._actions = w.VBox([row(self._confirm, self._why), self._allowance])
        self._asked: Question | None = None
        self.root = card(
            heading(3, tr("The plan")),
            self._intro,
            self._choices,
            self._said,
            self._fields.root,
            self._problems,
            self._words.root,
            self._actions,
            name="plan",
        )

    def render(self, state: SessionState) -> None:
        """Show the plan, the question, or the refusal; nothing before there is one."""
        answer, plan = state.answer, state.plan
        show(self.root, answer is not None and state.profile is not None)
        if answer is None or state.profile is None:
            return
        show(self._choices, answer.status == "question")
        for part in (self._said, self._fields.root, self._problems, self._words.root, self._actions):
            show(part, plan is not None)
        if isinstance(answer, Plan):
            self._intro.value = (
                f'<p class="g-mut">{esc(tr("Nothing is trained before you say so."))} '
                f"{esc(tr('Change what is not as you meant it.'))}</p>"
            )
            self._said.value = said_html(state.said, answer)
            self._fields.paint(state)
            elsewhere = [problem for problem in answer.problems if problem.field not in self._fields.fields]
            self._problems.value = problems_html(elsewhere)
            self._words.paint(state)
            self._show_actions(state)
        elif isinstance(answer, Question):
            self._intro.value = f'<p class="g-lead g-question">{esc(answer.text)}</p>'
            self._ask(answer, about_change=bool(state.past))
        else:
            self._intro.value = f'<p class="g-lead g-refusal">{esc(answer.text)}</p>'

    def _show_actions(self, state: SessionState) -> None:
        reasons = blockers(state, "confirm")
        over = state.stage in (Stage.DONE, Stage.FAILED)
        self._confirm.description = tr("Train again with this plan") if over else tr("Start training")
        self._confirm.disabled = bool(reasons)
        self._why.value = "" if state.busy else esc(" ".join(reasons))
        self._allowance.value = allowance_html(state.allowance)
        show(self._allowance, bool(self._allowance.value))

    def _ask(self, question: Question, *, about_change: bool) -> None:
        if question is self._asked:
            return
        self._asked = question
        choices = [
            button(name, lambda name=name: self.guarded(lambda: self.session.answer(name)))  # type: ignore[misc]
            for name in question.candidates
        ]
        if about_change:
            choices.append(button(tr("Leave the plan as it was"), lambda: self.guarded(self.session.undo)))
        self._choices.children = tuple(choices)


class ChangeInWords(Step):
    """A sentence that changes the plan, what the last change did, and the way back."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._changed = html()
        self._text = w.Text(
            description=tr("Change it in words"),
            placeholder=tr("Also ignore the year; use F1 instead; 10 minutes"),
            continuous_update=True,  # Enter sends what stands there by then
        )
        self._text.on_msg(self._on_message)
        self.on_change(self._text, lambda _text: self._show_sent(session.state))
        self._change = button(tr("Change the plan"), lambda: self.guarded(self._send))
        self._stop = button(tr("Stop asking, go on without it"), lambda: self.guarded(session.stop_asking))
        self._undo = button(tr("Undo the last change"), lambda: self.guarded(session.undo))
        self._sent = html()
        self._pending = ""
        self.root = w.VBox(
            [self._changed, field(self._text), self._sent, row(self._change, self._stop, self._undo)],
        )

    def _on_message(self, _widget: w.Widget, content: object, _buffers: object) -> None:
        if isinstance(content, dict) and content.get("event") == "submit":
            self.guarded(self._send)

    def _send(self) -> None:
        self._pending = self._text.value.strip()
        self.session.follow_up(self._text.value)

    def _show_sent(self, state: SessionState) -> None:
        text = self._text.value.strip()
        planned = self.session.would_be_sent(text) if text and state.plan is not None else None
        self._sent.value = exchange_html(planned) if planned is not None else ""

    def render(self, state: SessionState) -> None:
        """Show what the last change did; a sentence that was understood makes room for the next."""
        last = state.past[-1] if state.past else None
        show(self._changed, last is not None)
        show(self._undo, last is not None)
        if last is not None and state.plan is not None:
            self._changed.value = change_html(last.plan, state.plan, last.said)
        if self._pending and last is not None and last.said == self._pending == self._text.value.strip():
            self._text.value = self._pending = ""
        show(self._stop, state.is_asking)
        locked = bool(state.busy) or state.stage == Stage.TRAINING
        for control in (self._text, self._change, self._undo):
            control.disabled = locked
        self._show_sent(state)
