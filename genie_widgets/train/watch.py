"""AutoGluon's callback: tells of each model, and stops between models when asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from autogluon.core.callbacks import AbstractCallback

from genie_widgets.language import tr

OnStarted = Callable[[str], None]
# (model, validation score in the metric's own sign or None, seconds, reason)
OnFinished = Callable[[str, float | None, float, str], None]


class Watch(AbstractCallback):  # type: ignore[misc]
    """Reports models as they come, and ends the training early when asked.

    Parameters
    ----------
    on_started, on_finished : callable
        Called in the training's thread.
    between_models : callable
        Called in the training's thread before each model but the first: those
        before it lie whole on the disk, and nothing is being fitted.
    should_stop : callable
        Asked between models; once true, nothing more is fitted but the ensemble.
    sign : {1, -1}
        AutoGluon's scores are higher-is-better; -1 turns errors back.
    """

    def __init__(
        self,
        *,
        on_started: OnStarted,
        on_finished: OnFinished,
        between_models: Callable[[], None],
        should_stop: Callable[[], bool],
        sign: int,
    ) -> None:
        super().__init__()
        self._on_started = on_started
        self._on_finished = on_finished
        self._between_models = between_models
        self._should_stop = should_stop
        self._sign = sign
        self._current = ""
        self._started_at = 0.0
        # Whether a model is being fitted that may be interrupted.
        self.is_fitting = False
        # Whether there is something to keep.
        self.has_model = False

    def __getstate__(self) -> dict[str, Any]:
        # AutoGluon saves its trainer with the callbacks in it; ours mean nothing outside this process.
        return {}

    def _before_model_fit(self, trainer: Any, model: Any, **_rest: Any) -> tuple[bool, bool]:
        # With a model at hand a stop ends all; before the first there would be nothing to keep.
        if self._should_stop() and trainer.get_model_names():
            return True, True
        if self.has_model:
            self._between_models()
        self._current, self._started_at = model.name, time.monotonic()
        self._on_started(model.name)
        # The ensemble weighs predictions that are there: it takes moments, and without it the rest is worth less.
        self.is_fitting = not model.name.startswith("WeightedEnsemble")
        return False, False

    def _after_model_fit(self, trainer: Any, model_names: list[str], **_rest: Any) -> bool:
        self.is_fitting = False
        self.has_model = self.has_model or bool(model_names)
        seconds = time.monotonic() - self._started_at
        if not model_names:
            reason = tr("left out: it failed, was interrupted, or would not have ended in time")
            self._on_finished(self._current, None, seconds, reason)
        for name in model_names:
            score = trainer.get_model_attribute(name, "val_score", default=None)
            self._on_finished(name, None if score is None else self._sign * float(score), seconds, "")
        return bool(self._should_stop() and trainer.get_model_names())


class NotFittedError(Exception):
    """A model that must not be missing was not fitted."""


class AllOrNothing(AbstractCallback):  # type: ignore[misc]
    """Ends a refit at its first failure: AutoGluon would put an older model into the place of one that failed.

    Parameters
    ----------
    must_end : callable
        Asked before each model.
    """

    def __init__(self, must_end: Callable[[], bool]) -> None:
        super().__init__()
        self._must_end = must_end

    def __getstate__(self) -> dict[str, Any]:
        return {}

    def _before_model_fit(self, *, model: Any, **_rest: Any) -> tuple[bool, bool]:
        if self._must_end():
            raise NotFittedError(f"no time for {model.name}")
        return False, False

    def _after_model_fit(self, *, model_names: list[str], **_rest: Any) -> bool:
        if not model_names:
            raise NotFittedError("a model failed, or was interrupted")
        return False
