"""The panel: the steps in the order of the journey, drawn by one thread at most five times a second."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from genie_widgets.data import samples
from genie_widgets.language import nearest, speak, spoken, tr
from genie_widgets.render import esc, style
from genie_widgets.session import Run, Session, SessionState, Stage
from genie_widgets.widgets.bridge import Bridge
from genie_widgets.widgets.code_step import CodeStep
from genie_widgets.widgets.data_step import DataStep
from genie_widgets.widgets.elements import close_all, html, with_classes
from genie_widgets.widgets.history_step import HistoryStep
from genie_widgets.widgets.language_choice import language_choice, wanted
from genie_widgets.widgets.notice import Notice
from genie_widgets.widgets.plan_step import PlanStep
from genie_widgets.widgets.prompt_step import PromptStep
from genie_widgets.widgets.results_step import ResultsStep
from genie_widgets.widgets.step import Later, Step
from genie_widgets.widgets.training_step import TrainingStep

if TYPE_CHECKING:
    import pandas as pd

    from genie_widgets.data import Table
    from genie_widgets.schema import Plan

# Faster than this, a browser that is slow or gone makes the server pile up messages.
PAINT_INTERVAL_S = 0.2
# The step that is looked at next, by stage.
_NEXT = {
    Stage.PROFILED: "prompt",
    Stage.PLANNED: "plan",
    Stage.ASKED: "plan",
    Stage.REFUSED: "plan",
    Stage.TRAINING: "training",
    Stage.DONE: "results",
    Stage.FAILED: "training",
}


class Genie(w.VBox):
    """The panel, for a notebook cell or a Voila page.

    Parameters
    ----------
    table : str, Path, bytes, DataFrame or Table, optional
        A table to start with.
    prompt : str
        A sentence to start with.
    name : str
        What to call the table; empty: a file's own name, "table" for a DataFrame.
    session : Session, optional
        The session to show; None makes one from the environment.
    language : str
        What to speak, as a tag ("de"); empty: what the person chose before, the host's, or the browser's language.
        All texts of a process are in one language.
    """

    def __init__(
        self,
        table: str | Path | bytes | pd.DataFrame | Table | None = None,
        prompt: str = "",
        *,
        name: str = "",
        session: Session | None = None,
        language: str = "",
    ) -> None:
        if language:
            speak(language)
        self.session = session or Session()
        self.session.get_ready()
        self._bridge = Bridge(self.session.rest)
        self._is_told = bool(language)
        self._language = self._wanted_language = spoken()
        self._head, self._steps = self._made()
        self._latest = self.session.state
        self._painted: SessionState | None = None
        self._shown_stage: Stage | None = None
        self._wake = threading.Condition()
        self._closed = False
        self._unseen = (html(f"<style>{style()}</style>"), self._bridge)
        super().__init__([*self._unseen, *self._shown()])
        self._bridge.language = self._language
        self._paint(self._latest)
        self._bridge.observe(self._on_address, "answered")
        self._unsubscribe = self.session.subscribe(self._on_state)
        threading.Thread(target=self._paint_changes, name="genie-painter", daemon=True).start()
        if prompt:
            self.session.set_prompt(prompt)
        if table is not None:
            self.session.load_table(table, name=name or None)

    @property
    def table(self) -> Table | None:
        """The table that was read."""
        return self.session.table

    @property
    def plan(self) -> Plan | None:
        """The plan as it stands."""
        return self.session.state.plan

    @property
    def run(self) -> Run | None:
        """The run that is trained or shown."""
        return self.session.run

    def close(self) -> None:
        """Take the panel away and let go of its processes; a training goes on by itself."""
        with self._wake:
            if self._closed:
                return  # a widget that is forgotten is closed once more
            self._closed = True
            self._wake.notify_all()
        self._unsubscribe()
        self.session.close()
        super().close()

    def wait_painted(self, timeout_s: float = 30.0) -> bool:
        """Wait until the panel shows the session's present state; for scripts and tests."""
        with self._wake:
            return self._wake.wait_for(lambda: self._painted is self.session.state and self._is_painted(), timeout_s)

    def _made(self) -> tuple[w.Box, list[Step]]:
        """Make the head and the steps, in the language that is spoken."""
        head = with_classes(w.Box([html(_head_html()), language_choice(self._choose_language)]), "g-head")
        return head, [
            Notice(self.session),
            DataStep(self.session),
            PromptStep(self.session),
            Later(self.session, PlanStep, lambda state: state.answer is not None),
            Later(self.session, TrainingStep, lambda state: bool(state.run_id)),
            Later(self.session, ResultsStep, lambda state: state.result is not None),
            CodeStep(self.session),
            HistoryStep(self.session),
        ]

    def _shown(self) -> list[w.Widget]:
        return [self._head, *(step.root for step in self._steps)]

    def _choose_language(self, language: str) -> None:
        self._bridge.keep = language
        self._want_language(language)

    def _want_language(self, language: str) -> None:
        """Have the painter, which alone draws, make the panel anew in a language."""
        with self._wake:
            self._wanted_language = nearest(language)
            self._wake.notify_all()

    def _translate(self, language: str) -> None:
        """Make all of the panel anew; what was said before stays as it was said."""
        speak(language)
        self._language = self._bridge.language = language
        old = self._shown()
        self._head, self._steps = self._made()
        self.children = (*self._unseen, *self._shown())
        for widget in old:
            close_all(widget)

    def _on_state(self, state: SessionState) -> None:
        with self._wake:
            self._latest = state
            self._wake.notify_all()

    def _is_painted(self) -> bool:
        return self._painted is self._latest and self._language == self._wanted_language

    def _paint_changes(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._closed or not self._is_painted())
                if self._closed:
                    return
                state, language = self._latest, self._wanted_language
            if language != self._language:
                self._translate(language)
            self._paint(state)
            with self._wake:
                self._wake.wait_for(lambda: self._closed, PAINT_INTERVAL_S)

    def _paint(self, state: SessionState) -> None:
        for step in self._steps:
            try:
                step.paint(state)
            except Exception as error:
                self._report(error)
        if state.stage != self._shown_stage:
            self._shown_stage = state.stage
            self._dom_classes = ("genie", f"g-stage-{state.stage}")
            self._bridge.look_at = _NEXT.get(state.stage, "")
        self._bridge.run = state.run_id
        with self._wake:
            self._painted = state
            self._wake.notify_all()

    def _report(self, error: Exception) -> None:
        # One report for one kind of error: reporting changes the state, which is painted again.
        problem = self.session.state.problem
        if problem is None or problem.code != "unexpected":
            self.session.report(error)

    def _on_address(self, _change: Any) -> None:
        query = self._bridge.query
        if not self._is_told:
            self._want_language(wanted(self._bridge.heard))
        if query.get("person"):
            self.session.identify(str(query["person"]))
        if query.get("run"):
            self.session.open_run(str(query["run"]))
        elif query.get("sample") in {sample.name for sample in samples()}:
            self.session.load_sample(str(query["sample"]))


def _head_html() -> str:
    said = esc(tr("A table and a question become a model that you can check, use and take away."))
    return f"<h1>Genie</h1><p class='g-mut'>{said}</p>"
