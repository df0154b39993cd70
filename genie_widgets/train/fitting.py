"""How many rows a fit can take: what the seconds and the memory allow, and which rows they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from genie_widgets.machine import Machine
from genie_widgets.schema import Plan
from genie_widgets.train.needs import BYTES_PER_CELL, MEMORY_SHARE

# Cells that one thread prepares and fits a first model to in a second; on busy cores it is fewer.
CELLS_PER_THREAD_S = 250_000
BUSY_SHARE = 0.5
LEAST_ROWS = 2_000
LEAST_OF_A_CLASS = 20


@dataclass(frozen=True)
class Fitting:
    """Rows that can be learned from.

    Attributes
    ----------
    n_rows : int
        At most so many.
    limit : {"", "time", "memory"}
        What limits them; empty where all rows fit.
    seconds_for_all : float
        Seconds of training in which all rows would fit here.
    """

    n_rows: int
    limit: Literal["", "time", "memory"]
    seconds_for_all: float


def rows_that_fit(n_rows: int, n_columns: int, seconds: float, machine: Machine) -> Fitting:
    """Tell how many rows can be learned from in the seconds and the memory that there are.

    Parameters
    ----------
    n_rows, n_columns : int
        Of the table to learn from.
    seconds : float
        For the training.
    machine : Machine
        Its threads, its load and its free memory count.

    Returns
    -------
    Fitting
        Never fewer than `LEAST_ROWS`, if there are as many.
    """
    speed = CELLS_PER_THREAD_S * machine.threads * (BUSY_SHARE if machine.is_busy else 1.0)
    for_all = n_rows * n_columns / speed
    by_time = int(seconds * speed / max(1, n_columns))
    by_memory = int(MEMORY_SHARE * machine.available_memory_bytes / (BYTES_PER_CELL * max(1, n_columns)))
    fitting = max(LEAST_ROWS, min(by_time, by_memory))
    if n_rows <= fitting:
        return Fitting(n_rows, "", for_all)
    return Fitting(fitting, "time" if by_time <= by_memory else "memory", for_all)


def sample_rows(frame: pd.DataFrame, n_rows: int, plan: Plan, *, seed: int) -> pd.DataFrame:
    """Choose the rows to learn from: the latest where time counts, else at random with rare classes kept.

    Parameters
    ----------
    frame : DataFrame
        The rows that may be learned from.
    n_rows : int
        So many of them, and a few more where a class would be lost.
    plan : Plan
        `target`, `problem_type` and `validation` are used.
    seed : int
        Same seed, same rows.

    Returns
    -------
    DataFrame
        In the frame's order.
    """
    if len(frame) <= n_rows:
        return frame
    column = plan.validation.column
    if plan.validation.kind == "time" and column is not None and column in frame.columns:
        order = np.argsort(frame[column].to_numpy(), kind="stable")
        return frame.iloc[np.sort(order[-n_rows:])]
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(len(frame))
    chosen = np.zeros(len(frame), dtype=bool)
    chosen[shuffled[:n_rows]] = True
    if plan.problem_type in ("binary", "multiclass"):
        in_class = (
            frame[plan.target].iloc[shuffled].groupby(frame[plan.target].iloc[shuffled], observed=True).cumcount()
        )
        chosen[shuffled[in_class.to_numpy() < LEAST_OF_A_CLASS]] = True
    return frame.iloc[np.flatnonzero(chosen)]
