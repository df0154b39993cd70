"""Kernels: symmetric trees, which ask the same question throughout a level, as CatBoost grows them.

Their leaf is a number whose bits are the answers, so no search is needed: the leaf of every
coalition of the few columns on which two rows disagree is written down at once.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np

from genie_widgets.ensemble import ALL_OUTPUTS, NOBODY, Floats, Integers
from genie_widgets.explain.compiled import part
from genie_widgets.explain.tree_answers import MOST_LOCAL, Answers
from genie_widgets.explain.tree_board import PairBoard, Sizes

# Of a plain 0 the compiler would make a type of its own, and compile all that it is handed to a second time.
NO_PLAYERS = cast("int", np.int64(0))


class Games(NamedTuple):
    """The small games of one pair's symmetric trees.

    Attributes
    ----------
    n_players : ndarray of int, shape (n_trees,)
        Columns on which the pair disagrees; 0 where there is nothing to play.
    players : ndarray of int, shape (n_trees, MOST_LOCAL)
        Their numbers among the pair's players.
    first : ndarray of int, shape (n_trees,)
        Where a tree begins in `leaf`.
    leaf : ndarray of int
        For each tree the leaf of every coalition.
    change, at, key, own : ndarray
        Room for one game.
    """

    n_players: Integers
    players: Integers
    first: Integers
    leaf: Integers
    change: Integers
    at: Integers
    key: Integers
    own: Floats


def room_for_games(answers: Answers) -> Games:
    """Make room for the games of a board."""
    n_trees = len(answers.n_owners)
    return Games(
        np.zeros(n_trees, np.int64),
        np.empty((n_trees, MOST_LOCAL), np.int64),
        np.zeros(n_trees, np.int64),
        np.empty(int((answers.n_owners >= 0).sum()) << MOST_LOCAL, np.int64),
        np.empty(MOST_LOCAL, np.int64),
        np.empty(MOST_LOCAL, np.int64),
        np.empty(1 << MOST_LOCAL, np.int64),
        np.empty(1 << MOST_LOCAL),
    )


@part()
def number_of(player: int, local: Integers, players: Integers, n_players: int) -> int:
    """Give a player its number in this pair, if it has none yet, and count those who have one."""
    if local[player] < 0:
        local[player] = n_players
        players[n_players] = player
        return n_players + 1
    return n_players


@part()
def join(player: int, players: Integers, n_players: int) -> tuple[int, int]:
    """Find a player's place among the first `n_players`, or add it: its place and their number."""
    for place in range(n_players):
        if players[place] == player:
            return place, n_players
    players[n_players] = player
    return n_players, n_players + 1


@part()
def play(  # noqa: C901, PLR0912 -- one short loop after the other
    board: PairBoard,
    answers: Answers,
    row: int,
    other: int,
    games: Games,
    constant: Floats,
    local: Integers,
    players: Integers,
) -> int:
    """Write down, tree by tree, the leaves of all coalitions of the columns on which a pair disagrees.

    A tree on which it agrees is added to `constant`. Gives the number of players in all.
    """
    n_players, free, change = NO_PLAYERS, 0, games.change
    for tree in range(games.n_players.shape[0]):
        games.n_players[tree] = 0
        if answers.n_owners[tree] < 0:
            continue
        mine = answers.own_leaf[row, tree]
        start, different = mine, mine ^ answers.own_leaf[other, tree]
        n_own, own = NO_PLAYERS, games.players[tree]
        if different != 0:
            for place in range(answers.n_owners[tree]):
                bits = different & answers.masks[tree, place]
                if bits != 0:
                    own[n_own] = answers.owners[tree, place]
                    change[n_own] = 2 * (mine & bits) - bits
                    start -= change[n_own]
                    n_own += 1
        if answers.asks_tables[tree]:
            n_numbers, n_own = n_own, join_tables(board, tree, row, other, own, n_own)
            for place in range(n_numbers, n_own):
                change[place] = 0
        leaf = games.leaf[free : free + (1 << n_own)]
        leaf[0] = answers.first_leaf[tree] + start
        add_up(leaf, change, n_own)
        if answers.asks_tables[tree]:
            depth, root = board.symmetric[tree], board.roots[tree]
            for level in range(depth):
                node = root + (1 << level) - 1
                if board.feature[node] < 0:
                    add_table(board, node, row, other, games, own, n_own, 1 << (depth - 1 - level), leaf)
        if n_own == 0:
            output = board.output[tree]
            for column in range(board.values.shape[1]):
                constant[column if output == ALL_OUTPUTS else output] += board.values[leaf[0], column]
            continue
        for place in range(n_own):
            n_players = number_of(own[place], local, players, n_players)
            own[place] = local[own[place]]
        games.n_players[tree], games.first[tree] = n_own, free
        free += 1 << n_own
    return n_players


@part()
def join_tables(board: PairBoard, tree: int, row: int, other: int, players: Integers, n_players: int) -> int:
    """Add the players whose keys to a tree's tables differ, and count all."""
    for level in range(board.symmetric[tree]):
        feature = board.feature[board.roots[tree] + (1 << level) - 1]
        if feature >= 0:
            continue
        table = -2 - feature
        for slot in range(board.slot_owner.shape[1]):
            player = board.slot_owner[table, slot]
            if player == NOBODY:
                break
            if board.keys[row, table, slot] != board.keys[other, table, slot]:
                _, n_players = join(player, players, n_players)
    return n_players


@part()
def add_up(total: Integers, change: Integers, n_players: int) -> None:
    """Add up what the members of every coalition change, to what stands for the empty one."""
    for player in range(n_players):
        size = 1 << player
        for s in range(size):
            total[size + s] = total[s] + change[player]


@part()
def add_table(
    board: PairBoard,
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
    table = -2 - board.feature[node]
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
    key[0] = start
    add_up(key, change, n_players)
    for s in range(1 << n_players):
        if board.entries[key[s]] > board.threshold[node]:
            leaf[s] += bit


@part()
def spread_games(values: Floats, output: Integers, games: Games, coefficient: Floats) -> None:
    """Add the Moebius coefficients of all games: coefficient[k, coalition]."""
    width = values.shape[1]
    own, where, masks = games.own, games.key, games.change
    for tree in range(games.n_players.shape[0]):
        n_players = games.n_players[tree]
        if n_players == 0:
            continue
        for place in range(n_players):
            masks[place] = 1 << games.players[tree, place]
        where[0] = 0
        add_up(where, masks, n_players)
        leaf = games.leaf[games.first[tree] :]
        for column in range(width):
            k = column if output[tree] == ALL_OUTPUTS else output[tree]
            for s in range(1 << n_players):
                own[s] = values[leaf[s], column]
            step = 1
            while step < 1 << n_players:
                for first in range(0, 1 << n_players, 2 * step):
                    for s in range(first, first + step):
                        own[s + step] -= own[s]
                step *= 2
            for s in range(1 << n_players):
                coefficient[k, where[s]] += own[s]


@part()
def walk_games(values: Floats, output: Integers, games: Games, position: Integers, jumps: Floats) -> None:
    """Add what each player of every game changes when joining at its position: ``jumps[position + 1, k]``."""
    width = values.shape[1]
    at, member = games.at, games.change
    for tree in range(games.n_players.shape[0]):
        n_players = games.n_players[tree]
        if n_players == 0:
            continue
        leaf = games.leaf[games.first[tree] :]
        for place in range(n_players):
            mine, slot = position[games.players[tree, place]], place
            while slot > 0 and at[slot - 1] > mine:
                at[slot], member[slot] = at[slot - 1], member[slot - 1]
                slot -= 1
            at[slot], member[slot] = mine, place
        for column in range(width):
            k = column if output[tree] == ALL_OUTPUTS else output[tree]
            before = values[leaf[0], column]
            jumps[0, k] += before
            coalition = 0
            for slot in range(n_players):
                coalition |= 1 << member[slot]
                after = values[leaf[coalition], column]
                jumps[at[slot] + 1, k] += after - before
                before = after


@part()
def add_games(
    values: Floats, output: Integers, games: Games, size: Sizes, phi: Floats, players: Integers, scale: float
) -> None:
    """Exact Shapley values of games that are only added up."""
    width = values.shape[1]
    join_weight = games.own
    for tree in range(games.n_players.shape[0]):
        n_players = games.n_players[tree]
        if n_players == 0:
            continue
        leaf = games.leaf[games.first[tree] :]
        join_weight[0] = 1.0 / n_players
        for s in range(1, n_players):
            join_weight[s] = join_weight[s - 1] * s / (n_players - s)
        for place in range(n_players):
            player, bit = players[games.players[tree, place]], 1 << place
            for coalition in range(1 << n_players):
                if coalition & bit:
                    continue
                weight = join_weight[size[coalition]] * scale
                for column in range(width):
                    k = column if output[tree] == ALL_OUTPUTS else output[tree]
                    after = values[leaf[coalition | bit], column]
                    phi[player, k] += weight * (after - values[leaf[coalition], column])
