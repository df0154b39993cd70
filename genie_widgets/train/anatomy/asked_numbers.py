"""Models that are asked about numbers instead of frames: k nearest neighbours, and whatever follows scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.ensemble import Floats, NotTreesError, Seen, seen_numbers
from genie_widgets.train.anatomy.places import places_of


def read_neighbours(model: Any, n_outputs: int) -> tuple[Callable[[pd.DataFrame], Seen], Callable[[Floats], Floats]]:
    """Read AutoGluon's k nearest neighbours: `NumbersMember.see` and `NumbersMember.answer`."""
    names = list(model._features_internal or model.features)

    def see(prepared: pd.DataFrame) -> Seen:
        return seen_numbers(np.asarray(model.preprocess(prepared), dtype=float), places_of(prepared, names))

    return see, answers_of(model.model, n_outputs)


def answers_of(fitted: Any, n_outputs: int) -> Callable[[Floats], Floats]:
    """Give what asks a model of scikit-learn's kind about 32-bit numbers."""
    is_classifier = hasattr(fitted, "classes_")
    if is_classifier and len(fitted.classes_) != max(2, n_outputs):
        raise NotTreesError("the model has not seen every class")

    def answer(numbers: Floats) -> Floats:
        given = numbers.astype(np.float32)
        if not is_classifier:
            return np.asarray(fitted.predict(given), dtype=float).reshape(len(given), -1)
        found = np.asarray(fitted.predict_proba(given), dtype=float)
        return found[:, 1:] if n_outputs == 1 else found

    return answer
