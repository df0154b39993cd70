"""Do 95% intervals hold the truth in 95%? Genie's, and percentiles of resamples, on rows drawn from a known population.

    python tests/bench/interval_coverage.py                 # all populations, 24 to 1,000 rows, 400 draws each
    python tests/bench/interval_coverage.py --only rare --rows 120 --draws 1000 --percentiles

The truth is the figure on 200,000 rows. *given*: how often there is an interval at all (a class needs five rows, or
groups of rows); *holds*: the share of those that hold the truth, with its standard error; *above*: that lie wholly
above it; *width*: their median width.
"""

import argparse
import os
import time

import numpy as np

from genie_widgets.evaluate.intervals import LeftOut, interval
from genie_widgets.evaluate.metrics import metric_scale, weighted_metric
from genie_widgets.evaluate.rows import ClassRows, NumberRows, taken

POPULATION, RESAMPLES = 200_000, 400
SIZES = (24, 60, 120, 344, 1_000)
OF_A_GROUP = 5
BINARY = (
    *("accuracy", "balanced_accuracy", "f1", "precision", "recall", "f1_macro", "mcc", "roc_auc"),
    *("average_precision", "log_loss"),
)
CLASSES = ("accuracy", "balanced_accuracy", "f1_macro", "f1_weighted", "mcc", "roc_auc_ovo_macro", "log_loss")
NUMBERS = ("root_mean_squared_error", "mean_absolute_error", "median_absolute_error", "r2")


def binary(rng, offset, slope, threshold=0.5, of_groups=0.0):
    """Give rows whose probabilities are a little too sure; rows of one group may be alike."""
    shared = np.repeat(rng.normal(size=POPULATION // OF_A_GROUP), OF_A_GROUP)
    line = offset + slope * (np.sqrt(1 - of_groups) * rng.normal(size=POPULATION) + np.sqrt(of_groups) * shared)
    truth = (rng.random(POPULATION) < 1 / (1 + np.exp(-line))).astype(int)
    told = 1 / (1 + np.exp(-1.3 * line))
    return ClassRows(truth, (told > threshold).astype(int), ("0", "1"), np.column_stack([1 - told, told]), 1)


def classes(rng):
    """Give rows of four classes, of which the rarest has one row in twenty."""
    share = np.array([0.6, 0.25, 0.1, 0.05])
    truth = rng.choice(4, size=POPULATION, p=share)
    told = rng.normal(size=(POPULATION, 4)) + np.log(share)
    told[np.arange(POPULATION), truth] += 2.0
    told = np.exp(told) / np.exp(told).sum(axis=1, keepdims=True)
    return ClassRows(truth, told.argmax(axis=1), tuple("abcd"), told)


def numbers(rng, kind):
    """Give numbers with normal errors, with heavy tails, or that grow with the number itself."""
    line = rng.normal(size=POPULATION)
    if kind == "normal":
        return NumberRows(line + 0.8 * rng.normal(size=POPULATION), line)
    if kind == "heavy":
        return NumberRows(line + 0.6 * rng.standard_t(4, size=POPULATION), line)
    return NumberRows(np.exp(line + 0.5 * rng.normal(size=POPULATION)), np.exp(line + 0.125))


POPULATIONS = {
    "even": (lambda rng: binary(rng, 0.0, 1.6), BINARY),
    "rare": (lambda rng: binary(rng, -4.2, 1.8, 0.25), BINARY),
    "good": (lambda rng: binary(rng, 0.0, 14.0), BINARY),
    "grouped": (lambda rng: binary(rng, 0.0, 2.5, of_groups=0.6), BINARY),
    "classes": (classes, CLASSES),
    "normal": (lambda rng: numbers(rng, "normal"), NUMBERS),
    "heavy": (lambda rng: numbers(rng, "heavy"), NUMBERS),
    "skewed": (lambda rng: numbers(rng, "skewed"), NUMBERS),
}


def drawn(rows, n, rng, *, by_group):
    """Draw rows, or whole groups of them."""
    if not by_group:
        places = rng.choice(POPULATION, n, replace=False)
        return taken(rows, places), None
    groups = rng.choice(POPULATION // OF_A_GROUP, n // OF_A_GROUP, replace=False)
    places = (groups[:, None] * OF_A_GROUP + np.arange(OF_A_GROUP)).ravel()
    return taken(rows, places), np.repeat(np.arange(len(groups)), OF_A_GROUP)


def percentiles(metric, n, groups, rng):
    """Give the percentiles of resamples, with whole groups where there are any."""
    units = n if groups is None else groups.max() + 1
    weights = rng.multinomial(units, np.full(units, 1 / units), size=RESAMPLES).astype(float)
    values = metric(weights if groups is None else weights[:, groups])
    values = values[np.isfinite(values)]
    return tuple(np.percentile(values, [2.5, 97.5])) if len(values) >= 0.8 * RESAMPLES else None


def coverage(name, sizes, draws, ways):
    make, metrics = POPULATIONS[name]
    rows = make(np.random.default_rng(0))
    everything = np.ones((1, POPULATION))
    truth = {metric: float(weighted_metric(metric, rows)(everything)[0]) for metric in metrics}
    for n in sizes:
        found = {(metric, way): [] for metric in metrics for way in ways}
        for draw in range(draws):
            rng = np.random.default_rng([draw, n])
            few, groups = drawn(rows, n, rng, by_group=name == "grouped")
            left_out = LeftOut(len(few), groups=groups, seed=draw)
            for metric in metrics:
                prepared = weighted_metric(metric, few)
                found[metric, "genie"].append(interval(prepared, metric_scale(metric, few), left_out))
                if "percentiles" in ways:
                    found[metric, "percentiles"].append(percentiles(prepared, len(few), groups, rng))
        for metric in metrics:
            print(f"{name:<8}{n:>6} {metric:<24}", end="")
            for way in ways:
                given = [bounds for bounds in found[metric, way] if bounds is not None]
                if not given:
                    print(f"   {way}: none", end="")
                    continue
                low, high = np.array(given).T
                holds, above = ((low <= truth[metric]) & (truth[metric] <= high)).mean(), (low > truth[metric]).mean()
                error = np.sqrt(max(holds * (1 - holds), 1 / len(given)) / len(given))
                print(
                    f"   {way}: given {len(given) / draws:4.0%} holds {holds:6.1%} ± {error:4.1%} above {above:5.1%} "
                    f"width {np.median(high - low):.3g}",
                    end="",
                )
            print(flush=True)


def seconds(n=10_000):
    """Print what the intervals of all figures of a table take."""
    for name in ("even", "classes", "normal"):
        make, metrics = POPULATIONS[name]
        rows = taken(make(np.random.default_rng(0)), np.arange(n))
        started = time.process_time()
        left_out = LeftOut(n)
        for metric in metrics:
            interval(weighted_metric(metric, rows), metric_scale(metric, rows), left_out)
        taken_s = time.process_time() - started
        print(f"{name}: {n:,} rows, {len(metrics)} figures, {1000 * taken_s / len(metrics):.0f} ms of CPU each")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=POPULATIONS, default=list(POPULATIONS))
    parser.add_argument("--rows", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--percentiles", action="store_true")
    arguments = parser.parse_args()
    ways = ("genie", "percentiles") if arguments.percentiles else ("genie",)
    started = time.process_time()
    seconds()
    for name in arguments.only:
        coverage(name, arguments.rows, arguments.draws, ways)
    print(f"{time.process_time() - started:.0f} s of CPU, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
