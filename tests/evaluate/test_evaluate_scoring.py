"""Evaluations: labels of any type, intervals, baselines, figures of plots, awkward holdouts."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference

from genie_widgets.evaluate import evaluate, scored_table
from genie_widgets.evaluate.labels import label_codes
from genie_widgets.schema import Evaluation, Plan


def plan(problem_type, metric, **more):
    return Plan(target="y", problem_type=problem_type, metric=metric, **more)


def evaluated(truth, *, plan, classes=(), y_train, how, **predicted):
    """Evaluate predictions, given as `scored_table` takes them."""
    scored = scored_table(pd.Series(truth), plan=plan, **predicted)
    return evaluate(scored, plan=plan, classes=tuple(map(str, classes)), y_train=y_train, how=how)


def score_binary(n=300, labels=("no", "yes"), seed=0, metric="roc_auc", **more):
    rng = np.random.default_rng(seed)
    chance = rng.random(n)
    truth = (rng.random(n) < chance).astype(int)
    names = np.array(labels, dtype=object)
    evaluation = evaluated(
        names[truth],
        predictions=names[(chance > 0.5).astype(int)],
        probabilities=pd.DataFrame({labels[0]: 1 - chance, labels[1]: chance}),
        plan=plan("binary", metric, positive_class=str(labels[1])),
        classes=labels,
        y_train=names[rng.integers(0, 2, 500)],
        how="kept apart",
        **more,
    )
    return evaluation, truth, chance


def by_name(evaluation):
    return {metric.name: metric for metric in evaluation.metrics}


def test_binary_evaluation():
    evaluation, truth, chance = score_binary()
    assert evaluation.n_rows == 300
    assert evaluation.split == "kept apart"
    main = evaluation.metrics[0]
    assert main.name == "roc_auc"
    assert main.value == pytest.approx(reference.roc_auc_score(truth, chance))
    assert main.low < main.value < main.high
    assert main.baseline == 0.5
    assert "the most frequent class" in evaluation.baseline
    assert [curve.kind for curve in evaluation.curves] == [
        *("roc", "precision_recall", "calibration", "gain", "lift"),
        *("threshold", "threshold", "threshold"),
    ]
    assert evaluation.confusion.labels == ("no", "yes")
    assert evaluation.confusion.counts == tuple(
        tuple(row) for row in reference.confusion_matrix(truth, chance > 0.5).tolist()
    )
    assert Evaluation.model_validate_json(evaluation.model_dump_json()) == evaluation


@pytest.mark.parametrize(
    "labels", [(0, 1), (0.0, 1.0), (False, True), ("0", "1"), ("1", "1.0"), ("<b>", "'"), (np.int8(3), np.int8(4))]
)
def test_labels_of_any_type_give_the_same_scores(labels):
    evaluation, _, _ = score_binary(labels=labels)
    expected, _, _ = score_binary()
    assert [m.value for m in evaluation.metrics] == pytest.approx([m.value for m in expected.metrics])


def test_labels_meet_across_types():
    codes, labels = label_codes(["1", 1, 1.0, np.float32(1), "1.0", None, np.nan, pd.NA, "2"], ("0", "1"))
    assert codes.tolist() == [1, 1, 1, 1, 1, -1, -1, -1, 2]
    assert labels == ("0", "1", "2")
    assert label_codes([True, False], ("False", "True"))[0].tolist() == [1, 0]
    assert label_codes(pd.Series(["b", "a"], dtype="category"), ("a", "b"))[0].tolist() == [1, 0]


def test_a_class_missing_from_the_holdout_and_one_unknown_to_the_model():
    evaluation = evaluated(
        ["a", "b", "new", "a"] * 10,
        predictions=["a", "b", "a", "b"] * 10,
        probabilities=pd.DataFrame(
            [[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.5, 0.3, 0.2], [0.3, 0.4, 0.3]] * 10, columns=list("abc")
        ),
        plan=plan("multiclass", "accuracy"),
        classes=("a", "b", "c"),
        y_train=["a", "b", "c"] * 5,
        how="",
    )
    assert evaluation.confusion.labels == ("a", "b", "c", "new")
    assert evaluation.confusion.counts[3] == (10, 0, 0, 0)
    assert by_name(evaluation)["accuracy"].value == 0.5
    assert by_name(evaluation)["log_loss"].value > 9  # the unknown class had no chance
    assert by_name(evaluation)["roc_auc_ovo_macro"].value < 1


def test_one_class_holdout_is_scored_as_far_as_it_goes():
    evaluation = evaluated(
        ["a"] * 30,
        predictions=["a"] * 30,
        probabilities=pd.DataFrame({"a": [0.9] * 30, "b": [0.1] * 30}),
        plan=plan("binary", "roc_auc", positive_class="b"),
        classes=("a", "b"),
        y_train=["a", "b"] * 20,
        how="",
    )
    assert "roc_auc" not in by_name(evaluation)
    assert by_name(evaluation)["accuracy"].value == 1
    assert [curve.kind for curve in evaluation.curves] == ["calibration"]


def test_rows_without_a_prediction_are_counted():
    truth = np.arange(50.0)
    predicted = truth + 1
    predicted[:3] = np.nan
    evaluation = evaluated(
        truth, predictions=predicted, plan=plan("regression", "mean_absolute_error"), y_train=truth, how="kept apart"
    )
    assert evaluation.n_rows == 47
    assert evaluation.split == "kept apart; 3 of them got no usable prediction and are not in the figures"
    assert evaluation.metrics[0].value == 1


def test_nothing_to_score():
    evaluation = evaluated(
        [1.0, 2.0], predictions=[np.nan, np.inf], plan=plan("regression", "r2"), y_train=[1.0, 2.0], how=""
    )
    assert evaluation.n_rows == 0
    assert evaluation.metrics == ()


def test_a_tiny_holdout_has_no_interval():
    evaluation = evaluated(
        [1.0, 2.0, 3.0], predictions=[1, 2, 4], plan=plan("regression", "r2"), y_train=[1.0, 5.0], how=""
    )
    assert all(metric.low is None and metric.high is None for metric in evaluation.metrics)
    assert {metric.no_interval for metric in evaluation.metrics} == {"too few rows"}
    assert evaluation.metrics[0].value == pytest.approx(0.5)


def test_regression_baseline_fits_the_metric():
    truth = np.array([0.0, 0.0, 0.0, 10.0] * 20)
    evaluation = evaluated(truth, predictions=truth + 1, plan=plan("regression", "r2"), y_train=truth, how="")
    found = by_name(evaluation)
    assert found["mean_absolute_error"].baseline == 2.5  # the median, 0
    assert found["root_mean_squared_error"].baseline == pytest.approx(truth.std())  # the mean, 2.5
    assert found["r2"].baseline == 0
    assert evaluation.baseline == "always the training rows' mean, 2.5 (for absolute errors their median, 0)"
    assert {curve.kind for curve in evaluation.curves} == {"predicted_true", "residuals", "error_by_size"}


def test_quantiles():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=4000)
    levels = (0.1, 0.5, 0.9)
    quantiles = pd.DataFrame(np.tile(np.quantile(truth, levels), (4000, 1)), columns=levels)
    evaluation = evaluated(
        truth,
        predictions=None,
        quantiles=quantiles,
        plan=plan("quantile", "pinball_loss", quantile_levels=levels),
        y_train=truth,
        how="",
    )
    (metric,) = evaluation.metrics
    assert metric.value == pytest.approx(metric.baseline)
    coverage, pinball = evaluation.curves
    assert coverage.x == pinball.x == levels
    assert coverage.y == pytest.approx(levels, abs=1e-3)
    for level, loss, predicted in zip(levels, pinball.y, quantiles.to_numpy().T, strict=True):
        assert loss == pytest.approx(reference.mean_pinball_loss(truth, predicted, alpha=level))
    assert "own quantiles" in evaluation.baseline


def test_gain_lift_and_threshold_are_scikit_learns_figures():
    evaluation, truth, chance = score_binary(n=200)
    found = {(curve.kind, curve.series): curve for curve in evaluation.curves}
    for share, gain in zip(*(found["gain", "yes"].x, found["gain", "yes"].y), strict=True):
        acted = np.argsort(-chance)[: round(share * 200)]
        assert gain == pytest.approx(truth[acted].sum() / truth.sum())
    for share, lift in zip(*(found["lift", "yes"].x, found["lift", "yes"].y), strict=True):
        acted = np.argsort(-chance)[: round(share * 200)]
        assert lift == pytest.approx(truth[acted].mean() / truth.mean())
    shown = {"precision": reference.precision_score, "recall": reference.recall_score}
    for name, score in shown.items():
        curve = found["threshold", name]
        for threshold, value in zip(curve.x, curve.y, strict=True):
            assert value == pytest.approx(score(truth, chance >= threshold))
    alarms = found["threshold", "alarms"]
    assert alarms.y == pytest.approx([(chance >= threshold).mean() for threshold in alarms.x])


def test_error_by_size_covers_every_row():
    rng = np.random.default_rng(0)
    predicted = rng.normal(size=1_000)
    truth = predicted + rng.normal(size=1_000) * np.abs(predicted)
    evaluation = evaluated(truth, predictions=predicted, plan=plan("regression", "r2"), y_train=truth, how="")
    curve = next(curve for curve in evaluation.curves if curve.kind == "error_by_size")
    assert sum(curve.counts) == 1_000
    assert np.average(curve.y, weights=curve.counts) == pytest.approx(reference.mean_absolute_error(truth, predicted))
    assert max(curve.y[0], curve.y[-1]) > 3 * min(curve.y)


def test_points_are_thinned_and_ends_kept():
    evaluation, truth, chance = score_binary(n=20_000)
    for curve in evaluation.curves:
        assert len(curve.x) == len(curve.y) <= 1000
    roc = evaluation.curves[0]
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(roc.y, roc.x) == pytest.approx(reference.roc_auc_score(truth, chance), abs=2e-3)
    calibration = evaluation.curves[2]
    assert sum(calibration.counts) == 20_000
    assert np.abs(np.array(calibration.x) - calibration.y).max() < 0.05


def test_calibration_of_equal_scores_is_one_bin():
    evaluation = evaluated(
        ["a", "b"] * 50,
        predictions=["a"] * 100,
        probabilities=pd.DataFrame({"a": [0.8] * 100, "b": [0.2] * 100}),
        plan=plan("binary", "log_loss", positive_class="b"),
        classes=("a", "b"),
        y_train=["a", "b"],
        how="",
    )
    (curve,) = [curve for curve in evaluation.curves if curve.kind == "calibration"]
    assert curve.counts == (100,)
    assert curve.x == pytest.approx((0.2,))
    assert curve.y == (0.5,)


def test_many_classes_are_confused_together():
    truth = [f"c{i % 80:02}" for i in range(800)]
    evaluation = evaluated(
        truth, predictions=truth, plan=plan("multiclass", "accuracy"), classes=sorted(set(truth)), y_train=truth, how=""
    )
    assert evaluation.confusion.labels[-1] == "(31 rarer classes)"
    assert sum(map(sum, evaluation.confusion.counts)) == 800
    assert np.trace(evaluation.confusion.counts) == 800


def test_groups_reach_the_intervals():
    n = 200
    groups = np.repeat([f"g{i}" for i in range(20)], 10)
    alone, _, _ = score_binary(n=n)
    grouped, _, _ = score_binary(n=n, groups=groups)
    assert grouped.metrics[0].value == alone.metrics[0].value
    assert grouped.metrics[0].low != alone.metrics[0].low


def test_same_seed_same_evaluation():
    assert score_binary()[0] == score_binary()[0]


def test_too_few_rows_of_a_class_are_named_in_the_place_of_an_interval():
    truth = ["yes"] * 3 + ["no"] * 57
    predicted = plan("binary", "roc_auc", positive_class="yes")
    evaluation = evaluated(
        truth,
        predictions=["yes", "no"] * 30,
        probabilities=pd.DataFrame({"no": np.linspace(0, 1, 60), "yes": np.linspace(1, 0, 60)}),
        plan=predicted,
        classes=("no", "yes"),
        y_train=truth,
        how="",
    )
    found = by_name(evaluation)
    assert (found["roc_auc"].low, found["roc_auc"].no_interval) == (None, "too few rows of 'yes'")
    assert (found["recall"].low, found["recall"].no_interval) == (None, "too few rows of 'yes'")
    assert found["accuracy"].low is not None
    assert found["accuracy"].no_interval == ""


def test_too_few_alarms_are_named_in_the_place_of_an_interval():
    found = by_name(
        evaluated(
            ["yes", "no"] * 30,
            predictions=["yes"] * 2 + ["no"] * 58,
            plan=plan("binary", "precision", positive_class="yes"),
            classes=("no", "yes"),
            y_train=["yes", "no"],
            how="",
        )
    )
    assert (found["precision"].low, found["precision"].no_interval) == (None, "too few predictions of 'yes'")
    assert found["f1"].low is not None
