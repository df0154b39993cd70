"""Keep rows apart for the honest score: random and stratified, whole groups, or the latest rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genie_widgets.evaluate.holdout_size import holdout_size
from genie_widgets.evaluate.labels import label_codes
from genie_widgets.evaluate.pick_rows import pick_groups, pick_latest, pick_random, pick_stratified
from genie_widgets.evaluate.repeats import repeats_problem
from genie_widgets.language import plural, tr
from genie_widgets.schema import GenieError, Plan, Problem

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows kept apart.

    Attributes
    ----------
    train, holdout : DataFrame
        All columns, the table's own index and row order, no row without a target; no row is in both.
    how : str
        How they were kept apart, in words.
    n_dropped : int
        Rows of the table without a target, in neither part.
    problems : tuple of Problem
        Warnings: the plan's validation could not be kept, or holdout rows repeat training rows.
    groups : Series or None
        For whole groups: the group of each holdout row, for intervals of so many groups.
    """

    train: pd.DataFrame
    holdout: pd.DataFrame
    how: str
    n_dropped: int = 0
    problems: tuple[Problem, ...] = field(default=())
    groups: pd.Series[int] | None = None


def split(frame: pd.DataFrame, plan: Plan, *, seed: int = 0, holdout_fraction: float | None = None) -> Split:
    """Keep rows apart that no model will see, as the plan's validation says.

    Parameters
    ----------
    frame : DataFrame
        The whole table.
    plan : Plan
        `target`, `problem_type` and `validation` are used.
    seed : int
        Same seed, same rows.
    holdout_fraction : float, optional
        Share of the rows kept apart; by default 25% of small tables down to 10% of large
        ones, between 10 and 20,000 rows.

    Returns
    -------
    Split

    Raises
    ------
    GenieError
        If the target is not a column, or fewer than two rows have one.
    """
    if plan.target not in frame.columns:
        raise GenieError(
            Problem(
                code="target-not-found",
                title=tr("The table has no column {target!r} to predict.", target=plan.target),
                remedy=tr("Choose one of the table's columns as the target."),
                culprit=plan.target,
                field="target",
            )
        )
    usable = _has_target(frame[plan.target], plan)
    n_dropped = int((~usable).sum())
    rows = frame if n_dropped == 0 else frame.loc[usable]
    if len(rows) < 2:
        raise GenieError(
            Problem(
                code="too-few-rows",
                title=tr(
                    "Only {n} of {n_rows} rows have a value in the target {target!r}.",
                    n=len(rows),
                    n_rows=len(frame),
                    target=plan.target,
                ),
                remedy=tr("Give a table with at least two rows (better: a hundred) that have a target."),
                culprit=plan.target,
                value=str(len(rows)),
                field="target",
            )
        )
    classes = label_codes(rows[plan.target])[0] if plan.problem_type in ("binary", "multiclass") else None
    wanted = holdout_size(len(rows), holdout_fraction)
    rng = np.random.default_rng(seed)
    mask, way, problems = _choose(rows, plan, classes, wanted, rng)
    groups = None
    if plan.validation.kind == "group" and not problems:
        kept = rows.loc[mask, plan.validation.column]
        groups = pd.Series(pd.factorize(kept)[0], index=kept.index)
    train, holdout = rows.loc[~mask], rows.loc[mask]
    repeats = repeats_problem(train, holdout, plan)
    return Split(
        train=train,
        holdout=holdout,
        how=_in_words(int(mask.sum()), len(rows), way, n_dropped, plan.target),
        n_dropped=n_dropped,
        problems=problems if repeats is None else (*problems, repeats),
        groups=groups,
    )


def _has_target(target: pd.Series[float], plan: Plan) -> Mask:
    present = target.notna().to_numpy()
    if plan.problem_type in ("regression", "quantile"):
        # An infinite target, or text among numbers, cannot be learned: it is no target.
        numbers = pd.to_numeric(target, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(present & np.isfinite(numbers))
    return np.asarray(present)


def _choose(
    rows: pd.DataFrame, plan: Plan, classes: NDArray[np.intp] | None, wanted: int, rng: np.random.Generator
) -> tuple[Mask, str, tuple[Problem, ...]]:
    kind, column = plan.validation.kind, plan.validation.column
    problems: tuple[Problem, ...] = ()
    if kind != "random":
        reason = tr("no such column") if column not in rows.columns else ""
        if not reason and kind == "group":
            mask, reason = pick_groups(rows[column], classes, wanted, rng)
            way = tr("whole groups of {column!r}, so that no group is in both parts", column=column)
        elif not reason:
            mask, reason = pick_latest(rows[column], wanted)
            way = tr("the latest by {column!r}", column=column)
        if not reason and classes is not None and len(np.unique(classes)) > 1 and len(np.unique(classes[~mask])) < 2:
            reason = tr("the rows left to learn from would all have the same class")
        if not reason:
            return mask, way, ()
        problems = (_fallback(kind, str(column), reason),)
    if classes is not None:
        return pick_stratified(classes, wanted, rng), tr("at random, each class with its share"), problems
    return pick_random(len(rows), wanted, rng), tr("at random"), problems


def _fallback(kind: str, column: str, reason: str) -> Problem:
    if kind == "group":
        title = tr(
            "Whole groups could not be kept together by {column!r}: {reason}. Rows were kept apart at random instead.",
            column=column,
            reason=reason,
        )
    else:
        title = tr(
            "The latest rows could not be kept apart by {column!r}: {reason}. Rows were kept apart at random instead.",
            column=column,
            reason=reason,
        )
    return Problem(
        code="split-fell-back",
        title=title,
        remedy=tr("The score may be too good. Choose another column for the split, or a random one."),
        culprit=column,
        severity="warning",
        field="validation",
    )


def _in_words(n_holdout: int, n_rows: int, way: str, n_dropped: int, target: str) -> str:
    text = tr(
        "{n_holdout:,} of {n_rows:,} rows ({share:.0%}), {way}",
        n_holdout=n_holdout,
        n_rows=n_rows,
        share=n_holdout / n_rows,
        way=way,
    )
    return left_out_too(text, n_dropped, target)


def left_out_too(split: str, n_dropped: int, target: str) -> str:
    """Add how many rows without a target were left out to the words of a split."""
    if not n_dropped:
        return split
    return plural(
        "{split}; {n:,} row without a value in {target!r} left out",
        "{split}; {n:,} rows without a value in {target!r} left out",
        n_dropped,
        split=split,
        target=target,
    )


def way_in_words(split: Split, plan: Plan) -> str:
    """Say how rows are chosen where no time counts."""
    if split.groups is not None:
        return tr("whole groups of {column!r}, so that no group is in both parts", column=plan.validation.column)
    if plan.problem_type in ("binary", "multiclass"):
        return tr("at random, each class with its share")
    return tr("at random")
