"""LightGBM: its text format, read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.ensemble import Bools, Floats, Forest, Integers, Link, NotTreesError, Seen, seen_numbers
from genie_widgets.train.anatomy.growing import blank_forest
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
    forest, questions = _forest(
        [_facts(text) for text in texts], int(facts["max_feature_idx"]) + 1, int(facts["num_tree_per_iteration"])
    )

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

    return forest, link, np.zeros(n_outputs), see


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


def _facts(text: str) -> dict[str, str]:
    """Read the lines of a tree's text."""
    facts = dict(line.split("=", 1) for line in text.split("end of trees", 1)[0].split("\n")[1:] if "=" in line)
    if facts.get("is_linear", "0").strip() == "1":
        raise NotTreesError("LightGBM's leaves are linear models")
    return facts


def _forest(trees: list[dict[str, str]], n_numbers: int, per_round: int) -> tuple[Forest, list[tuple[int, list[int]]]]:
    """Put all trees into one forest; gives the questions about categories, too, each a column and codes.

    A tree's inner nodes come first, then its leaves.
    """
    n_leaves = np.array([int(facts["num_leaves"]) for facts in trees], dtype=np.int64)
    inner_before, leaves_before = (np.cumsum(sizes) - sizes for sizes in (n_leaves - 1, n_leaves))
    roots = inner_before + leaves_before
    tree_of_inner, tree_of_leaf = (
        np.repeat(np.arange(len(trees)), n_leaves - 1),
        np.repeat(np.arange(len(trees)), n_leaves),
    )
    inner = np.arange(len(tree_of_inner)) + leaves_before[tree_of_inner]
    leaf = np.arange(len(tree_of_leaf)) + (inner_before + n_leaves - 1)[tree_of_leaf]

    feature, kind = (_joined(trees, name, int, len(inner)) for name in ("split_feature", "decision_type"))
    threshold = _joined(trees, "threshold", float, len(inner))
    missing = (kind >> MISSING_SHIFT) & 3
    if (missing == MISSING_IS_ZERO).any():
        raise NotTreesError("LightGBM takes zeros as missing")
    # Where training saw nothing missing, a missing cell counts as zero.
    missing_left = np.where(missing == MISSING_IS_NAN, (kind & DEFAULT_LEFT) > 0, threshold >= 0)
    asks_category = np.flatnonzero(kind & IS_CATEGORY)
    questions = list(
        zip(feature[asks_category].tolist(), _categories(trees, tree_of_inner, threshold, asks_category), strict=True)
    )
    feature[asks_category] = n_numbers + np.arange(len(questions))
    threshold[asks_category], missing_left[asks_category] = 0.5, False

    forest = blank_forest(
        len(inner) + len(leaf),
        roots=roots,
        values=_joined(trees, "leaf_value", float, len(leaf))[:, None],
        output=np.arange(len(trees)) % per_round,
        symmetric=np.full(len(trees), -1),
    )
    forest.feature[inner], forest.threshold[inner], forest.missing_left[inner] = feature, threshold, missing_left
    forest.leaf[leaf] = np.arange(len(leaf))
    for name, to in (("left_child", forest.left), ("right_child", forest.right)):
        child = _joined(trees, name, int, len(inner))
        # Leaves are numbered -1, -2, ... among the children.
        to[inner] = roots[tree_of_inner] + np.where(child < 0, (n_leaves - 1)[tree_of_inner] - child - 1, child)
    return forest, questions


def _categories(
    trees: list[dict[str, str]], tree_of_inner: Integers, threshold: Floats, asks_category: Integers
) -> Iterator[list[int]]:
    """Give the codes that go left, for each node that asks about categories; its threshold says where they stand."""
    tree = -1
    for node in asks_category.tolist():
        if tree_of_inner[node] != tree:
            tree = int(tree_of_inner[node])
            bounds, words = _list(trees[tree]["cat_boundaries"], int), _list(trees[tree]["cat_threshold"], np.uint64)
        which = int(threshold[node])
        yield _members(words[bounds[which] : bounds[which + 1]])


def _joined(trees: list[dict[str, str]], name: str, kind: type, wanted: int) -> Any:
    """Read one line of all trees, so many numbers; a tree that is a leaf has none, whatever it says."""
    values = _list(" ".join(facts[name] for facts in trees if name == "leaf_value" or facts["num_leaves"] != "1"), kind)
    if len(values) != wanted:
        raise NotTreesError(f"LightGBM writes {name} in another way")
    return values


def _list(text: str, kind: type) -> Any:
    """Read numbers apart by blanks; several times as fast as `split`, and to the same last bit."""
    return np.fromstring(text, dtype=kind, sep=" ")


def _members(words: Any) -> list[int]:
    """List the bits that are set in words of 32."""
    return [bit for bit in range(32 * len(words)) if (int(words[bit // 32]) >> (bit % 32)) & 1]
