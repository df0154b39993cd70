"""What a run's events mean: one frozen value, folded from the log by a pure function."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from genie_widgets.language import tr
from genie_widgets.schema import (
    METRICS,
    DriftAccepted,
    Event,
    Failed,
    Finished,
    ModelFinished,
    ModelStarted,
    Problem,
    Queued,
    ResultUpdated,
    Resumed,
    RunStarted,
    StageChanged,
    StopRequested,
    Warned,
)
from genie_widgets.schema.base import Value

RunStatus = Literal["waiting", "running", "stopping", "done", "stopped", "failed", "interrupted"]
_OVER = ("done", "stopped", "failed", "interrupted")


class RunView(Value):
    """A run as it is shown.

    Attributes
    ----------
    status : str
        ``"waiting"`` until the worker took the request; ``"interrupted"`` when
        the worker is gone without a last word.
    stage, text : str
        Where it is, as a name and in words.
    models : tuple of ModelFinished
        In the order they ended, failed ones included.
    current_model : str
        The model being fitted, or empty.
    best : ModelFinished or None
        Best by validation score so far.
    elapsed_s : float
        Seconds since the worker took the request.
    time_limit_s : int
        Seconds promised for everything.
    shares : tuple
        How they are planned, by stage.
    fraction : float
        Progress in [0, 1].
    problem : Problem or None
        Why it failed or was interrupted.
    warnings : tuple of Problem
        What the run warned of.
    result_parts : frozenset of str
        Parts that ``result.json`` holds.
    result_seq : int
        Sequence number of the last event that told of a new ``result.json``.
    last_seq : int
        Sequence number of the last event folded.
    before : int
        Runs that end before this one begins, while it waits for its turn.
    about_s : float
        Seconds that this may take, if they use all of their time.
    asks_cores, asks_memory_bytes : int
        What it waits for in a cluster's queue; 0 where it waits in none.
    resumed_at : float or None
        When the run was last taken up again, in seconds since 1970.
    oom_kills : int or None
        The system's count of processes ended for lack of memory, as the run began.
    drift_accepted : tuple of str
        Columns of new rows that may differ from those learned from, as a person decided.
    """

    status: RunStatus = "waiting"
    stage: str = ""
    text: str = ""
    models: tuple[ModelFinished, ...] = ()
    current_model: str = ""
    best: ModelFinished | None = None
    elapsed_s: float = 0.0
    time_limit_s: int = 0
    shares: tuple[tuple[str, float], ...] = ()
    fraction: float = 0.0
    problem: Problem | None = None
    warnings: tuple[Problem, ...] = ()
    result_parts: frozenset[str] = frozenset()
    result_seq: int = 0
    last_seq: int = 0
    before: int = 0
    about_s: float = 0.0
    asks_cores: int = 0
    asks_memory_bytes: int = 0
    resumed_at: float | None = None
    oom_kills: int | None = None
    drift_accepted: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing will follow by itself."""
        return self.status in _OVER

    @property
    def can_salvage(self) -> bool:
        """Whether the run ended badly, with models finished that may be used."""
        return self.status in ("failed", "interrupted") and self.best is not None


def fold(events: Iterable[Event], *, alive: bool, now: float) -> RunView:
    """Fold a run's events into what is shown.

    Parameters
    ----------
    events : iterable of Event
        All events of the log, in order.
    alive : bool
        Whether the run's lock is held.
    now : float
        Seconds since 1970.

    Returns
    -------
    RunView
        The run as it is.
    """
    fields: dict[str, object] = {}
    models: list[ModelFinished] = []
    warnings: list[Problem] = []
    parts: set[str] = set()
    drift_accepted: dict[str, None] = {}
    started_at: float | None = None
    ended_at: float | None = None
    status: RunStatus = "waiting"
    for event in events:
        fields["last_seq"] = event.seq
        fields.update(_told(event))
        status = _next_status(status, event)
        if isinstance(event, RunStarted):
            started_at = event.time
        elif isinstance(event, Resumed):
            started_at, ended_at = None, None
            parts.discard("tracking")
        elif isinstance(event, Finished | Failed):
            # A tracking server may answer after the end: the last word stays the last word.
            ended_at = event.time
        elif isinstance(event, ModelFinished):
            models.append(event)
        elif isinstance(event, Warned):
            warnings.append(event.problem)
        elif isinstance(event, ResultUpdated):
            parts.add(event.part)
        elif isinstance(event, DriftAccepted):
            drift_accepted[event.column] = None
    if status in ("running", "stopping") and not alive:
        status = "interrupted"
        fields["problem"] = _interrupted()
    elapsed = 0.0 if started_at is None else max(0.0, (ended_at or now) - started_at)
    limit = int(str(fields.get("time_limit_s", 0)))
    over = status in ("done", "stopped")
    fraction = 1.0 if over else min(0.99, elapsed / limit) if limit else 0.0
    return RunView.model_validate(
        {
            **fields,
            "status": status,
            "models": tuple(models),
            "best": _best(models),
            "warnings": tuple(warnings),
            "drift_accepted": tuple(drift_accepted),
            "result_parts": frozenset(parts),
            "elapsed_s": elapsed,
            "fraction": fraction,
        }
    )


def _interrupted() -> Problem:
    return Problem(
        code="run-interrupted",
        title=tr("The training process ended without a word: it was killed, or the machine went down."),
        remedy=tr("What was finished is kept. Use the models finished so far, or start the run again."),
        culprit="worker",
    )


def _next_status(status: RunStatus, event: Event) -> RunStatus:
    if isinstance(event, RunStarted):
        return "running"
    if isinstance(event, Resumed):
        # Whatever it was before, it waits for a worker now, be it its own that begins anew.
        return "waiting"
    if isinstance(event, StopRequested) and status == "running":
        return "stopping"
    if isinstance(event, Finished):
        return event.status
    return "failed" if isinstance(event, Failed) else status


def _told(event: Event) -> dict[str, object]:
    """Give the fields that an event sets."""
    told: dict[str, object]
    if isinstance(event, RunStarted):
        return {
            "before": 0,
            "about_s": 0.0,
            "asks_cores": 0,
            "asks_memory_bytes": 0,
            "time_limit_s": event.time_limit_s,
            "shares": event.shares,
            "oom_kills": event.oom_kills,
        }
    if isinstance(event, Resumed):
        told = {"problem": None, "current_model": "", "text": "", "stage": ""}
        return {**told, "resumed_at": event.time, "time_limit_s": event.seconds}
    if isinstance(event, StageChanged):
        return {"stage": event.stage, "text": event.text}
    if isinstance(event, ModelStarted):
        return {"current_model": event.model}
    if isinstance(event, ModelFinished):
        return {"current_model": ""}
    if isinstance(event, Queued):
        return {
            "before": event.before,
            "about_s": event.about_s,
            "asks_cores": event.cores,
            "asks_memory_bytes": event.memory_bytes,
        }
    if isinstance(event, ResultUpdated):
        return {"result_seq": event.seq}
    return {"problem": event.problem} if isinstance(event, Failed) else {}


def _best(models: list[ModelFinished]) -> ModelFinished | None:
    scored = [model for model in models if model.score_validation is not None]
    if not scored:
        return None
    metric = METRICS.get(scored[-1].metric)
    sign = 1.0 if metric is None or metric.greater_is_better else -1.0
    return max(scored, key=lambda model: sign * (model.score_validation or 0.0))
