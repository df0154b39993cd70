"""What every row answers to every question of a forest, found once: bits then lead a pair of rows through the trees."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genie_widgets.ensemble import LEAF, NOBODY, Bools, Forest, Integers
from genie_widgets.explain.tree_board import Board

Shorts = NDArray[np.int32]
Sets = NDArray[np.uint64]
BITS = 64
# A symmetric tree about more columns than this (its tables may ask for many) is searched like any other.
MOST_LOCAL = 8
# What a node asks, if it asks no player.
IS_LEAF, IS_TABLE = -1, -2


class Answers(NamedTuple):
    """The questions, close together in memory, and their answers.

    Attributes
    ----------
    nodes : ndarray of int, shape (n_nodes, 4)
        The player asked (the number of columns for `NOBODY`), the node to the right, the one to the left, the leaf.
    left : ndarray of uint64, shape (n_rows, n_words)
        A bit for each node: whether the row goes left there. Tables have none.
    own_leaf : ndarray of int, shape (n_rows, n_trees)
        Where a row falls in a symmetric tree; the bits of the levels that ask tables are not set.
    first_leaf : ndarray of int, shape (n_trees,)
        The place of a tree's first leaf among `Forest.values`.
    n_owners : ndarray of int, shape (n_trees,)
        Players asked by a symmetric tree's other levels; -1 where the tree must be searched.
    owners, masks : ndarray of int, shape (n_trees, MOST_LOCAL)
        Those players, and the bits of a leaf's number that are theirs.
    asks_tables : ndarray of bool, shape (n_trees,)
    """

    nodes: Shorts
    left: Sets
    own_leaf: Integers
    first_leaf: Integers
    n_owners: Integers
    owners: Integers
    masks: Integers
    asks_tables: Bools


def answers_of(forest: Forest, board: Board, n_columns: int) -> Answers:
    """Find the answers of all rows on the board."""
    asks_number = forest.feature >= 0
    asked = np.where(forest.feature == LEAF, IS_LEAF, IS_TABLE)
    owner = board.owner[forest.feature[asks_number]]
    asked[asks_number] = np.where(owner == NOBODY, n_columns, owner)
    n_trees, n_rows = len(forest.roots), len(board.numbers)
    own_leaf, first_leaf = np.zeros((n_rows, n_trees), np.int64), np.zeros(n_trees, np.int64)
    n_owners, asks_tables = np.full(n_trees, -1), np.zeros(n_trees, dtype=bool)
    owners, masks = np.zeros((n_trees, MOST_LOCAL), np.int64), np.zeros((n_trees, MOST_LOCAL), np.int64)
    for tree in np.flatnonzero(forest.symmetric >= 0):
        levels = np.arange(forest.symmetric[tree])
        questions = forest.roots[tree] + (1 << levels) - 1
        bits = 1 << levels[::-1]
        by_player: dict[int, int] = {}
        of_tables: set[int] = set()
        for node, bit in zip(questions.tolist(), bits.tolist(), strict=True):
            if asked[node] >= 0:
                by_player[int(asked[node])] = by_player.get(int(asked[node]), 0) | bit
            else:
                of_tables.update(board.slot_owner[-2 - forest.feature[node]].tolist())
        by_player.pop(n_columns, None)
        if len((set(by_player) | of_tables) - {NOBODY}) > MOST_LOCAL:
            continue
        n_owners[tree], asks_tables[tree] = len(by_player), bool(of_tables)
        owners[tree, : len(by_player)], masks[tree, : len(by_player)] = list(by_player), list(by_player.values())
        first_leaf[tree] = forest.leaf[forest.roots[tree] + (1 << len(levels)) - 1]
        numbers = asks_number[questions]
        own_leaf[:, tree] = ~_goes_left(forest, board, slice(None), questions[numbers]) @ bits[numbers]
    left = np.zeros((n_rows, 0), np.uint64)
    if (n_owners < 0).any():
        left = np.zeros((n_rows, -(-len(asked) // BITS)), np.uint64)
        questions = np.flatnonzero(asks_number)
        answer = np.zeros(left.shape[1] * BITS, dtype=bool)
        for row in range(n_rows):
            answer[questions] = _goes_left(forest, board, row, questions)
            left[row] = np.packbits(answer, bitorder="little").view("<u8")
    nodes = np.column_stack([asked, forest.right, forest.left, forest.leaf]).astype(np.int32)
    return Answers(nodes, left, own_leaf, first_leaf, n_owners, owners, masks, asks_tables)


def _goes_left(forest: Forest, board: Board, rows: int | slice, nodes: Integers) -> Bools:
    numbers = board.numbers[rows, forest.feature[nodes]]
    return np.where(np.isnan(numbers), forest.missing_left[nodes], numbers <= forest.threshold[nodes])
