"""The model that was scored, trained once more on all rows: the one to take away."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from genie_widgets.machine import Machine
from genie_widgets.train.durable import whole_pickles
from genie_widgets.train.further import KINDS, has_gpu
from genie_widgets.train.interrupt import FitInterruptedError, Interrupter
from genie_widgets.train.trained import TrainedModel
from genie_widgets.train.watch import AllOrNothing, NotFittedError

# Measured on as many rows, it took 0.04 to 0.4 of the first fits: nothing is looked at between the rounds, and none
# are tried in vain. One that would take longer after all is given up.
SHARE_OF_FIT = 0.5
OVERHEAD_S = 1.0
# Calibrations that AutoGluon found on validation rows: there are none left to find them anew.
_CALIBRATED = ("conformalize", "_temperature_scalar")
_log = logging.getLogger(__name__)


def can_refit(model: TrainedModel) -> bool:
    """Tell whether a model can be trained on all rows.

    A bag becomes a single model of its kind with the mean of its parts' rounds: AutoGluon's own recipe, measured
    better than the bag, which has learned from fewer rows (tests/bench/score).
    """
    trainer = model.predictor._trainer
    return all(
        trainer.get_model_attribute(name, "stack_name") != "core" or _is_refittable(trainer.load_model(name))
        for name in _members(model)
    )


def refit_seconds(model: TrainedModel, n_rows: int, *, overhead: float = 1.0) -> float:
    """Estimate how long `refit` takes, from what the model's members took.

    Parameters
    ----------
    model : TrainedModel
        As fitted.
    n_rows : int
        Rows to learn from then.
    overhead : float
        How many times as long as usual takes what comes beside the fits, which were as slow themselves.
    """
    trainer = model.predictor._trainer
    n_before = max(1, len(trainer.load_X()))
    fits = sum(_seconds(trainer, name, n_before, n_rows) for name in _members(model))
    return OVERHEAD_S * overhead + SHARE_OF_FIT * fits


def _seconds(trainer: Any, name: str, n_before: int, n_rows: int) -> float:
    took = float(trainer.get_model_attribute(name, "fit_time") or 0.0)
    parts = _parts(trainer.load_model(name))
    if parts < 2:
        return took * n_rows / n_before
    return took / parts * n_rows / (n_before * (parts - 1) / parts)


def _parts(member: Any) -> int:
    """Count the models of a bag; another model is one, and a forest that saw all rows at once."""
    return int(getattr(member, "n_children", 1))


def _is_refittable(member: Any) -> bool:
    tags = member._get_tags_child() if hasattr(member, "_get_tags_child") else member._get_tags()
    return bool(tags.get("can_refit_full", False))


def learnable(model: TrainedModel, rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows of a class that the model does not know."""
    if not model.classes:
        return rows
    known = rows[model.predictor.label].isin(list(model.classes))
    usable: pd.DataFrame = rows.loc[known]
    return usable


def refit(
    model: TrainedModel,
    extra: pd.DataFrame,
    *,
    path: Path,
    time_limit_s: float,
    machine: Machine,
    should_stop: Callable[[], bool] = lambda: False,
    on_stuck: Callable[[], None] = lambda: None,
) -> TrainedModel | None:
    """Train a model's members on all rows, with the rounds and the weights that were found.

    Parameters
    ----------
    model : TrainedModel
        As fitted, in its folder; it stays as it is.
    extra : DataFrame
        Rows that it has not learned from: features and target.
    path : Path
        Folder for the new one; what lies there is replaced.
    time_limit_s : float
        It is given up after so many seconds.
    machine : Machine
        Cores to keep within.
    should_stop, on_stuck : callable
        As in `Hooks`.

    Returns
    -------
    TrainedModel or None
        None where it was given up, or a member could not be trained: half of an ensemble is none.
    """
    deadline = time.monotonic() + time_limit_s

    def must_end() -> bool:
        return should_stop() or time.monotonic() > deadline

    try:
        with whole_pickles(), Interrupter(must_end, on_stuck):
            found = _refitted(model, extra, path, machine.threads, must_end)
    except (FitInterruptedError, NotFittedError) as reason:
        _log.warning("not trained on all rows: %r", reason)
        return None
    return found


def _refitted(
    model: TrainedModel, extra: pd.DataFrame, path: Path, threads: int, must_end: Callable[[], bool]
) -> TrainedModel:
    from autogluon.tabular import TabularPredictor

    members, best = _members(model), model.best_model
    _copy(Path(model.predictor.path), path, members)
    predictor = TabularPredictor.load(str(path), verbosity=2)
    trainer = predictor._trainer
    trainer.delete_models(models_to_keep=members, dry_run=False, delete_from_disk=False)
    trainer.callbacks = [AllOrNothing(must_end)]
    may_use_gpu = any(name.startswith(kind.name) for name in members for kind in KINDS) and has_gpu()
    refitted: dict[str, str] = predictor.refit_full(
        model=best, train_data_extra=learnable(model, extra), num_cpus=threads, num_gpus="auto" if may_use_gpu else 0
    )
    trainer.reset_callbacks()
    if set(refitted) != set(members):
        raise NotFittedError(f"of {members}: {refitted}")
    for name, full in refitted.items():
        before, after = trainer.load_model(name), trainer.load_model(full)
        for attribute in _CALIBRATED:
            setattr(after, attribute, getattr(before, attribute, None))
        trainer.save_model(after)
    predictor.set_model_best(refitted[best], save_trainer=True)
    predictor.save(silent=True)
    return TrainedModel(predictor)


def _members(model: TrainedModel) -> list[str]:
    names: list[str] = model.predictor._trainer.get_minimum_model_set(model.best_model)
    return names


def _copy(source: Path, path: Path, members: list[str]) -> None:
    """Copy a predictor with some of its models only: the others may be large."""

    def others(folder: str, names: list[str]) -> list[str]:
        if Path(folder) != source / "models":
            return []
        return [name for name in names if Path(folder, name).is_dir() and name not in members]

    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(source, path, ignore=others)
