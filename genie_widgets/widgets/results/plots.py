"""The plots of the problem type."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.language import mark
from genie_widgets.render import figures
from genie_widgets.session import Session, SessionState
from genie_widgets.widgets.plot import Plot
from genie_widgets.widgets.results.part import PartNote, of_part
from genie_widgets.widgets.step import Tab


class PlotsTab(Tab):
    """A plot below the other, each with its words."""

    title = mark("Plots")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._plots: list[Plot] = []
        self._part = PartNote(lambda: self.guarded(lambda: session.show_part(None)))
        self.root = w.VBox([self._part.root])

    def render(self, state: SessionState) -> None:
        """Draw the plots; the importance has its own tab."""
        if state.result is None:
            return
        self._part.render(state)
        wanted = [figure for figure in figures(of_part(state.result, state)) if figure.kind != "importance"]
        if len(self._plots) != len(wanted):
            self._plots = [Plot() for _ in wanted]
            self.root.children = (self._part.root, *(plot.root for plot in self._plots))
        for plot, figure in zip(self._plots, wanted, strict=True):
            plot.draw(figure)
