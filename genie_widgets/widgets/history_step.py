"""Earlier runs of this workspace: listed with their figures, compared, shown again, promoted."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.render import comparison_figure, comparison_html, esc, moment, number, runs_html
from genie_widgets.schema import METRICS, RunSummary
from genie_widgets.session import Session, SessionState
from genie_widgets.widgets.disclosure import Disclosure
from genie_widgets.widgets.elements import button, choose, field, html, row, show, with_classes
from genie_widgets.widgets.plot import Plot
from genie_widgets.widgets.step import Step

_CHAMPION = (
    "The champion is the version that carries MLflow's alias <code>champion</code>: whoever loads "
    "<code>models:/NAME@champion</code> gets it."
)


class HistoryStep(Step):
    """A list that is read when it is opened, and never shown where strangers share the server."""

    root: Disclosure

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._list = html()
        self._run = w.Dropdown(description="Run")
        self._before = w.Dropdown(description="Compare with")
        self._buttons = {
            "show": button("Show this run", lambda: self.guarded(self._show)),
            "compare": button("Compare", lambda: self.guarded(self._compare)),
            "promote": button("Make it the champion", lambda: self.guarded(self._promote)),
            "back": button("Back to the champion before", lambda: self.guarded(self._go_back)),
        }
        self._why, self._note = html("", "g-mut"), html(f'<p class="g-mut">{_CHAMPION}</p>')
        self._words, self._plot = html(), Plot()
        fields = with_classes(w.Box([field(self._run), field(self._before)]), "g-fields")
        self._chosen = w.VBox([fields, row(*self._buttons.values()), self._why, self._note])
        self.root = Disclosure("Earlier runs", self._list, self._chosen, self._words, self._plot.root)
        self.root.on_toggle(lambda: self.guarded(self._opened))
        if session.settings.shared:
            self.root.layout.display = "none"

    def _opened(self) -> None:
        if self.root.is_open and not self.session.settings.shared:
            self.session.list_history()

    def _show(self) -> None:
        if self._run.value:
            self.session.open_run(self._run.value)

    def _compare(self) -> None:
        if self._run.value and self._before.value:
            self.session.compare_runs(self._before.value, self._run.value)

    def _promote(self) -> None:
        if self._run.value:
            self.session.promote(self._run.value)

    def _go_back(self) -> None:
        if self._run.value:
            self.session.go_back(self._run.value)

    def render(self, state: SessionState) -> None:
        """Show the list as it was last read, and the comparison last asked for."""
        runs = state.history
        if runs is None:
            return
        self._list.value = runs_html(runs)
        show(self._chosen, bool(runs))
        options = [(_line(run), run.run_id) for run in runs]
        for control, place in ((self._run, 0), (self._before, 1)):
            kept = control.value if control.value in {value for _, value in options} else None
            first = options[min(place, len(options) - 1)][1] if options else None
            choose(control, options, kept or first)
        for control in self._buttons.values():
            control.disabled = bool(state.busy)
        self._why.value = esc(f"{state.busy}." if state.busy else "")
        comparison = state.comparison
        self._words.value = comparison_html(comparison) if comparison is not None else ""
        self._plot.draw(comparison_figure(comparison) if comparison is not None else None)


def _line(run: RunSummary) -> str:
    label = METRICS[run.metric].label if run.metric in METRICS else run.metric
    score = f", {label} {number(run.score)}" if run.score is not None else ""
    champion = ", champion" if run.is_champion else ""
    return f"{moment(run.created_at)}: {run.target} of {run.table_name} ({run.status}{score}{champion})"
