"""Intervals of figures: how far a score on these rows may lie from that on all rows of their kind.

What a figure is without each row (or group of rows) tells how much it hangs on single ones: its standard error, by the
jackknife (Tukey, 1958). A share gets the score interval of Wilson (1927) for as many rows as would err that much (Korn
and Graubard, 1998); an error is taken on the scale of its logarithm, with as many degrees of freedom as its variance is
worth (Satterthwaite, 1946). The skewness of what single rows do tells how the variance moves with the figure (Johnson,
1978); such an interval allows for that as Wilson's does for the variance of a share. Percentiles of resamples are too
narrow for few rows: `tests/bench/interval_coverage.py` measures both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from genie_widgets.evaluate.rows import Floats, Weighted

Mask = NDArray[np.bool_]
Bounds = tuple[float, float]

CONFIDENCE = 0.95
# With fewer rows (or groups) than this in what a figure is a mean of, no interval is fair.
LEAST_UNITS = 5
# Beyond so many units they are left out by blocks; fewer blocks where each of them weighs many rows.
MOST_BLOCKS, LEAST_BLOCKS, CELLS = 400, 200, 2_000_000
# Rows of different folds are predicted by different models, and ranked against each other all the same: what is added
# to the error is so many times as much (tests/bench/honest_score.py).
MORE_FOR_RANKS = 1.75
# With more the rows that are rare are among those that were seen; it would only be wider.
MOST_SKEWNESS = 0.5
_NOTHING = 1e-12


@dataclass(frozen=True)
class Scale:
    """On which scale a figure varies, and which rows it is a mean of.

    Attributes
    ----------
    kind : str
        ``share``: from 0 to 1. ``correlation``: from -1 to 1. ``size``: above 0, as errors and costs are.
        ``explained``: at most 1. ``median``: of `values`. ``difference``: any number.
    sets : tuple of ndarray of bool, shape (n,)
        The rows of each class where it is a mean over classes, the positive ones where it is of those; all where empty.
    right : ndarray of bool, shape (n,), optional
        Where it is a mean over classes named: the rows whose class is right.
    ranks : bool
        Whether rows are ranked against each other.
    values : ndarray, shape (n,), optional
        For ``median``.
    """

    kind: Literal["share", "correlation", "size", "explained", "median", "difference"]
    sets: tuple[Mask, ...] = ()
    right: Mask | None = None
    ranks: bool = False
    values: Floats | None = None


class LeftOut:
    """The rows without each row in turn, or without each group of rows.

    Parameters
    ----------
    n_rows : int
    groups : ndarray of int, shape (n_rows,), optional
        Rows of one group are not independent of each other: they are left out together.
    seed : int
        For blocks of many units: same seed, same blocks.
    widened : float
        By how much standard errors are larger than the rows alone tell.

    Attributes
    ----------
    weights : ndarray, shape (n_blocks, n_rows)
        0 for the rows that are left out, else 1.
    """

    def __init__(
        self, n_rows: int, *, groups: NDArray[np.intp] | None = None, seed: int = 0, widened: float = 1.0
    ) -> None:
        self.widened = widened
        self._groups = np.arange(n_rows) if groups is None else groups
        self.n_units = int(self._groups.max(initial=-1)) + 1
        n_blocks = min(self.n_units, int(np.clip(CELLS // max(1, n_rows), LEAST_BLOCKS, MOST_BLOCKS)))
        block = np.arange(self.n_units)
        if self.n_units > n_blocks:
            block = np.random.default_rng(seed).permutation(self.n_units) % n_blocks
        self.weights = np.ones((n_blocks, n_rows))
        self.weights[block[self._groups], np.arange(n_rows)] = 0.0

    def units(self, rows: Mask) -> int:
        """Count the units that some of the rows are of."""
        return len(np.unique(self._groups[rows]))


def interval(metric: Weighted, scale: Scale, left_out: LeftOut, *, confidence: float = CONFIDENCE) -> Bounds | None:
    """Give the interval of a figure.

    Parameters
    ----------
    metric : callable
        As prepared by `weighted_metric`.
    scale : Scale
        The figure's.
    left_out : LeftOut
        Of the rows that it was prepared for.
    confidence : float

    Returns
    -------
    tuple of float or None
        None where the rows are too few, or leave the figure undefined.
    """
    n_units = fewest_units(scale, left_out)
    if min(n_units, left_out.n_units) < LEAST_UNITS:
        return None
    if scale.kind == "median":
        return _median(scale, left_out, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(metric(np.ones((1, left_out.weights.shape[1])))[0])
        without = np.asarray(metric(left_out.weights), dtype=float)
    if not math.isfinite(value) or not np.isfinite(without).all():
        return None
    # As if each row's part in it were so much larger.
    beyond = (left_out.widened - 1) * (MORE_FOR_RANKS if scale.ranks else 1.0)
    without = value + (1 + beyond) * (without - value)
    if scale.kind == "share":
        return _share(value, without, scale, left_out, confidence)
    if scale.kind == "correlation":
        found = _share((value + 1) / 2, (without + 1) / 2, scale, left_out, confidence)
        return (2 * found[0] - 1, 2 * found[1] - 1)
    if scale.kind == "difference":
        return _around(value, without, confidence)
    low, high = (value, without) if scale.kind == "size" else (1 - value, 1 - without)
    if low <= 0 or high.min() <= 0:
        return None
    bounds = _around(math.log(low), np.log(high), confidence, leans=scale.kind == "size")
    found = (_exp(bounds[0]), _exp(bounds[1]))
    if not math.isfinite(found[1]):
        return None
    return found if scale.kind == "size" else (1 - found[1], 1 - found[0])


def fewest_units(scale: Scale, left_out: LeftOut) -> int:
    """Count the rows (or groups) in the smallest set that a figure is a mean of."""
    return min((left_out.units(rows) for rows in scale.sets), default=left_out.n_units)


def apart(one: float, of_one: Bounds, other: float, of_other: Bounds) -> Bounds:
    """Give the interval of the difference of two figures of different rows (Zou and Donner, 2008).

    For two shares it is that of Newcombe (1998, method 10).
    """
    difference = one - other
    return (
        difference - math.hypot(one - of_one[0], of_other[1] - other),
        difference + math.hypot(of_one[1] - one, other - of_other[0]),
    )


def _share(value: float, without: Floats, scale: Scale, left_out: LeftOut, confidence: float) -> Bounds:
    n_units, n_sets = fewest_units(scale, left_out), max(1, len(scale.sets))
    error, skewness, _ = _spread(without)
    if error < _NOTHING and not _NOTHING < value < 1 - _NOTHING:
        # No row speaks against it, or each: of so many, that is as rare as this (Clopper and Pearson, 1934).
        least = ((1 - confidence) / 2) ** (1 / n_units)
        return (least, 1.0) if value > 0.5 else (0.0, 1 - least)
    low = high = value  # the same whatever the rows are, as the AUC of a constant is
    if error >= _NOTHING:
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        variance = error**2
        if scale.right is None:
            # One row more, right or wrong, in the smallest set: what is known of few rows is itself known by few.
            shrunk = (value * n_units + 2) / (n_units + 4)
            variance += shrunk * (1 - shrunk) / (n_sets * n_units) ** 2
        n = max(value * (1 - value), _NOTHING) / variance
        low, high = _wilson(value, n, z)
        if scale.right is not None:
            # A share varies most at a half, and so does each class; but not their mean where one is seldom found.
            down, up = _score(variance, skewness * error, 1 / n, z)
            low, high = min(low, max(0.0, value - down)), max(high, min(1.0, value + up))
    down, up = _unseen(scale, left_out, confidence)
    return max(0.0, value - math.hypot(value - low, down)), min(1.0, value + math.hypot(high - value, up))


def _unseen(scale: Scale, left_out: LeftOut, confidence: float) -> Bounds:
    """Tell how far classes of which all rows are right (or none) may move a mean over them down (or up).

    Such rows tell no variance. Each class has the interval of Clopper and Pearson (1934), which are put together as
    Zou and Donner (2008) do.
    """
    down = up = 0.0
    if scale.right is None:
        return down, up
    for rows in scale.sets:
        right = scale.right[rows]
        if right.all() or not right.any():
            far = (1 - ((1 - confidence) / 2) ** (1 / left_out.units(rows))) / len(scale.sets)
            down, up = (math.hypot(down, far), up) if right.all() else (down, math.hypot(up, far))
    return down, up


def _score(variance: float, slope: float, bend: float, quantile: float) -> Bounds:
    """Tell how far to either side a value is so many standard errors away, as large as they are there.

    The variance is ``variance + slope * d - bend * d**2`` at a distance of d.
    """
    a, b = 1 + quantile**2 * bend, quantile**2 * slope / 2
    root = math.sqrt(b * b + a * quantile**2 * variance)
    return (root - b) / a, (root + b) / a


def _wilson(share: float, n: float, z: float) -> Bounds:
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def _around(value: float, without: Floats, confidence: float, *, leans: bool = False) -> Bounds:
    from scipy.special import stdtrit

    error, skewness, freedom = _spread(without)
    low = high = float(stdtrit(freedom, (1 + confidence) / 2)) * error
    if leans and skewness > 0:
        # Where the truth is larger, rows that would tell are rare: its error there is larger than it seems here.
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        _, high = _score((low / z) ** 2, min(skewness, MOST_SKEWNESS) * error, 0.0, z)
        # And the smaller it is, the surer; of that, the logarithm has done a part (Johnson, 1978).
        low -= min(low, max(0.0, (2 * z * z + 1) / 6 * skewness - z * z / 2 * error) * error)
    return (value - low, value + high)


def _median(scale: Scale, left_out: LeftOut, confidence: float) -> Bounds:
    """Invert the interval of the share of rows below it (Woodruff, 1952)."""
    assert scale.values is not None
    below = (scale.values <= np.median(scale.values)).astype(float)
    share = float(below.mean())
    error, _, _ = _spread((left_out.weights @ below) / left_out.weights.sum(axis=1))
    n = share * (1 - share) / (left_out.widened * error) ** 2 if error > _NOTHING else left_out.n_units
    low, high = _wilson(0.5, n, NormalDist().inv_cdf((1 + confidence) / 2))
    return (
        float(np.quantile(scale.values, low, method="lower")),
        float(np.quantile(scale.values, high, method="higher")),
    )


def _spread(without: Floats) -> tuple[float, float, float]:
    """Give the standard error, its skewness, and how many degrees of freedom its square has."""
    n = len(without)
    off = without.mean() - without
    squares = float(off @ off)
    if squares <= _NOTHING**2:
        return (0.0, 0.0, n - 1.0)
    skewness = float((off**2) @ off) / squares**1.5
    kurtosis = n * float((off**2) @ (off**2)) / squares**2
    # The square of one that is normal has a variance of 2, else of the kurtosis less 1.
    freedom = float(np.clip(2 * n / max(kurtosis - 1, _NOTHING), 2, n - 1))
    return math.sqrt((n - 1) / n * squares), skewness, freedom


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf
