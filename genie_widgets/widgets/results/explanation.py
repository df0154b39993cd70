"""What moves the predictions: over all explained rows, by column, by group, and for each row."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.language import mark, tr
from genie_widgets.render import (
    beeswarm_figure,
    classes_figure,
    compared_figure,
    dependence_figure,
    esc,
    how_html,
    importance_figure,
    problems_html,
    row_sentences,
    waterfall_figure,
)
from genie_widgets.schema import Explanation, Part
from genie_widgets.session import Session, SessionState
from genie_widgets.widgets.elements import choose, field, html, show, with_classes
from genie_widgets.widgets.plot import Plot
from genie_widgets.widgets.step import Tab


class ExplanationTab(Tab):
    """Importance, classes, every explained row; one column, two groups and one row at a time."""

    title = mark("Explanation")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._note, self._further, self._cautions, self._of_part = html(), html(), html(), html()
        self._part: Part | None = None
        self._output = w.Dropdown(description=tr("Answer explained"))
        self._column = w.Dropdown(description=tr("Column"))
        self._by = w.Dropdown(description=tr("Groups by"))
        self._row = w.BoundedIntText(description=tr("Row"), min=1, max=1, value=1)
        self._row_output = w.Dropdown(description=tr("Answer explained"))
        self._importance, self._classes, self._beeswarm, self._dependence = Plot(), Plot(), Plot(), Plot()
        self._compared, self._waterfall = Plot(), Plot()
        self._no_groups, self._sentences = html(), html()
        self._cell, self._row_cell = field(self._output), field(self._row_output)
        self._drawn: Explanation | None = None
        self.on_change(self._output, lambda _value: self._draw())
        self.on_change(self._column, lambda _value: self._draw_column())
        self.on_change(self._by, lambda _value: self._draw_groups())
        self.on_change(self._row, lambda _value: self._turn_to_row())
        self.on_change(self._row_output, lambda _value: self._draw_row())
        self._body = w.VBox(
            [
                with_classes(w.Box([self._cell]), "g-fields"),
                self._importance.root,
                self._classes.root,
                self._beeswarm.root,
                html(f"<h3>{esc(tr('One column at a time'))}</h3>"),
                with_classes(w.Box([field(self._column)]), "g-fields"),
                self._dependence.root,
                html(f"<h3>{esc(tr('Groups of rows compared'))}</h3>"),
                with_classes(w.Box([field(self._by)]), "g-fields"),
                self._no_groups,
                self._compared.root,
                html(f"<h3>{esc(tr('One row at a time'))}</h3>"),
                with_classes(w.Box([field(self._row), self._row_cell]), "g-fields"),
                self._sentences,
                self._waterfall.root,
            ]
        )
        self.root = w.VBox([self._note, self._further, self._of_part, self._cautions, self._body])

    def render(self, state: SessionState) -> None:
        """Draw the run's explanation, once it is there."""
        explanation = state.result.explanation if state.result is not None else None
        if _is_over(state):
            self.session.refine()
        self._further.value = f'<p class="g-mut">{esc(_further(explanation))}</p>' if state.is_refining else ""
        show(self._body, explanation is not None)
        if explanation is None:
            none = "" if state.is_refining else tr("This run has no explanation; its notes say why.")
            told = none if _is_over(state) else tr("The explanation is not there yet.")
            self._note.value = f"<p>{esc(told)}</p>" if told else ""
            self._cautions.value = self._of_part.value = ""
            return
        if explanation is not self._drawn:
            self._show(explanation)
        if state.part != self._part:
            self._show_part(state.part)

    def _show(self, explanation: Explanation) -> None:
        # A better explanation of the same rows leaves the person where they were.
        is_new = self._drawn is None or _labels(self._drawn) != _labels(explanation)
        self._drawn = explanation
        self._note.value = how_html(explanation)
        self._cautions.value = problems_html(explanation.cautions)
        options = [(output.label, place) for place, output in enumerate(explanation.outputs)]
        opening = explanation.opening
        choose(self._output, options, opening if is_new else self._output.value)
        show(self._cell, len(options) > 1)
        show(self._row_cell, len(options) > 1)
        columns = [item.column for item in explanation.outputs[opening].importance]
        for control in (self._column, self._by):
            choose(control, [(name, name) for name in columns], columns[0] if is_new and columns else control.value)
        self._row.max = max(1, len(explanation.outputs[0].rows))
        self._row.description = tr("Row (1 to {last:,})", last=self._row.max)
        self._draw()
        self._turn_to_row()

    def _show_part(self, part: Part | None) -> None:
        """Compare the group that is shown elsewhere with the others: the values of each row are those of all rows."""
        self._part = part
        if part is None:
            self._of_part.value = ""
            return
        told = tr(
            "All explained rows are shown here, not only those where {column} is {value}.",
            column=part.column,
            value=part.group,
        )
        if part.column in [name for name, _ in self._by.options]:
            self._by.value = part.column
            self._draw_groups()
            told += " " + tr("They are compared by {column} below.", column=part.column)
        self._of_part.value = f'<p class="g-mut">{esc(told)}</p>'

    def _draw(self) -> None:
        if self._drawn is None:
            return
        output = self._output.value or 0
        self._importance.draw(importance_figure(self._drawn, output))
        self._classes.draw(classes_figure(self._drawn))
        self._beeswarm.draw(beeswarm_figure(self._drawn, output))
        self._draw_column()
        self._draw_groups()

    def _draw_column(self) -> None:
        if self._drawn is not None and self._column.value is not None:
            self._dependence.draw(dependence_figure(self._drawn, self._column.value, self._output.value or 0))

    def _draw_groups(self) -> None:
        if self._drawn is not None and self._by.value is not None:
            drawn = compared_figure(self._drawn, self._by.value, self._output.value or 0)
            self._compared.draw(drawn)
            alike = f"<p>{esc(tr('All explained rows are alike in that column.'))}</p>"
            self._no_groups.value = "" if drawn is not None else alike

    def _turn_to_row(self) -> None:
        """Show a row with the answer that the model gives it."""
        if self._drawn is None or not self._drawn.outputs[0].rows:
            return
        options = [(output.label, place) for place, output in enumerate(self._drawn.outputs)]
        choose(self._row_output, options, self._drawn.likeliest(self._row.value - 1))
        self._draw_row()

    def _draw_row(self) -> None:
        if self._drawn is None:
            return
        place = self._row_output.value or 0
        output = self._drawn.outputs[place]
        if not output.rows:
            return
        row = output.rows[self._row.value - 1]
        sentences = row_sentences(self._drawn, row, output.label, output.base_value)
        self._sentences.value = "".join(f"<p>{esc(sentence)}</p>" for sentence in sentences)
        self._waterfall.draw(waterfall_figure(self._drawn, self._row.value - 1, place))


def _labels(explanation: Explanation) -> list[str]:
    return [output.label for output in explanation.outputs]


def _further(explanation: Explanation | None) -> str:
    if explanation is None:
        return tr("The run had no time for it: the predictions are explained now.")
    return tr("The run had no time for more: this is worked out further while you look.")


def _is_over(state: SessionState) -> bool:
    return state.view is not None and state.view.is_over
