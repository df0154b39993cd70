"""Kernels: symmetric trees, which ask the same question throughout a level, as CatBoost grows them.

Their leaf is a number whose bits are the answers, so no search is needed: the leaf of every
coalition of the few columns on which two rows disagree is written down at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from genie_widgets.ensemble import ALL_OUTPUTS, NOBODY, Floats, Forest, Integers
from genie_widgets.explain.compiled import part
from genie_widgets.explain.tree_board import Board, goes_left

# A tree about more columns than this (its tables may ask for many) is searched like any other.
MOST_LOCAL = 8


class Games(NamedTuple):
    """The small games of one pair's symmetric trees.

    Attributes
    ----------
    n_players : ndarray of int, shape (n_trees,)
        Columns on which the pair disagrees; -1 where the tree is not played here.
    players : ndarray of int, shape (n_trees, MOST_LOCAL)
    leaf : ndarray of int, shape (n_trees, 2^MOST_LOCAL)
        The leaf of every coalition.
    change, at, key, own : ndarray
        Room for one game.
    """

    n_players: Integers
    players: Integers
    leaf: Integers
    change: Integers
    at: Integers
    key: Integers
    own: Floats


def room_for_games(forest: Forest) -> Games:
    """Make room for the games of a forest."""
    n_trees = forest.roots.shape[0] if (forest.symmetric >= 0).any() else 0
    return Games(
        np.full(forest.roots.shape[0], -1, np.int64),
        np.empty((n_trees, MOST_LOCAL), np.int64),
        np.empty((n_trees, 1 << MOST_LOCAL), np.int64),
        np.empty(MOST_LOCAL, np.int64),
        np.empty(MOST_LOCAL, np.int64),
        np.empty(1 << MOST_LOCAL, np.int64),
        np.empty(1 << MOST_LOCAL),
    )


@part()
def join(player: int, players: Integers, n_players: int) -> tuple[int, int]:
    """Find a player's place among the first `n_players`, or add it: its place and their number (-1 if full)."""
    for place in range(n_players):
        if players[place] == player:
            return place, n_players
    if n_players == players.shape[0]:
        return 0, -1
    players[n_players] = player
    return n_players, n_players + 1


@part()
def play(forest: Forest, board: Board, tree: int, row: int, other: int, games: Games) -> None:  # noqa: C901, PLR0912
    """Write down the leaf of every coalition of the columns on which a pair disagrees."""
    depth, root = forest.symmetric[tree], forest.roots[tree]
    players, leaf = games.players[tree], games.leaf[tree]
    change = games.change
    for place in range(MOST_LOCAL):
        change[place] = 0
    games.n_players[tree] = -1
    n_players = 0
    first = forest.leaf[root + (1 << depth) - 1]
    has_tables = False
    for level in range(depth):
        node, bit = root + (1 << level) - 1, 1 << (depth - 1 - level)
        feature = forest.feature[node]
        if feature >= 0:
            left = goes_left(board.numbers[other, feature], forest.threshold[node], forest.missing_left[node])
            mine = goes_left(board.numbers[row, feature], forest.threshold[node], forest.missing_left[node])
            player = board.owner[feature]
            if player == NOBODY:
                left = mine
            first += 0 if left else bit
            if mine != left:
                place, n_players = join(player, players, n_players)
                if n_players < 0:
                    return
                change[place] += -bit if mine else bit
        else:
            has_tables = True
            table = -2 - feature
            for slot in range(board.slot_owner.shape[1]):
                player = board.slot_owner[table, slot]
                if player == NOBODY:
                    break
                if board.keys[row, table, slot] != board.keys[other, table, slot]:
                    _, n_players = join(player, players, n_players)
                    if n_players < 0:
                        return
    add_up(leaf, first, change, n_players)
    if has_tables:
        for level in range(depth):
            node = root + (1 << level) - 1
            if forest.feature[node] < 0:
                add_table(forest, board, node, row, other, games, players, n_players, 1 << (depth - 1 - level), leaf)
    games.n_players[tree] = n_players


@part()
def add_up(total: Integers, start: int, change: Integers, n_players: int) -> None:
    """Add up what the members of every coalition change."""
    total[0] = start
    for player in range(n_players):
        size = 1 << player
        for s in range(size):
            total[size + s] = total[s] + change[player]


@part()
def add_table(
    forest: Forest,
    board: Board,
    node: int,
    row: int,
    other: int,
    games: Games,
    players: Integers,
    n_players: int,
    bit: int,
    leaf: Integers,
) -> None:
    """Add a table's answer to the leaf of every coalition."""
    table = -2 - forest.feature[node]
    change, key = games.change, games.key
    for place in range(n_players):
        change[place] = 0
    start = board.table_start[table]
    for slot in range(board.slot_owner.shape[1]):
        player = board.slot_owner[table, slot]
        if player == NOBODY:
            break
        start += board.keys[other, table, slot]
        difference = board.keys[row, table, slot] - board.keys[other, table, slot]
        if difference != 0:
            place, _ = join(player, players, n_players)
            change[place] += difference
    add_up(key, start, change, n_players)
    for s in range(1 << n_players):
        if board.entries[key[s]] > forest.threshold[node]:
            leaf[s] += bit


@part()
def spread_games(forest: Forest, games: Games, local: Integers, coefficient: Floats) -> None:
    """Add the Moebius coefficients of all games: coefficient[k, coalition], players numbered by `local`."""
    width = forest.values.shape[1]
    own, where, masks = games.own, games.key, games.change
    for tree in range(games.n_players.shape[0]):
        n_players = games.n_players[tree]
        if n_players < 0:
            continue
        for place in range(n_players):
            masks[place] = 1 << local[games.players[tree, place]]
        add_up(where, 0, masks, n_players)
        for column in range(width):
            k = column if forest.output[tree] == ALL_OUTPUTS else forest.output[tree]
            for s in range(1 << n_players):
                own[s] = forest.values[games.leaf[tree, s], column]
            step = 1
            while step < 1 << n_players:
                for first in range(0, 1 << n_players, 2 * step):
                    for s in range(first, first + step):
                        own[s + step] -= own[s]
                step *= 2
            for s in range(1 << n_players):
                coefficient[k, where[s]] += own[s]


@part()
def walk_games(forest: Forest, games: Games, local: Integers, position: Integers, jumps: Floats) -> None:
    """Add what each player of every game changes when joining at its position: ``jumps[position + 1, k]``."""
    width = forest.values.shape[1]
    at, member = games.at, games.change
    for tree in range(games.n_players.shape[0]):
        n_players = games.n_players[tree]
        if n_players < 0:
            continue
        for place in range(n_players):
            mine, slot = position[local[games.players[tree, place]]], place
            while slot > 0 and at[slot - 1] > mine:
                at[slot], member[slot] = at[slot - 1], member[slot - 1]
                slot -= 1
            at[slot], member[slot] = mine, place
        for column in range(width):
            k = column if forest.output[tree] == ALL_OUTPUTS else forest.output[tree]
            before = forest.values[games.leaf[tree, 0], column]
            jumps[0, k] += before
            coalition = 0
            for slot in range(n_players):
                coalition |= 1 << member[slot]
                after = forest.values[games.leaf[tree, coalition], column]
                jumps[at[slot] + 1, k] += after - before
                before = after


@part()
def add_games(forest: Forest, games: Games, size: Integers, phi: Floats, scale: float) -> None:
    """Exact Shapley values of games that are only added up."""
    width = forest.values.shape[1]
    join_weight = games.own
    for tree in range(games.n_players.shape[0]):
        n_players = games.n_players[tree]
        if n_players < 1:
            continue
        join_weight[0] = 1.0 / n_players
        for s in range(1, n_players):
            join_weight[s] = join_weight[s - 1] * s / (n_players - s)
        for place in range(n_players):
            player, bit = games.players[tree, place], 1 << place
            for coalition in range(1 << n_players):
                if coalition & bit:
                    continue
                weight = join_weight[size[coalition]] * scale
                for column in range(width):
                    k = column if forest.output[tree] == ALL_OUTPUTS else forest.output[tree]
                    after = forest.values[games.leaf[tree, coalition | bit], column]
                    phi[player, k] += weight * (after - forest.values[games.leaf[tree, coalition], column])
