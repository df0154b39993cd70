"""The part of a prediction that is made of trees, for explained rows against background rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from genie_widgets.ensemble import LEAF, NOBODY, Floats, Forest, Integers, Link, Seen, TreeMember
from genie_widgets.explain.hybrids import Bools
from genie_widgets.explain.tree_answers import Answers, answers_of
from genie_widgets.explain.tree_board import Board, PairBoard, pair_board, term_weights
from genie_widgets.explain.tree_margins import margins
from genie_widgets.explain.tree_pairs import room_for, row_against_background
from genie_widgets.explain.tree_sets import Sets, background_left, room_for_sets, rows_against_set
from genie_widgets.explain.tree_settled import Settled, add_settled, settle_trees

# Terms of a pair that room is made for at first; it is doubled until it is enough.
TERMS_A_TREE = 32
# Background rows looked at together, so that the sets of a large forest's nodes stay small.
BACKGROUND_ROWS_A_CALL = 256


@dataclass(frozen=True)
class Precision:
    """How a pair is solved: exactly up to so many players, else by so many antithetic pairs of walks."""

    most_exact: int
    n_walks: int


class Against(NamedTuple):
    """A background, prepared for members whose leaves are only added up.

    Attributes
    ----------
    settled : Settled
        The trees that need no more than a look into a table.
    parts : list of (int, ndarray)
        For the others: so many background rows, and where they go in each node.
    """

    settled: Settled
    parts: list[tuple[int, Sets]]


@dataclass
class SeenBefore:
    """What a member found out about a background; the next rows are often explained against the same."""

    board: Board | None = None
    answers: Answers | None = None
    against: Against | None = None

    def look_at(self, board: Board) -> None:
        """Forget what was found out if this background, alone on a board, is another one."""
        known = self.board
        is_known = (
            known is not None
            and np.array_equal(known.owner, board.owner)
            and np.array_equal(known.slot_owner, board.slot_owner)
            and np.array_equal(known.numbers, board.numbers, equal_nan=True)
        )
        if not is_known:
            self.board, self.answers, self.against = board._replace(numbers=board.numbers.copy()), None, None


@dataclass
class BoundMember:
    """A member that has seen the rows of one explanation.

    Attributes
    ----------
    member : TreeMember
    board : Board
        Of the explained rows, `n_rows`, then of the background.
    depth, n_columns, n_rows : int
    before : SeenBefore or None
        What it knows of this background.
    """

    member: TreeMember
    board: Board
    depth: int
    n_columns: int = 0
    n_rows: int = 0
    before: SeenBefore | None = None
    room: int = field(init=False)

    def __post_init__(self) -> None:
        self.room = TERMS_A_TREE * len(self.member.forest.roots) + 64
        if self.before is not None:
            self.before.look_at(self.board._replace(numbers=self.board.numbers[self.n_rows :]))

    @property
    def is_additive(self) -> bool:
        """Whether its leaves are only added up: exact without trying coalitions."""
        return self.member.link == Link.IDENTITY

    @cached_property
    def players(self) -> int:
        """Count the original columns that its questions are about."""
        return len(players_of(self.member.forest, self.board))

    @cached_property
    def answers(self) -> Answers:
        """What the rows answer to every question; not asked for by the fast way of `against`."""
        forest, board, before, n = self.member.forest, self.board, self.before, self.n_rows
        if before is None or before.answers is None:
            found = answers_of(forest, board, self.n_columns)
            if before is not None:
                before.answers = found._replace(left=found.left[n:].copy(), own_leaf=found.own_leaf[n:].copy())
            return found
        found, known = answers_of(forest, board._replace(numbers=board.numbers[:n]), self.n_columns), before.answers
        return found._replace(
            left=np.concatenate([found.left, known.left]), own_leaf=np.concatenate([found.own_leaf, known.own_leaf])
        )

    @cached_property
    def pair_board(self) -> PairBoard:
        """What pairs need of the forest and the board."""
        return pair_board(self.member.forest, self.board)

    @cached_property
    def questions(self) -> int:
        """Count what a pair is asked at most: every node, but of a symmetric tree one a level."""
        forest = self.member.forest
        depth = forest.symmetric[forest.symmetric >= 0]
        return int(len(forest.feature) - ((2 << depth) - 1).sum() + depth.sum())

    def predict(self, rows: Integers, others: Integers, coalition: Bools) -> Floats:
        """Predict hybrids, weighted: shape (n, n_outputs)."""
        return self.member.weight * self.unweighted(rows, others, coalition)

    def unweighted(self, rows: Integers, others: Integers, coalition: Bools) -> Floats:
        """Predict hybrids as the member alone does."""
        member = self.member
        return through_link(margins(member.forest, self.board, member.base, rows, others, coalition), member.link)

    def solve(self, row: int, background: Integers, precision: Precision, seed: int) -> tuple[Floats, Floats]:
        """Weighted SHAP values of one row and their variance."""
        member, n_columns, n_outputs = self.member, self.n_columns, len(self.member.base)
        while True:
            phi, variance = np.zeros((n_columns, n_outputs)), np.zeros((n_columns, n_outputs))
            is_done = row_against_background(
                self.pair_board,
                self.answers,
                member.base,
                int(member.link),
                row,
                background,
                precision.most_exact,
                precision.n_walks,
                seed,
                term_weights(min(self.depth, n_columns) + 2),
                room_for(self.board, self.answers, n_outputs, n_columns, self.depth, self.room, precision.most_exact),
                phi,
                variance,
            )
            if is_done:
                return member.weight * phi, member.weight**2 * variance
            self.room *= 2

    def at_once(self, background: Integers) -> Callable[[Integers], Floats] | None:
        """Prepare the fast way for members whose leaves are only added up and ask no tables; else what pairs need."""
        if not only_adds(self.member):
            _ = self.answers  # now, lest every thread finds them
            return None
        before = self.before
        if before is not None and before.against is not None:
            return partial(self._against, before.against)
        parts = [
            background[at : at + BACKGROUND_ROWS_A_CALL] for at in range(0, len(background), BACKGROUND_ROWS_A_CALL)
        ]
        forest, settled = self.member.forest, settle_trees(self.member.forest, self.board, background)
        found = Against(
            settled, [(len(part), background_left(forest, self.board, part, settled.first)) for part in parts]
        )
        if before is not None:
            before.against = found
        return partial(self._against, found)

    def _against(self, against: Against, rows: Integers) -> Floats:
        """Weighted SHAP values of rows against a background, exact: (n_rows, n_columns, n_outputs)."""
        member, n_columns, settled = self.member, self.n_columns, against.settled
        phi = np.zeros((len(rows), n_columns, len(member.base)))
        add_settled(member.forest, self.board, settled, rows, np.empty(len(rows), dtype=np.int64), phi)
        weights, n_background = term_weights(min(self.depth, n_columns) + 2), sum(n for n, _ in against.parts)
        for n, left in against.parts if (settled.first < 0).any() else ():
            part, room = np.zeros_like(phi), room_for_sets(n_columns, self.depth, left.shape[1])
            rows_against_set(member.forest, self.board, rows, n, settled.first, left, weights, room, part)
            phi += part * (n / n_background)
        return member.weight * phi


def only_adds(member: TreeMember) -> bool:
    """Whether a member's leaves are only added up and it asks no tables: then `Against` is enough."""
    return member.link == Link.IDENTITY and not bool((member.forest.feature < LEAF).any())


def bind(
    members: Sequence[TreeMember],
    prepared: pd.DataFrame,
    owner: Integers,
    n_columns: int,
    n_rows: int = 0,
    before: Sequence[SeenBefore] = (),
) -> list[BoundMember]:
    """Let members see prepared rows: explained ones, then those of the background; `before` is filled and read."""
    known: Sequence[SeenBefore | None] = before or [None] * len(members)
    return [
        BoundMember(member, board_of(member.see(prepared), owner), depth_of(member.forest), n_columns, n_rows, seen)
        for member, seen in zip(members, known, strict=True)
    ]


def board_of(seen: Seen, owner: Integers) -> Board:
    """Put players in place of prepared columns; slots of the same player become one."""
    keys, slot_owner, start = np.zeros_like(seen.keys), np.full_like(seen.slot_source, NOBODY), seen.table_start.copy()
    for table in range(len(start)):
        places: dict[int, int] = {}
        for slot, source in enumerate(seen.slot_source[table]):
            if source == NOBODY:
                break
            player = int(owner[source])
            if player == NOBODY:
                # Nothing moves it: every row has the same key.
                start[table] += seen.keys[0, table, slot]
                continue
            place = places.setdefault(player, len(places))
            slot_owner[table, place] = player
            keys[:, table, place] += seen.keys[:, table, slot]
    return Board(seen.numbers, owner[seen.source], keys, slot_owner, start, seen.entries)


def players_of(forest: Forest, board: Board) -> set[int]:
    """Give the original columns that a forest's questions are about."""
    asked = np.unique(forest.feature[forest.feature != LEAF])
    owners = board.owner[asked[asked >= 0]]
    tables = board.slot_owner[-2 - asked[asked < 0]].ravel()
    return {int(player) for player in np.concatenate([owners, tables]) if player != NOBODY}


def depth_of(forest: Forest) -> int:
    """Longest way from a root to a leaf, in questions."""
    depth, nodes = 0, forest.roots
    while True:
        inner = nodes[forest.feature[nodes] != LEAF]
        if not len(inner):
            return depth
        depth += 1
        nodes = np.concatenate([forest.left[inner], forest.right[inner]])


def through_link(margin: Floats, link: Link) -> Floats:
    """Turn sums into predictions; outputs come last."""
    if link == Link.LOGISTIC:
        return np.asarray(1.0 / (1.0 + np.exp(-margin)))
    if link == Link.SOFTMAX:
        exponential = np.exp(margin - margin.max(axis=-1, keepdims=True))
        return np.asarray(exponential / exponential.sum(axis=-1, keepdims=True))
    return margin


def usable_threads() -> int:
    """Count the cores this process may use."""
    return max(1, len(os.sched_getaffinity(0)))
