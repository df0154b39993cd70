"""Kernels: what a forest says of hybrids, many at once and tree by tree, so that a tree's few numbers stay at hand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from genie_widgets.ensemble import ALL_OUTPUTS, LEAF, NOBODY, Floats, Forest, Integers
from genie_widgets.explain.compiled import compiled, part
from genie_widgets.explain.hybrids import Bools
from genie_widgets.explain.tree_board import Board, goes_left

# Hybrids that are seen together: their cells stay close to the core, however many columns there are.
HYBRIDS_A_CALL = 256


class Given(NamedTuple):
    """Numbers of hybrids that come from no row: at which features, and what, shape (n, n_given)."""

    features: Integers
    numbers: Floats

    @classmethod
    def nothing(cls, n: int) -> Given:
        """Leave all to the rows."""
        return cls(np.zeros(0, dtype=np.int64), np.zeros((n, 0)))


def margins(
    forest: Forest,
    board: Board,
    base: Floats,
    rows: Integers,
    others: Integers,
    coalition: Bools,
    given: Given | None = None,
) -> Floats:
    """Sum up the leaves of hybrids, (n, n_outputs); `coalition` has shape (n, n_columns)."""
    given = given or Given.nothing(len(rows))
    out = np.empty((len(rows), len(base)))
    n_cells = board.numbers.shape[1] + len(board.slot_owner)
    cells, at = np.empty((n_cells, HYBRIDS_A_CALL)), np.empty(HYBRIDS_A_CALL, dtype=np.int64)
    for start in range(0, len(rows), HYBRIDS_A_CALL):
        now = slice(start, start + HYBRIDS_A_CALL)
        numbers = given._replace(numbers=given.numbers[now])
        add_leaves(forest, board, base, rows[now], others[now], coalition[now], numbers, cells, at, out[now])
    return out


@part()
def see_hybrids(board: Board, rows: Integers, others: Integers, coalition: Bools, cells: Floats) -> None:
    """Write down what hybrids hold: a line for each number, then one for each table."""
    n_numbers = board.numbers.shape[1]
    for feature in range(n_numbers):
        player = board.owner[feature]
        for q in range(rows.shape[0]):
            is_row = player == NOBODY or coalition[q, player]
            cells[feature, q] = board.numbers[rows[q] if is_row else others[q], feature]
    for table in range(board.slot_owner.shape[0]):
        for q in range(rows.shape[0]):
            key = board.table_start[table]
            for slot in range(board.slot_owner.shape[1]):
                player = board.slot_owner[table, slot]
                if player == NOBODY:
                    break
                key += board.keys[rows[q] if coalition[q, player] else others[q], table, slot]
            cells[n_numbers + table, q] = board.entries[key]


@compiled(nogil=True)
def add_leaves(  # noqa: C901, PLR0912 -- one short loop after the other
    forest: Forest,
    board: Board,
    base: Floats,
    rows: Integers,
    others: Integers,
    coalition: Bools,
    given: Given,
    cells: Floats,
    at: Integers,
    out: Floats,
) -> None:
    """Write the sums of the leaves of hybrids into `out`; `cells` and `at` are room for them."""
    n, tables = rows.shape[0], board.numbers.shape[1] - 2
    see_hybrids(board, rows, others, coalition, cells)
    for place in range(given.features.shape[0]):
        for q in range(n):
            cells[given.features[place], q] = given.numbers[q, place]
    for q in range(n):
        for k in range(base.shape[0]):
            out[q, k] = base[k]
    for tree in range(forest.roots.shape[0]):
        root, depth = forest.roots[tree], forest.symmetric[tree]
        if depth >= 0:
            for q in range(n):
                at[q] = 0
            for level in range(depth):
                node = root + (1 << level) - 1
                feature, threshold, missing_left = (
                    forest.feature[node],
                    forest.threshold[node],
                    forest.missing_left[node],
                )
                place = feature if feature >= 0 else tables - feature
                for q in range(n):
                    at[q] = 2 * at[q] + (not goes_left(cells[place, q], threshold, missing_left))
            first = forest.leaf[root + (1 << depth) - 1]
            for q in range(n):
                at[q] += first
        else:
            for q in range(n):
                node = root
                while forest.feature[node] != LEAF:
                    feature = forest.feature[node]
                    number = cells[feature if feature >= 0 else tables - feature, q]
                    left = goes_left(number, forest.threshold[node], forest.missing_left[node])
                    node = forest.left[node] if left else forest.right[node]
                at[q] = forest.leaf[node]
        if forest.output[tree] == ALL_OUTPUTS:
            for q in range(n):
                for k in range(base.shape[0]):
                    out[q, k] += forest.values[at[q], k]
        else:
            for q in range(n):
                out[q, forest.output[tree]] += forest.values[at[q], 0]
