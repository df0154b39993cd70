"""The threshold of two classes, by what mistakes cost or by how many rows can be acted on."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from genie_widgets.language import mark, tr
from genie_widgets.render import decided_html, decision_html, esc, figures
from genie_widgets.session import Session, SessionState, blockers
from genie_widgets.widgets.elements import button, field, html, row, show, with_classes
from genie_widgets.widgets.plot import Plot
from genie_widgets.widgets.results.part import PartNote, of_part
from genie_widgets.widgets.step import Tab

_WAYS = [
    (mark("What mistakes cost"), "cost"),
    (mark("How many rows I can act on"), "capacity"),
    (mark("A threshold of my own"), "threshold"),
]


class DecideTab(Tab):
    """A form, and what to expect of the threshold that follows from it."""

    # Translators: verb, on a tab
    title = mark("Decide")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._lead = html()
        self._way = w.Dropdown(options=[(tr(label), way) for label, way in _WAYS], description=tr("Decide by"))
        self._missed = w.BoundedFloatText(10.0, min=0.0, max=1e15, description=tr("A missed positive costs"))
        self._false = w.BoundedFloatText(1.0, min=0.0, max=1e15, description=tr("A false alarm costs"))
        self._capacity = w.BoundedIntText(100, min=1, max=10**12, description=tr("Rows I can act on"))
        self._of_rows = w.BoundedIntText(1000, min=1, max=10**12, description=tr("Of a list of so many rows"))
        self._threshold = w.BoundedFloatText(
            0.5, min=0.0, max=1.0, step=0.01, description=tr("Positive from this probability on")
        )
        self._cells = {
            "cost": (field(self._missed), field(self._false)),
            "capacity": (field(self._capacity), field(self._of_rows)),
            "threshold": (field(self._threshold),),
        }
        self._decide = button(tr("Use this"), lambda: self.guarded(self._chosen), primary=True)
        self._undo = button(tr("Back to the model's own threshold"), lambda: self.guarded(self.session.decide))
        self._why = html("", "g-mut")
        self._words, self._counts, self._plot = html(), html(), Plot()
        self._part = PartNote(lambda: self.guarded(lambda: session.show_part(None)))
        self._run_id = ""
        cells = [cell for group in self._cells.values() for cell in group]
        form = with_classes(w.Box([field(self._way), *cells]), "g-fields")
        found = (self._words, self._part.root, self._counts, self._plot.root)
        self._body = w.VBox([form, row(self._decide, self._undo), self._why, *found])
        self.root = w.VBox([self._lead, self._body])
        self._way.observe(lambda _change: self.guarded(self._fit), "value")
        self._fit()

    def _fit(self) -> None:
        for way, cells in self._cells.items():
            for cell in cells:
                show(cell, way == self._way.value)

    def _chosen(self) -> None:
        wishes: dict[str, dict[str, Any]] = {
            "cost": {"cost_missed": self._missed.value, "cost_false_alarm": self._false.value},
            "capacity": {"capacity": self._capacity.value, "of_rows": self._of_rows.value},
            "threshold": {"threshold": self._threshold.value},
        }
        self.session.decide(**wishes[self._way.value])

    def render(self, state: SessionState) -> None:
        """Show the decision as it stands."""
        result = state.result
        if result is None:
            return
        possible = result.plan.problem_type == "binary" and result.evaluation is not None
        show(self._body, possible)
        if not possible:
            several = tr("This model predicts several: use its predictions as they are.")
            numbers = tr("This model predicts numbers: use its predictions as they are.")
            told = esc(tr("A threshold is chosen between two classes.")), esc(several if result.classes else numbers)
            self._lead.value = f"<p>{' '.join(told)}</p>"
            return
        if state.run_id != self._run_id:
            self._begin(state)
        reasons = blockers(state, "predict")
        self._decide.disabled = self._undo.disabled = bool(reasons)
        self._why.value = esc(" ".join(reasons))
        show(self._undo, result.decision is not None)
        shown = of_part(result, state)
        self._words.value = decision_html(result)
        self._part.render(state)
        self._counts.value = decided_html(shown)
        self._plot.draw(next((plot for plot in figures(shown) if plot.kind == "threshold"), None))

    def _begin(self, state: SessionState) -> None:
        """Fill the form for another run: with its decision, or with what its table suggests."""
        result = state.result
        if result is None:
            return
        self._run_id = state.run_id
        decision = result.decision
        positive = decision.positive if decision is not None else result.positive_class
        asked = tr(
            "From which probability on does a row count as {positive}? Unless you say so, from the model's own "
            "threshold. Mistakes rarely cost the same both ways: say what they cost, or how many rows you can act on, "
            "and predictions, figures and the model that you take away follow.",
            positive=f"<b>{esc(positive)}</b>",
        )
        self._lead.value = f"<p>{asked}</p>"
        self._missed.description = tr("A missed {positive!r} costs", positive=positive)
        if decision is None:
            self._of_rows.value = result.n_rows
            self._capacity.value = max(1, result.n_rows // 10)
            return
        self._way.value = decision.rule
        self._threshold.value = min(1.0, decision.threshold)
        if decision.cost_missed is not None and decision.cost_false_alarm is not None:
            self._missed.value, self._false.value = decision.cost_missed, decision.cost_false_alarm
        if decision.capacity is not None and decision.of_rows is not None:
            self._of_rows.value, self._capacity.value = decision.of_rows, decision.capacity
