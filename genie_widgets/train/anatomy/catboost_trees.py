"""CatBoost: symmetric trees, and counts of categories and of their combinations.

Its JSON format tells the questions, but its counts lie in hash tables. So the answers of
counted categories are asked from CatBoost itself: the leaf that a row falls into tells them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import prod
from operator import mul
from pathlib import Path
from typing import Any, NamedTuple

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

    counted = _Counted(model, layout)

    def see(prepared: pd.DataFrame) -> Seen:
        return _see(layout, counted, prepared)

    return grove.forest(), link, np.resize(np.array(bias, dtype=float), n_outputs), see


class _Part(NamedTuple):
    """A column that a question is about: a category as it is, a number by how many borders it passes."""

    column: int
    borders: tuple[float, ...] | None


class _Question(NamedTuple):
    """What CatBoost knows of some columns: the answer is how many of some trees' levels a row passes."""

    parts: tuple[_Part, ...]
    levels: tuple[tuple[int, int], ...]

    @property
    def is_alone(self) -> bool:
        """Whether it is about one column."""
        return len({part.column for part in self.parts}) == 1


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
        named: dict[tuple[int, int], tuple[int, int]] = {}
        borders: dict[int, dict[float, tuple[int, int]]] = {}
        for number, tree in enumerate(description["oblivious_trees"]):
            for level, split in enumerate(tree.get("splits") or []):
                if split["split_type"] == "OneHotFeature":
                    named.setdefault((split["cat_feature_index"], split["value"]), (number, level))
                elif split["split_type"] == "OnlineCtr":
                    of_count = borders.setdefault(self.count_of(split), {})
                    of_count.setdefault(float(split["border"]), (number, level))
        # A count is known by how many of the borders in use it passes.
        in_use = {count: dict(sorted(borders[count].items())) for count in sorted(borders)}
        self._rank = {count: {b: rank for rank, b in enumerate(of)} for count, of in in_use.items()}
        asked = {count: _Question(self._parts_of(counts[count]), tuple(of.values())) for count, of in in_use.items()}
        single = {count: question for count, question in asked.items() if question.is_alone}
        combined = {count: question for count, question in asked.items() if not question.is_alone}
        self._number_of_named = {key: self.n_columns + place for place, key in enumerate(named)}
        first = self.n_columns + len(named)
        self._feature_of_count = {count: first + place for place, count in enumerate(single)}
        self._feature_of_count |= {count: -2 - place for place, count in enumerate(combined)}
        # First those about one column.
        self.questions = [
            *(_Question((self._whole(category),), (level,)) for (category, _), level in named.items()),
            *single.values(),
            *combined.values(),
        ]

    def _whole(self, category: int) -> _Part:
        return _Part(self.categories[category]["flat_feature_index"], None)

    def _parts_of(self, count: dict[str, Any]) -> tuple[_Part, ...]:
        """Columns that a count combines."""
        whole: list[_Part] = []
        borders: dict[int, list[float]] = {}
        for element in count["elements"]:
            if element["combination_element"] == "cat_feature_value":
                whole.append(self._whole(element["cat_feature_index"]))
            elif element["combination_element"] == "float_feature":
                column = self.floats[element["float_feature_index"]]["flat_feature_index"]
                borders.setdefault(column, []).append(element["border"])
            else:
                raise NotTreesError(f"CatBoost combines {element['combination_element']}")
        return (
            *whole,
            *(
                _Part(column, tuple(np.sort(np.array(of_column, dtype=np.float32)).tolist()))
                for column, of_column in borders.items()
            ),
        )

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


def _see(layout: _Layout, counted: _Counted, prepared: pd.DataFrame) -> Seen:
    frame = counted.model.preprocess(prepared)
    source = places_of(prepared, frame.columns)
    codes, numbers = _codes_and_numbers(frame)
    answers = counted.answers(frame, codes, numbers)
    n_alone = sum(question.is_alone for question in layout.questions)
    alone, tables = answers[:n_alone], answers[n_alone:]
    extra = [source[question.parts[0].column] for question in layout.questions[:n_alone]]
    n_slots = max((len(keys) for keys, _ in tables), default=0)
    table_keys = np.zeros((len(frame), len(tables), n_slots), dtype=np.int64)
    slot_source = np.full((len(tables), n_slots), NOBODY, dtype=np.int64)
    for table, (keys, _) in enumerate(tables):
        for slot, key in enumerate(keys):
            table_keys[:, table, slot] = key
            slot_source[table, slot] = source[layout.questions[n_alone + table].parts[slot].column]
    sizes = [len(entries) for _, entries in tables]
    return Seen(
        np.column_stack([numbers, *(entries[sum(keys)] for keys, entries in alone)]),
        np.concatenate([source, np.array(extra, dtype=np.int64)]),
        table_keys,
        slot_source,
        np.cumsum([0, *sizes[:-1]])[: len(tables)].astype(np.int64),
        np.concatenate([entries for _, entries in tables]) if tables else np.zeros(1),
    )


@dataclass(frozen=True)
class _Held:
    """What rows hold in a part of a question.

    Attributes
    ----------
    value : ndarray of int, shape (n_rows,)
        The place of each row's value among the different ones.
    first : ndarray of int
        A row for each of those.
    name : object
        Tells them from what other rows hold.
    """

    value: Integers
    first: Integers
    name: object


class _Counted:
    """CatBoost's answers about categories and combinations, kept as long as rows hold the same values in them.

    Of two explanations, one after the other, most rows are one and the same background.
    """

    def __init__(self, model: Any, layout: _Layout) -> None:
        self.model, self._questions = model, layout.questions
        self._known: dict[int, tuple[tuple[object, ...], Floats]] = {}

    def answers(self, frame: pd.DataFrame, codes: Integers, numbers: Floats) -> list[tuple[list[Integers], Floats]]:
        """Give for every question each row's keys, a slot each, and the answer for every sum of keys."""
        held: dict[_Part, _Held] = {}
        found, unknown, total = [], [], 0
        for place, question in enumerate(self._questions):
            for part in question.parts:
                if part not in held:
                    held[part] = _held(part, frame, codes, numbers)
            sizes = [1, *accumulate((len(held[part].first) for part in question.parts), mul)]
            total += sizes[-1]
            if total > MOST_ENTRIES:
                raise NotTreesError("CatBoost combines columns with too many values")
            found.append([held[part].value * size for part, size in zip(question.parts, sizes, strict=False)])
            names = tuple(held[part].name for part in question.parts)
            if self._known.get(place, ((), None))[0] != names:
                unknown.append((place, names))
        if unknown:
            asked = self._asked(frame, held, [self._questions[place] for place, _ in unknown])
            for (place, names), entries in zip(unknown, asked, strict=True):
                self._known[place] = names, entries
        return [(keys, self._known[place][1]) for place, keys in enumerate(found)]

    def _asked(self, frame: pd.DataFrame, held: dict[_Part, _Held], questions: list[_Question]) -> list[Floats]:
        """Ask about rows that have, between them, every value and every combination of values wanted."""
        moved = sorted({part.column for question in questions for part in question.parts})
        batches: dict[tuple[_Part, ...], slice] = {}
        rows: list[Integers] = []
        at = 0
        # A question about one column does not mind the others: all of those are asked with the same rows.
        alone = {question.parts[0].column: question.parts[0] for question in questions if len(question.parts) == 1}
        if alone:
            size = max(len(held[part].first) for part in alone.values())
            rows.append(np.zeros((size, len(moved)), dtype=np.int64))
            for part in alone.values():
                first = held[part].first
                rows[0][: len(first), moved.index(part.column)] = first
                batches[part,] = slice(0, len(first))
            at = size
        for question in questions:
            if question.parts in batches:
                continue
            size = prod(len(held[part].first) for part in question.parts)
            every, entry = np.zeros((size, len(moved)), dtype=np.int64), np.arange(size)
            for part in question.parts:
                first = held[part].first
                every[:, moved.index(part.column)] = first[entry % len(first)]
                entry //= len(first)
            rows.append(every)
            batches[question.parts] = slice(at, at + size)
            at += size
        wanted = np.concatenate(rows)
        leaves = np.concatenate(
            [
                _leaves(self.model, _mixed(frame, wanted[start : start + ROWS_A_CALL], moved))
                for start in range(0, len(wanted), ROWS_A_CALL)
            ]
        )
        return [_passed(leaves[batches[question.parts]], question.levels) for question in questions]


def _held(part: _Part, frame: pd.DataFrame, codes: Integers, numbers: Floats) -> _Held:
    column, borders = part
    values = codes[:, column] if borders is None else (numbers[:, column, None] > np.array(borders)).sum(axis=1)
    distinct, first, value = np.unique(values, return_index=True, return_inverse=True)
    # Codes count from the smallest category that these rows hold.
    name = distinct.tobytes() if borders is not None else tuple(frame.iloc[:, column].array.take(first))
    return _Held(value, first, name)


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


def _passed(leaves: Any, levels: Iterable[tuple[int, int]]) -> Floats:
    """How many of some trees' levels each row passes."""
    passed = np.zeros(len(leaves))
    for tree, level in levels:
        passed += (leaves[:, tree] >> level) & 1
    return passed


def _mixed(frame: pd.DataFrame, rows: Integers, moved: list[int]) -> pd.DataFrame:
    """Make rows like the first, with the cells of `moved` columns taken from the rows named, one column each."""
    mixed = frame.take(np.zeros(len(rows), dtype=np.int64)).reset_index(drop=True)
    for at, place in enumerate(moved):
        mixed[frame.columns[place]] = frame.iloc[:, place].take(rows[:, at]).array
    return mixed
