"""Verdicts on planted cases: shuffled target, leak, drift, tiny table, perfect model, a group that is served badly."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.evaluate import drift, evaluate, scored_table, verdict
from genie_widgets.evaluate.rows import ClassRows, NumberRows
from genie_widgets.evaluate.shuffling import shuffled_as_good
from genie_widgets.evaluate.weak_groups import weak_groups
from genie_widgets.schema import ExplainedOutput, Explanation, FeatureImportance, Plan, Problem, RunResult

PLAN = Plan(target="y", problem_type="binary", metric="roc_auc", positive_class="yes")
LABELS = np.array(["no", "yes"], dtype=object)


def judge(truth, chance, cells=None, plan=PLAN, explanation=None, **changes):
    scored = scored_table(
        pd.Series(LABELS[truth]),
        plan=plan,
        predictions=LABELS[(chance >= 0.5).astype(int)],
        probabilities=pd.DataFrame({"no": 1 - chance, "yes": chance}),
    )
    evaluation = evaluate(
        scored,
        plan=plan,
        classes=("no", "yes"),
        y_train=LABELS[np.arange(200) % 2],
        how="at random",
        cells=cells,
    )
    result = RunResult(
        run_id="0" * 32,
        status="done",
        prompt="",
        table_name="t",
        plan=plan,
        n_rows=1,
        n_train=1,
        n_holdout=len(truth),
        features=("a",),
        classes=("no", "yes"),
        evaluation=evaluation.model_copy(update=changes),
        explanation=explanation,
    )
    return verdict(result)


def explained(**importance):
    found = tuple(FeatureImportance(column=c, mean_abs=v, standard_error=0) for c, v in importance.items())
    output = ExplainedOutput(label="yes", base_value=0.5, importance=found, rows=())
    return Explanation(
        path="exact",
        method="",
        unit="probability",
        n_rows=1,
        n_background=1,
        additivity_error=0,
        outputs=(output,),
        seconds=0,
    )


def draw(n, seed=0, skill=1.0):
    rng = np.random.default_rng(seed)
    chance = rng.random(n)
    truth = (rng.random(n) < (skill * chance + (1 - skill) * 0.5)).astype(int)
    return truth, chance


def test_a_shuffled_target_is_told_with_a_clear_no():
    said = []
    for seed in range(6):
        truth, chance = draw(100, seed, skill=0)
        said.append(any("Do not use this model: with the true answers shuffled" in s for s in judge(truth, chance)))
    # The test errs for one in twenty by its own measure.
    assert sum(said) >= 4
    truth, chance = draw(400)
    assert not any("shuffled" in sentence for sentence in judge(truth, chance))


@pytest.mark.parametrize("metric", ["roc_auc", "accuracy", "log_loss"])
def test_shuffles_follow_the_metrics_direction(metric):
    truth, chance = draw(300)
    rows = ClassRows(truth, (chance > 0.5).astype(int), ("no", "yes"), np.column_stack([1 - chance, chance]), 1)
    assert shuffled_as_good(metric, rows) == 1 / 200
    bad = ClassRows(1 - truth, rows.predicted, rows.labels, rows.probabilities, 1)
    assert shuffled_as_good(metric, bad) > 0.9


def test_a_constant_prediction_is_no_better_than_shuffles():
    rows = NumberRows(np.arange(50.0), np.full(50, 24.5))
    assert shuffled_as_good("root_mean_squared_error", rows) == 1
    assert shuffled_as_good("root_mean_squared_error", NumberRows(np.arange(5.0), np.arange(5.0))) is None


def test_a_leak_that_the_model_leans_on_is_told_with_a_clear_no():
    leak = Problem(code="leak", title="", remedy="", culprit="refund", severity="warning")
    plan = PLAN.model_copy(update={"problems": (leak,)})
    truth = np.arange(300) % 2
    said = " ".join(judge(truth, np.where(truth, 0.99, 0.01), plan=plan, explanation=explained(refund=0.4, age=0.1)))
    assert "Do not use this model before you have checked 'refund': 80%" in said
    assert "nearly perfect" not in said  # said once, with its reason
    said = " ".join(judge(*draw(300), plan=plan, explanation=explained(refund=0.01, age=0.4)))
    assert "Do not use" not in said


def test_a_perfect_model_is_suspicious():
    truth = np.arange(300) % 2
    assert "nearly perfect" in " ".join(judge(truth, np.where(truth, 0.99, 0.01)))


def test_a_tiny_table_is_told():
    said = " ".join(judge(*draw(12)))
    assert "Only 12 untouched rows" in said


def test_later_rows_that_differ_are_told():
    rng = np.random.default_rng(0)
    old = pd.DataFrame({"a": rng.normal(size=900), "b": rng.normal(size=900), "c": rng.choice(["x", "y"], 900)})
    new = old.iloc[:300].assign(a=old["a"].iloc[:300] + 2)
    moved = drift(old, new, ["a", "b", "c"])
    assert [item.column for item in moved] == ["a"]
    assert moved[0].is_large
    said = " ".join(judge(*draw(300), drift=moved))
    assert "differ from those it learned from in 'a'" in said
    assert "Do not count on this score" in said


def test_drift_sees_every_kind_of_column_and_no_chance():
    rng = np.random.default_rng(1)
    names = [f"n{i}" for i in range(20)]

    def frame(n, shift=0.0):
        days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 100, n) + 60 * shift, unit="D")
        return pd.DataFrame(
            {
                "number": rng.normal(size=n) + shift,
                "word": rng.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1] if not shift else [0.1, 0.3, 0.6]),
                "day": days,
                "gaps": np.where(rng.random(n) < 0.1 + 0.5 * shift, np.nan, 1.0),
                "flag": rng.random(n) < 0.2 + 0.5 * shift,
                **{name: rng.normal(size=n) for name in names},
            }
        )

    columns = ["number", "word", "day", "gaps", "flag", *names]
    assert drift(frame(2_000), frame(1_000), columns) == ()
    assert drift(frame(2_000), frame(40), columns) == ()
    found = {item.column for item in drift(frame(2_000), frame(500, 1.0), columns)}
    assert found == {"number", "word", "day", "gaps", "flag"}
    assert drift(frame(2_000), frame(10, 1.0), columns) == ()  # too few to tell


def test_words_of_many_values_do_not_drift_by_chance():
    rng = np.random.default_rng(2)
    old, new = (pd.DataFrame({"id": rng.integers(0, 5_000, n).astype(str)}) for n in (2_000, 500))
    assert drift(old, new, ["id"]) == ()


def test_the_group_that_is_served_badly_is_found_and_told():
    truth, chance = draw(2_000)
    rng = np.random.default_rng(3)
    cells = pd.DataFrame({"town": rng.choice(["Rom", "Oslo", "Bonn"], 2_000), "noise": rng.normal(size=2_000)})
    turned = (cells["town"] == "Oslo").to_numpy() & (rng.random(2_000) < 0.6)
    chance = np.where(turned, 1 - chance, chance)
    said = " ".join(judge(truth, chance, cells))
    assert "clearly worse where 'town' is Oslo" in said
    assert "noise" not in said


def test_no_group_is_named_by_chance():
    named = 0
    for seed in range(10):
        truth, chance = draw(500, seed)
        rng = np.random.default_rng(seed)
        cells = pd.DataFrame({f"c{i}": rng.choice(list("abcdef"), 500) for i in range(20)})
        rows = ClassRows(truth, (chance > 0.5).astype(int), ("no", "yes"), None, 1)
        named += bool(weak_groups(rows, cells))
    assert named <= 2


def test_a_group_too_small_to_judge_is_not_named():
    truth = np.zeros(1_000, dtype=int)
    predicted = np.zeros(1_000, dtype=int)
    predicted[:15] = 1
    cells = pd.DataFrame({"rare": np.where(np.arange(1_000) < 15, "x", "y")})
    assert weak_groups(ClassRows(truth, predicted, ("no", "yes"), None, 1), cells) == ()


def test_errors_of_numbers_are_told_in_their_unit():
    rng = np.random.default_rng(4)
    truth = rng.normal(size=1_000)
    cells = pd.DataFrame({"size": np.arange(1_000)})
    predicted = truth + rng.normal(size=1_000) * np.where(np.arange(1_000) >= 750, 3, 1)
    (group,) = weak_groups(NumberRows(truth, predicted), cells)
    assert (group.column, group.group) == ("size", "750 to 999")
    assert group.error > 2 * group.elsewhere
    assert group.at_least > 0


def test_where_no_row_was_wrong_the_interval_is_that_of_so_many_rows_and_not_of_none():
    from scipy.stats import binomtest

    truth = np.arange(86) % 2
    plan = PLAN.model_copy(update={"metric": "accuracy"})
    found = {m.name: m for m in perfect(truth, plan).metrics}
    exact = binomtest(86, 86).proportion_ci(0.95, "exact")
    assert (found["accuracy"].low, found["accuracy"].high) == pytest.approx((exact.low, 1.0))
    half = binomtest(43, 43).proportion_ci(0.95, "exact").low
    for name in ("recall", "precision", "f1", "balanced_accuracy", "roc_auc", "average_precision"):
        assert (found[name].low, found[name].high) == pytest.approx((half, 1.0)), name
    assert found["mcc"].low == pytest.approx(2 * half - 1)
    said = judge(truth, np.where(truth, 0.99, 0.01), plan=plan)[0]
    assert "Accuracy is 100.0% (95% interval 95.8% to 100.0%)" in said
    # Rows of one patient are no rows of their own.
    of_patients = perfect(truth, plan, group=pd.Series(np.arange(86) // 8)).metrics[0]
    assert of_patients.low == pytest.approx(binomtest(11, 11).proportion_ci(0.95, "exact").low)


def test_where_none_was_found_the_interval_says_how_few_could_have_been():
    truth = np.arange(80) % 2
    scored = scored_table(
        pd.Series(LABELS[truth]),
        plan=PLAN,
        predictions=LABELS[np.zeros(80, int)],
        probabilities=pd.DataFrame({"no": np.full(80, 0.9), "yes": np.full(80, 0.1)}),
    )
    found = {m.name: m for m in score(scored, PLAN).metrics}
    assert (found["recall"].low, found["recall"].high) == pytest.approx((0.0, 1 - 0.025 ** (1 / 40)))
    # Known without any row: the same probability for all ranks nothing.
    assert (found["roc_auc"].low, found["roc_auc"].high) == (0.5, 0.5)


def perfect(truth, plan, group=None):
    chance = np.where(truth, 0.99, 0.01)
    scored = scored_table(
        pd.Series(LABELS[truth]),
        plan=plan,
        predictions=LABELS[truth],
        probabilities=pd.DataFrame({"no": 1 - chance, "yes": chance}),
        groups=group,
    )
    return score(scored, plan)


def score(scored, plan):
    return evaluate(scored, plan=plan, classes=("no", "yes"), y_train=LABELS[np.arange(200) % 2], how="at random")
