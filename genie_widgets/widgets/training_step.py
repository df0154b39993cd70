"""Step 4: the training as its events tell it, with a stop that keeps the best."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.language import mark, plural, tr
from genie_widgets.render import duration, esc, models_html, number, problem_html, problems_html, progress_html
from genie_widgets.schema import MetricValue
from genie_widgets.session import Session, SessionState, Stage, blockers
from genie_widgets.store import RunView, outlook
from genie_widgets.widgets.download import Download
from genie_widgets.widgets.elements import button, card, field, heading, html, row, show, with_classes
from genie_widgets.widgets.step import Step

MORE_TIME = ((mark("1 minute"), 60), (mark("5 minutes"), 300), (mark("15 minutes"), 900), (mark("1 hour"), 3600))


# What the time is planned for: a run's events name it in English.
_STAGES = {
    "training": mark("{time} training"),
    "scoring": mark("{time} scoring"),
    "refitting": mark("{time} training once more on all rows"),
    "explaining": mark("{time} explaining"),
    "files and record": mark("{time} files and record"),
}


class TrainingStep(Step):
    """Shows a run while it goes on, and how it ended."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._progress = html()
        self._problems = html()
        self._models = html()
        self._best = html()
        self._shares = html("", "g-mut")
        self._stop = button(tr("Stop and keep the best"), lambda: self.guarded(session.stop))
        self._why = html("", "g-mut")
        self._log = Download(tr("Download the log"))
        self._logged = ""
        self._back = button(tr("Back to the plan"), lambda: self.guarded(session.back_to_plan))
        self._salvage = button(
            tr("Use the models finished so far"), lambda: self.guarded(session.salvage), primary=True
        )
        self._seconds = w.Dropdown(
            description=tr("More time"),
            options=[(tr(time), seconds) for time, seconds in MORE_TIME],
            value=MORE_TIME[1][1],
        )
        self._extend = button(tr("Train on"), lambda: self.guarded(self._train_on))
        self._more = with_classes(w.Box([field(self._seconds), self._extend]), "g-fields", "g-more-time")
        self.root = card(
            heading(4, tr("Training")),
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
        self._shares.value = esc(_planned(view)) if state.stage == Stage.TRAINING else ""
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


def _planned(view: RunView) -> str:
    if not view.shares:
        return ""
    stages = [tr(_STAGES.get(stage, "{time}"), time=duration(seconds)) for stage, seconds in view.shares]
    return tr("Planned: {time_of_each_stage}.", time_of_each_stage=", ".join(stages))


def _best_so_far(state: SessionState, view: RunView) -> str:
    """Show the best model while others are trained: its honest score, and what more time may bring."""
    if state.stage != Stage.TRAINING or state.result is None or state.result.evaluation is None:
        return ""
    evaluation = state.result.evaluation
    metric = next((metric for metric in evaluation.metrics if metric.name == state.result.plan.metric), None)
    if metric is None:
        return ""
    return _best_html(state.result.best_model, metric, evaluation.n_rows, outlook(view))


def _best_html(model: str, metric: MetricValue, n_rows: int, expected: str) -> str:
    figure = number(metric.value)
    if metric.low is not None and metric.high is not None:
        figure = tr(
            "{figure} (likely {low} to {high})", figure=figure, low=number(metric.low), high=number(metric.high)
        )
    sentences = [
        plural(
            "{best_so_far}, {measure} {figure} on {n:,} row that no model has seen.",
            "{best_so_far}, {measure} {figure} on {n:,} rows that no model has seen.",
            n_rows,
            best_so_far=f"<b>{esc(tr('Best so far: {model}', model=model))}</b>",
            measure=esc(metric.label),
            figure=esc(figure),
        )
    ]
    if metric.baseline is not None:
        sentences.append(esc(tr("A trivial guess: {value}.", value=number(metric.baseline))))
    sentences.append(esc(tr("You can use it below while the others train.")))
    return f'<div class="g-best" role="status">{" ".join(sentences)}<p class="g-mut">{esc(expected)}</p></div>'


def _counted(view: RunView) -> str:
    """Count the models there are; one that failed or had no time is none."""
    n = sum(model.score_validation is not None for model in view.models)
    left_out = len(view.models) - n
    models = plural("{n} model", "{n} models", n)
    return plural("{models}, {n} left out", "{models}, {n} left out", left_out, models=models) if left_out else models


def _words(state: SessionState, view: RunView) -> str:
    if view.status == "waiting" and view.before:
        return plural(
            "Waiting for its turn: {n} training ends before it begins, in about {time}",
            "Waiting for its turn: {n} trainings end before it begins, in about {time}",
            view.before,
            time=duration(view.about_s),
        )
    if view.status == "waiting" and view.asks_cores:
        return plural(
            "Waiting in the cluster's queue until {n} core and {memory:.1f} GB of memory are free",
            "Waiting in the cluster's queue until {n} cores and {memory:.1f} GB of memory are free",
            view.asks_cores,
            memory=view.asks_memory_bytes / 10**9,
        )
    if view.status == "waiting":
        return tr("Starting the training process") if view.resumed_at is None else tr("Taking the run up again")
    if view.status == "done":
        return tr("Done in {time}: {models}", time=duration(view.elapsed_s), models=_counted(view))
    if view.status == "stopped":
        return tr("Stopped; the best model so far is kept")
    if state.stage == Stage.FAILED:
        interrupted, ended = tr("Interrupted; the models finished by then can be used"), tr("Ended without a model")
        return interrupted if view.can_salvage else ended
    if view.status == "stopping":
        return tr("Stopping, and keeping the best model so far")
    if view.current_model and view.stage == "training":
        return tr("{what}: {model}", what=view.text, model=view.current_model)
    return view.text
