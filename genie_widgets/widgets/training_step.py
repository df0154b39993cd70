"""Step 4: the training as its events tell it, with a stop that keeps the best."""

from __future__ import annotations

from genie_widgets.render import duration, esc, models_html, problem_html, problems_html, progress_html
from genie_widgets.session import Session, SessionState, Stage, blockers
from genie_widgets.store import RunView
from genie_widgets.widgets.download import Download
from genie_widgets.widgets.elements import button, card, heading, html, row, show
from genie_widgets.widgets.step import Step


class TrainingStep(Step):
    """Shows a run while it goes on, and how it ended."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._progress = html()
        self._problems = html()
        self._models = html()
        self._stop = button("Stop and keep the best", lambda: self.guarded(session.stop))
        self._why = html("", "g-mut")
        self._log = Download("Download the log")
        self._logged = ""
        self._back = button("Back to the plan", lambda: self.guarded(session.back_to_plan))
        self.root = card(
            heading(4, "Training"),
            self._progress,
            self._problems,
            self._models,
            row(self._stop, self._log, self._back, self._why),
            name="training",
        )

    def render(self, state: SessionState) -> None:
        """Show the run; nothing before there is one."""
        show(self.root, bool(state.run_id))
        if not state.run_id:
            return
        view = state.view or RunView()
        limit = view.time_limit_s or (state.plan.time_limit_s if state.plan is not None else 0)
        self._progress.value = progress_html(
            fraction=view.fraction, text=_words(state, view), elapsed_s=view.elapsed_s, limit_s=limit
        )
        problem = problem_html(view.problem) if view.problem is not None else ""
        self._problems.value = problem + problems_html(view.warnings)
        best = view.best.model if view.best is not None else ""
        if state.stage == Stage.DONE:
            self._models.value = ""  # the results show them
        else:
            self._models.value = models_html(view.models, view.current_model, best)
        reasons = blockers(state, "stop")
        self._stop.disabled = bool(reasons)
        self._why.value = esc(" ".join(reasons)) if state.stage == Stage.TRAINING else ""
        show(self._stop, state.stage == Stage.TRAINING)
        show(self._back, state.stage in (Stage.DONE, Stage.FAILED))
        show(self._log, state.stage == Stage.FAILED)
        self._offer_log(state)

    def _offer_log(self, state: SessionState) -> None:
        run = self.session.run
        if run is not None and run.id == state.run_id and self._logged != run.id:
            self._logged = run.id
            self._log.offer(run.log_path, "genie-log.txt")


def _words(state: SessionState, view: RunView) -> str:
    if view.status == "waiting":
        return "Starting the training process"
    if view.status == "done":
        return f"Done in {duration(view.elapsed_s)}: {len(view.models)} models"
    if view.status == "stopped":
        return "Stopped; the best model so far is kept"
    if state.stage == Stage.FAILED:
        return "Ended without a model"
    if view.status == "stopping":
        return "Stopping, and keeping the best model so far"
    current = f": {view.current_model}" if view.current_model and view.stage == "training" else ""
    return f"{view.text}{current}"
