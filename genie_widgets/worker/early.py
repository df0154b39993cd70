"""The best model so far, scored and usable while the others are still being trained."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from genie_widgets.language import tr
from genie_widgets.worker.incidents import problem_of
from genie_widgets.worker.pipeline import Run, described, evaluated, save

if TYPE_CHECKING:
    from genie_widgets.evaluate import Split

# Enough for an interval that is worth something, and scored in a moment; the end's score takes all.
MAX_ROWS = 2_000
# Of the seconds that are left: a score must not take them from the models. The first one is worth more, and takes so
# many seconds of a core.
MAX_SHARE, MAX_SHARE_FIRST, FIRST_COSTS_S = 0.03, 0.15, 0.3


class EarlyResult:
    """Writes the result of the best model so far between two fits.

    Parameters
    ----------
    run : Run
        The run that goes on.
    split : Split
        Its untouched rows score the model.

    Attributes
    ----------
    is_stale : bool
        Whether a better model has come since.
    """

    def __init__(self, run: Run, split: Split) -> None:
        self._run = run
        self._split = split
        self._cost_s: float | None = None
        self.is_stale = False

    def update(self) -> None:
        """Score the best so far: the first as a rule at once, better ones where it costs little of what is left."""
        left = self._run.budget.left_s(keeping_s=self._run.budget.reserve_s)
        if not self.is_stale or not self._is_affordable(left):
            return
        started = time.monotonic()
        self.is_stale = False
        try:
            self._score()
        except Exception as error:
            # The log has it; the end's score is the one that was promised.
            problem_of(error, "The best model so far could not be scored")
        self._cost_s = time.monotonic() - started

    def _is_affordable(self, left: float) -> bool:
        if self._cost_s is None:
            return FIRST_COSTS_S * self._run.slowness() <= MAX_SHARE_FIRST * self._run.budget.left_s()
        return self._cost_s <= MAX_SHARE * left

    def _score(self) -> None:
        from genie_widgets.evaluate import verdict
        from genie_widgets.train import load_model

        run, split = self._run, self._split
        before = run.folder.read_result()
        if before is not None and before.status != "training":
            return  # an extension: what stands there is whole, and is replaced by what is whole
        model = load_model(run.folder.predictor_path)
        result = described(run, model, split)
        result = result.model_copy(update={"evaluation": evaluated(run, model, _part(split, run.request.seed))})
        save(run, result.model_copy(update={"verdict": verdict(result)}), "scores")


def _part(split: Split, seed: int) -> Split:
    """Take at most `MAX_ROWS` of the untouched rows, and say so."""
    if len(split.holdout) <= MAX_ROWS:
        return split
    places = np.sort(np.random.default_rng(seed).choice(len(split.holdout), MAX_ROWS, replace=False))
    return replace(
        split,
        holdout=split.holdout.iloc[places],
        groups=None if split.groups is None else split.groups.iloc[places],
        how=tr("{split}; {n:,} of them while the training goes on", split=split.how, n=MAX_ROWS),
    )
