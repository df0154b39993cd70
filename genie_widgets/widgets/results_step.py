"""Step 5: the results by tabs; only the tab that is seen is made and drawn."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.language import tr
from genie_widgets.session import Session, SessionState
from genie_widgets.widgets.elements import card, heading, show, with_classes
from genie_widgets.widgets.results.ask import AskTab
from genie_widgets.widgets.results.decide import DecideTab
from genie_widgets.widgets.results.explanation import ExplanationTab
from genie_widgets.widgets.results.files import FilesTab
from genie_widgets.widgets.results.groups import GroupsTab
from genie_widgets.widgets.results.models import ModelsTab
from genie_widgets.widgets.results.plots import PlotsTab
from genie_widgets.widgets.results.predict import PredictTab
from genie_widgets.widgets.results.verdict import VerdictTab
from genie_widgets.widgets.results.what_if import WhatIfTab
from genie_widgets.widgets.step import Later, Step, Tab


class ResultsStep(Step):
    """Tabs of what the run found."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        kinds: tuple[type[Tab], ...] = (
            VerdictTab,
            ModelsTab,
            PlotsTab,
            DecideTab,
            GroupsTab,
            ExplanationTab,
            WhatIfTab,
            PredictTab,
            AskTab,
            FilesTab,
        )
        self._tabs = [Later(session, kind, lambda _state: True) for kind in kinds]
        self._tab = with_classes(w.Tab([tab.root for tab in self._tabs]), "g-full")
        for place, kind in enumerate(kinds):
            self._tab.set_title(place, tr(kind.title))
        self._tab.selected_index = 0
        self._tab.observe(lambda _change: self.guarded(self._draw), "selected_index")
        self._run_id = ""
        self.root = card(heading(5, tr("Results")), self._tab, name="results")

    def render(self, state: SessionState) -> None:
        """Show what was found so far; nothing before the first scores."""
        show(self.root, state.result is not None)
        if state.result is None:
            return
        if state.run_id != self._run_id:
            self._run_id = state.run_id
            self._tab.selected_index = 0
        self._draw()

    def _draw(self) -> None:
        self._tabs[self._tab.selected_index or 0].paint(self.session.state)
