"""The leaderboard."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.language import mark
from genie_widgets.render import leaderboard_html
from genie_widgets.session import Session, SessionState
from genie_widgets.widgets.elements import html
from genie_widgets.widgets.step import Tab


class ModelsTab(Tab):
    """Every model with its scores."""

    title = mark("Leaderboard")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._html = html()
        self.root = w.VBox([self._html])

    def render(self, state: SessionState) -> None:
        """Show the models."""
        result = state.result
        if result is not None:
            self._html.value = leaderboard_html(
                result.leaderboard,
                result.plan.metric,
                result.best_model,
                is_decided=result.decision is not None,
                is_part=state.part is not None,
                n_folds=result.evaluation.n_folds if result.evaluation is not None else 0,
            )
