"""Step 3: the plan with its evidence, to correct and confirm; or the planner's question, or its refusal."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.render import esc, problems_html
from genie_widgets.schema import Plan, Question
from genie_widgets.session import Session, SessionState, Stage, blockers
from genie_widgets.widgets.elements import button, card, heading, html, row, show
from genie_widgets.widgets.plan_fields import PlanFields
from genie_widgets.widgets.step import Step


class PlanStep(Step):
    """Shows the planner's answer."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._heading = heading(3, "The plan")
        self._intro = html()
        self._choices = row()
        self._fields = PlanFields(session)
        self._problems = html()
        self._remedies = row()
        self._offered: tuple[str, ...] = ()
        self._confirm = button("Start training", lambda: self.guarded(session.confirm), primary=True)
        self._why = html("", "g-mut")
        self._actions = row(self._confirm, self._why)
        self._asked: Question | None = None
        self.root = card(
            self._heading,
            self._intro,
            self._choices,
            self._fields.root,
            self._problems,
            self._remedies,
            self._actions,
            name="plan",
        )

    def render(self, state: SessionState) -> None:
        """Show the plan, the question, or the refusal; nothing before there is one."""
        answer = state.answer
        show(self.root, answer is not None and state.profile is not None)
        if answer is None or state.profile is None:
            return
        plan = state.plan
        show(self._choices, answer.status == "question")
        show(self._fields.root, plan is not None)
        show(self._actions, plan is not None)
        show(self._remedies, False)
        self._problems.value = problems_html(plan.problems) if plan is not None else ""
        if isinstance(answer, Plan):
            self._intro.value = (
                '<p class="g-mut">Nothing is trained before you say so. Change what is not as you meant it.</p>'
            )
            self._fields.paint(state)
            self._offer_remedies(answer, state)
            self._show_actions(state)
        elif isinstance(answer, Question):
            self._intro.value = f'<p class="g-lead g-question">{esc(answer.text)}</p>'
            self._ask(answer)
        else:
            self._intro.value = f'<p class="g-lead g-refusal">{esc(answer.text)}</p>'

    def _offer_remedies(self, plan: Plan, state: SessionState) -> None:
        """Give each column that a warning would have left out a button that does it."""
        told = {p.culprit for p in plan.problems if p.field == "ignore"} - set(plan.ignore)
        columns = tuple(
            name for name in (state.profile.column_names if state.profile is not None else ()) if name in told
        )
        show(self._remedies, bool(columns) and state.stage != Stage.TRAINING)
        if columns != self._offered:
            self._offered = columns
            self._remedies.children = tuple(self._leave_out(name) for name in columns)

    def _leave_out(self, column: str) -> w.Button:
        def act() -> None:
            plan = self.session.state.plan
            if plan is not None:
                self.session.edit_plan(ignore=(*plan.ignore, column))

        return button(f"Leave out {column}", lambda: self.guarded(act))

    def _show_actions(self, state: SessionState) -> None:
        reasons = blockers(state, "confirm")
        over = state.stage in (Stage.DONE, Stage.FAILED)
        self._confirm.description = "Train again with this plan" if over else "Start training"
        self._confirm.disabled = bool(reasons)
        # The plan's own problems are told above.
        told = state.busy or (state.plan is not None and state.plan.blockers)
        self._why.value = "" if told else esc(" ".join(reasons))

    def _ask(self, question: Question) -> None:
        if question is self._asked:
            return
        self._asked = question
        self._choices.children = tuple(
            button(name, lambda name=name: self.guarded(lambda: self.session.answer(name)))  # type: ignore[misc]
            for name in question.candidates
        )
