"""What a plan needs of a cluster: cores and memory, so that its queue knows what to wait for."""

from __future__ import annotations

from genie_widgets.schema import Plan

# A cell is held as read, as cleaned, as each model takes it, and as the validation's copy.
BYTES_PER_CELL = 64
# Of what is free: the models and their libraries need the rest.
MEMORY_SHARE = 0.4
# Python, AutoGluon and its libraries, before a row is read.
LIBRARIES_BYTES = 2**30
# Up to so many cells, more cores than these bring nothing.
_CORES = ((1_000_000, 2), (10_000_000, 4))
MOST_CORES = 8


def useful_cores(cells: int) -> int:
    """Tell how many cores a single model makes use of."""
    return next((cores for most, cores in _CORES if cells <= most), MOST_CORES)


def is_spread(plan: Plan) -> bool:
    """Whether a cluster spreads the folds of the plan's models over its nodes.

    Each fold's process loads AutoGluon first: that is for those who want the best, and have the time.
    """
    return plan.quality == "best" and plan.problem_type != "quantile"


def cores_for(plan: Plan, cells: int) -> int:
    """Tell how many cores the worker itself needs; folds ask for their own."""
    return useful_cores(cells) // 2 if is_spread(plan) else useful_cores(cells)


def bytes_for(cells: int) -> int:
    """Tell how much memory is needed to learn from all rows."""
    return LIBRARIES_BYTES + int(BYTES_PER_CELL * cells / MEMORY_SHARE)
