"""A run from its request to its last word; every step tells what it does in the event log."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

import genie_widgets.store
from genie_widgets.language import plural, speak, tr
from genie_widgets.machine import Machine
from genie_widgets.schema import (
    METRICS,
    Artefact,
    Evaluation,
    Explanation,
    Finished,
    LeaderboardRow,
    ModelFinished,
    ModelStarted,
    Problem,
    ResultUpdated,
    RunRequest,
    RunResult,
    RunStarted,
    SplitMade,
    StageChanged,
    StopRequested,
    Warned,
)
from genie_widgets.schema.messages import RunStage
from genie_widgets.store import RunFolder, costs, note_cost, oom_kills
from genie_widgets.store.files import write_atomically
from genie_widgets.worker.allotment import WHOLE_MACHINE, Allotment
from genie_widgets.worker.budget import ROOM, TOLERATED_OVERRUN, Budget, guessed_slowness, plan_budget
from genie_widgets.worker.cautions import with_cautions
from genie_widgets.worker.incidents import problem_of
from genie_widgets.worker.outputs import explain_rows
from genie_widgets.worker.recorder import Recorder
from genie_widgets.worker.share import Share
from genie_widgets.worker.to_explain import BACKGROUND_ROWS, EXPLAINED_ROWS, ToExplain

if TYPE_CHECKING:
    from genie_widgets.evaluate import Split
    from genie_widgets.train import Fitting, Hooks, TrainedModel

EXAMPLE_ROWS = 5
# Where the time has run out, an explanation of fewer rows: what an explanation takes at least grows with them. What it
# takes of a core, whatever it explains, must be there.
LEAST_EXPLAINED_S, FEW_EXPLAINED_ROWS, FEW_BACKGROUND_ROWS = 1.0, 30, 50
EXPLAINING_COSTS_S = 0.25
# Compiling takes 13 s of a core, once on a machine.
MOST_COMPILING_S = 20.0
# Scoring each model on the holdout rows is a courtesy: it must not cost the run its budget.
MAX_LEADERBOARD_ROWS = 5_000
# On busy cores what follows takes its seconds: a first model is all that can be had.
LEAST_TRAINING_S, LEAST_TRAINING_BUSY_S = 6.0, 4.6
# Code in which nothing may be interrupted: what it writes is whole.
STORE = str(Path(genie_widgets.store.__file__).parent)


@dataclass
class Run:
    """What a run knows while it goes on."""

    folder: RunFolder
    request: RunRequest
    budget: Budget
    on_stuck: Callable[[], None] = lambda: None
    timings: dict[str, float] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)
    stop_told: bool = False
    is_stopped: bool = False
    allotment: Allotment = WHOLE_MACHINE
    share: Share = field(default_factory=Share)

    @property
    def machine(self) -> Machine:
        """The machine as it is now, as far as the run may use it."""
        return self.allotment.machine(self.folder.path)

    def slowness(self) -> float:
        """Seconds that a second of work takes here: as seen of late, or as guessed where nothing was seen yet."""
        return self.share.slowness() or guessed_slowness(self.machine)

    def plan_anew(self) -> None:
        """Share out the seconds by what was seen of the machine since."""
        self.budget = self.budget.at(self.slowness())

    def should_stop(self) -> bool:
        """Whether a person asked to stop; the log is told once."""
        if not self.folder.stop_requested():
            return False
        if not self.stop_told:
            self.stop_told = True
            self.folder.append(StopRequested())
        return True

    def stop_from_now(self) -> Callable[[], bool] | None:
        """Give what tells of a wish to stop; None if it came before: what it leaves to be done is done in its time."""
        return None if self.is_stopped or self.should_stop() else self.should_stop

    def warn(self, problem: Problem) -> None:
        """Tell something that a person should know; it stays with the result."""
        self.notes.append(problem)
        self.folder.append(Warned(problem=problem))

    def enter(self, stage: RunStage, text: str) -> None:
        """Enter a stage."""
        self.folder.append(StageChanged(stage=stage, text=text))

    def timed(self, name: str, since: float) -> None:
        """Note a stage's seconds."""
        self.timings[name] = round(time.monotonic() - since, 3)

    def learn(self, step: str, seconds: float) -> None:
        """Have later runs on this machine know what a step needs; a cluster's nodes are another machine."""
        if not self.allotment.cores:
            n_rows = self.request.profile.n_rows
            note_cost(self.folder.queue, step, n_rows, took_s=seconds, planned_s=self.budget.usual.get(step, 0.0))

    def learn_work(self, step: str, seconds: float) -> None:
        """Learn of a step what it would take on a free core."""
        self.learn(step, seconds / self.slowness())

    def attempt(self, what: str, step: Callable[[], None], passing: tuple[type[Exception], ...] = ()) -> None:
        """Do a step that the run can do without: if it fails, the run says so and goes on."""
        try:
            step()
        except passing:
            raise
        except Exception as error:
            self.warn(problem_of(error, what).model_copy(update={"severity": "warning"}))

    def attempt_in_time(
        self, what: str, step: Callable[[], None], *, keeping_s: float = 0.0, least_s: float = 0.0
    ) -> bool:
        """Do a step that the run can do without, as `attempt` does, and end it where it would break the promise.

        Parameters
        ----------
        what : str
            What did not work if it fails, as a sentence without its full stop.
        step : callable
            May be interrupted anywhere but in what the store writes.
        keeping_s : float
            Seconds that are kept back for what follows.
        least_s : float
            Seconds that it has in any case.

        Returns
        -------
        bool
            False where it was not begun, or not done when it was ended.
        """
        from genie_widgets.train import FitInterruptedError, Interrupter

        began = time.monotonic()

        def is_late() -> bool:
            late = self.budget.until_end_s(keeping_s=keeping_s) <= 0
            return late and time.monotonic() - began >= least_s

        if is_late():
            return False
        try:
            with Interrupter(is_late, spared=(STORE,)):
                self.attempt(what, step, passing=(FitInterruptedError,))
        except FitInterruptedError:
            return False
        return True

    def leave_out(self, title: str, severity: Literal["info", "warning"] = "warning") -> None:
        """Tell that there was no time for something."""
        self.warn(
            Problem(
                code="left-out",
                title=title,
                remedy=tr("Give the run more time."),
                culprit="time limit",
                severity=severity,
            )
        )


def run_pipeline(
    folder: RunFolder,
    *,
    began_at: float | None = None,
    on_stuck: Callable[[], None] = lambda: None,
    allotment: Allotment = WHOLE_MACHINE,
) -> TrainedModel | None:
    """Train, score, explain, export and record a run.

    Parameters
    ----------
    folder : RunFolder
        With its request and table; the caller holds its lock.
    began_at : float, optional
        When its turn came, where it waited for that: seconds that were waited are not taken from those given.
    on_stuck : callable
        Called from another thread if a fit should end and cannot be interrupted.
    allotment : Allotment
        What of the machine it may use.

    Returns
    -------
    TrainedModel or None
        None where the run failed; the log says why.
    """
    request = folder.read_request()
    speak(request.language)
    return carry_out(
        folder,
        request,
        _train,
        started_at=began_at or request.created_at,
        what=tr("The training did not end well"),
        on_stuck=on_stuck,
        allotment=allotment,
    )


def carry_out(
    folder: RunFolder,
    request: RunRequest,
    train: Callable[[Run, Split], TrainedModel],
    *,
    started_at: float,
    what: str,
    on_stuck: Callable[[], None] = lambda: None,
    notes: tuple[Problem, ...] = (),
    stopped: bool = False,
    allotment: Allotment = WHOLE_MACHINE,
) -> TrainedModel | None:
    """Carry a run out to its last word.

    Parameters
    ----------
    folder : RunFolder
        With its table; the caller holds its lock.
    request : RunRequest
        Its plan's time limit is for everything.
    train : callable
        Gives the model.
    started_at : float
        Seconds since 1970 from which the budget counts.
    what : str
        What did not work if it fails, as a sentence without its full stop.
    on_stuck : callable
        Called from another thread if a fit should end and cannot be interrupted.
    notes : tuple of Problem
        What is known of the run before it begins.
    stopped : bool
        Its end is that of a run that was stopped.
    allotment : Allotment
        What of the machine it may use.

    Returns
    -------
    TrainedModel or None
        None where the run failed; the log says why.
    """
    limit = request.plan.time_limit_s
    allotment = allotment.tried()
    slowness = guessed_slowness(allotment.machine(folder.path))
    n_rows = request.profile.n_rows
    learned = {} if allotment.cores else costs(folder.queue, n_rows)
    budget = plan_budget(started_at, limit, n_rows, slowness=slowness, costs=learned)
    folder.append(RunStarted(time_limit_s=limit, shares=budget.shares, oom_kills=oom_kills()))
    run = Run(folder, request, budget, on_stuck, notes=list(notes), is_stopped=stopped, allotment=allotment)
    return _to_the_end(run, train, what)


def _to_the_end(run: Run, train: Callable[[Run, Split], TrainedModel], what: str) -> TrainedModel | None:
    recorder = Recorder(run.folder)
    try:
        run.folder.take_ballast()
        split = set_apart(run)
        return finish(run, recorder, train(run, split), split)
    except Exception as error:
        recorder.abandon()
        run.folder.fail(problem_of(error, what), total_s=_since(run))
        return None
    finally:
        run.folder.drop_ballast()


def finish(run: Run, recorder: Recorder, model: TrainedModel, split: Split) -> TrainedModel:
    """Score a model, train it on all rows if there is time, explain, export and record what is taken away; give that.

    Once it was trained on all rows, none is untouched: nothing is measured of it any more. The other models, which
    never saw those that were kept apart, are compared on them when what is waited for has been shown.
    """
    from genie_widgets.worker.folding import out_of_fold
    from genie_widgets.worker.refitting import refitted

    before = run.folder.read_result()
    result = _tell_gain(run, before, _score(run, model, split))
    delivered, result = refitted(run, model, split, result)
    result = _explain(run, delivered, split, result)
    result = out_of_fold(run, model, split, _compare(run, model, split, result))
    result = _export(run, delivered, model.fit_arguments, split, result)
    _end(run, recorder, result)
    return delivered


def set_apart(run: Run) -> Split:
    """Set rows apart for the score; the same rows whenever it is called for the same run."""
    from genie_widgets.evaluate import split as split_rows
    from genie_widgets.evaluate import without_left_out

    started = time.monotonic()
    request, plan = run.request, run.request.plan
    run.enter("preparing", tr("Setting rows aside for an honest score"))
    frame = without_left_out(pd.read_parquet(run.folder.table_path), plan)
    columns = plan.feature_columns(request.profile.column_names)
    needed = [*columns, plan.target]
    if plan.validation.column is not None and plan.validation.column not in needed:
        needed.append(plan.validation.column)
    split = split_rows(frame[needed], plan, seed=request.seed)
    for problem in split.problems:
        run.warn(problem)
    split = replace(split, train=_learnable(run, split.train, len(columns)))
    run.folder.append(SplitMade(n_train=len(split.train), n_holdout=len(split.holdout), how=split.how))
    run.timed("preparing", started)
    return split


def _learnable(run: Run, rows: pd.DataFrame, n_columns: int) -> pd.DataFrame:
    """Take as many rows as the time and the memory allow; a run that was taken up again keeps those it had."""
    from genie_widgets.train import rows_that_fit, sample_rows

    plan, seed = run.request.plan, run.request.seed
    machine = run.machine
    before = next((event.n_train for event in run.folder.events() if isinstance(event, SplitMade)), None)
    fitting = rows_that_fit(len(rows), n_columns, run.budget.training_left_s(), machine)
    wanted = fitting.n_rows if before is None else before
    taken = sample_rows(rows, wanted, plan, seed=seed) if wanted < len(rows) else rows
    if len(taken) < len(rows):
        run.warn(_sampled(run, len(taken), len(rows), fitting))
    if machine.is_busy:
        run.warn(_busy(machine))
    return taken


def _sampled(run: Run, n_taken: int, n_rows: int, fitting: Fitting) -> Problem:
    if fitting.limit == "memory":
        title = tr(
            "The models learn from {n_taken:,} of {n_rows:,} rows: more would not fit into the free memory.",
            n_taken=n_taken,
            n_rows=n_rows,
        )
        remedy = tr("A machine with more memory, or fewer columns, would let it use more of them.")
    else:
        # In steps of ten seconds: nobody knows it better. What was given is too little, whatever became of it.
        needed = max(fitting.seconds_for_all + run.budget.reserve_s, run.budget.limit_s + 10)
        seconds = 10 * math.ceil(needed / 10)
        title = tr(
            "The models learn from {n_taken:,} of {n_rows:,} rows: more would not fit into the time.",
            n_taken=n_taken,
            n_rows=n_rows,
        )
        remedy = tr("A run of about {seconds:,} seconds would use all of them.", seconds=seconds)
    return Problem(
        code="sampled",
        title=title,
        remedy=remedy,
        culprit="rows",
        severity="info",
    )


def _busy(machine: Machine) -> Problem:
    return Problem(
        code="machine-busy",
        title=plural(
            "Other programs keep this machine busy, so each model gets {threads} of {n} core, and fewer models fit "
            "into the time.",
            "Other programs keep this machine busy, so each model gets {threads} of {n} cores, and fewer models fit "
            "into the time.",
            machine.usable_cores,
            threads=machine.threads,
        ),
        remedy=tr("Train when it is quieter, or give the run more time."),
        culprit="machine",
        severity="info",
    )


def _train(run: Run, split: Split) -> TrainedModel:
    from genie_widgets.train import fit

    started = time.monotonic()
    plan = run.request.plan
    run.enter("training", tr("Training models"))
    columns = plan.feature_columns(run.request.profile.column_names)
    with run.allotment.nodes(plan, run.folder.predictor_path) as nodes:
        model = fit(
            split.train[[*columns, plan.target]],
            plan,
            path=run.folder.predictor_path,
            time_limit_s=training_seconds(run),
            machine=run.machine,
            hooks=hooks_of(run, split),
            nodes=nodes,
        )
    run.timed("training", started)
    return model


def hooks_of(run: Run, split: Split) -> Hooks:
    """Make a fit tell the run's log, and score the best so far between two models."""
    from genie_widgets.train import Hooks
    from genie_widgets.worker.early import EarlyResult

    greater = METRICS[run.request.plan.metric].greater_is_better
    early = EarlyResult(run, split)
    best: list[float] = []

    def started_one(model: str) -> None:
        run.folder.append(ModelStarted(model=model))

    def finished(model: str, score: float | None, seconds: float, reason: str) -> None:
        is_best = score is not None and (not best or (score > best[-1] if greater else score < best[-1]))
        if is_best and score is not None:
            best.append(score)
            early.is_stale = True
        run.folder.append(
            ModelFinished(
                model=model,
                score_validation=score,
                metric=run.request.plan.metric,
                fit_s=seconds,
                is_best=is_best,
                reason=reason,
            )
        )

    return Hooks(
        on_model_started=started_one,
        on_model_finished=finished,
        between_models=early.update,
        should_stop=run.should_stop,
        on_stuck=run.on_stuck,
    )


def training_seconds(run: Run) -> float:
    """Give what the budget leaves; a cold disk that ate it up costs an overrun, told, rather than the model."""
    run.plan_anew()
    left = run.budget.training_left_s()
    least = LEAST_TRAINING_BUSY_S if run.slowness() > ROOM else LEAST_TRAINING_S
    if left >= least:
        return max(least, left - run.budget.refitting_s)
    if least - left <= TOLERATED_OVERRUN * run.budget.limit_s:
        return least
    # What follows the training has its seconds all the same.
    overrun = least - run.budget.left_s(keeping_s=run.budget.reserve_s)
    problem = Problem(
        code="started-late",
        title=tr(
            "The training process took {taken:.0f} s to start, so the run takes about {overrun:.0f} s longer.",
            taken=_since(run),
            overrun=overrun,
        ),
        remedy=tr("The next one starts faster; give it more time if you can."),
        culprit="time limit",
        severity="warning",
    )
    run.warn(problem)
    run.budget = replace(run.budget, granted_s=overrun)
    return least


def _score(run: Run, model: TrainedModel, split: Split) -> RunResult:
    from genie_widgets.evaluate import drift, verdict

    started = time.monotonic()
    run.enter("scoring", tr("Scoring on rows that no model has seen"))
    result = described(run, model, split)
    found: dict[str, object] = {}

    def score() -> None:
        found["evaluation"] = evaluated(run, model, split, keep_at=run.folder.scored_path)
        if run.request.plan.validation.kind != "random" and isinstance(found["evaluation"], Evaluation):
            moved = drift(split.train, split.holdout, result.features, seed=run.request.seed)
            found["evaluation"] = found["evaluation"].model_copy(update={"drift": moved})

    run.attempt(tr("The model could not be scored"), score)
    found["leaderboard"] = _with_best_score(result, found.get("evaluation"))
    result = result.model_copy(update=found)
    result = result.model_copy(update={"verdict": verdict(result)})
    run.timed("scoring", started)
    run.learn_work("scoring", run.timings["scoring"])
    return save(run, result, "scores")


def _tell_gain(run: Run, before: RunResult | None, result: RunResult) -> RunResult:
    """Tell what added time brought to a run that had a whole result before."""
    from genie_widgets.evaluate import added_time_brought

    told = added_time_brought(before, result) if before is not None and before.status != "training" else None
    if told is None:
        return result
    run.warn(told)
    return save(run, result, "scores")


def _with_best_score(result: RunResult, evaluation: object) -> tuple[LeaderboardRow, ...]:
    """Give the leaderboard with the best model's score: it is known, whether there is time for the others' or not."""
    if not isinstance(evaluation, Evaluation):
        return result.leaderboard
    score = next((metric.value for metric in evaluation.metrics if metric.name == result.plan.metric), None)
    return tuple(
        row.model_copy(update={"score_holdout": score}) if row.model == result.best_model else row
        for row in result.leaderboard
    )


def described(run: Run, model: TrainedModel, split: Split) -> RunResult:
    """Describe a model, before it is scored."""
    request = run.request
    return RunResult(
        run_id=request.run_id,
        status="training",
        prompt=request.prompt,
        table_name=request.profile.name,
        plan=request.plan,
        n_rows=request.profile.n_rows,
        n_train=len(split.train),
        n_holdout=len(split.holdout),
        features=request.plan.feature_columns(request.profile.column_names),
        classes=tuple(str(label) for label in model.classes),
        best_model=model.best_model,
        scored_model=model.best_model,
        delivered_model=model.best_model,
        n_delivered=len(split.train),
        leaderboard=tuple(model.leaderboard()),
        versions=model.versions(),
        requirements=tuple(model.requirements()),
    )


def evaluated(run: Run, model: TrainedModel, split: Split, keep_at: Path | None = None) -> Evaluation:
    """Score a model on the untouched rows of `split`; the scored rows are kept where a path is given."""
    scored = predicted(run, model, split.holdout, model.classes, groups=split.groups)
    if keep_at is not None:
        # Every figure can be traced to its rows, and asked of any part of them.
        scored.to_parquet(keep_at)
    return judged(run, model, scored, split.holdout, learned=split.train, how=split.how)


def judged(
    run: Run, model: TrainedModel, scored: pd.DataFrame, rows: pd.DataFrame, *, learned: pd.DataFrame, how: str
) -> Evaluation:
    """Give the figures of predicted rows; their baseline is of the rows that were learned from."""
    from genie_widgets.evaluate import evaluate

    plan = run.request.plan
    return evaluate(
        scored,
        plan=plan,
        classes=tuple(str(label) for label in model.classes),
        y_train=learned[plan.target],
        how=how,
        cells=rows[list(plan.feature_columns(run.request.profile.column_names))],
        seed=run.request.seed,
    )


def predicted(
    run: Run, model: TrainedModel, rows: pd.DataFrame, classes: Sequence[Any], groups: Any = None
) -> pd.DataFrame:
    """Put rows and what a model predicts of them together; probabilities of `classes`, whichever of them it knows."""
    from genie_widgets.evaluate import scored_table

    plan = run.request.plan
    cells = rows[list(plan.feature_columns(run.request.profile.column_names))]
    quantile = plan.problem_type == "quantile"
    probabilities, predictions = model.predict_proba(cells), None
    if probabilities is not None:
        predictions = model.predict_from_proba(probabilities)
        probabilities = probabilities.reindex(columns=list(classes), fill_value=0.0)
    elif not quantile:
        predictions = model.predict(cells)
    return scored_table(
        rows[plan.target],
        plan=plan,
        predictions=predictions,
        probabilities=probabilities,
        quantiles=model.predict_quantiles(cells) if quantile else None,
        groups=groups,
    )


def _explain(run: Run, model: TrainedModel, split: Split, result: RunResult) -> RunResult:
    from genie_widgets.evaluate import verdict

    started = time.monotonic()
    run.plan_anew()
    budget = run.budget
    columns = list(result.features)
    task = ToExplain.of(split, seed=run.request.seed)
    task.leave(run.folder)
    if budget.until_end_s(keeping_s=budget.exporting_s) < EXPLAINING_COSTS_S * run.slowness():
        run.leave_out(tr("There was no time left to explain the predictions."))
        return save(run, result, "explanation")
    run.enter("explaining", tr("Working out what moves the predictions"))
    left = budget.left_s(keeping_s=budget.exporting_s + budget.tracking_s)
    seconds = min(budget.explaining_s, left)
    # On a machine that never explained anything the run uses what is left of its seconds to compile what is exact,
    # unless somebody waits for its end.
    should_stop = run.stop_from_now()
    patience = 0.0 if should_stop is None else min(MOST_COMPILING_S, max(0.0, left - seconds))
    n_rows, n_background = EXPLAINED_ROWS, BACKGROUND_ROWS
    if seconds < LEAST_EXPLAINED_S:
        seconds, n_rows, n_background = LEAST_EXPLAINED_S, FEW_EXPLAINED_ROWS, FEW_BACKGROUND_ROWS
    found: dict[str, object] = {}
    rows = split.holdout.loc[task.rows[:n_rows], columns].reset_index(drop=True)

    def keep(explanation: Explanation) -> None:
        found["explanation"] = with_cautions(explanation, rows, run.request.plan, run.request.profile)

    def show(explanation: Explanation) -> None:
        keep(explanation)
        save(run, result.model_copy(update=found), "explanation")

    def step() -> None:
        background = split.train.loc[task.background[:n_background], columns]
        explanation = explain_rows(
            model,
            run.request.plan,
            rows,
            background,
            budget_s=seconds,
            compiling_s=patience,
            seed=run.request.seed,
            on_partial=show,
            should_stop=should_stop,
        )
        keep(explanation)
        if task.is_done_by(explanation):
            run.folder.to_explain_path.unlink(missing_ok=True)

    in_time = run.attempt_in_time(tr("The predictions could not be explained"), step, keeping_s=budget.exporting_s)
    if not in_time and not found:
        run.leave_out(tr("There was no time left to explain the predictions."))
    result = result.model_copy(update=found)
    result = result.model_copy(update={"verdict": verdict(result)})
    run.timed("explaining", started)
    return save(run, result, "explanation")


def _compare(run: Run, model: TrainedModel, split: Split, result: RunResult) -> RunResult:
    """Score the other models on untouched rows too, as far as there is time: a courtesy."""
    started = time.monotonic()
    budget, in_time = run.budget, False
    found: dict[str, object] = {}

    def board() -> None:
        rows = split.holdout[[*result.features, run.request.plan.target]].head(MAX_LEADERBOARD_ROWS)
        found["leaderboard"] = tuple(model.leaderboard(rows))

    if budget.left_s(keeping_s=budget.exporting_s) > 0:
        failure = tr("The models could not be compared on untouched rows")
        in_time = run.attempt_in_time(failure, board, keeping_s=budget.exporting_s)
    if not in_time and not found and sum(not row.only_weighs for row in result.leaderboard) > 1:
        run.leave_out(tr("There was no time left to score the other models on untouched rows."), severity="info")
    run.timed("comparing", started)
    return save(run, result.model_copy(update=found), "scores")


def _export(
    run: Run, model: TrainedModel, fit_arguments: Callable[[], dict[str, Any]], split: Split, result: RunResult
) -> RunResult:
    from genie_widgets.export import write_bundle, write_notebook
    from genie_widgets.render import report_html
    from genie_widgets.train import pinned

    started = time.monotonic()
    run.enter("exporting", tr("Writing the report and the model to take away"))
    folder = run.folder
    example = split.holdout[list(result.features)].head(EXAMPLE_ROWS)
    tell_of_rows_within(run, model)
    result = result.model_copy(update={"notes": tuple(run.notes)})
    for path in (folder.report_path, folder.bundle_path, folder.notebook_path):
        path.unlink(missing_ok=True)  # of the model before, where time was added
    had_its_seconds, is_whole = run.budget.until_end_s() >= run.budget.exporting_s, True
    # A run that was stopped, or saved from what it left, ends with what is promised.
    least = run.budget.exporting_s if run.is_stopped else 0.0

    def write(what: str, step: Callable[[], None], left_out: str) -> None:
        nonlocal is_whole
        if not run.attempt_in_time(what, step, least_s=least):
            is_whole = False
            run.leave_out(left_out)

    def report() -> None:
        write_atomically(folder.report_path, report_html(result, run.request.profile, run.request.prompt))

    def slim() -> None:
        if not result.is_refitted:  # that one lies there already
            model.save_slim(folder.model_path)
        example.to_parquet(folder.example_path)

    def bundle() -> None:
        write_bundle(
            folder.bundle_path,
            result=result,
            model_path=folder.model_path,
            input_example=example,
            report_path=folder.report_path if folder.report_path.exists() else None,
        )

    write(tr("The report could not be written"), report, tr("There was no time left to write the report."))
    result = save(run, _with_files(run, result), "report")

    def notebook() -> None:
        columns = [*result.features, run.request.plan.target]
        fit = fit_arguments()
        write_notebook(
            folder.notebook_path,
            result=result,
            fit=fit,
            requirements=pinned(fit["hyperparameters"]),
            learn=split.train[columns],
            score=split.holdout[columns],
        )

    failure = tr("The bundle could not be written")
    run.attempt(failure, slim)
    write(failure, bundle, tr("There was no time left to write the model bundle."))
    write(tr("The notebook could not be written"), notebook, tr("There was no time left to write the notebook."))
    run.timed("exporting", started)
    # What had less than its seconds, and was cut short, tells nothing of what it takes.
    if is_whole or had_its_seconds:
        run.learn_work("exporting", run.timings["exporting"])
    return save(run, _with_files(run, result), "bundle")


def tell_of_rows_within(run: Run, model: TrainedModel) -> None:
    """Tell where a model cannot be given away without the rows that it learned from."""
    if model.holds_rows:
        run.warn(
            Problem(
                code="holds-rows",
                title=tr("The model holds the rows that it learned from."),
                remedy=tr("Give it only to people who may see the table."),
                culprit="model",
                severity="info",
            )
        )


def _end(run: Run, recorder: Recorder, result: RunResult) -> None:
    status = "stopped" if run.is_stopped or run.should_stop() else "done"
    result = result.model_copy(update={"status": status, "notes": tuple(run.notes), "timings": run.timings})
    run.folder.write_result(result)
    # The record is read from the folder by a thread of its own: no tracking server delays the run's end.
    slowness = run.slowness()
    recorder.record(lambda seconds: run.learn("tracking", seconds / slowness))
    run.folder.append(Finished(status="stopped" if status == "stopped" else "done", total_s=_since(run)))


def _since(run: Run) -> float:
    return round(time.time() - run.budget.started_at, 2)


def save(run: Run, result: RunResult, part: str) -> RunResult:
    """Write the result as it stands, and tell what is new in it."""
    result = result.model_copy(update={"notes": tuple(run.notes), "timings": dict(run.timings)})
    run.folder.write_result(result)
    run.folder.append(ResultUpdated.model_validate({"part": part}))
    return result


def _with_files(run: Run, result: RunResult) -> RunResult:
    wanted = (
        (tr("Report"), run.folder.report_path, "report"),
        (tr("Model bundle"), run.folder.bundle_path, "bundle"),
        (tr("Notebook"), run.folder.notebook_path, "notebook"),
    )
    present = [(name, path, kind) for name, path, kind in wanted if path.exists()]
    artefacts = tuple(
        Artefact.model_validate({"name": name, "path": path.name, "kind": kind, "size": path.stat().st_size})
        for name, path, kind in present
    )
    return result.model_copy(update={"artefacts": artefacts})
