"""Earlier runs of this workspace: listed with their figures, compared, shown again, promoted."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as w

from genie_widgets.language import plural, tr
from genie_widgets.render import comparison_figure, comparison_html, esc, metric_value, moment, runs_html
from genie_widgets.schema import METRICS, RunSummary
from genie_widgets.session import Session, SessionState
from genie_widgets.widgets.disclosure import Disclosure
from genie_widgets.widgets.elements import button, choose, field, html, row, show, with_classes
from genie_widgets.widgets.plot import Plot
from genie_widgets.widgets.step import Step


class HistoryStep(Step):
    """A list that is read when it is opened; where strangers share the server, only of the person's own runs."""

    root: Disclosure

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._list = html()
        self._run = w.Dropdown(description=tr("Run"))
        self._before = w.Dropdown(description=tr("Compare with"))
        self._buttons = {
            "show": button(tr("Show this run"), lambda: self.guarded(self._show)),
            "compare": button(tr("Compare"), lambda: self.guarded(self._compare)),
            "promote": button(tr("Make it the champion"), lambda: self.guarded(self._promote)),
            "back": button(tr("Back to the champion before"), lambda: self.guarded(self._go_back)),
        }
        self._why, self._note = html("", "g-mut"), html(_champion_html())
        self._absent = html("", "g-mut")
        self._words, self._plot = html(), Plot()
        self.on_change(self._run, lambda _value: self._offer(session.state))
        fields = with_classes(w.Box([field(self._run), field(self._before, self._absent)]), "g-fields")
        self._chosen = w.VBox([fields, row(*self._buttons.values()), self._why, self._note])
        self.root = Disclosure(tr("Earlier runs"), self._list, self._chosen, self._words, self._plot.root)
        self.root.on_toggle(lambda: self.guarded(self._opened))
        self._hide_from_strangers(session.state)

    def _opened(self) -> None:
        if self.root.is_open:
            self.session.list_history()

    def _hide_from_strangers(self, state: SessionState) -> None:
        show(self.root, not self.session.settings.shared or bool(state.allowance.person))

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
        self._hide_from_strangers(state)
        runs = state.history
        if runs is None:
            return
        self._list.value = runs_html(runs)
        show(self._chosen, bool(runs))
        _keep_or_first(self._run, runs)
        self._offer(state)
        self._why.value = esc(tr("{what}.", what=state.busy) if state.busy else "")
        comparison = state.comparison
        self._words.value = comparison_html(comparison) if comparison is not None else ""
        self._plot.draw(comparison_figure(comparison) if comparison is not None else None)

    def _offer(self, state: SessionState) -> None:
        """Offer the runs that the chosen one can be compared with, and say why others are not there."""
        runs = state.history or ()
        chosen = next((run for run in runs if run.run_id == self._run.value), None)
        comparable = [run for run in runs if chosen is not None and run.is_comparable_with(chosen)]
        _keep_or_first(self._before, comparable)
        self._absent.value = esc(_why_absent(chosen, len(runs) - 1 - len(comparable), comparable))
        for control in self._buttons.values():
            control.disabled = bool(state.busy)
        self._buttons["compare"].disabled |= not comparable


def _keep_or_first(control: w.Dropdown, runs: Sequence[RunSummary]) -> None:
    """Offer runs, newest first; what is chosen stays so while it is offered."""
    ids = [run.run_id for run in runs]
    first = ids[0] if ids else None
    choose(control, [(_line(run), run.run_id) for run in runs], control.value if control.value in ids else first)


def _why_absent(chosen: RunSummary | None, n_absent: int, comparable: Sequence[RunSummary]) -> str:
    if chosen is None or (comparable and not n_absent):
        return ""
    if chosen.score is None:
        return tr("This run has no score, so there is nothing to compare.")
    if not comparable:
        return tr(
            "No other run with a score predicts {target} in the same way, so there is none to compare with.",
            target=chosen.target,
        )
    return plural(
        "{n} other run is not offered: it predicts something else, or has no score.",
        "{n} other runs are not offered: they predict something else, or have no score.",
        n_absent,
    )


def _champion_html() -> str:
    said = tr(
        "The champion is the version that carries MLflow's alias {alias}: whoever loads {address} gets it.",
        alias="<code>champion</code>",
        address="<code>models:/NAME@champion</code>",
    )
    return f'<p class="g-mut">{said}</p>'


def _line(run: RunSummary) -> str:
    label = METRICS[run.metric].label if run.metric in METRICS else run.metric
    score = f", {label} {metric_value(run.metric, run.score)}" if run.score is not None else ""
    champion = f", {tr('champion')}" if run.is_champion else ""
    return tr(
        "{date}: {target} of {table} ({facts})",
        date=moment(run.created_at),
        target=run.target,
        table=run.table_name,
        # The statuses are marked where the runs are listed.
        facts=f"{tr(run.status)}{score}{champion}",
    )
