"""The plan's fields: a control each, with who says so below it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from genie_widgets.render import duration, evidence_html
from genie_widgets.schema import METRICS, Plan, TableProfile, Validation
from genie_widgets.session import Session, SessionState, Stage
from genie_widgets.widgets.chips import Chips
from genie_widgets.widgets.elements import choose, field, html, show, with_classes
from genie_widgets.widgets.step import Step

_TIMES_S = (30, 60, 120, 300, 600, 1800, 3600, 4 * 3600)
_PROBLEM_TYPES = [
    ("Two classes (yes or no)", "binary"),
    ("Several classes", "multiclass"),
    ("A number", "regression"),
    ("A range of a number", "quantile"),
]
_QUALITIES = [("A quick look", "fast"), ("Balanced", "balanced"), ("As good as the time allows", "best")]
_RANDOM = "Rows at random"


class PlanFields(Step):
    """The controls of a plan; what depends on a change follows by the session's rules."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._evidence: dict[str, w.HTML] = {}
        self._cells: dict[str, w.VBox] = {}
        self._controls: dict[str, Any] = {}
        self._add("target", w.Dropdown(description="Predict"))
        self._add("problem_type", w.Dropdown(description="Kind of answer", options=_PROBLEM_TYPES))
        self._add("metric", w.Dropdown(description="Judged by"))
        self._add("positive_class", w.Dropdown(description="The answer looked for"))
        self._add("time_limit_s", w.Dropdown(description="Time for everything"), int)
        self._add("quality", w.Dropdown(description="Effort", options=_QUALITIES))
        self._add("validation", w.Dropdown(description="Rows kept apart to score"), _validation_of)
        self._ignore = Chips("Columns left out: press a column to leave it out, or to take it back")
        self._ignore_evidence = html()
        self.on_change(self._ignore, lambda names: session.edit_plan(ignore=tuple(names)))
        ignored = with_classes(w.VBox([self._ignore, self._ignore_evidence]), "g-cell", "g-wide")
        self.root = with_classes(w.Box([*self._cells.values(), ignored]), "g-fields")

    def _add(self, name: str, control: Any, convert: Callable[[Any], Any] = lambda v: v) -> None:
        self._controls[name] = control
        self._evidence[name] = html()
        self._cells[name] = field(control, self._evidence[name])
        self.on_change(control, lambda value: self.session.edit_plan(**{name: convert(value)}))

    def render(self, state: SessionState) -> None:
        """Show the plan's values, its choices and its evidence."""
        plan, profile = state.plan, state.profile
        if plan is None or profile is None:
            return
        for name, (options, value) in _choices(plan, profile).items():
            choose(self._controls[name], options, value)
        show(self._cells["positive_class"], plan.positive_class is not None)
        self._ignore.offer([name for name in profile.column_names if name != plan.target], list(plan.ignore))
        self._ignore_evidence.value = evidence_html(plan, "ignore")
        self._ignore.disabled = state.stage == Stage.TRAINING
        for name, control in self._controls.items():
            control.disabled = state.stage == Stage.TRAINING
            self._evidence[name].value = evidence_html(plan, name)


def _choices(plan: Plan, profile: TableProfile) -> dict[str, tuple[list[tuple[str, Any]], Any]]:
    """List each control's options, and its value."""
    names = [(name, name) for name in profile.column_names]
    metrics = [(info.label, info.name) for info in METRICS.values() if plan.problem_type in info.problem_types]
    values = [item.value for item in profile.column(plan.target).top_values]
    if plan.positive_class is not None and plan.positive_class not in values:
        values.append(plan.positive_class)
    times = sorted({*_TIMES_S, plan.time_limit_s})
    groups = [
        ("The latest rows, by " + column.name if column.kind == "date" else "Whole groups of " + column.name, key)
        for column in profile.columns
        if column.name != plan.target and column.kind in ("date", "category", "id", "integer", "text")
        for key in [("time" if column.kind == "date" else "group", column.name)]
    ]
    chosen = (plan.validation.kind, plan.validation.column)
    splits: list[tuple[str, Any]] = [(_RANDOM, ("random", None)), *groups]
    if chosen not in [value for _, value in splits]:
        splits.append((f"By {plan.validation.column} ({plan.validation.kind})", chosen))
    return {
        "target": (names, plan.target),
        "problem_type": (_PROBLEM_TYPES, plan.problem_type),
        "metric": (metrics, plan.metric),
        "positive_class": ([(value, value) for value in values], plan.positive_class),
        "time_limit_s": ([(duration(seconds), seconds) for seconds in times], plan.time_limit_s),
        "quality": (_QUALITIES, plan.quality),
        "validation": (splits, chosen),
    }


def _validation_of(choice: tuple[str, str | None]) -> Validation:
    kind, column = choice
    return Validation.model_validate({"kind": kind, "column": column})
