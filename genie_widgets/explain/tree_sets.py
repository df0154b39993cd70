"""Kernels: members whose leaves are only added up, rows against the whole background at once.

Without a link the pairs need not be looked at one by one: the search through a tree carries the
*set* of background rows that still agree with the path, as bits of whole numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genie_widgets.ensemble import ALL_OUTPUTS, LEAF, NOBODY, Floats, Forest, Integers
from genie_widgets.explain.compiled import compiled, part
from genie_widgets.explain.tree_board import FROM_BACKGROUND, FROM_ROW, UNDECIDED, Board, goes_left

Sets = NDArray[np.uint64]
BITS = 64
ONE, NONE = np.uint64(1), np.uint64(0)


@part(inline="always")
def count_bits(word: np.uint64) -> np.uint64:
    """Count the bits that are set, pairs, fours and eights at a time."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


class SetSearch(NamedTuple):
    """Room for the search: the path that is followed, and what waits to be followed with its background rows."""

    path_player: Integers
    path_side: Integers
    stack_node: Integers
    stack_length: Integers
    stack_player: Integers
    stack_side: Integers
    stack_set: Sets
    side: Integers
    here: Sets
    differ: Sets


def room_for_sets(n_columns: int, depth: int, n_words: int) -> SetSearch:
    """Make room for paths of `depth` questions and sets of `n_words` whole numbers."""
    most_path, most = min(depth, n_columns) + 2, 2 * depth + 4
    return SetSearch(
        path_player=np.empty(most_path, np.int64),
        path_side=np.empty(most_path, np.int64),
        stack_node=np.empty(most, np.int64),
        stack_length=np.empty(most, np.int64),
        stack_player=np.empty(most, np.int64),
        stack_side=np.empty(most, np.int64),
        stack_set=np.empty((most, n_words), np.uint64),
        side=np.zeros(n_columns, np.int64),
        here=np.empty(n_words, np.uint64),
        differ=np.empty(n_words, np.uint64),
    )


def background_left(forest: Forest, board: Board, background: Integers, settled: Integers) -> Sets:
    """For each node of a tree not `settled` the set of background rows that go left there, shape (n_nodes, n_words)."""
    left = np.zeros((len(forest.feature), -(-len(background) // BITS)), np.uint64)
    mark_left(forest, board, background, settled, left)
    return left


@compiled(nogil=True)
def mark_left(forest: Forest, board: Board, background: Integers, settled: Integers, left: Sets) -> None:
    """Mark for each node the background rows that go left there: `left` (n_nodes, n_words) is empty."""
    n_trees = forest.roots.shape[0]
    for tree in range(n_trees):
        if settled[tree] >= 0:
            continue
        end = forest.roots[tree + 1] if tree + 1 < n_trees else forest.feature.shape[0]
        for node in range(forest.roots[tree], end):
            feature = forest.feature[node]
            if feature == LEAF:
                continue
            for place in range(background.shape[0]):
                number = board.numbers[background[place], feature]
                if goes_left(number, forest.threshold[node], forest.missing_left[node]):
                    left[node, place >> 6] |= ONE << np.uint64(place & 63)


@compiled(nogil=True)
def rows_against_set(  # noqa: C901, PLR0912, PLR0915 -- one search, in one piece for the compiler
    forest: Forest,
    board: Board,
    rows: Integers,
    n_background: int,
    settled: Integers,
    left: Sets,
    weights: tuple[Floats, Floats],
    room: SetSearch,
    phi: Floats,
) -> None:
    """Add to `phi` (n_rows, n_columns, n_outputs) the exact Shapley values of rows, averaged over the background.

    Of trees that are not `settled` (-1 there): one after the other, so that a tree's nodes stay close to the core.
    """
    n_words, width = left.shape[1], forest.values.shape[1]
    gain, loss = weights
    path_player, path_side, stack_node, stack_length, stack_player, stack_side, stack_set, side, here, differ = room
    for tree in range(forest.roots.shape[0]):
        if settled[tree] >= 0:
            continue
        for q in range(rows.shape[0]):
            stack_node[0], stack_length[0], stack_player[0] = forest.roots[tree], 0, NOBODY
            for word in range(n_words):
                rest = n_background - BITS * word
                stack_set[0, word] = ~NONE if rest >= BITS else (ONE << np.uint64(rest)) - ONE
            height, length = 1, 0
            while height > 0:
                height -= 1
                node = stack_node[height]
                while length > stack_length[height]:
                    length -= 1
                    side[path_player[length]] = UNDECIDED
                for word in range(n_words):
                    here[word] = stack_set[height, word]
                if stack_player[height] != NOBODY:
                    path_player[length], path_side[length] = stack_player[height], stack_side[height]
                    side[stack_player[height]] = stack_side[height]
                    length += 1
                while forest.feature[node] != LEAF:
                    feature = forest.feature[node]
                    player = board.owner[feature]
                    mine = goes_left(board.numbers[rows[q], feature], forest.threshold[node], forest.missing_left[node])
                    if player == NOBODY or side[player] == FROM_ROW:
                        node = forest.left[node] if mine else forest.right[node]
                        continue
                    if side[player] == FROM_BACKGROUND:
                        # The rows of the set part: those that go right wait.
                        any_left = any_right = NONE
                        for word in range(n_words):
                            any_left |= here[word] & left[node, word]
                            any_right |= here[word] & ~left[node, word]
                        if any_right == NONE:
                            node = forest.left[node]
                        elif any_left == NONE:
                            node = forest.right[node]
                        else:
                            stack_node[height], stack_length[height] = forest.right[node], length
                            stack_player[height] = NOBODY
                            for word in range(n_words):
                                stack_set[height, word] = here[word] & ~left[node, word]
                                here[word] &= left[node, word]
                            height += 1
                            node = forest.left[node]
                        continue
                    any_same = any_differ = NONE
                    for word in range(n_words):
                        differ[word] = here[word] & (~left[node, word] if mine else left[node, word])
                        any_differ |= differ[word]
                        any_same |= here[word] & ~differ[word]
                    with_row = forest.left[node] if mine else forest.right[node]
                    if any_differ == NONE:
                        node = with_row
                        continue
                    # Those that disagree with the row go both ways: with the row's answer and with their own.
                    stack_node[height], stack_length[height] = (
                        (forest.right[node] if mine else forest.left[node]),
                        length,
                    )
                    stack_player[height], stack_side[height] = player, FROM_BACKGROUND
                    for word in range(n_words):
                        stack_set[height, word] = differ[word]
                    height += 1
                    if any_same == NONE:
                        path_player[length], path_side[length], side[player] = player, FROM_ROW, FROM_ROW
                        length += 1
                    else:
                        stack_node[height], stack_length[height] = with_row, length
                        stack_player[height], stack_side[height] = player, FROM_ROW
                        for word in range(n_words):
                            stack_set[height, word] = differ[word]
                            here[word] &= ~differ[word]
                        height += 1
                    node = with_row
                if length == 0:
                    continue
                n_row = 0
                for place in range(length):
                    n_row += path_side[place] == FROM_ROW
                count = NONE
                for word in range(n_words):
                    count += count_bits(here[word])
                share = float(count) / n_background
                up, down = gain[n_row, length - n_row] * share, loss[n_row, length - n_row] * share
                leaf, output = forest.leaf[node], forest.output[tree]
                for place in range(length):
                    part = up if path_side[place] == FROM_ROW else -down
                    if output == ALL_OUTPUTS:
                        for k in range(width):
                            phi[q, path_player[place], k] += part * forest.values[leaf, k]
                    else:
                        phi[q, path_player[place], output] += part * forest.values[leaf, 0]
            while length > 0:
                length -= 1
                side[path_player[length]] = UNDECIDED
