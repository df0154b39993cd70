"""Events of a run: one tagged type each, one JSON line each, and their union.

`seq` and `time` are filled by whoever appends the event to ``events.jsonl``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from genie_widgets.schema.base import Value
from genie_widgets.schema.problem import Problem

RunStage = Literal["starting", "preparing", "training", "scoring", "refitting", "explaining", "exporting"]


class _Event(Value):
    seq: int = 0
    time: float = 0.0


class RunStarted(_Event):
    """The worker has taken the request; the budget is `time_limit_s`, and `shares` its seconds by stage.

    `oom_kills` is the system's count of processes ended for lack of memory, if
    it tells: a worker that vanished is looked at in its light.
    """

    type: Literal["run_started"] = "run_started"
    time_limit_s: int
    shares: tuple[tuple[str, float], ...] = ()
    oom_kills: int | None = None


class Resumed(_Event):
    """A run was taken up again: it was over, or its own worker begins anew since a fit hangs.

    `how`: ``"salvage"`` makes a result of the models that are there,
    ``"extension"`` trains on for `seconds`, without starting over.
    """

    type: Literal["resumed"] = "resumed"
    how: Literal["salvage", "extension"]
    seconds: int


class Queued(_Event):
    """The run waits for its turn: so many end before it begins, in about `about_s` seconds.

    On a cluster nobody can tell those: it waits until `cores` and `memory_bytes` are free there.
    """

    type: Literal["queued"] = "queued"
    before: int
    about_s: float
    cores: int = 0
    memory_bytes: int = 0


class StageChanged(_Event):
    """The run entered another stage."""

    type: Literal["stage_changed"] = "stage_changed"
    stage: RunStage
    text: str


class SplitMade(_Event):
    """Rows were kept apart for scoring."""

    type: Literal["split_made"] = "split_made"
    n_train: int
    n_holdout: int
    how: str


class ModelStarted(_Event):
    """A model's fit began."""

    type: Literal["model_started"] = "model_started"
    model: str


class ModelFinished(_Event):
    """A model's fit ended; without a score if it failed or was skipped."""

    type: Literal["model_finished"] = "model_finished"
    model: str
    score_validation: float | None
    metric: str
    fit_s: float
    is_best: bool
    reason: str = ""


class Warned(_Event):
    """Something a person should know; the run goes on."""

    type: Literal["warned"] = "warned"
    problem: Problem


class StopRequested(_Event):
    """A person asked to stop and keep the best."""

    type: Literal["stop_requested"] = "stop_requested"


class ResultUpdated(_Event):
    """``result.json`` was rewritten; `part` says what is new in it."""

    type: Literal["result_updated"] = "result_updated"
    part: Literal["scores", "explanation", "report", "bundle", "tracking", "decision"]


class DriftAccepted(_Event):
    """A person uses predictions of rows whose values in this column lie elsewhere than those learned from."""

    type: Literal["drift_accepted"] = "drift_accepted"
    column: str


class Finished(_Event):
    """The run ended well; nothing follows but its record, or a `Resumed`."""

    type: Literal["finished"] = "finished"
    status: Literal["done", "stopped"]
    total_s: float


class Failed(_Event):
    """The run ended without a model; nothing follows but a `Resumed`."""

    type: Literal["failed"] = "failed"
    problem: Problem


Event = Annotated[
    RunStarted
    | Resumed
    | Queued
    | StageChanged
    | SplitMade
    | ModelStarted
    | ModelFinished
    | Warned
    | StopRequested
    | ResultUpdated
    | DriftAccepted
    | Finished
    | Failed,
    Field(discriminator="type"),
]

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def encode_event(event: Event) -> str:
    """One JSON line, without its line end."""
    return event.model_dump_json()


def decode_event(line: str | bytes) -> Event:
    """Decode one line; `pydantic.ValidationError` if it is none."""
    return _EVENT.validate_json(line)
