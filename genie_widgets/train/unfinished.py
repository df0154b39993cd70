"""A predictor whose fit never ended: what is usable in it, brought together."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from genie_widgets.language import tr
from genie_widgets.schema import GenieError, Problem
from genie_widgets.train.durable import UNFINISHED, whole_pickles
from genie_widgets.train.trained import TrainedModel, load_model

# Whoever cannot predict these cannot predict.
TRIED_ROWS = 5
ENSEMBLE_S = 20.0


def load_unfinished(path: Path, *, time_limit_s: float = ENSEMBLE_S) -> TrainedModel:
    """Load a predictor that was interrupted at whatever moment, with the best of its models that works.

    Each model is tried; those that work are weighed into an ensemble where the
    fit had not come to that.

    Parameters
    ----------
    path : Path
        AutoGluon's folder.
    time_limit_s : float
        Seconds for the ensemble.

    Returns
    -------
    TrainedModel
        Saved, and usable like one whose fit had ended.

    Raises
    ------
    GenieError
        If no model works.
    """
    model = load_model(path)
    predictor = model.predictor
    trainer = predictor._trainer
    if trainer is None:  # interrupted before its first model
        raise GenieError(_nothing())
    # The clock and the callbacks of the fit that is gone; the callbacks would speak to nobody.
    trainer._fit_cleanup()
    trainer.model_best = None
    for half in path.rglob(f"*{UNFINISHED}"):
        half.unlink(missing_ok=True)
    with whole_pickles():
        rows = _some_rows(trainer)
        for name in trainer.get_model_names():
            if not _works(trainer, name, rows):
                logging.getLogger(__name__).warning("left out: %s does not predict", name)
                # From the list, not from the disk: AutoGluon would have to load it for that.
                trainer.delete_models(
                    models_to_delete=[name], dry_run=False, allow_delete_cascade=True, delete_from_disk=False
                )
        members = trainer.get_model_names(stack_name="core")
        if not members:
            raise GenieError(_nothing())
        ensembles = [name for name in trainer.get_model_names() if name not in members]
        if len(members) > 1 and not ensembles:
            add_ensemble(predictor, time_limit_s)
        predictor.save(silent=True)
        trainer.save()
    return model


def add_ensemble(predictor: Any, time_limit_s: float) -> None:
    """Weigh all models into one more; without it the best single model predicts."""
    try:
        predictor.fit_weighted_ensemble(name_suffix="", time_limit=time_limit_s, num_gpus=0)
    except Exception:
        logging.getLogger(__name__).exception("no ensemble could be made")


def _some_rows(trainer: Any) -> Any:
    rows = trainer.load_X_val()
    rows = trainer.load_X() if rows is None else rows
    return rows.head(TRIED_ROWS)


def _works(trainer: Any, name: str, rows: Any) -> bool:
    if name not in trainer.get_model_names():
        return False  # it went with one that it is made of
    try:
        trainer.predict(rows, model=name)
    except Exception:
        logging.getLogger(__name__).exception("%s cannot be used", name)
        return False
    return True


def _nothing() -> Problem:
    return Problem(
        code="no-model",
        title=tr("None of the models was finished by then."),
        remedy=tr("Train again."),
        culprit="training",
    )
