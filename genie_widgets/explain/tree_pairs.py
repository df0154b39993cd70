"""Kernels: the game of one explained row and one background row, played by trees.

A coalition only decides, at each question, whether the explained row or the background row
answers. So a tree falls apart into *terms*, one for each leaf that some hybrid reaches::

    tree(S) = sum over terms of value * [all of A in S] * [none of B in S]

with A and B the columns that must come from the explained row and from the background row.
Sums of terms are cheap to evaluate for all 2^m coalitions at once (Moebius coefficients, then
the zeta transform) and along a walk (each term is an interval of the walk).

The kernels are serial and release the interpreter's lock; threads share the rows among them.
Compiled code is kept on disk: only the first process on a machine compiles.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from genie_widgets.ensemble import ALL_OUTPUTS, NOBODY, Floats, Integers
from genie_widgets.explain.compiled import compiled, part
from genie_widgets.explain.tree_answers import IS_TABLE, MOST_LOCAL, Answers
from genie_widgets.explain.tree_board import (
    FROM_BACKGROUND,
    FROM_ROW,
    IDENTITY,
    UNDECIDED,
    Board,
    PairBoard,
    Sizes,
    apply_link,
    apply_link_to_all,
    coalition_sizes,
)
from genie_widgets.explain.tree_symmetric import (
    Games,
    add_games,
    number_of,
    play,
    room_for_games,
    spread_games,
    walk_games,
)

# Reordering sums is welcome; NaN must stay what it is, for it means "missing".
# The constants of SplitMix64, and what makes a share of one of 53 bits.
STEP, MIX, MIX_AGAIN = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
UNIT = 2.0**-53
ONE, LAST_BIT = np.uint64(1), 63
REORDER = {"reassoc", "contract", "arcp", "nsz", "afn"}


class Terms(NamedTuple):
    """Room for the terms of one pair; term t has the players from ``start[t]`` to ``start[t + 1]``.

    Where they are few, they are the bits of `inside` (A) and `outside` (B), too.
    """

    leaf: Integers
    output: Integers
    start: Integers
    player: Integers
    side: Integers
    inside: Integers
    outside: Integers
    constant: Floats


class Search(NamedTuple):
    """Room for the search for terms: the path that is followed, what waits to be followed, what is decided."""

    path_player: Integers
    path_side: Integers
    stack_node: Integers
    stack_length: Integers
    stack_player: Integers
    stack_inside: Integers
    stack_outside: Integers
    side: Integers
    open_slots: Integers


class Coalitions(NamedTuple):
    """Room for the values of all coalitions of one pair, (n_outputs, 2^n_players), and what is told of them."""

    values: Floats
    scratch: Floats
    size: Sizes
    join: Floats
    both: Floats


class Walk(NamedTuple):
    """Room for walks: an order of players and their positions in it, what they change, sums over walks."""

    order: Integers
    position: Integers
    jumps: Floats
    margin: Floats
    before: Floats
    after: Floats
    gained: Floats
    sums: Floats
    squares: Floats


class Room(NamedTuple):
    """Where the kernel works: made by Python, for every array function in compiled code takes long to compile."""

    terms: Terms
    search: Search
    games: Games
    coalitions: Coalitions
    walk: Walk
    local: Integers
    players: Integers


def room_for(
    board: Board, answers: Answers, n_outputs: int, n_columns: int, depth: int, n_terms: int, most_exact: int
) -> Room:
    """Make room for `n_terms` terms, coalitions of `most_exact` players, and walks."""
    most_path = min(depth, n_columns) + 2
    most_players = n_terms * min(most_path, 12)

    def whole(n: int) -> Integers:
        return np.empty(n, np.int64)

    def real(*shape: int) -> Floats:
        return np.empty(shape)

    return Room(
        Terms(
            leaf=whole(n_terms),
            output=whole(n_terms),
            start=np.zeros(n_terms + 1, np.int64),
            player=whole(most_players),
            side=whole(most_players),
            inside=whole(n_terms),
            outside=whole(n_terms),
            constant=real(n_outputs),
        ),
        Search(
            path_player=whole(most_path),
            path_side=whole(most_path),
            stack_node=whole(most_path + 1),
            stack_length=whole(most_path + 1),
            stack_player=whole(most_path + 1),
            stack_inside=whole(most_path + 1),
            stack_outside=whole(most_path + 1),
            side=np.array([UNDECIDED] * n_columns + [FROM_ROW]),
            open_slots=whole(max(1, board.slot_owner.shape[1])),
        ),
        room_for_games(answers),
        Coalitions(
            values=real(n_outputs, 1 << most_exact),
            scratch=real(1 << most_exact),
            size=coalition_sizes(max(most_exact, MOST_LOCAL)),
            join=real(most_exact + 1),
            both=real(most_exact + 1),
        ),
        Walk(
            order=whole(n_columns),
            position=whole(n_columns),
            jumps=real(n_columns + 2, n_outputs),
            margin=real(n_outputs),
            before=real(n_outputs),
            after=real(n_outputs),
            gained=real(n_columns, n_outputs),
            sums=real(n_columns, n_outputs),
            squares=real(n_columns, n_outputs),
        ),
        whole(n_columns),
        whole(n_columns),
    )


@part()
def table_answer(
    board: PairBoard, node: int, row: int, other: int, side: Integers, open_slots: Integers
) -> tuple[int, int]:
    """Answer a question about a table: 1 left, 0 right, -1 where undecided players disagree.

    `open_slots` receives the slots whose undecided player makes a difference; their number is
    the second value.
    """
    table = -2 - board.feature[node]
    key = board.table_start[table]
    n_open = 0
    for slot in range(board.slot_owner.shape[1]):
        player = board.slot_owner[table, slot]
        if player == NOBODY:
            break
        mine, theirs = board.keys[row, table, slot], board.keys[other, table, slot]
        if side[player] == FROM_ROW:
            key += mine
        elif side[player] == FROM_BACKGROUND or mine == theirs:
            key += theirs
        else:
            open_slots[n_open] = slot
            n_open += 1
    first = -1
    for chosen in range(1 << n_open):
        hybrid = key
        for place in range(n_open):
            from_row = (chosen >> place) & 1
            parent = row if from_row else other
            hybrid += board.keys[parent, table, open_slots[place]]
        answer = 1 if board.entries[hybrid] <= board.threshold[node] else 0
        if first < 0:
            first = answer
        elif answer != first:
            return -1, n_open
    return first, n_open


@part()
def collect_terms(  # noqa: C901, PLR0912, PLR0915 -- one search, in one piece for the compiler
    board: PairBoard,
    answers: Answers,
    row: int,
    other: int,
    terms: Terms,
    search: Search,
    local: Integers,
    players: Integers,
    n_players: int,
) -> tuple[int, int]:
    """Collect the terms of a pair, and count them and its players; -1 if there is not room enough.

    A depth-first search over the hybrids: at a question on which the two rows disagree and
    whose column is still undecided, both answers are followed, and the column is decided.
    """
    path_player, path_side, stack_node, stack_length, stack_player, _, _, side, open_slots = search
    nodes, mine_left, theirs_left = answers.nodes, answers.left[row], answers.left[other]
    width = board.values.shape[1]
    n_terms = n_used = 0
    for tree in range(board.roots.shape[0]):
        if answers.n_owners[tree] >= 0:
            continue
        stack_node[0], stack_length[0], stack_player[0] = board.roots[tree], 0, NOBODY
        search.stack_inside[0] = search.stack_outside[0] = 0
        height, length = 1, 0
        while height > 0:
            height -= 1
            node = stack_node[height]
            while length > stack_length[height]:
                length -= 1
                side[path_player[length]] = UNDECIDED
            inside, outside = search.stack_inside[height], search.stack_outside[height]
            player = stack_player[height]
            if player != NOBODY:
                path_player[length], path_side[length] = player, FROM_BACKGROUND
                side[player] = FROM_BACKGROUND
                outside |= 1 << (local[player] & LAST_BIT)
                length += 1
            while True:
                player = nodes[node, 0]
                if player >= 0:
                    # The column's side decides, if the rows do not agree anyway.
                    at = np.uint64(node & LAST_BIT)
                    mine = np.int64((mine_left[node >> 6] >> at) & ONE)
                    theirs = np.int64((theirs_left[node >> 6] >> at) & ONE)
                    if mine == theirs or side[player] != UNDECIDED:
                        node = nodes[node, 1 + (mine if side[player] == FROM_ROW else theirs)]
                        continue
                    later, now = nodes[node, 1 + theirs], nodes[node, 1 + mine]
                elif player == IS_TABLE:
                    answer, _ = table_answer(board, node, row, other, side, open_slots)
                    if answer >= 0:
                        node = nodes[node, 1 + answer]
                        continue
                    # Decide one of its columns, and ask again.
                    player = board.slot_owner[-2 - board.feature[node], open_slots[0]]
                    later = now = node
                else:
                    break
                n_players = number_of(player, local, players, n_players)
                stack_node[height], stack_length[height], stack_player[height] = later, length, player
                search.stack_inside[height], search.stack_outside[height] = inside, outside
                height += 1
                path_player[length], path_side[length], side[player] = player, FROM_ROW, FROM_ROW
                inside |= 1 << (local[player] & LAST_BIT)
                length += 1
                node = now
            leaf, output = nodes[node, 3], board.output[tree]
            if length == 0:
                if output == ALL_OUTPUTS:
                    for k in range(width):
                        terms.constant[k] += board.values[leaf, k]
                else:
                    terms.constant[output] += board.values[leaf, 0]
                continue
            if n_terms + 1 >= terms.leaf.shape[0] or n_used + length > terms.player.shape[0]:
                for place in range(length):
                    side[path_player[place]] = UNDECIDED
                return -1, 0
            terms.leaf[n_terms], terms.output[n_terms] = leaf, output
            terms.inside[n_terms], terms.outside[n_terms] = inside, outside
            for place in range(length):
                terms.player[n_used], terms.side[n_used] = local[path_player[place]], path_side[place]
                n_used += 1
            n_terms += 1
            terms.start[n_terms] = n_used
        while length > 0:
            length -= 1
            side[path_player[length]] = UNDECIDED
    return n_terms, n_players


@part()
def solve_additive(
    leaves: Floats,
    terms: Terms,
    n_terms: int,
    weights: tuple[Floats, Floats],
    phi: Floats,
    players: Integers,
    scale: float,
) -> None:
    """Exact Shapley values of terms that are only added up.

    Of a term with a players in A and b in B, each of A gets ``(a-1)! b! / (a+b)!`` of its value
    and each of B loses ``a! (b-1)! / (a+b)!``: `weights` holds both.
    """
    gain, loss = weights
    width = leaves.shape[1]
    for term in range(n_terms):
        first, last = terms.start[term], terms.start[term + 1]
        n_row = 0
        for place in range(first, last):
            n_row += terms.side[place] == FROM_ROW
        n_background = last - first - n_row
        up, down = gain[n_row, n_background] * scale, loss[n_row, n_background] * scale
        for column in range(width):
            k = column if terms.output[term] == ALL_OUTPUTS else terms.output[term]
            value = leaves[terms.leaf[term], column]
            for place in range(first, last):
                share = up if terms.side[place] == FROM_ROW else -down
                phi[players[terms.player[place]], k] += share * value


@part()
def spread_terms(leaves: Floats, terms: Terms, n_terms: int, size: Sizes, coefficient: Floats) -> None:
    """Write the Moebius coefficients of all terms: coefficient[k, coalition]."""
    width = leaves.shape[1]
    for term in range(n_terms):
        inside, outside = terms.inside[term], terms.outside[term]
        for column in range(width):
            k = column if terms.output[term] == ALL_OUTPUTS else terms.output[term]
            value = leaves[terms.leaf[term], column]
            part = outside
            while True:
                coefficient[k, inside | part] += -value if size[part] & 1 else value
                if part == 0:
                    break
                part = (part - 1) & outside


@part(fastmath=REORDER)
def add_up_subsets(values: Floats, n: int) -> None:
    """Replace the first `n` values, one a coalition, by the sums over its subsets.

    The first two players are joined at once, and the halves have names of their own:
    only so does the compiler make wide instructions of these loops (ten times as fast).
    """
    if n == 2:
        values[1] += values[0]
        return
    for s in range(0, n, 4):
        values[s + 3] += values[s + 2] + values[s + 1] + values[s]
        values[s + 2] += values[s]
        values[s + 1] += values[s]
    step = 4
    while step < n:
        for first in range(0, n, 2 * step):
            without, with_it = values[first : first + step], values[first + step : first + 2 * step]
            for s in range(step):
                with_it[s] += without[s]
        step *= 2


@part(fastmath=REORDER)
def solve_all_coalitions(
    room: Coalitions,
    n_players: int,
    link: int,
    phi: Floats,
    players: Integers,
    scale: float,
) -> None:
    """From Moebius coefficients to all coalitions' values, through the link, to Shapley values.

    The coefficients are overwritten.
    """
    values, scratch, size, join, both = room
    n_outputs, n_coalitions = values.shape[0], 1 << n_players
    for k in range(n_outputs):
        add_up_subsets(values[k], n_coalitions)
    apply_link_to_all(values, n_coalitions, link, scratch)
    # Joining a coalition of s weighs w(s) = s! (m-s-1)! / m!. A player's value is the sum over
    # coalitions with it of w(s-1) f, less that over coalitions without it of w(s) f: the first
    # sums are folded out of (w(s-1) + w(s)) f, the total of w(s) f is taken off.
    join[0], join[n_players] = 1.0 / n_players, 0.0
    for s in range(1, n_players):
        join[s] = join[s - 1] * s / (n_players - s)
    both[0] = 0.0
    for s in range(1, n_players + 1):
        both[s] = join[s] + join[s - 1]
    for k in range(n_outputs):
        total = 0.0
        for s in range(n_coalitions):
            value = values[k, s]
            total += join[size[s]] * value
            values[k, s] = both[size[s]] * value
        half = n_coalitions // 2
        for player in range(n_players - 1, -1, -1):
            with_player = 0.0
            for s in range(half):
                with_player += values[k, s + half]
                values[k, s] += values[k, s + half]
            phi[players[player], k] += (with_player - total) * scale
            half //= 2


@part()
def shuffle(order: Integers, n: int, random: np.uint64) -> np.uint64:
    """Shuffle the first `n` of `order`; `random` is the state of SplitMix64, whose next one is given back."""
    for place in range(n - 1, 0, -1):
        random += STEP
        mixed = (random ^ (random >> np.uint64(30))) * MIX
        mixed = (mixed ^ (mixed >> np.uint64(27))) * MIX_AGAIN
        mixed ^= mixed >> np.uint64(31)
        other = int(float(mixed >> np.uint64(11)) * UNIT * (place + 1))
        order[place], order[other] = order[other], order[place]
    return random


@part()
def one_walk(  # noqa: C901, PLR0912 -- one short loop after the other
    leaves: Floats,
    output: Integers,
    terms: Terms,
    n_terms: int,
    games: Games,
    n_players: int,
    link: int,
    walk: Walk,
) -> None:
    """Add to the walk's `gained` what each player adds to the prediction when joining in its order."""
    order, position, jumps, margin, before, after, gained, _, _ = walk
    n_outputs, width = margin.shape[0], leaves.shape[1]
    for place in range(n_players):
        position[order[place]] = place
    for place in range(n_players + 2):
        for k in range(n_outputs):
            jumps[place, k] = 0.0
    for term in range(n_terms):
        # The term counts from when the last of A has joined until the first of B joins.
        first, last = 0, n_players
        for place in range(terms.start[term], terms.start[term + 1]):
            at = position[terms.player[place]]
            if terms.side[place] == FROM_ROW:
                if at >= first:
                    first = at + 1
            elif at < last:
                last = at
        if first <= last:
            for column in range(width):
                k = column if terms.output[term] == ALL_OUTPUTS else terms.output[term]
                value = leaves[terms.leaf[term], column]
                jumps[first, k] += value
                jumps[last + 1, k] -= value
    walk_games(leaves, output, games, position, jumps)
    for k in range(n_outputs):
        margin[k] = terms.constant[k] + jumps[0, k]
    apply_link(margin, link, before)
    for place in range(n_players):
        for k in range(n_outputs):
            margin[k] += jumps[place + 1, k]
        apply_link(margin, link, after)
        for k in range(n_outputs):
            gained[order[place], k] += after[k] - before[k]
            before[k] = after[k]


@compiled(nogil=True)
def row_against_background(  # noqa: PLR0912, PLR0913, PLR0917, C901 -- compiled code takes no keywords
    board: PairBoard,
    answers: Answers,
    base: Floats,
    link: int,
    row: int,
    background: Integers,
    most_exact: int,
    n_walks: int,
    seed: int,
    weights: tuple[Floats, Floats],
    room: Room,
    phi: Floats,
    variance: Floats,
) -> bool:
    """Add to `phi` the Shapley values of one row, averaged over background rows; False if the room is too small.

    Pairs with at most `most_exact` players are solved exactly, the others by `n_walks` antithetic
    pairs of walks each. After False nothing in `phi` and `variance` holds.

    Parameters
    ----------
    weights : tuple of ndarray
        The `term_weights` of at least the longest path.
    phi, variance : ndarray, shape (n_columns, n_outputs)
        Zeros. `variance` becomes that of the walks; it stays 0 where nothing is sampled.
    """
    terms, search, games, coalitions, walk, local, players = room
    n_outputs, scale = base.shape[0], 1.0 / background.shape[0]
    random = np.uint64(seed)
    for other in background:
        for k in range(n_outputs):
            terms.constant[k] = base[k]
        for player in range(local.shape[0]):
            local[player] = -1
        n_played = play(board, answers, row, other, games, terms.constant, local, players)
        n_terms, n_players = collect_terms(board, answers, row, other, terms, search, local, players, n_played)
        if n_terms < 0:
            return False
        if link == IDENTITY:
            solve_additive(board.values, terms, n_terms, weights, phi, players, scale)
            add_games(board.values, board.output, games, coalitions.size, phi, players, scale)
            continue
        if n_players == 0:
            continue
        if n_players <= most_exact:
            for k in range(n_outputs):
                coalitions.values[k, 0] = terms.constant[k]
                for s in range(1, 1 << n_players):
                    coalitions.values[k, s] = 0.0
            spread_terms(board.values, terms, n_terms, coalitions.size, coalitions.values)
            spread_games(board.values, board.output, games, coalitions.values)
            solve_all_coalitions(coalitions, n_players, link, phi, players, scale)
        else:
            random = walk_both_ways(
                board.values, board.output, terms, n_terms, games, n_players, link, walk, n_walks, random
            )
            for player in range(n_players):
                for k in range(n_outputs):
                    mean = walk.sums[player, k] / n_walks
                    phi[players[player], k] += mean * scale
                    spread = walk.squares[player, k] - n_walks * mean * mean
                    if n_walks > 1 and spread > 0.0:
                        variance[players[player], k] += spread / (n_walks - 1) / n_walks * scale * scale
    return True


@part()
def walk_both_ways(
    leaves: Floats,
    output: Integers,
    terms: Terms,
    n_terms: int,
    games: Games,
    n_players: int,
    link: int,
    walk: Walk,
    n_walks: int,
    random: np.uint64,
) -> np.uint64:
    """Walk in so many random orders, forth and back; the walk's sums tell what was gained, pair by pair."""
    n_outputs = walk.margin.shape[0]
    for player in range(n_players):
        for k in range(n_outputs):
            walk.sums[player, k] = walk.squares[player, k] = 0.0
    for _ in range(n_walks):
        for player in range(n_players):
            walk.order[player] = player
            for k in range(n_outputs):
                walk.gained[player, k] = 0.0
        random = shuffle(walk.order, n_players, random)
        for _back in range(2):
            one_walk(leaves, output, terms, n_terms, games, n_players, link, walk)
            for place in range(n_players // 2):
                last = n_players - 1 - place
                walk.order[place], walk.order[last] = walk.order[last], walk.order[place]
        for player in range(n_players):
            for k in range(n_outputs):
                value = walk.gained[player, k] / 2
                walk.sums[player, k] += value
                walk.squares[player, k] += value * value
    return random
