"""Figures of the plots, thinned so that a page can carry them.

Axes by `Curve.kind`:

=================  ============================  =====================================
kind               x                             y
=================  ============================  =====================================
roc                false positive rate           true positive rate
precision_recall   recall                        precision
calibration        mean predicted probability    share that is true (`counts`: rows)
gain               share of the rows acted on    share of the positives found
lift               share of the rows acted on    times as many as by chance
threshold          threshold                     share, by `series` (precision, recall, alarms)
predicted_true     predicted value               true value
residuals          predicted value               true minus predicted value
error_by_size      mean predicted value          mean absolute error (`counts`: rows)
quantile_coverage  level asked for               share of true values not above it
pinball            level asked for               pinball loss
=================  ============================  =====================================
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genie_widgets.evaluate.rows import ClassRows, Floats, NumberRows, QuantileRows, Rows
from genie_widgets.language import plural
from genie_widgets.schema import Confusion, Curve

MOST_POINTS = 1_000
# One-against-rest curves are drawn for the most frequent classes only: nobody reads more lines.
MOST_CLASSES_DRAWN = 10
MOST_BINS = 10
# The matrix of more classes than this is unreadable; the rarest are put together.
MOST_CLASSES_CONFUSED = 50


def curves(rows: Rows, *, seed: int = 0) -> tuple[Curve, ...]:
    """Make all curves that fit the kind of rows; none where nothing can be drawn."""
    if isinstance(rows, ClassRows):
        return _class_curves(rows)
    if isinstance(rows, NumberRows):
        return _number_curves(rows, seed)
    return _coverage(rows)


def _class_curves(rows: ClassRows) -> tuple[Curve, ...]:
    if rows.probabilities is None:
        return ()
    if rows.positive is not None:
        drawn = [rows.positive]
    else:
        counts = np.bincount(rows.truth, minlength=len(rows.labels))
        drawn = sorted(np.argsort(-counts, kind="stable")[:MOST_CLASSES_DRAWN].tolist())
    found: list[Curve] = []
    for code in drawn:
        truth, score = rows.truth == code, rows.probabilities[:, code]
        if truth.any() and not truth.all():
            found += [roc(truth, score, rows.labels[code]), precision_recall(truth, score, rows.labels[code])]
        if len(truth):
            found.append(calibration(truth, score, rows.labels[code]))
    if rows.positive is not None:
        found += _acting(rows.truth == rows.positive, rows.probabilities[:, rows.positive], rows.labels[rows.positive])
    order = {"roc": 0, "precision_recall": 1, "calibration": 2, "gain": 3, "lift": 4, "threshold": 5}
    return tuple(sorted(found, key=lambda curve: order[curve.kind]))


def _cumulative(truth: NDArray[np.bool_], score: Floats) -> tuple[Floats, Floats]:
    """Count hits and false alarms for each threshold, highest first, beginning with no alarm."""
    order = np.argsort(-score, kind="stable")
    ordered, hit = score[order], truth[order]
    last = np.flatnonzero(np.concatenate([ordered[1:] != ordered[:-1], [True]]))
    hits = np.cumsum(hit)[last].astype(float)
    return np.concatenate([[0.0], hits]), np.concatenate([[0.0], last + 1.0 - hits])


def roc(truth: NDArray[np.bool_], score: Floats, series: str) -> Curve:
    """ROC curve from (0, 0) to (1, 1)."""
    hits, false = _cumulative(truth, score)
    keep = _corners(false, hits)
    return _curve("roc", series, (false / false[-1])[keep], (hits / hits[-1])[keep])


def precision_recall(truth: NDArray[np.bool_], score: Floats, series: str) -> Curve:
    """Precision-recall curve, from the highest threshold that gives an alarm."""
    hits, false = _cumulative(truth, score)
    hits, false = hits[1:], false[1:]
    keep = _spread(len(hits))
    return _curve("precision_recall", series, (hits / hits[-1])[keep], (hits / (hits + false))[keep])


def calibration(truth: NDArray[np.bool_], score: Floats, series: str) -> Curve:
    """Mean prediction against what came true, in bins of about equally many rows."""
    bins = _bins(score)
    return _curve(
        "calibration",
        series,
        np.array([score[rows].mean() for rows in bins]),
        np.array([truth[rows].mean() for rows in bins]),
        tuple(len(rows) for rows in bins),
    )


def _bins(values: Floats) -> list[NDArray[np.intp]]:
    """Cut rows into bins of about equally many, smallest values first."""
    order = np.argsort(values, kind="stable")
    n_bins = int(np.clip(len(values) // 10, 1, MOST_BINS))
    edges = np.linspace(0, len(values), n_bins + 1).round().astype(int)
    ordered = values[order]
    # Rows of equal value belong to one bin: else their order, which means nothing, would decide.
    inner = sorted({int(np.searchsorted(ordered, ordered[edge])) for edge in edges[1:-1]} - {0})
    return np.split(order, inner)


def _acting(truth: NDArray[np.bool_], score: Floats, series: str) -> list[Curve]:
    """Curves of acting on the rows with the highest probabilities."""
    if not truth.any() or truth.all():
        return []
    hits, false = _cumulative(truth, score)
    alarms = hits + false
    share = alarms / alarms[-1]
    keep = _corners(share, hits)
    lift = (hits[1:] / alarms[1:]) / truth.mean()
    thinned = _spread(len(lift))
    levels = np.unique(score)[::-1]
    shown = _spread(len(levels))
    by_threshold = {"precision": hits[1:] / alarms[1:], "recall": hits[1:] / hits[-1], "alarms": share[1:]}
    return [
        _curve("gain", series, share[keep], (hits / hits[-1])[keep]),
        _curve("lift", series, share[1:][thinned], lift[thinned]),
        *(_curve("threshold", name, levels[shown], values[shown]) for name, values in by_threshold.items()),
    ]


def _number_curves(rows: NumberRows, seed: int) -> tuple[Curve, ...]:
    if not len(rows):
        return ()
    keep = np.arange(len(rows))
    if len(rows) > MOST_POINTS:
        keep = np.sort(np.random.default_rng(seed).choice(len(rows), size=MOST_POINTS, replace=False))
    predicted, truth = rows.predicted[keep], rows.truth[keep]
    return (
        _curve("predicted_true", "rows", predicted, truth),
        _curve("residuals", "rows", predicted, truth - predicted),
        _error_by_size(rows),
    )


def _error_by_size(rows: NumberRows) -> Curve:
    """Mean absolute error in bins of about equally many rows, from small predictions to large ones."""
    bins = _bins(rows.predicted)
    errors = np.abs(rows.truth - rows.predicted)
    return _curve(
        "error_by_size",
        "rows",
        np.array([rows.predicted[part].mean() for part in bins]),
        np.array([errors[part].mean() for part in bins]),
        tuple(len(part) for part in bins),
    )


def _coverage(rows: QuantileRows) -> tuple[Curve, ...]:
    if not len(rows) or not len(rows.levels):
        return ()
    error = rows.truth[:, None] - rows.predicted
    loss = np.maximum(rows.levels * error, (rows.levels - 1) * error).mean(axis=0)
    return (
        _curve("quantile_coverage", "quantiles", rows.levels, (rows.truth[:, None] <= rows.predicted).mean(axis=0)),
        _curve("pinball", "quantiles", rows.levels, loss),
    )


def confusion(rows: ClassRows) -> Confusion:
    """Count rows by true and predicted class; the rarest classes together where there are too many."""
    k, labels = len(rows.labels), rows.labels
    truth, predicted = rows.truth, rows.predicted
    if k > MOST_CLASSES_CONFUSED:
        counts = np.bincount(truth, minlength=k)
        kept = np.sort(np.argsort(-counts, kind="stable")[: MOST_CLASSES_CONFUSED - 1])
        place = np.full(k, len(kept))
        place[kept] = np.arange(len(kept))
        truth, predicted = place[truth], place[predicted]
        labels = (*(labels[code] for code in kept), plural("({n} rarer class)", "({n} rarer classes)", k - len(kept)))
        k = len(labels)
    counts = np.bincount(truth * k + predicted, minlength=k * k).reshape(k, k)
    return Confusion(labels=labels, counts=tuple(tuple(row) for row in counts.tolist()))


def _corners(x: Floats, y: Floats) -> NDArray[np.intp]:
    """Drop points on a straight line between their neighbours, then thin evenly."""
    dx, dy = np.diff(x), np.diff(y)
    bends = np.flatnonzero(dx[:-1] * dy[1:] != dx[1:] * dy[:-1]) + 1
    corners = np.concatenate([[0], bends, [len(x) - 1]]).astype(np.intp)
    return corners[_spread(len(corners))]


def _spread(n: int) -> NDArray[np.intp]:
    """At most `MOST_POINTS` evenly spread places of `n`, the first and last among them."""
    return np.unique(np.linspace(0, n - 1, min(n, MOST_POINTS)).round().astype(np.intp))


def _curve(kind: str, series: str, x: Floats, y: Floats, counts: tuple[int, ...] = ()) -> Curve:
    return Curve(kind=kind, series=series, x=tuple(x.tolist()), y=tuple(y.tolist()), counts=counts)
