"""Metrics are scikit-learn's on the same rows; on resamples too."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from genie_widgets.evaluate.class_metrics import CLASS_METRICS
from genie_widgets.evaluate.metrics import metric_names, metric_value, weighted_metric
from genie_widgets.evaluate.number_metrics import NUMBER_METRICS, QUANTILE_METRICS
from genie_widgets.evaluate.rows import ClassRows, NumberRows, QuantileRows
from genie_widgets.schema import METRICS, Plan

BINARY = {
    "roc_auc": lambda r: reference.roc_auc_score(r.truth, r.probabilities[:, 1]),
    "average_precision": lambda r: reference.average_precision_score(r.truth, r.probabilities[:, 1]),
    "f1": lambda r: reference.f1_score(r.truth, r.predicted),
    "precision": lambda r: reference.precision_score(r.truth, r.predicted, zero_division=0),
    "recall": lambda r: reference.recall_score(r.truth, r.predicted),
}
CLASSES = {
    "accuracy": lambda r: reference.accuracy_score(r.truth, r.predicted),
    "balanced_accuracy": lambda r: reference.balanced_accuracy_score(r.truth, r.predicted),
    "f1_macro": lambda r: reference.f1_score(r.truth, r.predicted, average="macro"),
    "f1_weighted": lambda r: reference.f1_score(r.truth, r.predicted, average="weighted"),
    "mcc": lambda r: reference.matthews_corrcoef(r.truth, r.predicted),
    "quadratic_kappa": lambda r: reference.cohen_kappa_score(r.truth, r.predicted, weights="quadratic"),
    "log_loss": lambda r: reference.log_loss(r.truth, r.probabilities, labels=range(len(r.labels))),
}
NUMBERS = {
    "root_mean_squared_error": reference.root_mean_squared_error,
    "mean_absolute_error": reference.mean_absolute_error,
    "median_absolute_error": reference.median_absolute_error,
    "mean_absolute_percentage_error": reference.mean_absolute_percentage_error,
    "r2": reference.r2_score,
}


def class_rows(n, k, seed, *, decimals=2):
    """Rows with ties; every class is present."""
    rng = np.random.default_rng(seed)
    truth = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    raw = rng.random((n, k)).round(decimals) + (np.arange(k) == truth[:, None]) * 0.3 + 0.01
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    labels = tuple(f"c{code}" for code in range(k))
    return ClassRows(truth, probabilities.argmax(axis=1), labels, probabilities, 1 if k == 2 else None)


def repeated(rows, weights):
    """The same rows, each as often as its weight says."""
    place = np.repeat(np.arange(len(rows)), weights)
    if isinstance(rows, ClassRows):
        return ClassRows(
            rows.truth[place], rows.predicted[place], rows.labels, rows.probabilities[place], rows.positive
        )
    return NumberRows(rows.truth[place], rows.predicted[place])


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=60, deadline=None)
@given(st.integers(6, 80), st.integers(0, 2**31), st.sampled_from([1, 2, 6]))
def test_binary_metrics(n, seed, decimals):
    rows = class_rows(n, 2, seed, decimals=decimals)
    for name, expected in {**BINARY, **CLASSES}.items():
        assert metric_value(name, rows) == pytest.approx(expected(rows), abs=1e-12), name


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=60, deadline=None)
@given(st.integers(3, 7), st.integers(10, 80), st.integers(0, 2**31))
def test_multiclass_metrics(k, n, seed):
    rows = class_rows(n, k, seed)
    for name, expected in CLASSES.items():
        assert metric_value(name, rows) == pytest.approx(expected(rows), abs=1e-12), name
    auc = reference.roc_auc_score(rows.truth, rows.probabilities, multi_class="ovo", average="macro")
    assert metric_value("roc_auc_ovo_macro", rows) == pytest.approx(auc, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 60), st.integers(0, 2**31), st.sampled_from([1.0, 1e-6, 1e9]))
def test_number_metrics(n, seed, scale):
    rng = np.random.default_rng(seed)
    rows = NumberRows(rng.normal(size=n) * scale, rng.normal(size=n) * scale)
    for name, expected in NUMBERS.items():
        assert metric_value(name, rows) == pytest.approx(expected(rows.truth, rows.predicted), rel=1e-9), name


def test_pinball_loss_is_the_mean_over_levels():
    rng = np.random.default_rng(0)
    levels = np.array([0.1, 0.5, 0.9])
    rows = QuantileRows(rng.normal(size=50), np.sort(rng.normal(size=(50, 3))), levels)
    expected = [
        reference.mean_pinball_loss(rows.truth, q, alpha=a) for q, a in zip(rows.predicted.T, levels, strict=True)
    ]
    assert metric_value("pinball_loss", rows) == pytest.approx(np.mean(expected))


@pytest.mark.parametrize("k", [2, 4])
@pytest.mark.parametrize("seed", range(4))
def test_weights_are_repeated_rows_for_classes(k, seed):
    rows = class_rows(40, k, seed)
    weights = np.random.default_rng(seed).integers(0, 4, (5, 40))
    for name in CLASS_METRICS:
        metric = weighted_metric(name, rows)
        if metric is None:
            continue
        for value, weight in zip(metric(weights.astype(float)), weights, strict=True):
            assert value == pytest.approx(metric_value(name, repeated(rows, weight)), abs=1e-12), name


@pytest.mark.parametrize("n_levels", [1, 3, 1000])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_an_auc_of_weighted_rows_is_their_share_of_pairs_to_the_last_bit(n_levels, share):
    rng = np.random.default_rng(n_levels)
    n = 60
    chances = rng.integers(0, n_levels, n) / n_levels
    truth = (rng.random(n) < share).astype(np.intp)
    rows = ClassRows(truth, truth, ("no", "yes"), np.column_stack([1 - chances, chances]), 1)
    weights = rng.integers(0, 4, (5, n))
    above = (chances[:, None] > chances).astype(int) * 2 + (chances[:, None] == chances)
    for value, weight in zip(weighted_metric("roc_auc", rows)(weights.astype(float)), weights, strict=True):
        positives, negatives = weight * truth, weight * (1 - truth)
        n_pairs = int(positives.sum()) * int(negatives.sum())
        if n_pairs == 0:
            assert np.isnan(value)
        else:
            assert value == int(positives @ above @ negatives) / 2 / n_pairs


@pytest.mark.parametrize("seed", range(4))
def test_weights_are_repeated_rows_for_numbers(seed):
    rng = np.random.default_rng(seed)
    rows = NumberRows(rng.normal(5, 1, 31), rng.normal(5, 1, 31))
    weights = rng.integers(0, 3, (6, 31))
    for name in NUMBER_METRICS:
        for value, weight in zip(weighted_metric(name, rows)(weights.astype(float)), weights, strict=True):
            assert value == pytest.approx(metric_value(name, repeated(rows, weight))), name


def test_every_metric_of_the_schema_is_here():
    assert set(METRICS) == set(CLASS_METRICS) | set(NUMBER_METRICS) | set(QUANTILE_METRICS)
    for name in METRICS:
        for problem_type in METRICS[name].problem_types:
            names = metric_names(Plan(target="y", problem_type=problem_type, metric=name))
            assert names[0] == name
            assert ("quadratic_kappa" in names) == (name == "quadratic_kappa"), "classes have no order as a rule"
            assert len(set(names)) == len(names)


def test_one_class_leaves_ranking_undefined():
    rows = ClassRows(np.zeros(9, dtype=int), np.zeros(9, dtype=int), ("a", "b"), np.tile([0.7, 0.3], (9, 1)), 1)
    for name in ("roc_auc", "average_precision", "f1", "precision", "recall", "roc_auc_ovo_macro"):
        assert metric_value(name, rows) is None, name
    assert metric_value("accuracy", rows) == 1


def test_a_constant_target_leaves_r2_undefined():
    rows = NumberRows(np.full(20, 1e6 + 0.1), np.linspace(0, 1, 20))
    assert metric_value("r2", rows) is None
    assert metric_value("mean_absolute_error", rows) == pytest.approx(1e6 - 0.4)


def test_without_probabilities_only_class_metrics_remain():
    rows = ClassRows(np.array([0, 1]), np.array([0, 1]), ("a", "b"), None, 1)
    assert metric_value("log_loss", rows) is None
    assert metric_value("mcc", rows) == 1


def test_values_do_not_depend_on_pandas_types():
    rng = np.random.default_rng(1)
    truth = pd.array(rng.normal(size=5))
    assert metric_value("r2", NumberRows(np.asarray(truth, dtype=float), np.asarray(truth, dtype=float))) == 1
