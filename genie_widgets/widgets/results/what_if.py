"""What if this row were different: a form made from the table, and the prediction that follows it at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ipywidgets as w
from traitlets import dlink

from genie_widgets.language import figure, mark, tr
from genie_widgets.render import (
    cell_number,
    esc,
    flip_html,
    how_html,
    number,
    problems_html,
    row_sentences,
    waterfall_figure,
)
from genie_widgets.schema import ColumnProfile, Explanation, Flip, TableProfile, WhatIf
from genie_widgets.session import Session, SessionState, blockers
from genie_widgets.widgets.disclosure import Disclosure
from genie_widgets.widgets.elements import button, field, html, row, show, with_classes
from genie_widgets.widgets.plot import Plot
from genie_widgets.widgets.step import Tab

FIRST_FIELDS = 9
# Chosen from a list; typed, an empty text says the same.
MISSING = mark("(missing)")


class WhatIfTab(Tab):
    """A form of the strongest columns first, the others on demand."""

    title = mark("What if")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._controls: dict[str, Any] = {}
        self._typical: dict[str, Any] = {}
        # A number cannot be empty: whether it is missing is said beside it.
        self._missing: dict[str, w.Checkbox] = {}
        self._run_id = ""
        self._shown: WhatIf | None = None
        self._first = with_classes(w.Box([]), "g-fields")
        self._others = with_classes(w.Box([]), "g-fields")
        self._more = Disclosure(tr("More columns"), self._others)
        self._reset = button(tr("Back to a typical row"), lambda: self.guarded(self._go_back))
        self._ask_flip = button(tr("What would flip the answer?"), lambda: self.guarded(self.session.flip))
        self._take_flip = button(tr("Put it into the form"), lambda: self.guarded(self._take))
        self._flip: Flip | None = None
        self._flipping = html()
        self._answer, self._problems, self._sentences, self._waterfall = html(), html(), html(), Plot()
        intro = tr("A typical row to begin with. Change a cell, and see what the model would say.")
        self.root = w.VBox(
            [
                html(f'<p class="g-mut">{esc(intro)}</p>'),
                self._answer,
                self._problems,
                self._first,
                self._more,
                row(self._reset, self._ask_flip),
                self._flipping,
                row(self._take_flip),
                self._sentences,
                self._waterfall.root,
            ]
        )

    def render(self, state: SessionState) -> None:
        """Make the form once for each run, and show the newest answer."""
        if state.result is None or state.profile is None or state.view is None or not state.view.is_over:
            self._answer.value = f"<p>{esc(tr('Wait for the end of the training.'))}</p>"
            return
        if state.run_id != self._run_id:
            self._run_id = state.run_id
            self._make_form(state, state.profile)
            self._try()
        if state.what_if is not None and state.what_if is not self._shown:
            self._shown = state.what_if
            self._show(state.what_if)
        self._flip = state.flip
        show(self._ask_flip, state.result.plan.problem_type in ("binary", "multiclass"))
        self._ask_flip.disabled = bool(blockers(state, "predict"))
        show(self._take_flip, self._flip is not None and bool(self._flip.changes))
        self._flipping.value = flip_html(self._flip) if self._flip is not None else ""

    def _make_form(self, state: SessionState, profile: TableProfile) -> None:
        names = _strongest_first(state)
        self._typical = {name: _typical(profile.column(name)) for name in names}
        self._controls = {name: _control(profile.column(name), self._typical[name]) for name in names}
        self._missing = {name: _missing(name, self._controls[name]) for name in names if _is_number(profile, name)}
        for control in (*self._controls.values(), *self._missing.values()):
            self.on_change(control, lambda _value: self._try())
        cells = [self._field(profile.column(name)) for name in names]
        self._first.children, self._others.children = tuple(cells[:FIRST_FIELDS]), tuple(cells[FIRST_FIELDS:])
        self._more.layout.display = None if cells[FIRST_FIELDS:] else "none"

    def _field(self, column: ColumnProfile) -> w.VBox:
        ways = [self._missing[column.name]] if column.name in self._missing else []
        return field(self._controls[column.name], *_seen(column), *ways)

    def _go_back(self) -> None:
        for box in self._missing.values():
            box.value = False
        for name, control in self._controls.items():
            control.value = self._typical[name]
        self._try()

    def _take(self) -> None:
        """Put the change that flips the answer into the form."""
        if self._flip is None:
            return
        for name, value in self._flip.changes.items():
            control = self._controls[name]
            if name in self._missing:
                self._missing[name].value = value is None
            if isinstance(control, w.Dropdown):
                wanted = MISSING if value is None else str(value)
                if wanted in [option for _, option in control.options]:
                    control.value = wanted
            elif isinstance(control, w.Text):
                control.value = "" if value is None else str(value)
            elif value is not None:
                control.value = value
        self._try()

    def _try(self) -> None:
        cells = {name: _cell(control) for name, control in self._controls.items()}
        self.session.what_if(cells | {name: None for name, box in self._missing.items() if box.value})

    def _show(self, tried: WhatIf) -> None:
        explanation = tried.explanation
        place = explanation.likeliest(0)
        output = explanation.outputs[place]
        said = f'<p class="g-verdict" role="status">{esc(_rounded(tried.prediction))}</p>'
        answers = "".join(
            f"<span>{esc(name)} <b>{_value(explanation, value)}</b></span>" for name, value in tried.answers
        )
        self._answer.value = f'{said}<p class="g-answers">{answers}</p>{_by_threshold(tried)}'
        self._problems.value = problems_html((*tried.problems, *explanation.cautions))
        sentences = row_sentences(explanation, output.rows[0], output.label, output.base_value)
        told = "".join(f"<p>{esc(sentence)}</p>" for sentence in sentences)
        self._sentences.value = told + how_html(explanation)
        self._waterfall.draw(waterfall_figure(explanation, 0, place), tr("This row"))


def _by_threshold(tried: WhatIf) -> str:
    """Say why an answer is not the likelier one of two."""
    if len(tried.answers) != 2 or tried.explanation.unit != "probability":
        return ""
    likelier, _ = max(tried.answers, key=lambda answer: answer[1])
    if tried.prediction == likelier:
        return ""
    said = tr("The answer follows the threshold (see Decide), not the larger probability.")
    return f'<p class="g-mut">{esc(said)}</p>'


def _value(explanation: Explanation, value: float) -> str:
    return figure(value, ".1%") if explanation.unit == "probability" else number(value)


def _rounded(prediction: str) -> str:
    try:
        return number(float(prediction), 4)
    except ValueError:
        return prediction


def _strongest_first(state: SessionState) -> list[str]:
    result = state.result
    if result is None:
        return []
    strength: dict[str, float] = {}
    for output in result.explanation.outputs if result.explanation is not None else ():
        for item in output.importance:
            strength[item.column] = max(strength.get(item.column, 0.0), item.mean_abs)
    return sorted(result.features, key=lambda name: -strength.get(name, 0.0))


def _typical(column: ColumnProfile) -> Any:
    """Give a column's middle or commonest value, as its control takes it."""
    if column.kind in ("number", "integer") and column.mean is not None:
        return round(column.mean) if column.kind == "integer" else float(f"{column.mean:.4g}")
    if column.kind == "date" and column.minimum is not None and column.maximum is not None:
        return _day((column.minimum + column.maximum) / 2)
    return column.top_values[0].value if column.top_values else MISSING


def _control(column: ColumnProfile, typical: Any) -> Any:
    if column.kind == "integer":
        return w.IntText(typical, description=column.name, continuous_update=False)
    if column.kind == "number":
        return w.FloatText(typical, description=column.name, continuous_update=False)
    known = [counted.value for counted in column.top_values]
    if column.kind in ("category", "boolean") and len(known) == column.n_distinct:
        options = [*((value, value) for value in known), (tr(MISSING), MISSING)]
        return w.Dropdown(options=options, value=typical, description=column.name)
    typed = {
        "value": "" if typical == MISSING else typical,
        "placeholder": tr(MISSING),
        "description": column.name,
        "continuous_update": False,
    }
    return w.Combobox(options=known, **typed) if column.kind == "category" else w.Text(**typed)


def _is_number(profile: TableProfile, name: str) -> bool:
    return profile.column(name).kind in ("number", "integer")


def _missing(name: str, control: Any) -> Any:
    """Make the box that says of a number that it is missing; meanwhile it cannot be typed."""
    # Translators: beside a number's field, on a box to tick: this row has no value there
    box = w.Checkbox(description=tr("missing"), tooltip=tr("{column} is missing", column=name), indent=False)
    dlink((box, "value"), (control, "disabled"))
    return with_classes(box, "g-tick")


def _seen(column: ColumnProfile) -> list[w.Widget]:
    """Say below a control what the table holds, where that is a range."""
    if column.minimum is None or column.maximum is None:
        return []
    if column.kind == "date":
        low, high = (_day(second) for second in (column.minimum, column.maximum))
    elif column.kind in ("number", "integer"):
        low, high = cell_number(column.minimum, 4), cell_number(column.maximum, 4)
    else:
        return []
    return [html(f'<span class="g-why">{esc(tr("{low} to {high}", low=low, high=high))}</span>')]


def _day(second: float) -> str:
    return dt.datetime.fromtimestamp(second, dt.UTC).strftime("%Y-%m-%d")


def _cell(control: Any) -> Any:
    value = control.value
    return None if value in (MISSING, "") else value
