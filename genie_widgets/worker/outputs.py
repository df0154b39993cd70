"""What a model's predictions look like to a person, and to the explanation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from genie_widgets.language import tr
from genie_widgets.schema import Decision, Explanation, Interval, Plan

if TYPE_CHECKING:
    from genie_widgets.train import TrainedModel

MAX_EXPLAINED_CLASSES = 10
# What columns of predictions begin with, in files too: in English, for programs that read them.
PROBABILITY, QUANTILE = "probability of ", "quantile "


def predictions_frame(
    model: TrainedModel,
    features: pd.DataFrame,
    plan: Plan,
    decision: Decision | None = None,
    interval: Interval | None = None,
) -> pd.DataFrame:
    """Predict rows; where a threshold was decided on, by it; numbers with an interval where one is known.

    Returns
    -------
    DataFrame
        With the rows' index: ``prediction``; for classes a probability column
        each, for quantiles a column each.
    """
    if plan.problem_type == "quantile":
        quantiles = model.predict_quantiles(features)
        middle = int(np.argmin([abs(float(level) - 0.5) for level in quantiles.columns]))
        named = {f"{QUANTILE}{level}": quantiles[level] for level in quantiles.columns}
        return pd.DataFrame({"prediction": quantiles.iloc[:, middle], **named})
    probabilities = model.predict_proba(features)
    if probabilities is not None and decision is not None:
        labelled: dict[str, Any] = {str(label): label for label in probabilities.columns}
        alarm = probabilities[labelled[decision.positive]].to_numpy(dtype=float) >= decision.threshold
        either = pd.Series([labelled[decision.negative], labelled[decision.positive]])
        frame = pd.DataFrame({"prediction": either.to_numpy()[alarm.astype(np.intp)]}, index=features.index)
    elif probabilities is not None:
        frame = pd.DataFrame({"prediction": model.predict_from_proba(probabilities)})
    else:
        frame = pd.DataFrame({"prediction": model.predict(features)})
        if interval is not None:
            frame[f"low ({interval.level:.0%})"] = frame["prediction"] - interval.half_width
            frame[f"high ({interval.level:.0%})"] = frame["prediction"] + interval.half_width
    if probabilities is not None:
        for label in probabilities.columns:
            frame[f"{PROBABILITY}{label}"] = probabilities[label]
    return frame


def answer_name(column: str) -> str:
    """Say what a column of predictions beside the first holds: a class's probability, or a quantile."""
    if column.startswith(QUANTILE):
        return tr("quantile {level}", level=float(column.removeprefix(QUANTILE)))
    return column.removeprefix(PROBABILITY)


@dataclass(frozen=True)
class Explained:
    """What is explained of some rows' predictions.

    Attributes
    ----------
    predict : callable
        From rows to numbers: the positive class's probability, each class's, the value, or each quantile.
    labels : tuple of str
        The name of each number.
    unit : {"probability", "target"}
    places : tuple of int
        The place of each number among all that the model gives.
    """

    predict: Callable[[pd.DataFrame], Any]
    labels: tuple[str, ...]
    unit: Literal["probability", "target"]
    places: tuple[int, ...]


def explained(model: TrainedModel, plan: Plan, rows: pd.DataFrame) -> Explained:
    """Choose what is explained; of very many classes, those that these rows are likeliest to be."""
    if plan.problem_type == "binary":
        positive = model.positive_class
        return Explained(lambda frame: _proba(model, frame)[positive].to_numpy(), (str(positive),), "probability", (0,))
    if plan.problem_type == "multiclass":
        places = tuple(range(len(model.classes)))
        if len(places) > MAX_EXPLAINED_CLASSES:
            likely = _proba(model, rows).loc[:, list(model.classes)].to_numpy().mean(axis=0)
            places = tuple(sorted(np.argsort(-likely, kind="stable")[:MAX_EXPLAINED_CLASSES].tolist()))
        shown = [model.classes[place] for place in places]
        labels = tuple(str(label) for label in shown)
        return Explained(lambda frame: _proba(model, frame).loc[:, shown].to_numpy(), labels, "probability", places)
    if plan.problem_type == "quantile":
        names = tuple(tr("quantile {level}", level=level) for level in plan.quantile_levels)
        every = tuple(range(len(names)))
        return Explained(lambda frame: model.predict_quantiles(frame).to_numpy(), names, "target", every)
    return Explained(lambda frame: model.predict(frame).to_numpy(dtype=float), (plan.target,), "target", (0,))


def explain_rows(
    model: TrainedModel, plan: Plan, rows: pd.DataFrame, background: pd.DataFrame, **how: Any
) -> Explanation:
    """Explain rows against others, through the model's own parts where it has such; `how` goes to `explain`."""
    from genie_widgets.explain import explain

    asked, ensemble = explained(model, plan, rows), model.ensemble(background)
    return explain(
        asked.predict,
        rows,
        background,
        labels=asked.labels,
        unit=asked.unit,
        ensemble=ensemble.with_first(asked.places) if ensemble is not None else None,
        **how,
    )


def _proba(model: TrainedModel, rows: pd.DataFrame) -> pd.DataFrame:
    probabilities = model.predict_proba(rows)
    if probabilities is None:
        raise TypeError("a model of numbers has no probabilities")
    return probabilities
