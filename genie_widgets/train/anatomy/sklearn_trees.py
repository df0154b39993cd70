"""Random forests and extremely random trees of scikit-learn: their leaves are probabilities or values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.ensemble import LEAF, Floats, Forest, Link, NotTreesError, Seen, seen_numbers
from genie_widgets.train.anatomy.growing import Grove
from genie_widgets.train.anatomy.places import places_of


def read_sklearn(model: Any, n_outputs: int) -> tuple[Forest, Link, Floats, Callable[[pd.DataFrame], Seen]]:
    """Read an AutoGluon random forest."""
    forest = model.model
    if not hasattr(forest, "estimators_"):
        raise NotTreesError("the forest was compiled")
    is_classifier = hasattr(forest, "classes_")
    if is_classifier and len(forest.classes_) != max(2, n_outputs):
        raise NotTreesError("the forest has not seen every class")
    grove = Grove()
    for estimator in forest.estimators_:
        tree = estimator.tree_
        is_leaf = tree.children_left < 0
        values = tree.value[is_leaf, 0, :]
        if is_classifier:
            values = values / values.sum(axis=1, keepdims=True)
            values = values[:, 1:2] if n_outputs == 1 else values
        grove.add(
            feature=np.where(is_leaf, LEAF, tree.feature),
            threshold=tree.threshold,
            left=tree.children_left,
            right=tree.children_right,
            missing_left=tree.missing_go_to_left > 0,
            values=values / len(forest.estimators_),
        )
    names = list(model._features_internal or model.features)

    def see(prepared: pd.DataFrame) -> Seen:
        # Their questions are about 32-bit numbers.
        numbers = np.asarray(model.preprocess(prepared), dtype=np.float32).astype(float)
        return seen_numbers(numbers, places_of(prepared, names))

    return grove.forest(), Link.IDENTITY, np.zeros(n_outputs), see
