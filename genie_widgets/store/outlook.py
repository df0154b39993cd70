"""What more time may bring, said from what the models so far have shown: nothing is foretold."""

from __future__ import annotations

from genie_widgets.schema import METRICS, ModelFinished
from genie_widgets.store.view import RunView


def outlook(view: RunView) -> str:
    """Say how the best score has moved, and what that lets one expect.

    Parameters
    ----------
    view : RunView
        A run with its models so far.

    Returns
    -------
    str
        A sentence or two; empty before the first model.
    """
    scored = [model for model in view.models if model.score_validation is not None]
    if not scored or view.best is None:
        return ""
    if len(scored) == 1:
        return "One model so far: whether others do better is not known yet."
    place = scored.index(view.best)
    later = len(scored) - 1 - place
    if later:
        tried = "The model after it was" if later == 1 else f"The {later} models after it were"
        best = f"{view.best.model} is the best of {len(scored)} models so far"
        return f"{best}. {tried} no better; more time may add little."
    before = _best_of(scored[:-1])
    gain = f"{_text(before)} to {_text(view.best.score_validation)}"
    return f"The last model took the validation score from {gain}: more time may still improve it."


def _best_of(models: list[ModelFinished]) -> float | None:
    metric = METRICS.get(models[-1].metric)
    best = max if metric is None or metric.greater_is_better else min
    return best(model.score_validation for model in models if model.score_validation is not None)


def _text(score: float | None) -> str:
    return "?" if score is None else f"{score:.4g}"
