"""The plan's fields: a control each, with who says so and what is wrong with it below."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import ipywidgets as w

from genie_widgets.language import tr
from genie_widgets.render import (
    duration,
    evidence_html,
    learns_from_html,
    metric_html,
    metrics_offered_html,
    problems_html,
    split_label,
)
from genie_widgets.render.plan_card import LABELS, PROBLEM_TYPES, QUALITIES
from genie_widgets.schema import METRICS, Plan, Problem, TableProfile, Validation
from genie_widgets.session import Remedy, Session, SessionState, Stage, remedies
from genie_widgets.widgets.chips import Chips
from genie_widgets.widgets.elements import button, choose, field, html, row, show, with_classes
from genie_widgets.widgets.step import Step

_TIMES_S = (30, 60, 120, 300, 600, 1800, 3600, 4 * 3600)
_COLUMNS = ("ignore", "features")


class PlanFields(Step):
    """The controls of a plan; what depends on a change follows by the session's rules."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._below: dict[str, w.HTML] = {}
        self._cells: dict[str, w.VBox] = {}
        self._told: dict[str, w.VBox] = {}
        self._controls: dict[str, Any] = {}
        self._add("target", w.Dropdown())
        self._add("problem_type", w.Dropdown())
        self._add("metric", w.Dropdown())
        self._add("positive_class", w.Dropdown())
        self._add("quantile_levels", w.Text(continuous_update=False), _levels_of)
        self._add("time_limit_s", w.Dropdown(), int)
        self._add("quality", w.Dropdown())
        self._add("validation", w.Dropdown(), _validation_of)
        self._out = Chips(tr("Columns left out: press a column to leave it out, or to take it back"))
        self._out_below = html()
        self._told["ignore"] = w.VBox()
        self._shown: tuple[tuple[Problem, ...], tuple[Remedy, ...]] | None = None
        self.on_change(self._out, session.leave_out)
        left_out = with_classes(w.VBox([self._out, self._out_below, self._told["ignore"]]), "g-cell", "g-wide")
        self._measures = with_classes(html(), "g-wide")
        self.root = with_classes(w.Box([*self._cells.values(), self._measures, left_out]), "g-fields")

    def _add(self, name: str, control: Any, convert: Callable[[Any], Any] = lambda v: v) -> None:
        control.description = tr(LABELS[name])
        self._controls[name] = control
        self._below[name] = html()
        self._told[name] = w.VBox()
        self._cells[name] = field(control, self._below[name], self._told[name])
        self.on_change(control, lambda value: self.session.edit_plan(**{name: convert(value)}))

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that have a place here; what concerns others is told elsewhere."""
        return (*self._controls, *_COLUMNS)

    def render(self, state: SessionState) -> None:
        """Show the plan's values, its choices, its evidence and what is wrong with each."""
        plan, profile = state.plan, state.profile
        if plan is None or profile is None:
            return
        locked = state.stage == Stage.TRAINING
        for name, (options, value) in _choices(plan, profile).items():
            choose(self._controls[name], options, value)
        levels = ", ".join(f"{level:g}" for level in plan.quantile_levels)
        if self._controls["quantile_levels"].value != levels:
            self._controls["quantile_levels"].value = levels
        show(self._cells["positive_class"], plan.positive_class is not None)
        show(self._cells["quantile_levels"], plan.problem_type == "quantile")
        for name, control in self._controls.items():
            control.disabled = locked
            told = metric_html(plan.metric) if name == "metric" else ""
            self._below[name].value = told + evidence_html(plan, name)
        self._measures.value = metrics_offered_html(plan.problem_type)
        names = [name for name in profile.column_names if name != plan.target]
        used = set(plan.feature_columns(profile.column_names))
        self._out.offer(names, [name for name in names if name not in used])
        self._out.disabled = locked
        self._out_below.value = learns_from_html(plan, profile) + "".join(
            evidence_html(plan, name) for name in _COLUMNS
        )
        self._tell(plan.problems, () if locked else remedies(plan))

    def _tell(self, problems: tuple[Problem, ...], offered: tuple[Remedy, ...]) -> None:
        """Show each warning beside its field, and its buttons below: one that acts, one that decides otherwise."""
        if (problems, offered) == self._shown:
            return
        self._shown = problems, offered
        for name, place in self._told.items():
            fields = _COLUMNS if name == "ignore" else (name,)
            told: list[w.Widget] = []
            for problem in problems:
                if problem.field in fields:
                    buttons = [self._remedy(remedy) for remedy in offered if remedy.about == problem.key]
                    told += [html(problems_html([problem])), *([row(*buttons)] if buttons else ())]
            place.children = told
            show(place, bool(told))
            if name in self._cells:  # a warning that can be acted on is read in whole lines
                acts = any(isinstance(widget, w.Box) for widget in told)
                (self._cells[name].add_class if acts else self._cells[name].remove_class)("g-wide")

    def _remedy(self, remedy: Remedy) -> w.Button:
        return button(remedy.words, lambda: self.guarded(lambda: self.session.take_remedy(remedy)))


def _choices(plan: Plan, profile: TableProfile) -> dict[str, tuple[list[tuple[str, Any]], Any]]:
    """List each control's options, and its value."""
    names = [(name, name) for name in profile.column_names]
    metrics = [(info.label, info.name) for info in METRICS.values() if plan.problem_type in info.problem_types]
    if plan.metric not in [name for _, name in metrics]:
        metrics.append((METRICS[plan.metric].label if plan.metric in METRICS else plan.metric, plan.metric))
    values = [item.value for item in plan.target_facts(profile).top_values]
    if plan.positive_class is not None and plan.positive_class not in values:
        values.append(plan.positive_class)
    times = sorted({*_TIMES_S, plan.time_limit_s})
    kinds = ("date", "category", "id", "integer", "text")
    keys = [
        ("time" if column.kind == "date" else "group", column.name)
        for column in profile.columns
        if column.name != plan.target and column.kind in kinds
    ]
    chosen = (plan.validation.kind, plan.validation.column)
    splits = dict.fromkeys((("random", None), *keys, chosen))
    return {
        "target": (names, plan.target),
        "problem_type": ([(tr(label), kind) for kind, label in PROBLEM_TYPES.items()], plan.problem_type),
        "metric": (metrics, plan.metric),
        "positive_class": ([(value, value) for value in values], plan.positive_class),
        "time_limit_s": ([(duration(seconds), seconds) for seconds in times], plan.time_limit_s),
        "quality": ([(tr(label), quality) for quality, label in QUALITIES.items()], plan.quality),
        "validation": ([(split_label(kind, column), (kind, column)) for kind, column in splits], chosen),
    }


def _validation_of(choice: tuple[str, str | None]) -> Validation:
    kind, column = choice
    return Validation.model_validate({"kind": kind, "column": column})


def _levels_of(text: str) -> Any:
    """Read "0.1, 0.5, 0.9"; what is no list of numbers is given on as it is, to be refused in words."""
    parts = [part for part in re.split(r"[\s,;]+", text) if part]
    try:
        return tuple(float(part) for part in parts)
    except ValueError:
        return text
