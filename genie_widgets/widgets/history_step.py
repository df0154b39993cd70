"""Earlier runs of this workspace, to look at again."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.render import esc, moment, number
from genie_widgets.schema import METRICS
from genie_widgets.session import RunSummary, Session, SessionState, list_runs
from genie_widgets.widgets.disclosure import Disclosure
from genie_widgets.widgets.elements import button, field, html, row
from genie_widgets.widgets.step import Step

MAX_RUNS = 100


class HistoryStep(Step):
    """A list that is read when it is opened, and never shown where strangers share the server."""

    root: Disclosure

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._runs = w.Dropdown(description="Run")
        self._open = button("Show this run", lambda: self.guarded(self._show))
        self._none = html()
        self.root = Disclosure("Earlier runs", field(self._runs), row(self._open, self._none))
        self.root.on_toggle(lambda: self.guarded(self._list))
        if session.settings.shared:
            self.root.layout.display = "none"

    def _list(self) -> None:
        if not self.root.is_open:
            return
        runs = list_runs(self.session.settings)[:MAX_RUNS]
        self._runs.options = [(_line(run), run.run_id) for run in runs]
        self._open.disabled = not runs
        self._none.value = "" if runs else esc("There is none yet.")

    def _show(self) -> None:
        if self._runs.value:
            self.session.open_run(self._runs.value)

    def render(self, state: SessionState) -> None:
        """Nothing follows the state: the list is read anew whenever it is opened."""


def _line(run: RunSummary) -> str:
    label = METRICS[run.metric].label if run.metric in METRICS else run.metric
    score = f", {label} {number(run.score)}" if run.score is not None else ""
    return f"{moment(run.created_at)}: {run.target} of {run.table_name} ({run.status}{score})"
