"""What moves the predictions: over all explained rows, and for each of them."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.render import beeswarm_figure, esc, importance_figure, row_sentences, waterfall_figure
from genie_widgets.schema import Explanation
from genie_widgets.session import Session, SessionState
from genie_widgets.widgets.elements import choose, field, html, show, with_classes
from genie_widgets.widgets.plot import Plot
from genie_widgets.widgets.step import Tab


class ExplanationTab(Tab):
    """Importance, every explained row, and one row at a time."""

    title = "Explanation"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._note = html()
        self._output = w.Dropdown(description="Answer explained")
        self._row = w.IntSlider(description="Row", min=1, max=1, value=1, continuous_update=False)
        self._importance, self._beeswarm, self._waterfall = Plot(), Plot(), Plot()
        self._sentences = html()
        self._cell = field(self._output)
        self._rows = field(self._row)
        self._drawn: Explanation | None = None
        self.on_change(self._output, lambda _value: self._draw())
        self.on_change(self._row, lambda _value: self._draw_row())
        self._body = w.VBox(
            [
                with_classes(w.Box([self._cell]), "g-fields"),
                self._importance.root,
                self._beeswarm.root,
                html("<h3>One row at a time</h3>"),
                with_classes(w.Box([self._rows]), "g-fields"),
                self._sentences,
                self._waterfall.root,
            ]
        )
        self.root = w.VBox([self._note, self._body])

    def render(self, state: SessionState) -> None:
        """Draw the run's explanation, once it is there."""
        explanation = state.result.explanation if state.result is not None else None
        show(self._body, explanation is not None)
        if explanation is None:
            self._note.value = "<p>The explanation is not there yet.</p>" if not _is_over(state) else _NONE
            return
        if explanation is self._drawn:
            return
        self._drawn = explanation
        self._note.value = (
            f'<p class="g-mut">{esc(explanation.method)} The parts of a row add up to its prediction within '
            f"{explanation.additivity_error:.1e}. {_gate(explanation)}"
            "They tell what the model uses, not what causes what.</p>"
        )
        # A better explanation of the same rows leaves the person where they were.
        options = [(output.label, place) for place, output in enumerate(explanation.outputs)]
        choose(self._output, options, self._output.value or 0)
        show(self._cell, len(explanation.outputs) > 1)
        self._row.max = max(1, len(explanation.outputs[0].rows))
        self._draw()

    def _draw(self) -> None:
        if self._drawn is None:
            return
        output = self._output.value or 0
        self._importance.draw(importance_figure(self._drawn, output))
        self._beeswarm.draw(beeswarm_figure(self._drawn, output))
        self._draw_row()

    def _draw_row(self) -> None:
        if self._drawn is None:
            return
        place = self._output.value or 0
        output = self._drawn.outputs[place]
        if not output.rows:
            return
        row = output.rows[self._row.value - 1]
        sentences = row_sentences(self._drawn, row, output.label, output.base_value)
        self._sentences.value = "".join(f"<p>{esc(sentence)}</p>" for sentence in sentences)
        self._waterfall.draw(waterfall_figure(self._drawn, self._row.value - 1, place))


def _gate(explanation: Explanation) -> str:
    if explanation.gate_error is None:
        return ""
    return f"The model's trees, as read here, say what the model says within {explanation.gate_error:.1e}. "


_NONE = "<p>This run has no explanation; its notes say why.</p>"


def _is_over(state: SessionState) -> bool:
    return state.view is not None and state.view.is_over
