"""What an exact pass through trees is foreseen to take, by what it is made of; and which passes follow from it."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.ensemble import LEAF, Forest, Link, TreeMember, seen_numbers
from genie_widgets.explain.tree_part import bind
from genie_widgets.explain.tree_solving import QUICK, TreeSolver, TreeValues
from genie_widgets.explain.with_trees import EXACT, solve_in_passes

N_ROWS, N_BACKGROUND = 4, 6


def stumps(n_trees, n_columns):
    """Trees of one question each, about the columns in turn."""
    inner = np.arange(n_trees) * 3
    feature = np.full(3 * n_trees, LEAF)
    feature[inner] = np.arange(n_trees) % n_columns
    left, right = np.zeros(3 * n_trees, dtype=int), np.zeros(3 * n_trees, dtype=int)
    left[inner], right[inner] = inner + 1, inner + 2
    leaf = np.cumsum(feature == LEAF) - 1
    return Forest(
        inner,
        feature,
        np.zeros(3 * n_trees),
        left,
        right,
        np.zeros(3 * n_trees, dtype=bool),
        leaf,
        np.ones((2 * n_trees, 1)),
        np.zeros(n_trees, dtype=int),
        np.full(n_trees, -1),
    )


def foreseen(n_trees=10, *, n_differ=4, n_columns=5, link=Link.LOGISTIC, n_threads=1, quick=False):
    frame = pd.DataFrame(np.zeros((N_ROWS + N_BACKGROUND, n_columns)))
    every = np.arange(n_columns)
    member = TreeMember(
        "m", 1.0, stumps(n_trees, n_columns), link, np.zeros(1), lambda rows: seen_numbers(rows.to_numpy(), every)
    )
    solver = TreeSolver(
        bind([member], frame, every, n_columns),
        N_ROWS,
        N_BACKGROUND,
        n_columns,
        1,
        n_threads=n_threads,
        seed=0,
        seconds_left=lambda: 1.0,
        stopped=lambda: False,
        seconds_to_picture=lambda: 1.0,
    )
    differ = np.full((N_ROWS, N_BACKGROUND), n_differ)
    return solver.quick_seconds(differ) if quick else solver.exact_seconds(differ)


def test_every_tree_takes_its_time():
    one, two, four = (foreseen(n_trees) for n_trees in (1_000, 2_000, 4_000))
    assert one < two < four
    assert four - two == pytest.approx(2 * (two - one)), "so much for a tree, whatever else there is"
    assert two > 1.5 * one, "of few columns and many trees, the trees are most of it"


def test_every_column_that_differs_doubles_the_coalitions():
    few, more, most = (foreseen(n_columns=20, n_trees=20, n_differ=n) for n in (12, 13, 14))
    assert most - more == pytest.approx(2 * (more - few))
    assert foreseen(n_columns=40, n_trees=40, n_differ=40) == float("inf")


def test_a_quick_pass_takes_as_long_where_trees_are_most_of_it():
    many_trees, many_columns = {"n_trees": 4_000, "n_differ": 10}, {"n_trees": 20, "n_differ": 16}
    for made, least, most in ((many_trees, 0.9, 1.0), (many_columns, 0.0, 0.1)):
        share = foreseen(n_columns=20, quick=True, **made) / foreseen(n_columns=20, **made)
        assert least <= share <= most


@pytest.mark.parametrize(("symmetric", "asked"), [([-1] * 4, 12), ([1, 1, -1, -1], 2 * 1 + 2 * 3)], ids=str)
def test_a_symmetric_tree_is_asked_once_a_level(symmetric, asked):
    forest, every = stumps(4, 4)._replace(symmetric=np.array(symmetric)), np.arange(4)
    member = TreeMember("m", 1.0, forest, Link.LOGISTIC, np.zeros(1), lambda rows: seen_numbers(rows.to_numpy(), every))
    (bound,) = bind([member], pd.DataFrame(np.zeros((2, 4))), every, 4)
    assert bound.questions == asked


def test_cores_share_the_work():
    assert foreseen(n_threads=2) == pytest.approx(foreseen() / 2)


class Solver:
    """Foresees what it is told, and notes its passes; a walk leaves an error."""

    last_seconds = 5.0

    def __init__(self, most, seconds, left=100.0, quick=2.0):
        self._most, self._seconds, self._left, self._quick = most, seconds, left, quick
        self.passes = []

    def most_exact(self, _n_differ):
        return self._most

    def exact_seconds(self, _n_differ):
        return self._seconds

    def quick_seconds(self, _n_differ):
        return self._quick

    def seconds_left(self):
        return self._left

    def run(self, precision, *, seed, on_rows=None):
        is_exact = precision.most_exact >= self._most
        self.passes.append("exact" if is_exact else "walks")
        values = TreeValues(np.ones((3, 2, 1)), np.full((3, 2, 1), 0.0 if is_exact else 1.0))
        if on_rows is not None:
            on_rows(values)
        return values


@pytest.mark.parametrize(
    ("solver", "passes"),
    [
        (Solver(12, 0.5), ["exact"]),
        (Solver(12, 20.0), ["walks", "exact"]),
        (Solver(12, 20.0, quick=15.0), ["exact"]),
        (Solver(12, 60.0, quick=50.0), ["walks", "exact"]),
        (Solver(12, 90.0), ["walks", "walks"]),
        (Solver(QUICK.most_exact, 20.0), ["exact"]),
        (Solver(QUICK.most_exact, 90.0), ["exact"]),
        (Solver(0, 0.0), ["exact"]),
    ],
    ids=[
        "quick",
        "after a first picture",
        "hardly longer",
        "in most of the time",
        "too long",
        "few columns",
        "few columns, long",
        "only added up",
    ],
)
def test_no_pass_is_made_twice(solver, passes):
    told = []
    found = solve_in_passes(solver, np.full((3, 4), 12), 0.005, told.append)
    assert solver.passes == passes
    assert (found.how == EXACT) is (passes[-1] == "exact")
    assert told, "what is known is told before the last word"
