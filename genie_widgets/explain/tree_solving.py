"""SHAP values of the trees' part: a quick pass over all rows, then a better one while there is time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import numpy as np

from genie_widgets.ensemble import Floats, Integers
from genie_widgets.explain.hybrids import Bools
from genie_widgets.explain.tree_part import Precision

# Measured on one core, and used to foresee, not to decide what is right: one coalition of one output (1.3 to
# 5e-8, the most where there are few), and one question that a pair is asked (0.6 to 2e-8).
SECONDS_A_COALITION = 1.5e-8
SECONDS_A_NODE = 1.5e-8
# Coalitions of one pair kept in memory, times outputs.
MOST_NUMBERS = 1 << 22
# An exact pass this quick needs no quick pass before it.
QUICK_SECONDS = 1.0
# Nor does one that takes no more than so many quick ones, and not much of the time left.
WORTH_WAITING, WAITING_SHARE = 4.0, 0.3
# The quick pass solves pairs exactly where that takes no longer than walking.
QUICK = Precision(most_exact=9, n_walks=2)
MOST_WALKS = 64
# Of few rows each is solved in parts of the background, so that every core has work.
LEAST_TASKS = 8
# Rows that are solved together, and the questions that they are asked: some hundredths of a second.
MOST_ROWS_A_BLOCK, QUESTIONS_A_BLOCK = 32, 800_000
# What a long pass knows is told first where a picture is owed, then after so many seconds, then ever more seldom.
LEAST_PAUSE, NEXT_PICTURE_SECONDS = 0.05, 1.0


class Bound(Protocol):
    """A member of a predictor that has seen the rows of one explanation, explained and background rows together."""

    @property
    def is_additive(self) -> bool:
        """Whether what it predicts is only added up: exact without trying coalitions."""

    @property
    def players(self) -> int:
        """Count the original columns that it depends on."""

    @property
    def questions(self) -> int:
        """Count what a pair of rows is asked at most."""

    def predict(self, rows: Integers, others: Integers, coalition: Bools) -> Floats:
        """Predict hybrids, weighted: shape (n, n_outputs)."""

    def at_once(self, background: Integers) -> Callable[[Integers], Floats] | None:
        """Prepare, before rows are solved on several threads.

        Gives what finds the weighted, exact values of rows against the whole background; None where each row
        has to be solved by itself.
        """

    def solve(self, row: int, background: Integers, precision: Precision, seed: int) -> tuple[Floats, Floats]:
        """Weighted SHAP values of one row and their variance, (n_columns, n_outputs)."""


@dataclass
class TreeValues:
    """SHAP values of the first rows and their variances, shapes (n, n_columns, n_outputs)."""

    phi: Floats
    variance: Floats


class TreeSolver:
    """Solves rows on several threads.

    Parameters
    ----------
    members : sequence of Bound
    n_rows, n_background, n_columns, n_outputs : int
        Explained rows come first in what the members saw.
    n_threads : int
    seed : int
    seconds_left : callable
        Until the budget is spent.
    stopped : callable
        Whether somebody asked to stop.
    seconds_to_picture : callable
        Until somebody who looks should see something.
    """

    def __init__(
        self,
        members: Sequence[Bound],
        n_rows: int,
        n_background: int,
        n_columns: int,
        n_outputs: int,
        *,
        n_threads: int,
        seed: int,
        seconds_left: Callable[[], float],
        stopped: Callable[[], bool],
        seconds_to_picture: Callable[[], float],
    ) -> None:
        self._members = members
        self._n_rows = n_rows
        self._background = np.arange(n_rows, n_rows + n_background)
        self._shape = (n_columns, n_outputs)
        self._n_threads = n_threads
        self._seed = seed
        self.seconds_left, self._stopped = seconds_left, stopped
        self._seconds_to_picture = seconds_to_picture
        self.last_seconds = 0.0
        self._at_once = [member.at_once(self._background) for member in members]

    def exact_seconds(self, n_differ: Integers) -> float:
        """Foresee the seconds of an exact pass; infinite where a pair has too many coalitions.

        Members whose leaves are only added up are left out: they are exact in every pass.

        Parameters
        ----------
        n_differ : ndarray of int, shape (n_rows, n_background)
            Columns in which each pair differs.
        """
        total = 0.0
        for member in self._members:
            if member.is_additive:
                continue
            players = np.minimum(n_differ, member.players)
            if self._shape[1] << int(players.max(initial=0)) > MOST_NUMBERS:
                return float("inf")
            total += float(np.exp2(players).sum()) * self._shape[1] * SECONDS_A_COALITION
            total += players.size * member.questions * SECONDS_A_NODE
        return total / self._n_threads

    def quick_seconds(self, n_differ: Integers) -> float:
        """Foresee the seconds of the quick pass, as `exact_seconds` does: it looks for every term, too."""
        total = 0.0
        for member in self._members:
            if not member.is_additive:
                players = np.minimum(np.minimum(n_differ, member.players), QUICK.most_exact)
                total += float(np.exp2(players).sum()) * self._shape[1] * SECONDS_A_COALITION
                total += players.size * member.questions * SECONDS_A_NODE
        return total / self._n_threads

    def most_exact(self, n_differ: Integers) -> int:
        """Players of the largest pair."""
        return max(
            (int(min(m.players, n_differ.max(initial=0))) for m in self._members if not m.is_additive), default=0
        )

    def run(
        self, precision: Precision, *, seed: int, on_rows: Callable[[TreeValues], None] | None = None
    ) -> TreeValues:
        """Solve row after row until time is up: at least the first, maybe not all.

        Parameters
        ----------
        precision : Precision
        seed : int
            Distinguishes the walks of one pass from those of another.
        on_rows : callable, optional
            Told now and then what is known.
        """
        parts = self._parts()
        n_tasks = self._n_rows * len(parts)
        blocks = iter(self._blocks(n_tasks))
        phi, variance = np.zeros((n_tasks, *self._shape)), np.zeros((n_tasks, *self._shape))
        before = self.seconds_left()
        next_block, done = Lock(), np.zeros(n_tasks, dtype=bool)

        def taken() -> range:
            with next_block:
                return next(blocks, range(0))

        def work() -> None:
            for tasks in iter(taken, range(0)):
                if tasks.start >= len(parts) and (self._stopped() or self.seconds_left() <= 0):
                    return
                self._solve(tasks, parts, precision, seed, phi, variance)
                done[tasks.start : tasks.stop] = True

        def known() -> TreeValues:
            now = done.copy()  # which goes on changing: the last task may be done between two looks
            reached = (n_tasks if now.all() else int(now.argmin())) // len(parts)
            shape = (reached, len(parts), *self._shape)
            whole = slice(reached * len(parts))
            return TreeValues(phi[whole].reshape(shape).sum(axis=1), variance[whole].reshape(shape).sum(axis=1))

        with ThreadPoolExecutor(self._n_threads) as pool:
            workers = {pool.submit(work) for _ in range(self._n_threads)}
            pause = max(LEAST_PAUSE, self._seconds_to_picture())
            while workers:
                finished, workers = wait(workers, timeout=pause)
                for worker in finished:
                    worker.result()
                if workers and on_rows is not None and done[: len(parts)].all():
                    on_rows(known())
                    pause = max(NEXT_PICTURE_SECONDS, 2 * pause)
        self.last_seconds = before - self.seconds_left()
        return known()

    def _solve(
        self, tasks: range, parts: list[Integers], precision: Precision, seed: int, phi: Floats, variance: Floats
    ) -> None:
        """Solve rows, each against a part of the background, and add up what the members find."""
        rows = np.array([task // len(parts) for task in tasks if task % len(parts) == 0], dtype=np.int64)
        for place, member in enumerate(self._members):
            at_once = self._at_once[place]
            if at_once is not None:
                if len(rows):  # of any other part the whole background is done already
                    phi[rows * len(parts)] += at_once(rows)
                continue
            for task in tasks:
                row, part = divmod(task, len(parts))
                share = len(parts[part]) / len(self._background)
                at = (self._seed * 1_000_003 + seed * 10_007 + task * 101 + place) % (1 << 31)
                values, spread = member.solve(row, parts[part], precision, at)
                phi[task] += share * values
                variance[task] += share**2 * spread

    def _blocks(self, n_tasks: int) -> Iterator[range]:
        """Share tasks among threads: one by one, or, where all members are solved at once, more and more together."""
        most = 1
        if all(at_once is not None for at_once in self._at_once):
            most = QUESTIONS_A_BLOCK // max(1, sum(member.questions for member in self._members))
        start, size = 0, 1
        while start < n_tasks:
            yield range(start, min(n_tasks, start + size))
            start, size = start + size, max(1, min(2 * size, most, MOST_ROWS_A_BLOCK))

    def _parts(self) -> list[Integers]:
        """Share the background among tasks; how depends on the rows alone, so that more cores give the same values."""
        return np.array_split(self._background, min(len(self._background), -(-LEAST_TASKS // self._n_rows)))


def walks_wanted(values: TreeValues, done: int, good_enough: float, largest_enough: float = 0.0) -> int:
    """Count the antithetic pairs of walks that would be enough, from what `done` gave.

    Parameters
    ----------
    good_enough, largest_enough : float
        As of `Meter`: one of the two is enough.
    """
    typical = float(np.sqrt((values.phi**2).mean()))
    error = float(np.sqrt(values.variance.mean()))
    largest = float(np.sqrt(values.variance.max(initial=0.0)))
    if error <= good_enough * typical:
        return 0
    too_large = error / max(1e-300, good_enough * typical)
    if largest_enough:
        too_large = min(too_large, largest / max(1e-300, largest_enough * float(np.abs(values.phi).max(initial=0.0))))
    return int(np.ceil(min(float(MOST_WALKS), done * too_large**2)))
