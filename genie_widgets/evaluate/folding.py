"""Small tables: all rows are scored, each by a model that has not seen it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genie_widgets.evaluate.labels import label_codes
from genie_widgets.evaluate.pick_rows import pick_groups, pick_random, pick_stratified
from genie_widgets.evaluate.splitting import Split, left_out_too, way_in_words
from genie_widgets.language import tr
from genie_widgets.schema import Plan

# With fewer rows kept apart, or fewer of the rarest class in all, the interval is too wide to say much.
FEW_KEPT_APART, FEW_OF_A_CLASS = 200, 50
# Beyond, a rare class alone is no reason to train several times.
MOST_ROWS = 2_000
LEAST_FOLDS, MOST_FOLDS = 3, 5


class Fold(NamedTuple):
    """Rows to learn from, and those that are scored by what learned from them."""

    train: pd.DataFrame
    out: pd.DataFrame


def wants_folds(split: Split, plan: Plan) -> bool:
    """Tell whether a split keeps too few rows apart for a score that says much, and folds would give more.

    Where the latest rows were kept apart there are no folds: rows that came before those that were learned from tell
    nothing of the future.
    """
    fell_back = any(problem.code == "split-fell-back" for problem in split.problems)
    if plan.validation.kind == "time" and not fell_back:
        return False
    n_rows = len(split.train) + len(split.holdout)
    if n_rows > MOST_ROWS or n_rows < LEAST_FOLDS * len(split.holdout):
        return False
    if len(split.holdout) < FEW_KEPT_APART:
        return True
    counts = _counts(pd.concat([split.train[plan.target], split.holdout[plan.target]]), plan)
    return bool(len(counts)) and int(counts[counts > 1].min(initial=FEW_OF_A_CLASS)) < FEW_OF_A_CLASS


def n_folds_of(split: Split) -> int:
    """Give how many folds all rows are divided into, where there are enough groups."""
    return min(MOST_FOLDS, round((len(split.train) + len(split.holdout)) / len(split.holdout)))


def folds_of(split: Split, plan: Plan, *, seed: int = 0) -> tuple[Fold, ...]:
    """Divide all rows into folds, of which the rows that were kept apart are the first.

    Parameters
    ----------
    split : Split
        Its way is kept: whole groups, or each class with its share.
    plan : Plan
        `target`, `problem_type` and `validation` are used.
    seed : int
        Same seed, same folds.

    Returns
    -------
    tuple of Fold
        No row is scored twice. Rows without a group, and those of a class of one row, are only learned from.
    """
    rows = pd.concat([split.train, split.holdout]).sort_index()
    rest = split.train
    if split.groups is not None:
        column = str(plan.validation.column)
        rest = rest.loc[rest[column].notna()]
        most = 1 + rest[column].nunique()
    else:
        codes, counts = _codes(rows[plan.target], plan), _counts(rows[plan.target], plan)
        if codes is not None:
            rest = rest.loc[counts[codes[rows.index.isin(rest.index)]] > 1]
        most = 1 + len(rest)
    n_folds = min(most, n_folds_of(split))
    rng = np.random.default_rng([seed, n_folds])
    outs = [split.holdout]
    for left in range(n_folds - 1, 0, -1):
        mask = np.ones(len(rest), dtype=bool) if left == 1 else _pick(rest, split, plan, left, rng)
        outs.append(rest.loc[mask])
        rest = rest.loc[~mask]
    return tuple(Fold(rows.loc[~rows.index.isin(out.index)], out) for out in outs)


def in_words(folds: tuple[Fold, ...], split: Split, plan: Plan) -> str:
    """Say how the rows were scored."""
    n, n_rows = sum(len(fold.out) for fold in folds), len(split.train) + len(split.holdout)
    way = way_in_words(split, plan)
    if n == n_rows:
        text = tr("out-of-fold, {k} folds, all {n:,} rows, {way}", k=len(folds), n=n, way=way)
    else:
        text = tr("out-of-fold, {k} folds, {n:,} of {n_rows:,} rows, {way}", k=len(folds), n=n, n_rows=n_rows, way=way)
    return left_out_too(text, split.n_dropped, plan.target)


def _pick(rest: pd.DataFrame, split: Split, plan: Plan, left: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    wanted = max(1, round(len(rest) / left))
    codes = _codes(rest[plan.target], plan)
    if split.groups is not None:
        return pick_groups(rest[plan.validation.column], codes, wanted, rng)[0]
    return pick_random(len(rest), wanted, rng) if codes is None else pick_stratified(codes, wanted, rng)


def _codes(target: pd.Series[float], plan: Plan) -> NDArray[np.intp] | None:
    return label_codes(target)[0] if plan.problem_type in ("binary", "multiclass") else None


def _counts(target: pd.Series[float], plan: Plan) -> NDArray[np.intp]:
    codes = _codes(target, plan)
    return np.zeros(0, dtype=np.intp) if codes is None else np.bincount(codes)
