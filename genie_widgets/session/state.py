"""The session's state: one frozen value that every view shows, and why a step cannot go on."""

from __future__ import annotations

from enum import StrEnum

from genie_widgets.language import tr
from genie_widgets.schema import (
    Allowance,
    Answer,
    Comparison,
    Explanation,
    Flip,
    GroupReport,
    LLMExchange,
    Part,
    Plan,
    Problem,
    Reply,
    Rewording,
    RunResult,
    RunSummary,
    TableProfile,
    WhatIf,
)
from genie_widgets.schema.base import Value
from genie_widgets.session.recipe import Promotion, Recipe
from genie_widgets.store import RunView


class Stage(StrEnum):
    """How far the journey has come."""

    EMPTY = "empty"
    PROFILED = "profiled"
    PLANNED = "planned"
    ASKED = "asked"
    REFUSED = "refused"
    TRAINING = "training"
    DONE = "done"
    FAILED = "failed"


class PredictionsState(Value):
    """Predictions of new rows: a preview as text, and the file."""

    name: str
    n_rows: int
    columns: tuple[str, ...]
    preview: tuple[tuple[str, ...], ...]
    path: str
    problems: tuple[Problem, ...] = ()


class Past(Value):
    """A plan as it was before a change.

    Attributes
    ----------
    plan : Plan
        The plan that was changed.
    said : str
        The sentence that changed it; empty for a control.
    """

    plan: Plan
    said: str = ""


class SessionState(Value):
    """What a session knows.

    Attributes
    ----------
    profile : TableProfile or None
        The table's facts; None before one was read.
    prompt : str
        The sentence as it stands.
    answer : Plan, Question, Refusal or None
        The planner's answer to `prompt`; withdrawn when the prompt changes.
    past : tuple of Past
        The plan before each change, oldest first.
    exchange : LLMExchange or None
        The last asking of a language model.
    run_id : str
        The run being trained or shown; empty before.
    view : RunView or None
        The run as its events tell it.
    result : RunResult or None
        What it found so far.
    predictions : PredictionsState or None
        The last predictions of new rows.
    row_explanation : Explanation or None
        The last explanation asked for of a row of `predictions`.
    explained_row : int
        Which row that is, counted from 0.
    what_if : WhatIf or None
        The last made-up row that was tried.
    flip : Flip or None
        What flips the answer of that row, once it was looked for.
    is_refining : bool
        Whether what the run had no time to explain is being explained.
    groups : GroupReport or None
        The groups of the column last asked for.
    part : Part or None
        The one of them whose rows every figure and plot is shown of; None for all rows.
    rewording : Rewording or None
        The verdict in a language model's words.
    history : tuple of RunSummary or None
        The runs of the workspace, newest first, as they were last listed.
    comparison : Comparison or None
        The two runs last compared.
    promotions : tuple of Promotion
        What was done to champions, in order.
    reply : Reply or None
        The answer to the last question about the run.
    mlflow_address : str
        Where MLflow's own pages are open; empty where they are not.
    allowance : Allowance
        Who the person is, and what they may still train.
    busy : str
        What is being waited for, in words; empty if nothing.
    waits_for_plan : bool
        Whether that is a plan, or a change of it; means something only while something is waited for.
    problem : Problem or None
        The notice to show.
    token : int
        Grows with every change that makes answers under way stale.
    recipe : Recipe
        How it came to this, for the code that does the same.
    """

    profile: TableProfile | None = None
    prompt: str = ""
    answer: Answer | None = None
    past: tuple[Past, ...] = ()
    exchange: LLMExchange | None = None
    run_id: str = ""
    view: RunView | None = None
    result: RunResult | None = None
    predictions: PredictionsState | None = None
    row_explanation: Explanation | None = None
    explained_row: int = 0
    what_if: WhatIf | None = None
    flip: Flip | None = None
    is_refining: bool = False
    groups: GroupReport | None = None
    part: Part | None = None
    rewording: Rewording | None = None
    history: tuple[RunSummary, ...] | None = None
    comparison: Comparison | None = None
    promotions: tuple[Promotion, ...] = ()
    reply: Reply | None = None
    mlflow_address: str = ""
    allowance: Allowance = Allowance()
    busy: str = ""
    waits_for_plan: bool = False
    problem: Problem | None = None
    token: int = 0
    recipe: Recipe = Recipe()

    @property
    def stage(self) -> Stage:
        """How far the journey has come."""
        if self.run_id:
            return self._run_stage()
        if self.answer is not None:
            return {"plan": Stage.PLANNED, "question": Stage.ASKED, "refusal": Stage.REFUSED}[self.answer.status]
        return Stage.EMPTY if self.profile is None else Stage.PROFILED

    def _run_stage(self) -> Stage:
        if self.view is None or not self.view.is_over:
            return Stage.TRAINING
        return Stage.DONE if self.view.status in ("done", "stopped") else Stage.FAILED

    @property
    def said(self) -> tuple[str, ...]:
        """All that was said: the sentence, and those that changed its plan."""
        return (self.prompt, *(past.said for past in self.past if past.said))

    @property
    def is_asking(self) -> bool:
        """Whether a language model is being asked."""
        return self.exchange is not None and self.exchange.status == "asking"

    @property
    def has_model(self) -> bool:
        """Whether there is a model to use: the run's last, or the best so far."""
        found = bool(self.run_id) and self.result is not None and bool(self.result.best_model)
        return found or self.stage == Stage.DONE

    @property
    def plan(self) -> Plan | None:
        """The answer, if it is a plan."""
        return self.answer if self.answer is not None and self.answer.status == "plan" else None


def blockers(state: SessionState, step: str) -> tuple[str, ...]:
    """Say why a step cannot be taken now; nothing said means that it can.

    Parameters
    ----------
    state : SessionState
        The session.
    step : {"plan", "confirm", "stop", "extend", "predict", "ask"}
        The step.

    Returns
    -------
    tuple of str
        Sentences.
    """
    if state.busy:
        # Translators: what is under way becomes a sentence
        return (tr("{what}.", what=state.busy),)
    if step == "plan":
        if state.profile is None:
            return (tr("Choose a table first."),)
        return () if state.stage != Stage.TRAINING else (tr("A training is under way: stop it first, or wait."),)
    if step == "confirm":
        if state.plan is None:
            return (tr("Make a plan first."),)
        if state.stage == Stage.TRAINING:
            return (tr("A training is under way."),)
        return (*(f"{problem.title} {problem.remedy}" for problem in state.plan.blockers), *_too_long(state))
    if step == "predict" and not state.has_model:
        return (tr("Train a model first."),)
    if step == "ask" and state.stage != Stage.DONE:
        return (tr("Wait for the end of the training."),)
    return _about_the_training(state, step)


def _too_long(state: SessionState) -> tuple[str, ...]:
    left = state.allowance.seconds_left
    if left is None or state.plan is None or state.plan.time_limit_s <= left:
        return ()
    return (tr("This is more training than you have left here."),)


def _about_the_training(state: SessionState, step: str) -> tuple[str, ...]:
    if step == "stop":
        if state.stage != Stage.TRAINING:
            return (tr("No training is under way."),)
        stopping = state.view is not None and state.view.status == "stopping"
        return (tr("The best model so far is being kept."),) if stopping else ()
    if step == "extend" and state.stage not in (Stage.DONE, Stage.FAILED):
        return (tr("A training is under way."),) if state.stage == Stage.TRAINING else (tr("Train a model first."),)
    return ()
