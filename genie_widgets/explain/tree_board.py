"""What every kernel shares: the answers to a forest's questions, and the links."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genie_widgets.ensemble import Floats, Forest, Integers, Link
from genie_widgets.explain.compiled import part

Sizes = NDArray[np.int8]
IDENTITY, LOGISTIC = int(Link.IDENTITY), int(Link.LOGISTIC)
UNDECIDED, FROM_ROW, FROM_BACKGROUND = 0, 1, 2
LOG2_E, LN2_HIGH, LN2_LOW = 1.4426950408889634, 0.6931471803691238, 1.9082149292705877e-10
# Added to a number below 2^51 it rounds it to a whole one, which then stands in the lowest bits.
ROUND = 6755399441055744.0
LOWEST, HIGHEST = -708.0, 709.0


class Board(NamedTuple):
    """What the questions of a forest are answered with: `Seen`, by player instead of by column."""

    numbers: Floats
    owner: Integers
    keys: Integers
    slot_owner: Integers
    table_start: Integers
    entries: Floats


class PairBoard(NamedTuple):
    """What is left of a forest and its board where the answers about numbers are known: arrays take time to compile."""

    roots: Integers
    symmetric: Integers
    feature: Integers
    threshold: Floats
    values: Floats
    output: Integers
    keys: Integers
    slot_owner: Integers
    table_start: Integers
    entries: Floats


def pair_board(forest: Forest, board: Board) -> PairBoard:
    """Take what pairs need."""
    return PairBoard(
        forest.roots,
        forest.symmetric,
        forest.feature,
        forest.threshold,
        forest.values,
        forest.output,
        board.keys,
        board.slot_owner,
        board.table_start,
        board.entries,
    )


@part(inline="always")
def goes_left(number: float, threshold: float, missing_left: bool) -> bool:
    """Answer a question about a number; only NaN is unequal to itself."""
    return missing_left if number != number else number <= threshold  # noqa: PLR0124


@lru_cache(maxsize=4)
def coalition_sizes(n_players: int) -> Sizes:
    """Count the members of every coalition."""
    return np.asarray(np.bitwise_count(np.arange(1 << n_players)), dtype=np.int8)


@lru_cache(maxsize=16)
def term_weights(most: int) -> tuple[Floats, Floats]:
    """Give ``(a-1)! b! / (a+b)!`` and ``a! (b-1)! / (a+b)!`` for all a and b up to `most`."""
    gain = np.zeros((most + 1, most + 1))
    for a in range(1, most + 1):
        for b in range(most + 1):
            gain[a, b] = 1 / (a * math.comb(a + b, a))
    return gain, np.ascontiguousarray(gain.T)


@part()
def apply_link(margin: Floats, link: int, probability: Floats) -> None:
    """Turn one sum of leaves into a prediction."""
    n_outputs = margin.shape[0]
    if link == IDENTITY:
        for k in range(n_outputs):
            probability[k] = margin[k]
    elif link == LOGISTIC:
        probability[0] = 1.0 / (1.0 + math.exp(-margin[0]))
    else:
        highest = margin[0]
        for k in range(1, n_outputs):
            if margin[k] > highest:  # noqa: PLR1730 -- "max" takes longer to compile than all of this
                highest = margin[k]
        total = 0.0
        for k in range(n_outputs):
            probability[k] = math.exp(margin[k] - highest)
            total += probability[k]
        for k in range(n_outputs):
            probability[k] /= total


@part(fastmath={"contract"})
def exponentiate(values: Floats, n: int, scratch: Floats) -> None:
    """Replace the first `n` values by their exponentials, to one unit in the last place.

    The compiler makes wide instructions of these loops, which it cannot do of ``math.exp``:
    e^x = 2^k e^r with k whole and |r| <= ln 2 / 2; e^r by its series, 2^k by the number's own bits.
    No sums may be reordered here: ``(x + ROUND) - ROUND`` is not x.
    """
    bits = scratch.view(np.int64)
    for s in range(n):
        x = LOWEST if values[s] < LOWEST else values[s]
        x = HIGHEST if x > HIGHEST else x
        shifted = x * LOG2_E + ROUND
        k = shifted - ROUND
        r = (x - k * LN2_HIGH) - k * LN2_LOW
        scratch[s] = shifted
        series = 1.0 / 6227020800.0
        series = series * r + 1.0 / 479001600.0
        series = series * r + 1.0 / 39916800.0
        series = series * r + 1.0 / 3628800.0
        series = series * r + 1.0 / 362880.0
        series = series * r + 1.0 / 40320.0
        series = series * r + 1.0 / 5040.0
        series = series * r + 1.0 / 720.0
        series = series * r + 1.0 / 120.0
        series = series * r + 1.0 / 24.0
        series = series * r + 1.0 / 6.0
        series = series * r + 0.5
        series = series * r + 1.0
        values[s] = series * r + 1.0
    for s in range(n):
        bits[s] = (bits[s] + 1023) << 52
    for s in range(n):
        values[s] *= scratch[s]


@part(fastmath={"contract", "nsz"})
def apply_link_to_all(  # noqa: C901, PLR0912 -- one short loop after the other
    values: Floats, n: int, link: int, scratch: Floats
) -> None:
    """Turn the sums of leaves of `n` coalitions, (n_outputs, at least n), into predictions."""
    n_outputs = values.shape[0]
    if link == IDENTITY:
        return
    if link == LOGISTIC:
        for s in range(n):
            values[0, s] = -values[0, s]
        exponentiate(values[0], n, scratch)
        for s in range(n):
            values[0, s] = 1.0 / (1.0 + values[0, s])
        return
    for s in range(n):
        scratch[s] = values[0, s]
    for k in range(1, n_outputs):
        for s in range(n):
            scratch[s] = values[k, s] if values[k, s] > scratch[s] else scratch[s]
    for k in range(n_outputs):
        for s in range(n):
            values[k, s] -= scratch[s]
    for k in range(n_outputs):
        exponentiate(values[k], n, scratch)
    for s in range(n):
        scratch[s] = values[0, s]
    for k in range(1, n_outputs):
        for s in range(n):
            scratch[s] += values[k, s]
    for k in range(n_outputs):
        for s in range(n):
            values[k, s] /= scratch[s]
