"""What a run's events mean: one frozen value, folded from the log by a pure function."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from genie_widgets.schema import (
    METRICS,
    Event,
    Failed,
    Finished,
    ModelFinished,
    ModelStarted,
    Problem,
    ResultUpdated,
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
    """

    status: RunStatus = "waiting"
    stage: str = ""
    text: str = ""
    models: tuple[ModelFinished, ...] = ()
    current_model: str = ""
    best: ModelFinished | None = None
    elapsed_s: float = 0.0
    time_limit_s: int = 0
    fraction: float = 0.0
    problem: Problem | None = None
    warnings: tuple[Problem, ...] = ()
    result_parts: frozenset[str] = frozenset()
    result_seq: int = 0
    last_seq: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing will follow."""
        return self.status in _OVER


_INTERRUPTED = Problem(
    code="run-interrupted",
    title="The training process ended without a word: it was killed, or the machine ran out of memory.",
    remedy="Start the run again; with little memory, use fewer rows or columns. The log shows how far it came.",
    culprit="worker",
)


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
    started_at: float | None = None
    ended_at: float | None = None
    status: RunStatus = "waiting"
    for event in events:
        fields["last_seq"] = event.seq
        if isinstance(event, RunStarted):
            started_at, status = event.time, "running"
            fields["time_limit_s"] = event.time_limit_s
        elif isinstance(event, StageChanged):
            fields["stage"], fields["text"] = event.stage, event.text
        elif isinstance(event, ModelStarted):
            fields["current_model"] = event.model
        elif isinstance(event, ModelFinished):
            models.append(event)
            fields["current_model"] = ""
        elif isinstance(event, Warned):
            warnings.append(event.problem)
        elif isinstance(event, StopRequested) and status == "running":
            status = "stopping"
        elif isinstance(event, ResultUpdated):
            parts.add(event.part)
            fields["result_seq"] = event.seq
        elif isinstance(event, Finished):
            # A tracking server may answer after the end: the last word stays the last word.
            status, ended_at = event.status, event.time
        elif isinstance(event, Failed):
            status, ended_at = "failed", event.time
            fields["problem"] = event.problem
    if status in ("running", "stopping") and not alive:
        status = "interrupted"
        fields["problem"] = _INTERRUPTED
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
            "result_parts": frozenset(parts),
            "elapsed_s": elapsed,
            "fraction": fraction,
        }
    )


def _best(models: list[ModelFinished]) -> ModelFinished | None:
    scored = [model for model in models if model.score_validation is not None]
    if not scored:
        return None
    metric = METRICS.get(scored[-1].metric)
    sign = 1.0 if metric is None or metric.greater_is_better else -1.0
    return max(scored, key=lambda model: sign * (model.score_validation or 0.0))
