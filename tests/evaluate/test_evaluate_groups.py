"""Figures by group: fairlearn's on the same rows, differences that hold, small groups not over-read."""

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate
from sklearn import metrics as reference

from genie_widgets.evaluate import by_group, evaluate, scored_table, within
from genie_widgets.evaluate.grouping import grouped
from genie_widgets.evaluate.rows import ClassRows, NumberRows, QuantileRows
from genie_widgets.schema import Decision, Plan

BINARY = Plan(target="y", problem_type="binary", metric="roc_auc", positive_class="yes")


def binary(n=1_500, seed=0, against="B"):
    """Rows of three groups; in the one called `against` half of the answers are turned round."""
    rng = np.random.default_rng(seed)
    group = rng.choice(["A", "B", "C"], n, p=[0.6, 0.3, 0.1])
    chance = rng.random(n)
    truth = (rng.random(n) < chance).astype(int)
    turned = (group == against) & (rng.random(n) < 0.5)
    shown = np.where(turned, 1 - chance, chance)
    rows = ClassRows(truth, (shown > 0.5).astype(int), ("no", "yes"), np.column_stack([1 - shown, shown]), 1)
    return rows, pd.Series(group, name="town")


def figures(report, group):
    row = next(row for row in report.groups if row.group == group)
    return {figure.name: figure for figure in row.figures}


def test_figures_by_group_are_fairlearns():
    rows, town = binary()
    report = by_group(rows, town, BINARY, was_used=True)
    measured = {
        "accuracy": reference.accuracy_score,
        "recall": reference.recall_score,
        "precision": reference.precision_score,
        "selection_rate": selection_rate,
        "false_positive_rate": false_positive_rate,
    }
    frame = MetricFrame(metrics=measured, y_true=rows.truth, y_pred=rows.predicted, sensitive_features=town)
    ranked = MetricFrame(
        metrics=reference.roc_auc_score, y_true=rows.truth, y_pred=rows.probabilities[:, 1], sensitive_features=town
    )
    assert [row.group for row in report.groups] == ["A", "B", "C"]
    for group in "ABC":
        found = figures(report, group)
        for name in measured:
            assert found[name].value == pytest.approx(frame.by_group.loc[group, name])
        assert found["roc_auc"].value == pytest.approx(ranked.by_group[group])


def test_the_group_that_is_served_worse_is_named_with_its_interval():
    rows, town = binary()
    report = by_group(rows, town, BINARY, was_used=False)
    accuracy = figures(report, "B")["accuracy"]
    assert accuracy.differs
    assert accuracy.difference_low < accuracy.difference < accuracy.difference_high < 0
    assert any(sentence.startswith("Accuracy is lower for 'B'") for sentence in report.words)
    assert "did not learn from this column" in report.words[-1]


def test_differences_between_groups_that_are_alike_are_rarely_taken_for_real():
    wrong = 0
    for seed in range(8):
        rows, town = binary(300, seed, against="")
        report = by_group(rows, town, BINARY, was_used=True)
        wrong += any(figures(report, group)["accuracy"].differs for group in "ABC")
    # At 95% over all groups together, one is to be expected in twenty.
    assert wrong <= 2


def test_intervals_of_groups_are_widened_where_the_rows_are_not_independent():
    rows, town = binary()
    plain, wide = (
        figures(by_group(rows, town, BINARY, was_used=True, widened=by), "B")["accuracy"] for by in (1.0, 1.3)
    )
    assert (wide.value, wide.difference) == (plain.value, plain.difference)
    assert wide.high - wide.low == pytest.approx(1.3 * (plain.high - plain.low), rel=0.05)
    spans = [figure.difference_high - figure.difference_low for figure in (plain, wide)]
    assert spans[1] == pytest.approx(1.3 * spans[0], rel=0.05)


def test_a_small_group_is_shown_and_not_judged():
    rows, town = binary(400)
    town.iloc[:12] = "tiny"
    report = by_group(rows, town, BINARY, was_used=True)
    tiny = next(row for row in report.groups if row.group == "tiny")
    assert tiny.is_small
    assert all(figure.low is None and not figure.differs for figure in tiny.figures)
    assert "1 of the 4 groups" in " ".join(report.words)


def test_numbers_and_quantiles_have_their_errors_by_group():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=300)
    side = pd.Series(np.where(rng.random(300) < 0.5, "l", "r"), name="side")
    predicted = truth + np.where(side == "l", 3, 0.1) * rng.normal(size=300)
    plan = Plan(target="y", problem_type="regression", metric="r2")
    report = by_group(NumberRows(truth, predicted), side, plan, was_used=True)
    left = figures(report, "l")["mean_absolute_error"]
    assert left.value == pytest.approx(reference.mean_absolute_error(truth[side == "l"], predicted[side == "l"]))
    assert left.differs
    plan = Plan(target="y", problem_type="quantile", metric="pinball_loss", quantile_levels=(0.5,))
    report = by_group(QuantileRows(truth, predicted[:, None], np.array([0.5])), side, plan, was_used=True)
    assert figures(report, "l")["pinball_loss"].differs


def test_a_group_of_one_class_has_no_ranking_and_no_error():
    rows, _ = binary(300)
    only = pd.Series(np.where(rows.truth == 1, "yes", "no"), name="y again")
    report = by_group(rows, only, BINARY, was_used=True)
    assert figures(report, "yes")["roc_auc"].value is None
    assert figures(report, "yes")["false_positive_rate"].value is None


def test_columns_of_every_kind_become_groups():
    n = 100
    many = grouped(pd.Series(range(n)))
    assert many.labels == ("0 to 24", "25 to 49", "50 to 74", "75 to 99")
    assert np.bincount(many.codes).tolist() == [25, 25, 25, 25]
    few = grouped(pd.Series([3, 1, 2, 1] * 5))
    assert few.labels == ("1", "2", "3")
    words = grouped(pd.Series([f"w{min(i, 20)}" for i in range(n)]))
    assert words.labels[0] == "w20"
    assert words.labels[-1] == "(all others)"
    assert len(words.labels) == 12
    gaps = grouped(pd.Series([1.5, None, 2.5, None]))
    assert gaps.labels == ("1.5", "2.5", "(missing)")
    assert gaps.codes.tolist() == [0, 2, 1, 2]
    days = grouped(pd.Series(pd.date_range("2024-01-01", periods=n)))
    assert days.labels[0] == "2024-01-01 to 2024-01-25"
    truths = grouped(pd.Series([True, False, True]))
    assert truths.labels == ("True", "False")
    nothing = grouped(pd.Series([None, None], dtype=object))
    assert nothing.labels == ("(missing)",)
    same = grouped(pd.Series([0.0] * 90 + list(range(20))))
    assert len(same.labels) == len(set(same.codes))


def test_nothing_found_of_a_few_is_not_taken_for_certain():
    # 0 of 20 against one in ten elsewhere: by chance alone that happens once in eight times.
    truth = np.array([1] * 20 + [0] * 80 + [1] * 200 + [0] * 800)
    found = np.zeros(1_100, dtype=int)
    found[100:120] = 1
    rows = ClassRows(truth, found, ("no", "yes"), None, 1)
    day = pd.Series(["Sunday"] * 100 + ["other"] * 1_000, name="day")
    recall = figures(by_group(rows, day, BINARY, was_used=True), "Sunday")["recall"]
    assert recall.value == 0
    assert recall.high > 0.1
    assert not recall.differs


def test_every_figure_of_one_group_is_scikit_learns_on_its_rows():
    rows, town = binary()
    names = np.array(rows.labels)
    scored = scored_table(
        pd.Series(names[rows.truth]),
        plan=BINARY,
        predictions=names[rows.predicted],
        probabilities=pd.DataFrame(rows.probabilities, columns=rows.labels),
    )
    whole = evaluate(scored, plan=BINARY, classes=rows.labels, y_train=["no", "no", "yes"], how="h")
    decision = Decision(rule="threshold", threshold=0.3, positive="yes", negative="no", n_rows=len(scored))
    part = within(whole, scored, BINARY, rows.labels, town, "B", y_train=["no", "no", "yes"], decision=decision)
    inside = (town == "B").to_numpy()
    truth, chance = rows.truth[inside], rows.probabilities[inside, 1]
    assert part.n_rows == inside.sum()
    assert part.confusion.counts == tuple(map(tuple, reference.confusion_matrix(truth, chance >= 0.3).tolist()))
    found = {metric.name: metric for metric in part.metrics}
    assert found["roc_auc"].value == pytest.approx(reference.roc_auc_score(truth, chance))
    assert found["recall"].value == pytest.approx(reference.recall_score(truth, chance >= 0.3))
    assert found["accuracy"].baseline == pytest.approx(1 - truth.mean())
    roc = next(curve for curve in part.curves if curve.kind == "roc")
    assert reference.auc(roc.x, roc.y) == pytest.approx(reference.roc_auc_score(truth, chance))
    with pytest.raises(LookupError):
        within(whole, scored, BINARY, rows.labels, town, "Z", y_train=["no"])


def test_one_group_of_numbers_and_of_groups_kept_apart_has_its_own_figures():
    rng = np.random.default_rng(0)
    plan = Plan(target="y", problem_type="regression", metric="mean_absolute_error")
    truth = pd.Series(rng.normal(size=400))
    scored = scored_table(truth, plan=plan, predictions=truth + rng.normal(size=400), groups=np.arange(400) // 4)
    side = pd.Series(np.where(np.arange(400) < 300, "left", "right"), name="side")
    whole = evaluate(scored, plan=plan, y_train=[0.0, 1.0], how="h")
    part = within(whole, scored, plan, (), side, "right", y_train=[0.0, 1.0])
    error = next(metric for metric in part.metrics if metric.name == "mean_absolute_error")
    expected = np.abs(scored["prediction"] - scored["truth"])[300:].mean()
    assert error.value == pytest.approx(expected)
    assert error.low < expected < error.high
    assert {curve.kind for curve in part.curves} == {curve.kind for curve in whole.curves}
