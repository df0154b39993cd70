"""LightGBM: its text format, read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.ensemble import LEAF, Bools, Floats, Forest, Integers, Link, NotTreesError, Seen, seen_numbers
from genie_widgets.train.anatomy.growing import Grove
from genie_widgets.train.anatomy.places import numbers_of, places_of

# Bits of a node's `decision_type`.
IS_CATEGORY, DEFAULT_LEFT, MISSING_SHIFT = 1, 2, 2
MISSING_IS_ZERO, MISSING_IS_NAN = 1, 2
# Objectives whose prediction is the sum of the leaves itself.
PLAIN = ("regression", "regression_l1", "huber", "fair", "quantile", "mape")


def read_lightgbm(model: Any, n_outputs: int) -> tuple[Forest, Link, Floats, Callable[[pd.DataFrame], Seen]]:
    """Read an AutoGluon LightGBM model.

    A question "is the category one of these?" becomes a number of its own, 0 where it is.
    """
    booster = model.model
    head, *texts = booster.model_to_string().split("\nTree=")
    facts = dict(line.split("=", 1) for line in head.split("\n") if "=" in line)
    if "average_output" in head.split("\n"):
        raise NotTreesError("LightGBM averages its trees")
    link = _link(facts["objective"])
    n_numbers, per_round = int(facts["max_feature_idx"]) + 1, int(facts["num_tree_per_iteration"])
    grove = Grove()
    questions: list[tuple[int, list[int]]] = []
    for number, text in enumerate(texts):
        _add_tree(grove, text, n_numbers, number % per_round, questions)

    categories = [pd.Index(known) for known in booster.pandas_categorical or []]
    asked, is_none = _asked(questions)

    def see(prepared: pd.DataFrame) -> Seen:
        numbers = _numbers(model.preprocess(prepared), categories)
        source = places_of(prepared, _column_names(model))
        answers = np.empty((len(numbers), len(asked)), dtype=bool)
        for column, (places, of_code) in is_none.items():
            unknown = len(of_code) - 1
            codes = np.where(np.isnan(numbers[:, column]), unknown, np.minimum(numbers[:, column], unknown))
            answers[:, places] = of_code[codes.astype(np.int64)]
        return seen_numbers(np.column_stack([numbers, answers]), np.concatenate([source, source[asked]]))

    return grove.forest(), link, np.zeros(n_outputs), see


def _asked(questions: list[tuple[int, list[int]]]) -> tuple[Integers, dict[int, tuple[Integers, Bools]]]:
    """Give the column of each question about categories; and for each column its questions, and by code their answers.

    The last code stands for those that no question names, and for missing cells.
    """
    asked = np.array([column for column, _ in questions], dtype=np.int64)
    is_none = {}
    for column in np.unique(asked).tolist():
        places = np.flatnonzero(asked == column)
        values = [questions[place][1] for place in places]
        of_code = np.ones((max(max(named, default=0) for named in values) + 2, len(places)), dtype=bool)
        for number, named in enumerate(values):
            of_code[named, number] = False
        is_none[column] = places, of_code
    return asked, is_none


def _link(objective: str) -> Link:
    name, *options = objective.split()
    if name == "binary" and "sigmoid:1" in options:
        return Link.LOGISTIC
    if name == "multiclass":
        return Link.SOFTMAX
    if name in PLAIN and "sqrt" not in options:
        return Link.IDENTITY
    raise NotTreesError(f"LightGBM's objective {objective}")


def _column_names(model: Any) -> list[str]:
    """Name the prepared columns in the booster's order.

    Not ``model.features``: columns that were constant in this child's rows are dropped later.
    """
    original = {new: old for old, new in (model._features_internal_map or {}).items()}
    return [original.get(name, name) for name in model._features_internal]


def _numbers(frame: pd.DataFrame, categories: list[pd.Index[Any]]) -> Floats:
    """Take numbers as they are, and categories by the codes that the booster knows; unknown ones are missing."""
    out, is_category = numbers_of(frame)
    for known, place in zip(categories, np.flatnonzero(is_category), strict=True):
        cells = frame.iloc[:, place].cat
        codes = (cells if cells.categories.equals(known) else cells.set_categories(known).cat).codes.to_numpy()
        out[:, place] = np.where(codes < 0, np.nan, codes)
    return out


def _add_tree(grove: Grove, text: str, n_numbers: int, output: int, questions: list[tuple[int, list[int]]]) -> None:
    facts = dict(
        line.split("=", 1) for line in text.split("end of trees", maxsplit=1)[0].split("\n")[1:] if "=" in line
    )
    if facts.get("is_linear", "0").strip() == "1":
        raise NotTreesError("LightGBM's leaves are linear models")
    values = _list(facts["leaf_value"], float)
    n_leaves, inner = len(values), len(values) - 1
    if n_leaves == 1:
        grove.add(feature=[LEAF], threshold=[0], left=[0], right=[0], missing_left=[0], values=values, output=output)
        return
    feature, kind = (_list(facts[name], int) for name in ("split_feature", "decision_type"))
    threshold = _list(facts["threshold"], float)
    missing = (kind >> MISSING_SHIFT) & 3
    if (missing == MISSING_IS_ZERO).any():
        raise NotTreesError("LightGBM takes zeros as missing")
    # Where training saw nothing missing, a missing cell counts as zero.
    missing_left = np.where(missing == MISSING_IS_NAN, (kind & DEFAULT_LEFT) > 0, threshold >= 0)
    if "cat_boundaries" in facts:
        bounds = _list(facts["cat_boundaries"], int)
        words = _list(facts["cat_threshold"], np.uint64)
        for node in np.flatnonzero(kind & IS_CATEGORY):
            which = int(threshold[node])
            questions.append((int(feature[node]), _members(words[bounds[which] : bounds[which + 1]])))
            feature[node], threshold[node], missing_left[node] = n_numbers + len(questions) - 1, 0.5, False
    # Leaves are numbered -1, -2, ... among the children: they follow the inner nodes here.
    children = [_list(facts[name], int) for name in ("left_child", "right_child")]
    left, right = (np.where(child < 0, inner - child - 1, child) for child in children)
    rest = np.zeros(n_leaves, dtype=int)
    grove.add(
        feature=np.concatenate([feature, np.full(n_leaves, LEAF)]),
        threshold=np.concatenate([threshold, rest]),
        left=np.concatenate([left, rest]),
        right=np.concatenate([right, rest]),
        missing_left=np.concatenate([missing_left, rest > 0]),
        values=values,
        output=output,
    )


def _list(text: str, kind: type) -> Any:
    """Read numbers apart by blanks; several times as fast as `split`, and to the same last bit."""
    return np.fromstring(text, dtype=kind, sep=" ")


def _members(words: Any) -> list[int]:
    """List the bits that are set in words of 32."""
    return [bit for bit in range(32 * len(words)) if (int(words[bit // 32]) >> (bit % 32)) & 1]
