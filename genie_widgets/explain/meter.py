"""The costly function, called in few large batches and watched by the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import copy
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genie_widgets.explain.hybrids import Bools, Hybrids, Parents, Places
from genie_widgets.language import tr
from genie_widgets.schema import GenieError, Problem

Floats = NDArray[np.float64]
Predict = Callable[[Any], object]

# One call should not keep a person who presses stop waiting longer than this.
SECONDS_A_CALL = 1.5
LEAST_BATCH_ROWS = 256
# Somebody who looks sees something after so many seconds.
FIRST_PICTURE_SECONDS = 1.0
# Every row gets its first pair of walks if the rest of them takes no longer than this.
GRACE_SECONDS = 2.0
# Of a function whose calls cost nothing by themselves one call takes no more than this share of the time left.
SHARE_A_CHEAP_CALL = 0.1
# Enough is known when the typical standard error is this share of the typical value.
GOOD_ENOUGH = 0.005
# Cells of one batch: bounds the memory of a wide table's hybrids to a few hundred megabytes.
MOST_CELLS = 10_000_000


class Meter:
    """Predict hybrids, remembering how fast that goes.

    Parameters
    ----------
    predict : callable
        DataFrame of n rows (or `Parents` of n hybrids) to array of shape (n,) or (n, n_outputs).
    n_outputs : int
    budget_s : float
        Seconds from now.
    should_stop : callable or None
    max_batch_rows : int
        Rows of the largest call.
    good_enough : float
        Share of the typical value that its standard error may be.
    largest_enough : float
        Share of the largest value that the largest standard error may be, if that is enough as well (else 0). For
        whatever is asked through a meter; trees of an ensemble mind it only where an asked member stands on them.
    clock : callable
        Seconds that grow.
    """

    def __init__(
        self,
        predict: Predict,
        n_outputs: int,
        *,
        budget_s: float,
        should_stop: Callable[[], bool] | None = None,
        max_batch_rows: int = 40_000,
        good_enough: float = GOOD_ENOUGH,
        largest_enough: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._predict = predict
        self.n_outputs = n_outputs
        self._should_stop = should_stop
        self._max_batch_rows = max(1, max_batch_rows)
        self.good_enough, self.largest_enough = good_enough, largest_enough
        self._calls_are_cheap = False
        self.grace_s = GRACE_SECONDS
        self._clock = clock
        self.started = clock()
        self._deadline = self.started + budget_s
        self._largest_call, self._seconds_a_row = 0, 0.0

    def asking(self, predict: Predict, n_outputs: int, *, calls_are_cheap: bool = False) -> Meter:
        """Ask another function under the same clock, limits and wish to stop."""
        twin = copy(self)
        twin._predict, twin.n_outputs, twin._calls_are_cheap = predict, n_outputs, calls_are_cheap
        twin._largest_call, twin._seconds_a_row = 0, 0.0
        return twin

    def sharing(self, share: float) -> Meter:
        """Ask the same function within a share of the seconds left."""
        return self.within(share * max(0.0, self.seconds_left))

    def within(self, seconds: float, grace_s: float = GRACE_SECONDS) -> Meter:
        """Ask the same function within so many seconds, and those of grace."""
        twin = copy(self)
        twin._deadline, twin.grace_s = self._clock() + seconds, grace_s
        return twin

    def grant(self, seconds: float) -> None:
        """Have so many seconds more."""
        self._deadline += seconds

    def predict(self, frame: pd.DataFrame | Parents) -> Floats:
        """Call once. Raises `GenieError` where the prediction is no number, `ValueError` on a wrong shape."""
        before = self._clock()
        answer = self._predict(frame)
        # The largest call knows the speed best: a small one pays mostly the overhead.
        if len(frame) >= self._largest_call:
            self._largest_call = len(frame)
            self._seconds_a_row = (self._clock() - before) / len(frame)
        values = np.asarray(answer, dtype=float)
        if values.shape == (len(frame),):
            values = values[:, None]
        if values.shape != (len(frame), self.n_outputs):
            raise ValueError(f"predict gave shape {values.shape}, not ({len(frame)}, {self.n_outputs})")
        if not np.isfinite(values).all():
            raise GenieError(
                Problem(
                    code="explanation-without-prediction",
                    title=tr("The model gives no usable number for some rows, so its predictions cannot be explained."),
                    remedy=tr("Look for empty or infinite cells in the explained rows, or leave the explanation out."),
                    severity="warning",
                )
            )
        return values

    def predict_hybrids(self, hybrids: Hybrids, rows: Places, background: Places, coalition: Bools) -> Floats:
        """Predict hybrids in as few calls as the limits allow: shape (n, n_outputs)."""
        if not len(rows):
            return np.empty((0, self.n_outputs))
        most = max(1, min(self._max_batch_rows, MOST_CELLS // coalition.shape[1]))
        parts = []
        for start in range(0, len(rows), most):
            part = slice(start, start + most)
            parts.append(self.predict(hybrids.asked(rows[part], background[part], coalition[part])))
        return np.concatenate(parts)

    def batch_rows(self, n_columns: int, *, leave_s: float = 0.0) -> int:
        """Rows of a good next call: large, yet answered soon, and within the time left but for some seconds."""
        most = min(self._max_batch_rows, max(LEAST_BATCH_ROWS, MOST_CELLS // n_columns))
        # Never much larger than what was tried: one slow surprise must not eat the budget.
        grown = max(LEAST_BATCH_ROWS, 8 * self._largest_call)
        if self._seconds_a_row <= 0:
            return min(most, grown)
        seconds = max(0.0, self.seconds_left - leave_s) * (SHARE_A_CHEAP_CALL if self._calls_are_cheap else 1.0)
        seconds = min(SECONDS_A_CALL, seconds)
        return int(np.clip(seconds / self._seconds_a_row, min(LEAST_BATCH_ROWS, most), min(most, grown)))

    def seconds_for(self, n_rows: float) -> float:
        """Estimate the seconds that `n_rows` take."""
        return float(n_rows * self._seconds_a_row)

    @property
    def seconds_left(self) -> float:
        """Seconds until the budget is spent; negative after."""
        return self._deadline - self._clock()

    @property
    def seconds_spent(self) -> float:
        """Seconds since the start."""
        return self._clock() - self.started

    @property
    def seconds_to_picture(self) -> float:
        """Seconds until somebody who looks should see something."""
        return max(0.0, FIRST_PICTURE_SECONDS - self.seconds_spent)

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self._should_stop is not None and self._should_stop()
