"""Runs side by side."""

from __future__ import annotations

from typing import Literal

from genie_widgets.schema.base import Value
from genie_widgets.schema.plan import Plan, ProblemType
from genie_widgets.schema.result import MetricValue, RunResult


class RunSummary(Value):
    """A run in one line; `low` and `high` bound its score, and what cannot be read is empty.

    `person` is who asked for it, where that is known.
    """

    run_id: str
    created_at: float
    table_name: str
    target: str
    problem_type: ProblemType | Literal[""] = ""
    metric: str
    status: str
    score: float | None = None
    low: float | None = None
    high: float | None = None
    is_champion: bool = False
    person: str = ""

    def is_comparable_with(self, other: RunSummary) -> bool:
        """Whether both have figures of the same: two runs are compared by what they predict alike."""
        asked = (self.target, self.problem_type) == (other.target, other.problem_type)
        return asked and self.run_id != other.run_id and self.score is not None and other.score is not None


class ComparedFigure(Value):
    """A figure of both runs; None where a run has it not."""

    name: str
    label: str
    before: MetricValue | None = None
    after: MetricValue | None = None


class PairedDifference(Value):
    """How much a metric differs between two models on the very same rows, with a 95% interval.

    `value` is after minus before, in the metric's own sign.
    """

    metric: str
    value: float
    low: float | None
    high: float | None
    n_rows: int


class Comparison(Value):
    """What changed from one run to another.

    Attributes
    ----------
    before, after : RunResult
        What each found; without curves and explanation they would be half of it.
    plan_before, plan_after : Plan
        What each was asked.
    figures : tuple of ComparedFigure
        Every figure that either has.
    difference : PairedDifference or None
        By the later plan's metric; None where the two were not scored on the same rows.
    words : tuple of str
        What changed and whether it is better, made from the figures by rule.
    """

    before: RunResult
    after: RunResult
    plan_before: Plan
    plan_after: Plan
    figures: tuple[ComparedFigure, ...]
    difference: PairedDifference | None
    words: tuple[str, ...]
