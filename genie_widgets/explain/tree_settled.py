"""Kernels: symmetric trees whose leaves are only added up, settled once for a background.

Such a tree knows a row by its leaf alone, whose number's bits are the answers. So its Shapley values
against a whole background are written down once for each of its few leaves, and a row only looks its own up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from genie_widgets.ensemble import ALL_OUTPUTS, NOBODY, Floats, Forest, Integers
from genie_widgets.explain.compiled import compiled, part
from genie_widgets.explain.tree_board import Board, Sizes, coalition_sizes, goes_left

# Of deeper trees the tables would be large; they are searched.
MOST_DEPTH = 8


class Settled(NamedTuple):
    """What every leaf of every settled tree is worth to each column.

    Attributes
    ----------
    first : ndarray of int, shape (n_trees,)
        Where a tree begins in `gains`; -1 of a tree that is not settled.
    n_owners : ndarray of int, shape (n_trees,)
    owners : ndarray of int, shape (n_trees, MOST_DEPTH)
        The columns that a tree asks.
    masks : ndarray of int, shape (n_trees, MOST_DEPTH)
        For each of them the bits of the leaf that are its answers.
    gains : ndarray of float
        By leaf, then by column, then by what a leaf holds.
    """

    first: Integers
    n_owners: Integers
    owners: Integers
    masks: Integers
    gains: Floats


class SettlingRoom(NamedTuple):
    """Room for one tree: where the background falls; by leaf its shares; by coalition and leaf what is expected."""

    fallen: Integers
    share: Floats
    rest: Floats
    masks: Integers
    sizes: Sizes
    weights: Floats
    of_row: Floats
    expected: Floats
    gained: Floats


def settle_trees(forest: Forest, board: Board, background: Integers) -> Settled:
    """Settle the trees that can be, against these background rows."""
    n_trees, width = len(forest.roots), forest.values.shape[1]
    depths = np.where(forest.symmetric <= MOST_DEPTH, forest.symmetric, -1)
    sizes = np.where(depths < 0, 0, depths << np.maximum(0, depths)) * width
    n_leaves = 1 << max(0, int(depths.max(initial=0)))
    settled = Settled(
        np.where(depths < 0, -1, np.cumsum(sizes) - sizes),
        np.zeros(n_trees, dtype=np.int64),
        np.full((n_trees, MOST_DEPTH), NOBODY, dtype=np.int64),
        np.zeros((n_trees, MOST_DEPTH), dtype=np.int64),
        np.zeros(int(sizes.sum())),
    )
    room = SettlingRoom(
        np.empty(len(background), np.int64),
        np.empty(n_leaves),
        np.empty(n_leaves),
        np.empty(n_leaves, np.int64),
        coalition_sizes(MOST_DEPTH),
        np.empty(MOST_DEPTH + 1),
        np.empty(n_leaves),
        np.empty((n_leaves, n_leaves)),
        np.empty(n_leaves),
    )
    settle(forest, board, background, room, settled)
    return settled


@part()
def find_leaves(forest: Forest, board: Board, rows: Integers, tree: int, leaves: Integers) -> None:
    """Find the leaves that rows fall into, numbered from the left."""
    root = forest.roots[tree]
    for q in range(rows.shape[0]):
        leaves[q] = 0
    for level in range(forest.symmetric[tree]):
        node = root + (1 << level) - 1
        feature, threshold, missing_left = forest.feature[node], forest.threshold[node], forest.missing_left[node]
        for q in range(rows.shape[0]):
            leaves[q] = 2 * leaves[q] + (not goes_left(board.numbers[rows[q], feature], threshold, missing_left))


@part()
def find_owners(forest: Forest, board: Board, tree: int, settled: Settled) -> None:
    """Write down which columns a tree asks, and where their answers stand."""
    root, depth, n_owners = forest.roots[tree], forest.symmetric[tree], 0
    for level in range(depth):
        owner = board.owner[forest.feature[root + (1 << level) - 1]]
        if owner == NOBODY:
            continue
        place = 0
        while place < n_owners and settled.owners[tree, place] != owner:
            place += 1
        if place == n_owners:
            settled.owners[tree, place] = owner
            n_owners += 1
        settled.masks[tree, place] |= 1 << (depth - 1 - level)
    settled.n_owners[tree] = n_owners


@compiled(nogil=True)
def settle(  # noqa: C901, PLR0912 -- one short loop after the other
    forest: Forest, board: Board, background: Integers, room: SettlingRoom, settled: Settled
) -> None:
    """Fill `settled`, of which only ``first`` is known."""
    width = forest.values.shape[1]
    fallen, share, rest, masks, sizes, weights, of_row, expected, gained = room
    for tree in range(forest.roots.shape[0]):
        if settled.first[tree] < 0:
            continue
        find_owners(forest, board, tree, settled)
        depth, n_owners = forest.symmetric[tree], settled.n_owners[tree]
        if n_owners == 0:
            continue
        n_leaves, n_coalitions = 1 << depth, 1 << n_owners
        for leaf in range(n_leaves):
            share[leaf] = 0.0
        find_leaves(forest, board, background, tree, fallen)
        for place in range(background.shape[0]):
            share[fallen[place]] += 1.0 / background.shape[0]
        masks[0] = 0
        for place in range(n_owners):
            for coalition in range(1 << place):
                masks[coalition | 1 << place] = masks[coalition] | settled.masks[tree, place]
        weights[0] = 1.0 / n_owners
        for size in range(1, n_owners):
            weights[size] = weights[size - 1] * size / (n_owners - size)
        leaves = forest.leaf[forest.roots[tree] + n_leaves - 1]
        for column in range(width):
            for coalition in range(n_coalitions):
                # Bits of the coalition are the row's, the others the background's: all leaves with these are one.
                mine = masks[coalition]
                for leaf in range(n_leaves):
                    rest[leaf] = of_row[leaf] = 0.0
                for leaf in range(n_leaves):
                    rest[leaf & ~mine] += share[leaf]
                for leaf in range(n_leaves):
                    of_row[leaf & mine] += rest[leaf & ~mine] * forest.values[leaves + leaf, column]
                for leaf in range(n_leaves):
                    expected[coalition, leaf] = of_row[leaf & mine]
            for place in range(n_owners):
                bit = 1 << place
                for leaf in range(n_leaves):
                    gained[leaf] = 0.0
                for coalition in range(n_coalitions):
                    if coalition & bit == 0:
                        weight = weights[sizes[coalition]]
                        for leaf in range(n_leaves):
                            gained[leaf] += weight * (expected[coalition | bit, leaf] - expected[coalition, leaf])
                for leaf in range(n_leaves):
                    settled.gains[settled.first[tree] + (leaf * n_owners + place) * width + column] = gained[leaf]


@compiled(nogil=True)
def add_settled(forest: Forest, board: Board, settled: Settled, rows: Integers, leaves: Integers, phi: Floats) -> None:
    """Add rows' Shapley values of all settled trees to `phi` (n_rows, n_columns, n_outputs); `leaves` is room."""
    width = forest.values.shape[1]
    for tree in range(forest.roots.shape[0]):
        n_owners = settled.n_owners[tree]
        if settled.first[tree] < 0 or n_owners == 0:
            continue
        find_leaves(forest, board, rows, tree, leaves)
        output = forest.output[tree]
        for q in range(rows.shape[0]):
            at = settled.first[tree] + leaves[q] * n_owners * width
            for place in range(n_owners):
                player = settled.owners[tree, place]
                for column in range(width):
                    phi[q, player, column if output == ALL_OUTPUTS else output] += settled.gains[at]
                    at += 1
