"""CatBoost's own file format, read: a flat buffer, whose arrays lie as they are used.

Its JSON format says the same, but takes CatBoost twenty times as long to write, and Python as long to read.
The numbers of fields are those of CatBoost's schema, to which it only adds: files of years ago must stay readable.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from genie_widgets.ensemble import Floats, Integers, NotTreesError
from genie_widgets.train.anatomy.flat_buffers import FlatTable

# Before the flat buffer: these letters, and its length in as many bytes.
MAGIC = b"CBM1"
# What becomes of a missing number: it passes every border. Else it passes none.
MISSING_PASSES = 2


class Number(NamedTuple):
    """A column of numbers: its place, what it is compared with, and whether a missing cell passes that."""

    column: int
    borders: Any
    missing_passes: bool


class Name(NamedTuple):
    """A category that is asked for by name: the place of its column, and the name's hash."""

    column: int
    value: int


class Count(NamedTuple):
    """A count of the rows that hold the same in some columns.

    Attributes
    ----------
    categories : tuple of int
        Places of columns, of which it minds the category, or only whether that is a certain one.
    passed : tuple of (int, float)
        Places of columns of numbers, each with a border that is passed or not.
    borders : ndarray of float32
        What the count is compared with.
    """

    categories: tuple[int, ...]
    passed: tuple[tuple[int, float], ...]
    borders: Any


class SavedTrees(NamedTuple):
    """Symmetric trees as CatBoost saves them.

    Attributes
    ----------
    n_columns : int
    numbers : list of Number
    names : list of Name
    counts : list of Count
    splits : ndarray of int
        What each level of each tree asks, tree by tree: its place among the borders of all `numbers`, then
        all `names`, then the borders of all `counts`.
    depths : ndarray of int, shape (n_trees,)
    leaves : ndarray of float
        What each adds; the answer at the first level is the lowest bit of a leaf's number.
    """

    n_columns: int
    numbers: list[Number]
    names: list[Name]
    counts: list[Count]
    splits: Integers
    depths: Integers
    leaves: Floats


def read_saved(data: bytes) -> SavedTrees:
    """Read a model that CatBoost has saved.

    Raises
    ------
    NotTreesError
        If it is in another format, its trees are not symmetric, or they ask about texts or embeddings.
    """
    if data[: len(MAGIC)] != MAGIC:
        raise NotTreesError("CatBoost saves in another format")
    trees = FlatTable.root(data[2 * len(MAGIC) :]).table(1)
    if len(trees.array(10, "<u4")):
        raise NotTreesError("CatBoost's trees are not symmetric")
    if trees.tables(13):
        raise NotTreesError("CatBoost splits by texts or embeddings")
    floats, categories = trees.tables(5), _columns(trees.tables(4), 0)
    numbers = [
        Number(table.number(2, "i", -1), table.array(3, "<f4"), table.number(5, "b", 0) == MISSING_PASSES)
        for table in floats
    ]
    columns = _columns(floats, 1)
    return SavedTrees(
        len(floats) + len(categories),
        numbers,
        [
            Name(categories[table.number(0, "i", -1)], value)
            for table in trees.tables(6)
            for value in table.array(1, "<i4").tolist()
        ],
        [_count(table, columns, categories) for table in trees.tables(7)],
        trees.array(1, "<i4").astype(np.int64),
        trees.array(2, "<i4").astype(np.int64),
        trees.array(8, "<f8"),
    )


def _columns(tables: list[FlatTable], index: int) -> dict[int, int]:
    """Give the column's place for each place among those of its kind; the fields follow each other."""
    return {table.number(index, "i", -1): table.number(index + 1, "i", -1) for table in tables}


def _count(table: FlatTable, columns: dict[int, int], categories: dict[int, int]) -> Count:
    combined = table.table(0).table(0).table(0)
    passed = combined.array(1, [("number", "<i4"), ("border", "<f4")])
    named = combined.array(2, [("category", "<i4"), ("value", "<i4")])
    places = dict.fromkeys([*combined.array(0, "<i4").tolist(), *named["category"].tolist()])
    return Count(
        tuple(categories[place] for place in places),
        tuple((columns[place], border) for place, border in passed.tolist()),
        table.array(1, "<f4"),
    )
