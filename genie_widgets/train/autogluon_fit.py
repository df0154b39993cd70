"""Fit AutoGluon on a table, as a plan says."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from genie_widgets.schema import METRICS, GenieError, Plan, Problem
from genie_widgets.train.interrupt import FitInterruptedError, Interrupter
from genie_widgets.train.machine import Machine
from genie_widgets.train.portfolio import portfolio
from genie_widgets.train.trained import TrainedModel
from genie_widgets.train.watch import OnFinished, OnStarted, Watch

# What AutoGluon needs after its own limit: the ensemble, saving, and one look at the clock too late.
OVERHEAD_S = 1.5
MIN_FIT_S = 3.0
# AutoGluon ignores the container's limit (autogluon#5437), so it is told a safe share of what is free.
MEMORY_SHARE = 0.8


def fit(
    frame: pd.DataFrame,
    plan: Plan,
    *,
    path: Path,
    time_limit_s: float,
    machine: Machine,
    on_model_started: OnStarted | None = None,
    on_model_finished: OnFinished | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> TrainedModel:
    """Fit models on a table.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_features + 1)
        Features and target; no missing target.
    plan : Plan
        Target, problem type, metric, quality.
    path : Path
        Folder for the models.
    time_limit_s : float
        Seconds for all of it.
    machine : Machine
        Cores and memory to keep within.
    on_model_started, on_model_finished : callable, optional
        Told of each model as it comes.
    should_stop : callable, optional
        Asked between models; once true, the best so far is kept.

    Returns
    -------
    TrainedModel
        Ready to predict.

    Raises
    ------
    GenieError
        If the seconds are too few, or no model could be fitted.
    """
    from autogluon.features.generators import AutoMLPipelineFeatureGenerator
    from autogluon.tabular import TabularPredictor

    seconds = time_limit_s - OVERHEAD_S
    if seconds < MIN_FIT_S:
        raise GenieError(
            Problem(
                code="time-too-short",
                title=f"Only {max(0.0, time_limit_s):.0f} seconds were left for training.",
                remedy="Give the run more time.",
                culprit="time limit",
                value=f"{plan.time_limit_s} s",
                field="time_limit_s",
            )
        )
    greater = METRICS[plan.metric].greater_is_better
    stop = should_stop or (lambda: False)
    watch = Watch(
        on_started=on_model_started or (lambda _model: None),
        on_finished=on_model_finished or (lambda _model, _score, _seconds, _reason: None),
        should_stop=stop,
        sign=1 if greater else -1,
    )
    predictor = TabularPredictor(
        label=plan.target,
        problem_type=plan.problem_type,
        eval_metric=plan.metric,
        path=str(path),
        verbosity=2,
        log_to_file=False,
        **_extra(plan, frame[plan.target]),
    )
    deadline = time.monotonic() + time_limit_s

    def must_end() -> bool:
        return watch.is_fitting and watch.has_model and (stop() or time.monotonic() > deadline)

    try:
        with Interrupter(must_end):
            predictor.fit(
                frame,
                time_limit=seconds,
                dynamic_stacking=False,
                num_cpus=machine.usable_cores,
                memory_limit=max(0.5, machine.available_memory_bytes * MEMORY_SHARE / 2**30),
                callbacks=[watch],
                # Each text column gets n-grams of its own, so that an explanation can tell them apart.
                feature_generator=AutoMLPipelineFeatureGenerator(text_ngram_params={"vectorizer_strategy": "separate"}),
                raise_on_no_models_fitted=False,
                **portfolio(plan),
            )
    except FitInterruptedError:
        # It came a moment after the fit had ended; what was fitted is on disk, and only there.
        logging.getLogger(__name__).warning("interrupted between two models")
        predictor = TabularPredictor.load(str(path), verbosity=0)
    except (ValueError, AssertionError, RuntimeError) as error:
        logging.getLogger(__name__).exception("AutoGluon could not fit")
        raise GenieError(_no_model(str(error))) from error
    if not predictor.model_names():
        raise GenieError(_no_model("every model failed or ran out of time"))
    return TrainedModel(predictor)


def _extra(plan: Plan, target: pd.Series[Any]) -> dict[str, Any]:
    if plan.problem_type == "quantile":
        return {"quantile_levels": list(plan.quantile_levels)}
    if plan.problem_type == "binary" and plan.positive_class is not None:
        return {"positive_class": _label(target, plan.positive_class)}
    return {}


def _label(target: pd.Series[Any], wanted: str) -> Any:
    """Find the label that a plan names by its text: AutoGluon wants the label itself."""
    labels = list(target.unique())
    found = [label for label in labels if str(label) == wanted]
    # A person's 1 may be the column's 1.0.
    found += [label for label in labels if str(label).removesuffix(".0") == wanted]
    if not found:
        raise GenieError(
            Problem(
                code="positive-class-absent",
                title=f"No row to learn from has the class {wanted[:80]} in {target.name}.",
                remedy="Choose another class of the target as the positive one.",
                culprit=str(target.name),
                value=wanted[:80],
                field="positive_class",
            )
        )
    return found[0]


def _no_model(reason: str) -> Problem:
    return Problem(
        code="no-model",
        title=f"No model could be trained: {reason[:200]}.",
        remedy="Give the run more time, or use more rows and at least one column that varies; the log says more.",
        culprit="training",
    )
