"""CatBoost: symmetric trees, and counts of categories and of their combinations.

Its JSON format tells the questions, but its counts lie in hash tables. So the answers of
counted categories are asked from CatBoost itself: the leaf that a row falls into tells them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.ensemble import ALL_OUTPUTS, LEAF, NOBODY, Floats, Forest, Integers, Link, NotTreesError, Seen
from genie_widgets.train.anatomy.growing import Grove
from genie_widgets.train.anatomy.places import numbers_of, places_of

MOST_ENTRIES = 400_000
ROWS_A_CALL = 20_000


def read_catboost(model: Any, n_outputs: int) -> tuple[Forest, Link, Floats, Callable[[pd.DataFrame], Seen]]:
    """Read an AutoGluon CatBoost model."""
    booster = model.model
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        booster.save_model(str(path), format="json")
        description = json.loads(path.read_text(encoding="utf-8"))
    if "oblivious_trees" not in description:
        raise NotTreesError("CatBoost's trees are not symmetric")
    layout = _Layout(description)
    grove = Grove()
    scale, bias = description["scale_and_bias"]
    for tree in description["oblivious_trees"]:
        _add_tree(grove, layout, tree, n_outputs, scale)
    of_classes = Link.LOGISTIC if n_outputs == 1 else Link.SOFTMAX
    link = Link.IDENTITY if model.problem_type == "regression" else of_classes

    def see(prepared: pd.DataFrame) -> Seen:
        return _see(model, layout, prepared)

    return grove.forest(), link, np.resize(np.array(bias, dtype=float), n_outputs), see


class _Layout:
    """Where CatBoost's questions lie among the numbers and tables of `Seen`.

    Numbers are the frame's columns, then one for each category asked for by name, then one for
    each count of a single category; tables are the counts of combinations.
    """

    def __init__(self, description: dict[str, Any]) -> None:
        info = description["features_info"]
        self.floats = info.get("float_features") or []
        self.categories = info.get("categorical_features") or []
        self.n_columns = len(self.floats) + len(self.categories)
        self._first_count = sum(len(f["borders"] or []) for f in self.floats)
        self._first_count += sum(len(c.get("values") or []) for c in self.categories)
        counts = info.get("ctrs") or []
        self._count_of_split: list[int] = [number for number, count in enumerate(counts) for _ in count["borders"]]
        # For each question about a category: a tree and a level that ask it.
        self.named: dict[tuple[int, int], tuple[int, int]] = {}
        borders: dict[int, dict[float, tuple[int, int]]] = {}
        for number, tree in enumerate(description["oblivious_trees"]):
            for level, split in enumerate(tree.get("splits") or []):
                if split["split_type"] == "OneHotFeature":
                    self.named.setdefault((split["cat_feature_index"], split["value"]), (number, level))
                elif split["split_type"] == "OnlineCtr":
                    of_count = borders.setdefault(self.count_of(split), {})
                    of_count.setdefault(float(split["border"]), (number, level))
        # A count is known by how many of the borders in use it passes.
        self.borders = {count: dict(sorted(borders[count].items())) for count in sorted(borders)}
        self._rank = {count: {b: rank for rank, b in enumerate(of)} for count, of in self.borders.items()}
        self.parts = {count: self._parts_of(counts[count]) for count in self.borders}
        self.single = [count for count in self.borders if len({part[0] for part in self.parts[count]}) == 1]
        self.combined = [count for count in self.borders if count not in self.single]
        self._number_of_named = {key: self.n_columns + place for place, key in enumerate(self.named)}
        first = self.n_columns + len(self.named)
        self._feature_of_count = {count: first + place for place, count in enumerate(self.single)}
        self._feature_of_count |= {count: -2 - place for place, count in enumerate(self.combined)}

    def _parts_of(self, count: dict[str, Any]) -> list[tuple[int, Floats | None]]:
        """Columns that a count combines: a category as it is (None), a number by the borders asked for."""
        whole: list[int] = []
        borders: dict[int, list[float]] = {}
        for element in count["elements"]:
            if element["combination_element"] == "cat_feature_value":
                whole.append(self.categories[element["cat_feature_index"]]["flat_feature_index"])
            elif element["combination_element"] == "float_feature":
                column = self.floats[element["float_feature_index"]]["flat_feature_index"]
                borders.setdefault(column, []).append(element["border"])
            else:
                raise NotTreesError(f"CatBoost combines {element['combination_element']}")
        return [(column, None) for column in whole] + [
            (column, np.sort(np.array(of_column, dtype=np.float32)).astype(float))
            for column, of_column in borders.items()
        ]

    def count_of(self, split: dict[str, Any]) -> int:
        """Tell which count a split asks about."""
        return self._count_of_split[int(split["split_index"]) - self._first_count]

    def question(self, split: dict[str, Any]) -> tuple[int, float, bool]:
        """Feature, threshold and where missing goes, of a split."""
        kind = split["split_type"]
        if kind == "FloatFeature":
            of = self.floats[split["float_feature_index"]]
            border = float(np.float32(split["border"]))
            return of["flat_feature_index"], border, of.get("nan_value_treatment") != "AsTrue"
        if kind == "OneHotFeature":
            return self._number_of_named[split["cat_feature_index"], split["value"]], 0.5, True
        if kind == "OnlineCtr":
            count = self.count_of(split)
            return self._feature_of_count[count], self._rank[count][float(split["border"])] + 0.5, True
        raise NotTreesError(f"CatBoost splits by {kind}")


def _add_tree(grove: Grove, layout: _Layout, tree: dict[str, Any], n_outputs: int, scale: float) -> None:
    questions = [layout.question(split) for split in tree.get("splits") or []]
    depth = len(questions)
    level, order = _numbered(depth)
    asked = [*questions, (LEAF, 0.0, False)]  # the last one stands at the leaves
    feature, threshold, missing_left = (np.array(part) for part in zip(*asked, strict=True))
    nodes = np.arange(len(level))
    grove.add(
        feature=feature[level],
        threshold=threshold[level],
        left=2 * nodes + 1,
        right=2 * nodes + 2,
        missing_left=missing_left[level],
        values=(np.array(tree["leaf_values"], dtype=float).reshape(2**depth, -1) * scale)[order],
        output=0 if n_outputs == 1 else ALL_OUTPUTS,
        symmetric=depth,
    )


@lru_cache(maxsize=32)
def _numbered(depth: int) -> tuple[Integers, Integers]:
    """Give the level of every node, level by level, the leaves' being `depth`; and CatBoost's leaves from the left.

    Bit `at` of its leaf's number is the answer at level `at`; from the left the first answer is the highest bit.
    """
    level = np.repeat(np.arange(depth + 1), 2 ** np.arange(depth + 1))
    order = np.zeros(2**depth, dtype=np.int64)
    for at in range(depth):
        order |= ((np.arange(2**depth) >> (depth - 1 - at)) & 1) << at
    return level, order


def _see(model: Any, layout: _Layout, prepared: pd.DataFrame) -> Seen:
    frame = model.preprocess(prepared)
    source = places_of(prepared, frame.columns)
    codes, numbers = _codes_and_numbers(frame)
    columns, extra = [numbers], []
    leaves = _leaves(model, frame) if layout.named or layout.single else None
    for (category, _value), (tree, level) in layout.named.items():
        assert leaves is not None
        columns.append(((leaves[:, tree] >> level) & 1)[:, None].astype(float))
        extra.append(source[layout.categories[category]["flat_feature_index"]])
    for count in layout.single:
        assert leaves is not None
        columns.append(_passed(leaves, layout.borders[count])[:, None])
        extra.append(source[layout.parts[count][0][0]])
    keys, slot_source, start, entries = _tables(model, layout, frame, codes, numbers, source)
    return Seen(
        np.ascontiguousarray(np.hstack(columns)),
        np.concatenate([source, np.array(extra, dtype=np.int64)]),
        keys,
        slot_source,
        start,
        entries,
    )


def _codes_and_numbers(frame: pd.DataFrame) -> tuple[Integers, Floats]:
    """Codes of categories and 32-bit numbers of the others, each zero where the other kind is."""
    numbers, is_category = numbers_of(frame)
    codes = np.zeros(frame.shape, dtype=np.int64)
    for place in np.flatnonzero(is_category):
        codes[:, place] = np.unique(frame.iloc[:, place].cat.codes, return_inverse=True)[1]
    return codes, numbers.astype(np.float32).astype(float)


def _leaves(model: Any, frame: pd.DataFrame) -> Any:
    """Leaf of each row in each tree, (n_rows, n_trees)."""
    import catboost

    named = [name for name, dtype in frame.dtypes.items() if isinstance(dtype, pd.CategoricalDtype)]
    return model.model.calc_leaf_indexes(catboost.Pool(frame, cat_features=named))


def _passed(leaves: Any, borders: dict[float, tuple[int, int]]) -> Floats:
    """How many borders each row's count passes."""
    passed = np.zeros(len(leaves))
    for tree, level in borders.values():
        passed += (leaves[:, tree] >> level) & 1
    return passed


def _tables(
    model: Any, layout: _Layout, frame: pd.DataFrame, codes: Integers, numbers: Floats, source: Integers
) -> tuple[Integers, Integers, Integers, Floats]:
    """Ask CatBoost for the count of every combination of values that the rows hold."""
    n_slots = max((len(layout.parts[count]) for count in layout.combined), default=0)
    keys = np.zeros((len(frame), len(layout.combined), n_slots), dtype=np.int64)
    slot_source = np.full((len(layout.combined), n_slots), NOBODY, dtype=np.int64)
    start = np.zeros(len(layout.combined), dtype=np.int64)
    asked: list[Integers] = []
    for table, count in enumerate(layout.combined):
        size, examples, places = 1, [], []
        for slot, (column, borders) in enumerate(layout.parts[count]):
            values = codes[:, column] if borders is None else (numbers[:, column, None] > borders).sum(axis=1)
            _, first, value = np.unique(values, return_index=True, return_inverse=True)
            keys[:, table, slot] = value * size
            slot_source[table, slot] = source[column]
            examples.append(first)
            places.append(column)
            size *= len(first)
            if size > MOST_ENTRIES:
                raise NotTreesError("CatBoost combines columns with too many values")
        start[table] = sum(len(rows) for rows in asked)
        # For every entry, and every column of the frame, a row that has the value wanted there.
        rows = np.zeros((size, frame.shape[1]), dtype=np.int64)
        entry = np.arange(size)
        for first, column in zip(examples, places, strict=True):
            rows[:, column] = first[entry % len(first)]
            entry //= len(first)
        asked.append(rows)
    if not asked:
        return keys, slot_source, start, np.zeros(1)
    every = np.concatenate(asked)
    if len(every) > MOST_ENTRIES:
        raise NotTreesError("CatBoost combines columns with too many values")
    moved = sorted({column for count in layout.combined for column, _ in layout.parts[count]})
    leaves = np.concatenate(
        [_leaves(model, _mixed(frame, every[at : at + ROWS_A_CALL], moved)) for at in range(0, len(every), ROWS_A_CALL)]
    )
    entries = np.concatenate(
        [
            _passed(leaves[first : first + len(rows)], layout.borders[count])
            for count, first, rows in zip(layout.combined, start, asked, strict=True)
        ]
    )
    return keys, slot_source, start, entries


def _mixed(frame: pd.DataFrame, rows: Integers, moved: list[int]) -> pd.DataFrame:
    """Make rows like the first, with the cells of `moved` columns taken from the rows named."""
    mixed = frame.take(np.zeros(len(rows), dtype=np.int64)).reset_index(drop=True)
    for place in moved:
        mixed[frame.columns[place]] = frame.iloc[:, place].take(rows[:, place]).array
    return mixed
