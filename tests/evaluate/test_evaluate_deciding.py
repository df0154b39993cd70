"""Thresholds: the cheapest one, the one of a capacity, and expectations that hold on rows never seen."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix, precision_score, recall_score

from genie_widgets.evaluate import Wish, at_threshold, decide, evaluate, rows_of, scored_table
from genie_widgets.evaluate.deciding import NEVER, decided
from genie_widgets.evaluate.rows import ClassRows
from genie_widgets.schema import GenieError, Plan

PLAN = Plan(target="y", problem_type="binary", metric="roc_auc", positive_class="yes")
CLASSES = ("no", "yes")


def make(n=2_000, seed=0, base=0.3, noise=0.15):
    """Rows whose probability is true: of those with 30%, 30% are positive."""
    rng = np.random.default_rng(seed)
    chance = np.clip(rng.beta(2 * base / noise * 0.3, 2 * (1 - base) / noise * 0.3, n), 0.001, 0.999)
    truth = (rng.random(n) < chance).astype(int)
    return ClassRows(
        truth=truth,
        predicted=(chance >= 0.5).astype(int),
        labels=CLASSES,
        probabilities=np.column_stack([1 - chance, chance]),
        positive=1,
    )


def figures(decision):
    return {figure.name: figure for figure in decision.expected}


def cost_of(rows, threshold, missed, false):
    alarm = rows.probabilities[:, 1] >= threshold
    return missed * (~alarm & (rows.truth == 1)).sum() + false * (alarm & (rows.truth == 0)).sum()


def test_the_threshold_by_cost_is_the_cheapest_of_all():
    rows = make()
    decision = decide(rows, Wish(cost_missed=500, cost_false_alarm=20))
    tried = [cost_of(rows, threshold, 500, 20) for threshold in np.linspace(0, 1, 2_001)]
    assert cost_of(rows, decision.threshold, 500, 20) <= min(tried)
    # True probabilities ask for an alarm from 20 / 520 on.
    assert decision.threshold == pytest.approx(20 / 520, abs=0.04)
    assert decision.rule == "cost"
    assert "from a probability of" in decision.words[0]


@pytest.mark.parametrize("wish", [Wish(cost_missed=5, cost_false_alarm=1), Wish(capacity=200, of_rows=1_000)])
def test_what_is_expected_is_widened_where_the_rows_are_not_independent(wish):
    rows = make()
    plain, wide = (figures(decide(rows, wish, widened=by)) for by in (1.0, 1.3))
    assert plain.keys() == wide.keys()
    for name, figure in plain.items():
        assert wide[name].value == figure.value
        assert wide[name].high - wide[name].low == pytest.approx(1.3 * (figure.high - figure.low), rel=0.1), name


@pytest.mark.parametrize("seed", range(3))
def test_the_expected_cost_holds_on_rows_never_seen(seed):
    # Small on purpose: on the rows that chose it, the threshold would look too good.
    rows = make(400, seed=seed)
    decision = decide(rows, Wish(cost_missed=10, cost_false_alarm=1))
    many = make(200_000, seed=99)
    true_cost = 1000 * cost_of(many, decision.threshold, 10, 1) / len(many)
    expected = figures(decision)["cost_per_1000"]
    assert expected.low <= true_cost <= expected.high
    assert expected.value >= 1000 * cost_of(rows, decision.threshold, 10, 1) / len(rows)


def test_a_capacity_is_kept_and_what_it_finds_is_told():
    rows = make(2_000)
    decision = decide(rows, Wish(capacity=200, of_rows=1_000))
    alarms = (rows.probabilities[:, 1] >= decision.threshold).sum()
    assert alarms == 400
    many = make(100_000, seed=7)
    taken = many.probabilities[:, 1] >= decision.threshold
    found = figures(decision)
    assert found["precision"].low <= (many.truth[taken] == 1).mean() <= found["precision"].high
    assert found["recall"].low <= taken[many.truth == 1].mean() <= found["recall"].high
    assert found["lift"].value > 1.5
    assert "Of the 200 rows of 1,000 acted on" in decision.words[1]


def test_ties_never_exceed_a_capacity():
    rows = make(1_000)
    chance = np.round(rows.probabilities[:, 1], 1)
    tied = ClassRows(rows.truth, rows.predicted, CLASSES, np.column_stack([1 - chance, chance]), 1)
    decision = decide(tied, Wish(capacity=100, of_rows=1_000))
    assert (chance >= decision.threshold).sum() <= 100


def test_a_capacity_for_everyone_takes_everyone():
    decision = decide(make(100), Wish(capacity=500, of_rows=100))
    assert decision.threshold == 0
    assert "Every row" in decision.words[0]


def test_where_alarms_cost_more_than_they_save_there_is_none():
    blind = make(1_000, base=0.1)
    likeliest = blind.probabilities[:, 1] > np.quantile(blind.probabilities[:, 1], 0.95)
    blind = replace(blind, truth=np.where(likeliest, 0, blind.truth))
    decision = decide(blind, Wish(cost_missed=1, cost_false_alarm=500))
    assert decision.threshold == NEVER
    assert decision.words[0].startswith("No row is taken")
    assert "saves nothing" in " ".join(decision.words)


def test_few_rows_get_the_threshold_of_true_probabilities_and_are_told():
    decision = decide(make(40), Wish(cost_missed=30, cost_false_alarm=10))
    assert decision.threshold == pytest.approx(0.25)
    assert "too few untouched rows" in " ".join(decision.words)


def test_figures_of_a_given_threshold_are_scikit_learns():
    rows = make(500)
    decision = decide(rows, Wish(threshold=0.4))
    alarm = rows.probabilities[:, 1] >= 0.4
    found = figures(decision)
    assert found["precision"].value == pytest.approx(precision_score(rows.truth, alarm))
    assert found["recall"].value == pytest.approx(recall_score(rows.truth, alarm))
    assert (decided(rows, 0.4).predicted == alarm).all()


def test_groups_stay_together_and_widen_the_interval():
    rows = make(600)
    order = np.argsort(rows.truth, kind="stable")
    alike = ClassRows(rows.truth[order], rows.predicted[order], CLASSES, rows.probabilities[order], 1)
    groups = np.repeat(np.arange(30), 20)
    loose = figures(decide(alike, Wish(threshold=0.5)))["precision"]
    tight = figures(decide(alike, Wish(threshold=0.5), groups=groups))["precision"]
    assert tight.high - tight.low > loose.high - loose.low


@pytest.mark.parametrize(
    "wish",
    [
        Wish(),
        Wish(cost_missed=1),
        Wish(cost_missed=-1, cost_false_alarm=1),
        Wish(cost_missed=0, cost_false_alarm=0),
        Wish(cost_missed=float("nan"), cost_false_alarm=1),
        Wish(capacity=0, of_rows=10),
        Wish(capacity=5, of_rows=0),
        Wish(threshold=1.5),
        Wish(threshold=0.5, capacity=5, of_rows=10),
    ],
)
def test_an_unclear_wish_is_refused_with_a_remedy(wish):
    with pytest.raises(GenieError) as caught:
        decide(make(50), wish)
    assert caught.value.problem.code == "decision-unclear"
    assert caught.value.problem.remedy


def test_rows_without_probabilities_are_refused():
    rows = make(50)
    with pytest.raises(GenieError, match="two classes"):
        decide(ClassRows(rows.truth, rows.predicted, CLASSES), Wish(threshold=0.5))


def scored(n=300, seed=0):
    rows = make(n, seed)
    names = np.array(CLASSES, dtype=object)
    table = scored_table(
        pd.Series(names[rows.truth], index=range(1_000, 1_000 + n)),
        plan=PLAN,
        predictions=names[rows.predicted],
        probabilities=pd.DataFrame(rows.probabilities, columns=CLASSES),
    )
    return rows, table


def test_scored_rows_come_back_from_a_file_as_they_were(tmp_path):
    rows, table = scored()
    table.to_parquet(tmp_path / "scored.parquet")
    read = pd.read_parquet(tmp_path / "scored.parquet")
    assert list(read.index[:2]) == [1_000, 1_001]
    again, used = rows_of(read, PLAN, CLASSES)
    assert used.all()
    assert (again.truth == rows.truth).all()
    assert (again.predicted == rows.predicted).all()
    assert again.probabilities == pytest.approx(rows.probabilities)


def test_scored_numbers_and_quantiles_come_back(tmp_path):
    truth = pd.Series([1.0, 2.0, 3.0], index=[5, 7, 9])
    plan = Plan(target="y", problem_type="regression", metric="r2")
    rows, _ = rows_of(scored_table(truth, plan=plan, predictions=[1.5, 2, 2]), plan, ())
    assert list(rows.predicted) == [1.5, 2, 2]
    plan = Plan(target="y", problem_type="quantile", metric="pinball_loss", quantile_levels=(0.1, 0.9))
    levels = pd.DataFrame({0.1: [0, 1, 2], 0.9: [2, 3, 4]})
    rows, _ = rows_of(scored_table(truth, plan=plan, quantiles=levels), plan, ())
    assert rows.predicted.tolist() == [[0, 2], [1, 3], [2, 4]]


def test_every_figure_follows_the_threshold_and_comes_back():
    rows, table = scored()
    before = evaluate(table, plan=PLAN, classes=CLASSES, y_train=["no", "no", "yes"], how="h")
    after = at_threshold(before, table, PLAN, CLASSES, 0.2)
    alarm = rows.probabilities[:, 1] >= 0.2
    assert after.confusion.counts == tuple(tuple(row) for row in confusion_matrix(rows.truth, alarm).tolist())
    by_name = {metric.name: metric for metric in after.metrics}
    assert by_name["recall"].value == pytest.approx(recall_score(rows.truth, alarm))
    assert by_name["roc_auc"] == before.metrics[0]
    assert [metric.baseline for metric in after.metrics] == [metric.baseline for metric in before.metrics]
    assert at_threshold(before, table, PLAN, CLASSES, None) == before
