"""CatBoost: symmetric trees, and counts of categories and of their combinations.

Its file tells the questions, but its counts lie in hash tables. So the answers of
counted categories are asked from CatBoost itself: the leaf that a row falls into tells them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from operator import mul
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from genie_widgets.ensemble import ALL_OUTPUTS, NOBODY, Floats, Forest, Integers, Link, NotTreesError, Seen
from genie_widgets.train.anatomy.catboost_file import Count, SavedTrees, read_saved
from genie_widgets.train.anatomy.growing import symmetric_forest
from genie_widgets.train.anatomy.places import numbers_of, places_of

MOST_ENTRIES = 400_000
ROWS_A_CALL = 20_000


def read_catboost(model: Any, n_outputs: int) -> tuple[Forest, Link, Floats, Callable[[pd.DataFrame], Seen]]:
    """Read an AutoGluon CatBoost model."""
    booster = model.model
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.cbm"
        booster.save_model(str(path), format="cbm")
        saved = read_saved(path.read_bytes())
    layout = _Layout(saved)
    scale, bias = booster.get_scale_and_bias()
    forest = symmetric_forest(
        *layout.asked,
        saved.depths,
        scale * saved.leaves.reshape(int((1 << saved.depths).sum()), -1),
        output=0 if n_outputs == 1 else ALL_OUTPUTS,
    )
    of_classes = Link.LOGISTIC if n_outputs == 1 else Link.SOFTMAX
    link = Link.IDENTITY if model.problem_type == "regression" else of_classes

    counted = _Counted(model, layout)

    def see(prepared: pd.DataFrame) -> Seen:
        return _see(layout, counted, prepared)

    return forest, link, np.resize(np.array(bias, dtype=float), n_outputs), see


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

    Attributes
    ----------
    asked : (ndarray of int, ndarray of float, ndarray of bool)
        Feature, threshold and whether missing goes left, for each level of each tree.
    questions : list of _Question
        First those about one column.
    """

    def __init__(self, saved: SavedTrees) -> None:
        # What is in use, and of it the first level that asks it.
        in_use, first, number_in_use = np.unique(saved.splits, return_index=True, return_inverse=True)
        ends = np.cumsum(saved.depths)
        trees = np.searchsorted(ends, first, side="right")
        levels = list(zip(trees.tolist(), (first - (ends - saved.depths)[trees]).tolist(), strict=True))
        feature, threshold = np.empty(len(in_use), dtype=np.int64), np.full(len(in_use), 0.5)
        missing_left = np.ones(len(in_use), dtype=bool)

        sizes = [len(number.borders) for number in saved.numbers]
        first_name = sum(sizes)
        first_count = first_name + len(saved.names)
        n_numbers, n_named = np.searchsorted(in_use, [first_name, first_count])
        borders = np.concatenate([np.zeros(0), *(number.borders for number in saved.numbers)])
        of_number = np.repeat(np.arange(len(sizes)), sizes)[in_use[:n_numbers]]
        feature[:n_numbers] = np.array([number.column for number in saved.numbers], dtype=np.int64)[of_number]
        threshold[:n_numbers] = borders[in_use[:n_numbers]]
        missing_left[:n_numbers] = ~np.array([number.missing_passes for number in saved.numbers], dtype=bool)[of_number]

        alone: list[_Question] = []
        combined: list[_Question] = []
        for place in range(n_numbers, n_named):
            name = saved.names[in_use[place] - first_name]
            feature[place] = saved.n_columns + len(alone)
            alone.append(_Question((_Part(name.column, None),), (levels[place],)))
        # A count is known by how many of the borders in use it passes.
        sizes = [len(count.borders) for count in saved.counts]
        of_count = np.repeat(np.arange(len(sizes)), sizes)[in_use[n_named:] - first_count]
        for count in np.unique(of_count).tolist():
            places = n_named + np.flatnonzero(of_count == count)
            question = _Question(_parts_of(saved.counts[count]), tuple(levels[place] for place in places))
            feature[places] = saved.n_columns + len(alone) if question.is_alone else -2 - len(combined)
            threshold[places] = np.arange(len(places)) + 0.5
            (alone if question.is_alone else combined).append(question)
        self.asked = feature[number_in_use], threshold[number_in_use], missing_left[number_in_use]
        self.questions = [*alone, *combined]


def _parts_of(count: Count) -> tuple[_Part, ...]:
    """Columns that a count combines."""
    borders: dict[int, list[float]] = {}
    for column, border in count.passed:
        borders.setdefault(column, []).append(border)
    return (
        *(_Part(column, None) for column in count.categories),
        *(_Part(column, tuple(sorted(of_column))) for column, of_column in borders.items()),
    )


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
