"""The plots of the problem type."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.render import figures
from genie_widgets.session import Session, SessionState
from genie_widgets.widgets.plot import Plot
from genie_widgets.widgets.step import Tab


class PlotsTab(Tab):
    """A plot below the other, each with its words."""

    title = "Plots"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._plots: list[Plot] = []
        self.root = w.VBox([])

    def render(self, state: SessionState) -> None:
        """Draw the plots; the importance has its own tab."""
        if state.result is None:
            return
        wanted = [figure for figure in figures(state.result) if figure.kind != "importance"]
        if len(self._plots) != len(wanted):
            self._plots = [Plot() for _ in wanted]
            self.root.children = tuple(plot.root for plot in self._plots)
        for plot, figure in zip(self._plots, wanted, strict=True):
            plot.draw(figure)
