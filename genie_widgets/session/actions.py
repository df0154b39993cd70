"""What can happen to a session: one frozen value each."""

from __future__ import annotations

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
    Question,
    Reply,
    Rewording,
    RunResult,
    RunSummary,
    TableProfile,
    WhatIf,
)
from genie_widgets.schema.base import Value
from genie_widgets.session.recipe import Promotion, Source
from genie_widgets.session.state import PredictionsState
from genie_widgets.store import RunView


class BusyWith(Value):
    """Something was begun that takes a moment: `what` in words, and whether it is a plan or a change of it."""

    what: str
    for_plan: bool = False


class AllowanceSeen(Value):
    """What the person may still train was looked up."""

    allowance: Allowance


class TableRead(Value):
    """A table was read; all that came from the one before is withdrawn."""

    profile: TableProfile
    source: Source


class PromptChanged(Value):
    """The person changed the sentence; a plan made from the old one is withdrawn."""

    prompt: str


class PlanMade(Value):
    """A planner answered; `token` tells to what, `choice` the person's answer to its question before."""

    answer: Answer
    token: int
    llm: bool = False
    choice: str | None = None


class PlanEdited(Value):
    """The person changed the plan, by a control or in words; a question where the words were not clear."""

    answer: Plan | Question
    token: int
    said: str = ""


class PlanUndone(Value):
    """The person takes the last change back."""


class LLMHeard(Value):
    """The asking of a language model came a step further, or is of another model now; `token` tells for what."""

    exchange: LLMExchange | None
    token: int


class RunStartedHere(Value):
    """The confirmed plan was handed to a worker."""

    run_id: str
    seed: int = 0


class RunOpened(Value):
    """An earlier run is shown, with what it was asked."""

    run_id: str
    profile: TableProfile
    prompt: str
    plan: Plan


class RunResumed(Value):
    """The run that is shown was taken up again: for so many seconds, or (None) to save what was finished."""

    run_id: str
    seconds: int | None


class RecordBegun(Value):
    """The run that is shown is being recorded once more."""

    run_id: str


class RunSeen(Value):
    """A run's events moved on."""

    run_id: str
    view: RunView
    result: RunResult | None


class Predicted(Value):
    """New rows were predicted."""

    run_id: str
    predictions: PredictionsState
    source: Source


class RowExplained(Value):
    """A row of predictions was explained; `path` tells of which."""

    run_id: str
    path: str
    row: int
    explanation: Explanation


class DriftSetAside(Value):
    """A person uses the predictions though their rows differ in a column from those learned from."""

    run_id: str
    view: RunView
    column: str


class Decided(Value):
    """A threshold was chosen; figures follow it, and predictions made before it do not."""

    run_id: str
    view: RunView
    result: RunResult | None


class Compared(Value):
    """The groups of a column were compared."""

    run_id: str
    groups: GroupReport


class PartShown(Value):
    """The figures are to be those of one group's rows; None for all rows."""

    run_id: str
    part: Part | None


class Replied(Value):
    """A question about the run was answered."""

    run_id: str
    reply: Reply
    llm: bool = False


class Reworded(Value):
    """The verdict was said in other words."""

    run_id: str
    rewording: Rewording


class HistoryListed(Value):
    """The runs of the workspace were listed."""

    runs: tuple[RunSummary, ...]


class Promoted(Value):
    """A run was made the champion, or gave that back to the one before; the list follows."""

    promotion: Promotion


class RunsCompared(Value):
    """Two runs were compared."""

    comparison: Comparison


class Tried(Value):
    """A made-up row was predicted and explained."""

    run_id: str
    what_if: WhatIf


class Flipped(Value):
    """The smallest change that flips the answer of a made-up row was looked for."""

    run_id: str
    flip: Flip


class Refining(Value):
    """What a run had no time to explain is being explained, or is so no longer."""

    run_id: str
    now: bool


class MlflowOpened(Value):
    """MLflow's own pages are open at an address, or closed."""

    address: str


class Troubled(Value):
    """Something did not work."""

    problem: Problem


class NoticeDismissed(Value):
    """The person has read the notice."""


class RunLeft(Value):
    """The person goes back from a run to its plan."""


Action = (
    BusyWith
    | AllowanceSeen
    | TableRead
    | PromptChanged
    | PlanMade
    | PlanEdited
    | PlanUndone
    | LLMHeard
    | RunStartedHere
    | RunOpened
    | RunResumed
    | RecordBegun
    | RunSeen
    | Predicted
    | RowExplained
    | DriftSetAside
    | Decided
    | PartShown
    | Reworded
    | Compared
    | Replied
    | HistoryListed
    | Promoted
    | RunsCompared
    | Tried
    | Flipped
    | Refining
    | MlflowOpened
    | Troubled
    | NoticeDismissed
    | RunLeft
)
