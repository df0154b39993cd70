"""Step 4: the training as its events tell it, with a stop that keeps the best."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.render import duration, esc, models_html, number, problem_html, problems_html, progress_html
from genie_widgets.session import Session, SessionState, Stage, blockers
from genie_widgets.store import RunView, outlook
from genie_widgets.widgets.download import Download
from genie_widgets.widgets.elements import button, card, field, heading, html, row, show, with_classes
from genie_widgets.widgets.step import Step

MORE_TIME = (("1 minute", 60), ("5 minutes", 300), ("15 minutes", 900), ("1 hour", 3600))


class TrainingStep(Step):
    """Shows a run while it goes on, and how it ended."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._progress = html()
        self._problems = html()
        self._models = html()
        self._best = html()
        self._shares = html("", "g-mut")
        self._stop = button("Stop and keep the best", lambda: self.guarded(session.stop))
        self._why = html("", "g-mut")
        self._log = Download("Download the log")
        self._logged = ""
        self._back = button("Back to the plan", lambda: self.guarded(session.back_to_plan))
        self._salvage = button("Use the models finished so far", lambda: self.guarded(session.salvage), primary=True)
        self._seconds = w.Dropdown(description="More time", options=MORE_TIME, value=MORE_TIME[1][1])
        self._extend = button("Train on", lambda: self.guarded(self._train_on))
        self._more = with_classes(w.Box([field(self._seconds), self._extend]), "g-fields", "g-more-time")
        self.root = card(
            heading(4, "Training"),
            self._progress,
            self._shares,
            self._problems,
            self._best,
            self._models,
            row(self._stop, self._salvage, self._log, self._back, self._why),
            self._more,
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
        planned = ", ".join(f"{duration(seconds)} {stage}" for stage, seconds in view.shares)
        self._shares.value = f"Planned: {esc(planned)}." if planned and state.stage == Stage.TRAINING else ""
        problem = problem_html(view.problem) if view.problem is not None else ""
        self._problems.value = problem + problems_html(view.warnings)
        self._best.value = _best_so_far(state, view)
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
        show(self._salvage, view.can_salvage)
        show(self._more, not blockers(state, "extend"))
        self._offer_log(state)

    def _train_on(self) -> None:
        self.session.extend(self._seconds.value)

    def _offer_log(self, state: SessionState) -> None:
        run = self.session.run
        if run is not None and run.id == state.run_id and self._logged != run.id:
            self._logged = run.id
            self._log.offer(run.log_path, "genie-log.txt")


def _best_so_far(state: SessionState, view: RunView) -> str:
    """Show the best model while others are trained: its honest score, and what more time may bring."""
    if state.stage != Stage.TRAINING or state.result is None or state.result.evaluation is None:
        return ""
    evaluation = state.result.evaluation
    metric = next((metric for metric in evaluation.metrics if metric.name == state.result.plan.metric), None)
    if metric is None:
        return ""
    interval = (
        f" (likely {number(metric.low)} to {number(metric.high)})"
        if metric.low is not None and metric.high is not None
        else ""
    )
    baseline = f" A trivial guess: {number(metric.baseline)}." if metric.baseline is not None else ""
    return (
        f'<div class="g-best" role="status"><b>Best so far: {esc(state.result.best_model)}</b>, '
        f"{esc(metric.label)} {number(metric.value)}{interval} on {evaluation.n_rows:,} rows that no model has seen."
        f"{baseline} You can use it below while the others train."
        f'<p class="g-mut">{esc(outlook(view))}</p></div>'
    )


def _counted(view: RunView) -> str:
    """Count the models there are; one that failed or had no time is none."""
    n = sum(model.score_validation is not None for model in view.models)
    left_out = len(view.models) - n
    return ("1 model" if n == 1 else f"{n} models") + (f", {left_out} left out" if left_out else "")


def _words(state: SessionState, view: RunView) -> str:
    if view.status == "waiting" and view.before:
        others = "1 training ends" if view.before == 1 else f"{view.before} trainings end"
        return f"Waiting for its turn: {others} before it begins, in about {duration(view.about_s)}"
    if view.status == "waiting":
        return "Starting the training process" if view.resumed_at is None else "Taking the run up again"
    if view.status == "done":
        return f"Done in {duration(view.elapsed_s)}: {_counted(view)}"
    if view.status == "stopped":
        return "Stopped; the best model so far is kept"
    if state.stage == Stage.FAILED:
        return "Interrupted; the models finished by then can be used" if view.can_salvage else "Ended without a model"
    if view.status == "stopping":
        return "Stopping, and keeping the best model so far"
    current = f": {view.current_model}" if view.current_model and view.stage == "training" else ""
    return f"{view.text}{current}"
