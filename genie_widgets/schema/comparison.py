"""Runs side by side."""

from __future__ import annotations

from genie_widgets.schema.base import Value
from genie_widgets.schema.plan import Plan
from genie_widgets.schema.result import MetricValue, RunResult


class RunSummary(Value):
    """A run in one line; `low` and `high` bound its score."""

    run_id: str
    created_at: float
    table_name: str
    target: str
    metric: str
    status: str
    score: float | None = None
    low: float | None = None
    high: float | None = None
    is_champion: bool = False


class ComparedFigure(Value):
    """A figure of both runs; None where a run has it not."""

    name: str
    label: str
    before: MetricValue | None = None
    after: MetricValue | None = None


class PairedDifference(Value):
    """How much a metric differs between two models on the very same rows, with a 95% bootstrap interval.

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
