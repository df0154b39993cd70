"""A predictor's models in memory, where there is room for them: else each prediction reads them from disk anew."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from genie_widgets.machine import detect_machine
from genie_widgets.train.linear_preparation import quicken

_log = logging.getLogger(__name__)
# Models may take this share of what is free now; predicting takes memory of its own.
MEMORY_SHARE = 0.4


def keep_in_memory(predictor: Any) -> bool:
    """Load what the best model needs, once, if the memory that the container allows has room for it.

    AutoGluon would pickle every model, after a garbage collection each, to learn its size, which takes longer than
    a short explanation, and it would ask the host for its free memory. A model's files are as large as its pickle.

    Parameters
    ----------
    predictor : autogluon.tabular.TabularPredictor

    Returns
    -------
    bool
        Whether all of them are in memory now.
    """
    trainer = predictor._trainer
    needed = [name for name in trainer.get_minimum_model_set(predictor.model_best) if name not in trainer.models]
    if not needed:
        return True
    folder = Path(predictor.path)
    size = sum(size_of(folder / "models" / name) for name in needed)
    free = detect_machine(disk=folder).available_memory_bytes
    if size > MEMORY_SHARE * free:
        _log.warning("models of %d MB stay on disk: %d MB of memory are free", size >> 20, free >> 20)
        return False
    trainer.persist(model_names=needed, with_ancestors=False, max_memory=None)
    quicken(trainer.models[name] for name in needed)
    return True


def size_of(folder: Path) -> int:
    """Give the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
