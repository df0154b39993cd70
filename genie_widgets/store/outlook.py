"""What more time may bring, said from what the models so far have shown: nothing is foretold."""

from __future__ import annotations

from genie_widgets.language import figure, plural, tr
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
        return tr("One model so far: whether others do better is not known yet.")
    place = scored.index(view.best)
    later = len(scored) - 1 - place
    if later:
        best = plural(
            "{model} is the best of {n} model so far.",
            "{model} is the best of {n} models so far.",
            len(scored),
            model=view.best.model,
        )
        tried = plural(
            "The model after it was no better; more time may add little.",
            "The {n} models after it were no better; more time may add little.",
            later,
        )
        return f"{best} {tried}"
    before = _best_of(scored[:-1])
    return tr(
        "The last model took the validation score from {before} to {now}: more time may still improve it.",
        before=_text(before),
        now=_text(view.best.score_validation),
    )


def _best_of(models: list[ModelFinished]) -> float | None:
    metric = METRICS.get(models[-1].metric)
    best = max if metric is None or metric.greater_is_better else min
    return best(model.score_validation for model in models if model.score_validation is not None)


def _text(score: float | None) -> str:
    return "?" if score is None else figure(score, ".4g")
