"""Which untouched rows figures and plots are of: all, or those of one group that was chosen."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as w

from genie_widgets.language import tr
from genie_widgets.render import part_html
from genie_widgets.schema import RunResult
from genie_widgets.session import SessionState
from genie_widgets.widgets.elements import button, html, row, show, with_classes


class PartNote:
    """A line that says so where it is a group, and the way back to all rows."""

    def __init__(self, back: Callable[[], object]) -> None:
        self._words = html()
        self.root = with_classes(w.VBox([self._words, row(button(tr("Show all rows"), back))]), "g-part")
        show(self.root, False)

    def render(self, state: SessionState) -> None:
        """Show it, or nothing for all rows."""
        show(self.root, state.part is not None)
        if state.part is not None:
            self._words.value = part_html(state.part)


def of_part(result: RunResult, state: SessionState) -> RunResult:
    """Give a result with its figures as they are on the rows that were chosen."""
    return result if state.part is None else result.model_copy(update={"evaluation": state.part.evaluation})
