"""Metrics of predicted classes and probabilities, for many resamples at once.

Each function prepares what does not depend on the resample and returns a function of the
weights ``(R, n)`` -- how often each row stands in each of R resamples -- giving R values.
With all weights 1 the value is scikit-learn's on the same rows. NaN means undefined.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from genie_widgets.evaluate.rows import ClassRows, Codes, Floats, Weighted


def _ratio(top: Floats, bottom: Floats, where_zero: float = np.nan) -> Floats:
    out = np.full(np.broadcast_shapes(top.shape, bottom.shape), where_zero)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return out


class _Counts:
    """Weights summed by true class, by predicted class, and where both agree: shapes (R, k)."""

    def __init__(self, rows: ClassRows) -> None:
        self.truth = _By(rows.truth, len(rows.labels))
        self.predicted = _By(rows.predicted, len(rows.labels))
        self.hit = (rows.truth == rows.predicted)[self.truth.order]

    def __call__(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        true = weights.take(self.truth.order, axis=1)
        predicted = weights.take(self.predicted.order, axis=1)
        return self.truth.sums(true), self.predicted.sums(predicted), self.truth.sums(true * self.hit)


class _By:
    """Sum weights by code, of rows in the `order` of their codes: (R, n) -> (R, k)."""

    def __init__(self, codes: Codes, k: int) -> None:
        self.k = k
        self.order = np.argsort(codes, kind="stable")
        self.present, self.starts = np.unique(codes[self.order], return_index=True)

    def sums(self, ordered: Floats) -> Floats:
        out = np.zeros((len(ordered), self.k))
        out[:, self.present] = np.add.reduceat(ordered, self.starts, axis=1)
        return out


def accuracy(rows: ClassRows) -> Weighted:
    """Share of rows whose class is right."""
    hit = (rows.truth == rows.predicted).astype(float)
    return lambda weights: _ratio(weights @ hit, weights.sum(axis=1))


def balanced_accuracy(rows: ClassRows) -> Weighted:
    """Mean recall of the classes present."""
    counts = _Counts(rows)

    def of(weights: Floats) -> Floats:
        true, _, hits = counts(weights)
        recall = _ratio(hits, true, 0.0)
        return _ratio(recall.sum(axis=1), (true > 0).sum(axis=1).astype(float))

    return of


def f1_macro(rows: ClassRows) -> Weighted:
    """Mean F1 of the classes that are present or predicted."""
    counts = _Counts(rows)

    def of(weights: Floats) -> Floats:
        true, predicted, hits = counts(weights)
        f1 = _ratio(2 * hits, true + predicted, 0.0)
        return _ratio(f1.sum(axis=1), ((true + predicted) > 0).sum(axis=1).astype(float))

    return of


def f1_weighted(rows: ClassRows) -> Weighted:
    """Mean F1 of the classes, weighted by their true size."""
    counts = _Counts(rows)

    def of(weights: Floats) -> Floats:
        true, predicted, hits = counts(weights)
        f1 = _ratio(2 * hits, true + predicted, 0.0)
        return _ratio((f1 * true).sum(axis=1), true.sum(axis=1))

    return of


def mcc(rows: ClassRows) -> Weighted:
    """Matthews correlation; 0 where truth or prediction is constant, as in scikit-learn."""
    counts = _Counts(rows)

    def of(weights: Floats) -> Floats:
        true, predicted, hits = counts(weights)
        n = weights.sum(axis=1)
        cov = hits.sum(axis=1) * n - (true * predicted).sum(axis=1)
        spread = (n * n - (true * true).sum(axis=1)) * (n * n - (predicted * predicted).sum(axis=1))
        return _ratio(cov, np.sqrt(np.maximum(spread, 0)), 0.0)

    return of


def quadratic_kappa(rows: ClassRows) -> Weighted:
    """Cohen's kappa with squared distances between classes; undefined where there is one class only.

    The classes are taken at equal distances, in the order of `labels`. From the sums of the codes, of their squares and
    of the squared differences alone: what is expected by chance needs no table of all pairs.
    """
    truth, predicted = rows.truth.astype(float), rows.predicted.astype(float)
    squares, apart = truth**2 + predicted**2, (truth - predicted) ** 2

    def of(weights: Floats) -> Floats:
        by_chance = weights @ squares - 2 * (weights @ truth) * (weights @ predicted) / weights.sum(axis=1)
        return 1 - _ratio(weights @ apart, np.where(by_chance > 1e-9, by_chance, 0.0))

    return of


def _positive_counts(rows: ClassRows) -> Callable[[Floats], tuple[Floats, Floats, Floats]]:
    true = (rows.truth == rows.positive).astype(float)
    predicted = (rows.predicted == rows.positive).astype(float)
    hit = true * predicted
    return lambda weights: (weights @ true, weights @ predicted, weights @ hit)


def f1(rows: ClassRows) -> Weighted:
    """F1 of the positive class; undefined without a positive row."""
    counts = _positive_counts(rows)

    def of(weights: Floats) -> Floats:
        true, predicted, hits = counts(weights)
        return np.where(true > 0, _ratio(2 * hits, true + predicted, 0.0), np.nan)

    return of


def precision(rows: ClassRows) -> Weighted:
    """Share of alarms that are right; 0 without an alarm, undefined without a positive row."""
    counts = _positive_counts(rows)

    def of(weights: Floats) -> Floats:
        true, predicted, hits = counts(weights)
        return np.where(true > 0, _ratio(hits, predicted, 0.0), np.nan)

    return of


def recall(rows: ClassRows) -> Weighted:
    """Share of the positives that are found."""
    counts = _positive_counts(rows)

    def of(weights: Floats) -> Floats:
        true, _, hits = counts(weights)
        return _ratio(hits, true)

    return of


class _Ranking:
    """Positives and negatives among some rows, by their scores, lowest first.

    Weights are whole numbers, and so is twice each sum here: no order of summing rounds any.
    """

    def __init__(self, rows: NDArray[np.intp], positive: NDArray[np.bool_], scores: Floats) -> None:
        order = np.argsort(scores, kind="stable")
        ordered, is_positive = scores[order], positive[order]
        self.order, self.positive = rows[order], is_positive.astype(float)
        self.starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        self.positives, self.negatives = self.order[is_positive], self.order[~is_positive]
        self.below, self.not_above = (
            np.searchsorted(ordered[~is_positive], ordered[is_positive], side=side) for side in ("left", "right")
        )
        self.has_ties = not np.array_equal(self.below, self.not_above)

    def levels(self, weights: Floats) -> tuple[Floats, Floats]:
        """Give the weights of positives and of negatives by level of score: shapes (R, levels)."""
        everything = weights.take(self.order, axis=1)
        positives = everything * self.positive
        if len(self.starts) < len(self.order):
            everything, positives = (np.add.reduceat(part, self.starts, axis=1) for part in (everything, positives))
        return positives, everything - positives

    def auc(self, weights: Floats) -> Floats:
        """Share of (positive, negative) pairs in the right order; ties count half."""
        positives = weights.take(self.positives, axis=1)
        negatives = np.zeros((len(weights), len(self.negatives) + 1))
        np.cumsum(weights.take(self.negatives, axis=1), axis=1, out=negatives[:, 1:])
        below = negatives.take(self.below, axis=1)
        if self.has_ties:
            below = (below + negatives.take(self.not_above, axis=1)) / 2
        return _ratio(np.einsum("ij,ij->i", positives, below), positives.sum(axis=1) * negatives[:, -1])


def _ranking(rows: ClassRows) -> _Ranking:
    assert rows.probabilities is not None
    assert rows.positive is not None
    return _Ranking(np.arange(len(rows)), rows.truth == rows.positive, rows.probabilities[:, rows.positive])


def roc_auc(rows: ClassRows) -> Weighted:
    """Area under the ROC curve of the positive class."""
    return _ranking(rows).auc


def average_precision(rows: ClassRows) -> Weighted:
    """Precision averaged over the steps of recall, without interpolation."""
    ranking = _ranking(rows)

    def of(weights: Floats) -> Floats:
        positives, negatives = (part[:, ::-1] for part in ranking.levels(weights))
        hits, alarms = np.cumsum(positives, axis=1), np.cumsum(positives + negatives, axis=1)
        steps = positives * _ratio(hits, alarms, 0.0)
        return _ratio(steps.sum(axis=1), hits[:, -1])

    return of


def roc_auc_ovo_macro(rows: ClassRows) -> Weighted:
    """ROC AUC averaged over ordered pairs of the classes present."""
    assert rows.probabilities is not None
    present = np.unique(rows.truth)
    rankings = []
    for a in present:
        for b in present:
            if a != b:
                pair = np.flatnonzero((rows.truth == a) | (rows.truth == b))
                rankings.append(_Ranking(pair, rows.truth[pair] == a, rows.probabilities[pair, a]))

    def of(weights: Floats) -> Floats:
        total, defined = np.zeros(len(weights)), np.zeros(len(weights))
        for ranking in rankings:
            value = ranking.auc(weights)
            total += np.nan_to_num(value)
            defined += np.isfinite(value)
        return _ratio(total, defined)

    return of


def log_loss(rows: ClassRows) -> Weighted:
    """Mean negative log of the true class's probability, clipped at float64's epsilon."""
    assert rows.probabilities is not None
    smallest = np.finfo(np.float64).eps
    of_truth = rows.probabilities[np.arange(len(rows)), rows.truth]
    loss = -np.log(np.clip(of_truth, smallest, 1 - smallest))
    return lambda weights: _ratio(weights @ loss, weights.sum(axis=1))


NEED_PROBABILITIES = frozenset({"roc_auc", "average_precision", "roc_auc_ovo_macro", "log_loss"})

CLASS_METRICS: dict[str, Callable[[ClassRows], Weighted]] = {
    "roc_auc": roc_auc,
    "roc_auc_ovo_macro": roc_auc_ovo_macro,
    "average_precision": average_precision,
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "f1": f1,
    "f1_macro": f1_macro,
    "f1_weighted": f1_weighted,
    "precision": precision,
    "recall": recall,
    "mcc": mcc,
    "quadratic_kappa": quadratic_kappa,
    "log_loss": log_loss,
}
