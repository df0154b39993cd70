"""Fit AutoGluon on a table, as a plan says."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from genie_widgets.language import tr
from genie_widgets.machine import Machine
from genie_widgets.schema import METRICS, GenieError, Plan, Problem
from genie_widgets.train.cluster import Nodes
from genie_widgets.train.durable import whole_pickles
from genie_widgets.train.further import KINDS, Kind, further_kinds, has_gpu
from genie_widgets.train.interrupt import FitInterruptedError, Interrupter
from genie_widgets.train.needs import useful_cores
from genie_widgets.train.portfolio import FOLDS, Room, more_models, on_gpu, portfolio, spread_out, wants_further
from genie_widgets.train.trained import TrainedModel
from genie_widgets.train.unfinished import add_ensemble, load_unfinished
from genie_widgets.train.watch import OnFinished, OnStarted, Watch
from genie_widgets.train.wide import looked_up_by_sets

# What AutoGluon needs after its own limit: the ensemble, saving, and one look at the clock too late.
OVERHEAD_S = 1.5
MIN_FIT_S = 3.0
# AutoGluon ignores the container's limit (autogluon#5437), so it is told a safe share of what is free.
MEMORY_SHARE = 0.8
# Of an extension: for weighing the new models with the old.
ENSEMBLE_SHARE = 0.1
# A fit that is interrupted within AutoGluon's own bookkeeping may end in any of these, with models that are whole.
_MISHAPS = (AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


@dataclass(frozen=True)
class Hooks:
    """What a fit tells, and whom it asks.

    Attributes
    ----------
    on_model_started, on_model_finished : callable
        Told of each model as it comes.
    between_models : callable
        Called between two models; those before lie whole on the disk, for any process to load.
    should_stop : callable
        Asked ten times a second; once true, the best so far is kept.
    on_stuck : callable
        Called once, from another thread, if a model's fit should end and cannot be interrupted.
    """

    on_model_started: OnStarted = lambda _model: None
    on_model_finished: OnFinished = lambda _model, _score, _seconds, _reason: None
    between_models: Callable[[], None] = lambda: None
    should_stop: Callable[[], bool] = lambda: False
    on_stuck: Callable[[], None] = lambda: None


def fit(
    frame: pd.DataFrame,
    plan: Plan,
    *,
    path: Path,
    time_limit_s: float,
    machine: Machine,
    hooks: Hooks = Hooks(),
    nodes: Nodes | None = None,
    recipe: Mapping[str, Any] | None = None,
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
    hooks : Hooks
        What is told while it goes on, and whether to stop.
    nodes : Nodes, optional
        Those of a cluster, for the folds of a plan that has any.
    recipe : mapping, optional
        Which models, as `TrainedModel.recipe` tells; by default the plan decides.

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

    seconds = _seconds(plan, time_limit_s)
    predictor = TabularPredictor(
        label=plan.target,
        problem_type=plan.problem_type,
        eval_metric=plan.metric,
        path=str(path),
        verbosity=2,
        log_to_file=False,
        **_extra(plan, frame[plan.target]),
    )
    watch = _watch(plan, hooks)
    further = () if nodes is not None or not _asks_for_further(plan, recipe) else further_kinds(plan.problem_type)
    room = _room(plan, frame[plan.target], frame.shape[1] - 1, seconds, machine, further)
    try:
        with whole_pickles(), looked_up_by_sets(frame.shape[1]), _interrupter(watch, hooks, time_limit_s):
            predictor.fit(
                frame,
                time_limit=seconds,
                dynamic_stacking=False,
                memory_limit=memory_limit(machine, nodes),
                callbacks=[watch],
                # Each text column gets n-grams of its own, so that an explanation can tell them apart.
                feature_generator=AutoMLPipelineFeatureGenerator(text_ngram_params={"vectorizer_strategy": "separate"}),
                raise_on_no_models_fitted=False,
                **_arguments(room, plan, nodes, recipe),
            )
    except FitInterruptedError:
        # It came a moment after the fit had ended; what was fitted is on disk, and only there.
        logging.getLogger(__name__).warning("interrupted between two models")
        return load_unfinished(path)
    except _MISHAPS as error:
        logging.getLogger(__name__).exception("AutoGluon could not fit to the end")
        return _in_spite_of(error, path)
    if not predictor.model_names():
        raise GenieError(_no_model(tr("every model failed or ran out of time")))
    return TrainedModel(predictor)


def fit_more(
    plan: Plan,
    *,
    path: Path,
    time_limit_s: float,
    machine: Machine,
    hooks: Hooks = Hooks(),
    nodes: Nodes | None = None,
) -> TrainedModel:
    """Fit further models beside those that are there, on the same rows, and weigh all of them anew.

    Parameters
    ----------
    plan : Plan
        As the models that are there were fitted.
    path : Path
        Their folder; their fit may have been interrupted at whatever moment.
    time_limit_s : float
        Seconds for all of it.
    machine : Machine
        Cores and memory to keep within.
    hooks : Hooks
        What is told while it goes on, and whether to stop.
    nodes : Nodes, optional
        Those of a cluster, where the models that are there are made of folds.

    Returns
    -------
    TrainedModel
        The best of all.

    Raises
    ------
    GenieError
        If the seconds are too few, or none of the models that are there works.
    """
    deadline = time.monotonic() + time_limit_s
    seconds = _seconds(plan, time_limit_s)
    model = load_unfinished(path, time_limit_s=ENSEMBLE_SHARE * seconds)
    predictor = model.predictor
    trainer = predictor._trainer
    features, target, features_val, target_val = trainer.load_data()
    watch = _watch(plan, hooks)
    # What extras bring is looked for where the worker is; a cluster's nodes may be without.
    further = () if nodes is not None else further_kinds(plan.problem_type)
    try:
        with (
            whole_pickles(),
            looked_up_by_sets(features.shape[1]),
            _interrupter(watch, hooks, deadline - time.monotonic()),
        ):
            watch.has_model = True
            predictor._validate_and_set_memory_limit(memory_limit=memory_limit(machine, nodes))
            room = _room(plan, target, features.shape[1], seconds, machine, further)
            more: dict[str, Any] = {
                "hyperparameters": more_models(plan, room, trainer.get_model_names()),
                "ag_args_ensemble": {"fold_fitting_strategy": "sequential_local"},
            }
            more = more if nodes is None else spread_out(more, machine.threads)
            # What `fit_extra` does, with the callbacks that it does not take.
            trainer.train_multi_levels(
                X=features,
                y=target,
                X_val=features_val,
                y_val=target_val,
                hyperparameters=more["hyperparameters"],
                time_limit=max(1.0, (1 - ENSEMBLE_SHARE) * (deadline - time.monotonic() - OVERHEAD_S)),
                core_kwargs={
                    "total_resources": {"num_cpus": _cores(room, nodes), "num_gpus": "auto" if room.has_gpu else 0},
                    "ag_args_ensemble": more["ag_args_ensemble"],
                },
                aux_kwargs={"fit_weighted_ensemble": False},
                callbacks=[watch],
            )
    except FitInterruptedError:
        logging.getLogger(__name__).warning("interrupted between two models")
        predictor = load_unfinished(path).predictor
    except _MISHAPS:
        logging.getLogger(__name__).exception("AutoGluon could not add to its models to the end")
        predictor = load_unfinished(path).predictor
    with whole_pickles():
        predictor._trainer.model_best = None
        add_ensemble(predictor, max(1.0, deadline - time.monotonic()))
        predictor._trainer.save()
        predictor.save(silent=True)
    return TrainedModel(predictor)


def _cores(room: Room, nodes: Nodes | None) -> int:
    return room.threads if nodes is None else nodes.for_folds(FOLDS, useful_cores(room.n_rows * room.n_columns))


def _arguments(room: Room, plan: Plan, nodes: Nodes | None, recipe: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Choose what is fitted, and with how many cores: folds have those of all nodes, all else this machine's."""
    cores = _cores(room, nodes)
    if recipe is not None:
        return {"num_cpus": cores, **recipe, "hyperparameters": on_gpu(recipe["hyperparameters"], room)}
    chosen = portfolio(plan, replace(room, threads=cores))
    if nodes is None:
        return {"num_cpus": cores, **chosen}
    if "num_bag_folds" in chosen:
        return {"num_cpus": cores, **spread_out(chosen, room.threads)}
    return {"num_cpus": room.threads, **portfolio(plan, room)}


def _in_spite_of(error: Exception, path: Path) -> TrainedModel:
    """Give what was fitted before something went wrong."""
    try:
        return load_unfinished(path)
    except Exception as nothing:
        logging.getLogger(__name__).warning("and no model was there by then: %s", nothing)
    if isinstance(error, (ValueError, AssertionError, RuntimeError)):  # AutoGluon's own words for a person
        raise GenieError(_no_model(str(error))) from error
    raise error


def memory_limit(machine: Machine, nodes: Nodes | None = None) -> float:
    """Give the memory that AutoGluon may plan with, in GiB; it plans for all folds of a model that run at once."""
    available = machine.available_memory_bytes if nodes is None else nodes.memory_bytes
    return max(0.5, available * MEMORY_SHARE / 2**30)


def _seconds(plan: Plan, time_limit_s: float) -> float:
    seconds = time_limit_s - OVERHEAD_S
    if seconds < MIN_FIT_S:
        raise GenieError(
            Problem(
                code="time-too-short",
                title=tr("Only {seconds:.0f} seconds were left for training.", seconds=max(0.0, time_limit_s)),
                remedy=tr("Give the run more time."),
                culprit="time limit",
                value=f"{plan.time_limit_s} s",
                field="time_limit_s",
            )
        )
    return seconds


def _asks_for_further(plan: Plan, recipe: Mapping[str, Any] | None) -> bool:
    """Whether what is fitted may be of kinds that extras bring: only then it is asked which of them are here."""
    if recipe is None:
        return wants_further(plan, has_gpu)
    return any(kind.key in recipe["hyperparameters"] for kind in KINDS)


def _room(
    plan: Plan, target: pd.Series[Any], n_columns: int, seconds: float, machine: Machine, further: tuple[Kind, ...]
) -> Room:
    n_outputs = target.nunique() if plan.problem_type == "multiclass" else 1
    return Room(
        len(target),
        n_columns,
        max(1, n_outputs),
        seconds,
        machine.threads,
        is_number=plan.problem_type == "regression",
        is_busy=machine.is_busy,
        further=tuple(kind.key for kind in further),
        has_gpu=bool(further) and has_gpu(),
    )


def _watch(plan: Plan, hooks: Hooks) -> Watch:
    return Watch(
        on_started=hooks.on_model_started,
        on_finished=hooks.on_model_finished,
        between_models=hooks.between_models,
        should_stop=hooks.should_stop,
        sign=1 if METRICS[plan.metric].greater_is_better else -1,
    )


def _interrupter(watch: Watch, hooks: Hooks, time_limit_s: float) -> Interrupter:
    deadline = time.monotonic() + time_limit_s

    def must_end() -> bool:
        return watch.is_fitting and watch.has_model and (hooks.should_stop() or time.monotonic() > deadline)

    return Interrupter(must_end, hooks.on_stuck)


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
                title=tr(
                    "No row to learn from has the class {label} in {target}.", label=wanted[:80], target=target.name
                ),
                remedy=tr("Choose another class of the target as the positive one."),
                culprit=str(target.name),
                value=wanted[:80],
                field="positive_class",
            )
        )
    return found[0]


def _no_model(reason: str) -> Problem:
    return Problem(
        code="no-model",
        title=tr("No model could be trained: {reason}.", reason=reason[:200]),
        remedy=tr("Give the run more time, or use more rows and at least one column that varies; the log says more."),
        culprit="training",
    )
