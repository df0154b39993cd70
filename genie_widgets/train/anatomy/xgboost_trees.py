"""XGBoost: its JSON format, read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.ensemble import LEAF, Floats, Forest, Link, NotTreesError, Seen, seen_numbers
from genie_widgets.train.anatomy.growing import Grove
from genie_widgets.train.anatomy.places import places_of

_LINKS = {
    "binary:logistic": Link.LOGISTIC,
    "multi:softprob": Link.SOFTMAX,
    "multi:softmax": Link.SOFTMAX,
    "reg:squarederror": Link.IDENTITY,
}


def read_xgboost(model: Any, n_outputs: int) -> tuple[Forest, Link, Floats, Callable[[pd.DataFrame], Seen]]:
    """Read an AutoGluon XGBoost model; it gets categories as one number for each."""
    booster = model.model.get_booster()
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    boosting = learner["gradient_booster"]
    objective = learner["objective"]["name"]
    if boosting["name"] != "gbtree" or objective not in _LINKS:
        raise NotTreesError(f"XGBoost's {boosting['name']} with {objective}")
    link = _LINKS[objective]
    trees, outputs = boosting["model"]["trees"], boosting["model"]["tree_info"]
    n_classes = max(1, int(learner["learner_model_param"]["num_class"]))
    end = len(trees)
    if "best_iteration" in booster.attributes():
        per_round = n_classes * int(boosting["model"]["gbtree_model_param"]["num_parallel_tree"])
        end = min(end, (booster.best_iteration + 1) * per_round)
    grove = Grove()
    for tree, output in zip(trees[:end], outputs[:end], strict=True):
        if any(tree.get("split_type", [])) or len(tree["split_conditions"]) != len(tree["left_children"]):
            raise NotTreesError("XGBoost splits by category, or its leaves are vectors")
        left = np.array(tree["left_children"])
        condition = np.array(tree["split_conditions"], dtype=np.float32)
        grove.add(
            feature=np.where(left < 0, LEAF, tree["split_indices"]),
            # It goes left where x < c; over its own 32-bit numbers that is x <= the one before c.
            threshold=np.nextafter(condition, np.float32(-np.inf)).astype(float),
            left=left,
            right=tree["right_children"],
            missing_left=np.array(tree["default_left"]) > 0,
            values=condition[left < 0].astype(float),
            output=output,
        )
    start = np.atleast_1d(np.array(json.loads(learner["learner_model_param"]["base_score"]), dtype=float))
    base = np.resize(np.log(start / (1 - start)) if link == Link.LOGISTIC else start, n_outputs)

    def see(prepared: pd.DataFrame) -> Seen:
        return seen_numbers(_numbers(model.preprocess(prepared)), places_of(prepared, _column_names(model)))

    return grove.forest(), link, base, see


def _numbers(given: Any) -> Floats:
    if not hasattr(given, "tocoo"):
        raise NotTreesError("XGBoost was given a frame")
    sparse = given.tocoo()
    # What a sparse matrix does not hold is missing to XGBoost, not zero.
    numbers = np.full(sparse.shape, np.nan, dtype=np.float32)
    numbers[sparse.row, sparse.col] = sparse.data
    return numbers.astype(float)


def _column_names(model: Any) -> list[str]:
    """Name the prepared column of each of its numbers: the one-hot ones first, then the others."""
    generator = model._ohe_generator
    others = [str(name) for name in generator.other_cols]
    if not generator.cat_cols:
        return others
    encoder = generator.ohe_encs
    rare = getattr(encoder, "infrequent_indices_", None) or [None] * len(encoder.categories_)
    limit = encoder.max_levels
    widths = [
        min(len(categories), limit or len(categories)) if few is None else len(categories) - len(few) + (len(few) > 0)
        for categories, few in zip(encoder.categories_, rare, strict=True)
    ]
    return [str(name) for name, width in zip(generator.cat_cols, widths, strict=True) for _ in range(width)] + others
