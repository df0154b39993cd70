"""Predictions for new rows, and why each came out so."""

from __future__ import annotations

from pathlib import Path

import ipywidgets as w

from genie_widgets.language import mark, plural, tr
from genie_widgets.render import esc, how_html, problems_html, row_sentences, rows_html, waterfall_figure
from genie_widgets.schema import Problem, RunResult
from genie_widgets.session import PredictionsState, Remedy, Session, SessionState, blockers, drift_remedies
from genie_widgets.widgets.download import Download
from genie_widgets.widgets.elements import button, field, html, row, show, with_classes
from genie_widgets.widgets.plot import Plot
from genie_widgets.widgets.step import Tab
from genie_widgets.widgets.upload import Upload


class PredictTab(Tab):
    """Takes a file of new rows, shows their predictions, and explains the one asked for."""

    # Translators: verb, on a tab
    title = mark("Predict")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        settings = session.settings
        self._upload = Upload(
            settings.workspace / "uploads",
            lambda path, name: self.guarded(lambda: session.predict_upload(path, name)),
            max_bytes=settings.max_upload_bytes,
            label=tr("Choose a file of new rows"),
        )
        self._own = button(tr("Predict the table it learned from"), lambda: self.guarded(session.predict_own_table))
        self._own_note = html(f'<span class="g-mut">{esc(tr("Only to see how it works: it knows these rows."))}</span>')
        self._pasted = w.Textarea(description=tr("Or rows typed or pasted here, names of columns in the first line"))
        self._paste = button(tr("Predict these rows"), lambda: self.guarded(self._predict_pasted))
        self._why = html("", "g-mut")
        self._told, self._table = w.VBox(), html()
        self._download = Download(tr("Download the predictions"))
        self._number = w.BoundedIntText(description=tr("Row"), value=1, min=1, max=1)
        self._explain = button(tr("Why this prediction?"), self._ask_why)
        self._sentences, self._waterfall = html(), Plot()
        self._given: PredictionsState | None = None
        self._shown: tuple[tuple[Problem, ...], tuple[Remedy, ...]] | None = None
        number = with_classes(w.Box([field(self._number)]), "g-fields")
        self._more = w.VBox(
            [
                self._told,
                self._table,
                row(self._download),
                number,
                row(self._explain),
                self._sentences,
                self._waterfall.root,
            ]
        )
        pasted = w.VBox([field(self._pasted), row(self._paste)])
        self.root = w.VBox([self._upload, row(self._own, self._own_note), pasted, self._why, self._more])

    def _predict_pasted(self) -> None:
        if self._pasted.value.strip():
            self.session.predict(self._pasted.value.encode("utf-8", "replace"), name=tr("the rows typed here"))

    def _ask_why(self) -> None:
        self.guarded(lambda: self.session.explain_row(self._number.value - 1))

    def render(self, state: SessionState) -> None:
        """Show the last predictions, and the last explanation of one of them."""
        reasons = blockers(state, "predict")
        self._own.disabled = self._explain.disabled = self._paste.disabled = bool(reasons)
        self._why.value = esc(" ".join(reasons))
        predictions = state.predictions
        show(self._more, predictions is not None)
        if predictions is not None and predictions is not self._given:
            self._show(predictions, state.result)
        self._tell(predictions.problems if predictions is not None else (), drift_remedies(state))
        self._given = predictions
        self._show_why(state)

    def _show(self, predictions: PredictionsState, result: RunResult | None) -> None:
        caption = plural(
            "The first of {n:,} row of {table}, predictions first",
            "The first of {n:,} rows of {table}, predictions first",
            predictions.n_rows,
            table=predictions.name,
        )
        decision = result.decision if result is not None else None
        chosen = esc(tr("That was chosen under Decide."))
        decided = f"<p>{esc(decision.words[0])} {chosen}</p>" if decision is not None else ""
        self._table.value = decided + rows_html(predictions.columns, predictions.preview, caption)
        self._number.max = max(1, predictions.n_rows)
        self._download.offer(Path(predictions.path), "predictions.csv")

    def _tell(self, problems: tuple[Problem, ...], offered: tuple[Remedy, ...]) -> None:
        """Show what is to be known of the new rows, and below each warning what can be done about it."""
        if (problems, offered) == self._shown:
            return
        self._shown = problems, offered
        told: list[w.Widget] = []
        for problem in problems:
            buttons = [self._remedy(remedy) for remedy in offered if remedy.about == problem.key]
            told += [html(problems_html([problem])), *([row(*buttons)] if buttons else ())]
        self._told.children = told

    def _remedy(self, remedy: Remedy) -> w.Button:
        return button(remedy.words, lambda: self.guarded(lambda: self.session.take_remedy(remedy)))

    def _show_why(self, state: SessionState) -> None:
        explanation = state.row_explanation
        if explanation is None or not explanation.outputs[0].rows:
            self._sentences.value = ""
            self._waterfall.draw(None)
            return
        # Of several classes, the one that was predicted is the one asked about.
        place = explanation.likeliest(0)
        output = explanation.outputs[place]
        sentences = row_sentences(explanation, output.rows[0], output.label, output.base_value)
        told = "".join(f"<p>{esc(sentence)}</p>" for sentence in sentences)
        self._sentences.value = problems_html(explanation.cautions) + told + how_html(explanation)
        self._waterfall.draw(waterfall_figure(explanation, 0, place), tr("Row {row:,}", row=state.explained_row + 1))
