"""Sentences follow from figures."""

import pytest

from genie_widgets.evaluate import verdict
from genie_widgets.evaluate.verdicts import significant
from genie_widgets.schema import (
    METRICS,
    Curve,
    Evaluation,
    ExplainedOutput,
    Explanation,
    FeatureImportance,
    MetricValue,
    Plan,
    RunResult,
)


def metric(name, value, low=None, high=None, baseline=None):
    info = METRICS[name]
    return MetricValue(
        name=name,
        label=info.label,
        value=value,
        low=low,
        high=high,
        baseline=baseline,
        greater_is_better=info.greater_is_better,
    )


def explanation(**importance):
    return Explanation(
        path="exact",
        method="",
        unit="probability",
        n_rows=1,
        n_background=1,
        additivity_error=0,
        outputs=(
            ExplainedOutput(
                label="yes",
                base_value=0.5,
                importance=tuple(
                    FeatureImportance(column=column, mean_abs=value, standard_error=0)
                    for column, value in importance.items()
                ),
                rows=(),
            ),
        ),
        seconds=0,
    )


def result(*metrics, n_rows=500, problem_type="binary", status="done", explained=None, curves=()):
    name = metrics[0].name if metrics else "roc_auc"
    evaluation = Evaluation(
        n_rows=n_rows,
        split="kept apart",
        metrics=metrics,
        baseline="always the most frequent class, 'no' (73% of the training rows)",
        curves=curves,
    )
    return RunResult(
        run_id="0" * 32,
        status=status,
        prompt="",
        table_name="t",
        plan=Plan(target="y", problem_type=problem_type, metric=name),
        n_rows=1000,
        n_train=500,
        n_holdout=n_rows,
        features=("x",),
        evaluation=evaluation,
        explanation=explained,
    )


def test_a_good_model():
    sentences = verdict(
        result(
            metric("roc_auc", 0.84312, 0.80123, 0.88456, 0.5),
            metric("accuracy", 0.8123, 0.78, 0.84, 0.7345),
            explained=explanation(contract=0.2, tenure=0.15, age=0.1, town=0.05),
        )
    )
    assert sentences == (
        "On 500 rows that no model had seen, ROC AUC is 0.843 (95% interval 0.801 to 0.885).",
        "That is clearly better than the baseline: a prediction that ignores all columns scores 0.500.",
        "It names the right class for 81% of the rows (the baseline, always the most frequent class, 'no' "
        "(73% of the training rows): 73%).",
        "The predictions lean most on 'contract', 'tenure' and 'age'; that tells what the model uses, "
        "not what causes the target.",
    )


@pytest.mark.parametrize(
    ("value", "low", "high", "says"),
    [
        (0.55, 0.45, 0.65, "not clearly better than the baseline"),
        (0.48, 0.40, 0.56, "not better than the baseline"),
        (0.30, 0.20, 0.40, "worse than the baseline"),
        (0.70, 0.60, 0.80, "clearly better than the baseline"),
        (0.70, None, None, "too few rows to be sure"),
        (0.40, None, None, "That is not better"),
    ],
)
def test_the_baseline_is_named_honestly(value, low, high, says):
    assert says in verdict(result(metric("roc_auc", value, low, high, 0.5)))[1]


@pytest.mark.parametrize(
    ("value", "low", "high", "says"),
    [
        (1.0, 0.9, 1.1, "clearly better"),
        (1.9, 1.7, 2.1, "not clearly better"),
        (3.0, 2.5, 3.5, "worse than the baseline"),
    ],
)
def test_errors_count_downwards(value, low, high, says):
    found = verdict(result(metric("root_mean_squared_error", value, low, high, 2.0), problem_type="regression"))
    assert "lower is better" in found[0]
    assert says in found[1]


def test_recall_alone_is_no_reason_to_drop_a_model():
    assert "look at precision" in verdict(result(metric("recall", 0.8, 0.7, 0.9, 1.0)))[1]
    assert "clearly better" in verdict(result(metric("recall", 0.8, 0.7, 0.9, 0.0)))[1]


def test_few_rows_are_told():
    (sentence,) = [s for s in verdict(result(metric("accuracy", 0.9, 0.7, 1.0, 0.5), n_rows=30)) if "rough" in s]
    assert sentence == "Only 30 untouched rows could be scored: take every figure as a rough one."
    assert not any("rough" in s for s in verdict(result(metric("accuracy", 0.9, 0.7, 1.0, 0.5), n_rows=100)))


def test_what_is_missing_for_an_interval_is_told_in_its_place():
    few = metric("roc_auc", 0.9, baseline=0.5).model_copy(update={"no_interval": "too few rows of 'yes'"})
    first, second, *_ = verdict(result(few))
    assert "ROC AUC is 0.900 (too few rows of 'yes' for an interval)." in first
    assert "on too few rows to be sure" in second
    few = metric("log_loss", 0.3, baseline=0.5).model_copy(update={"no_interval": "too few rows"})
    assert "0.300 (too few rows for an interval; lower is better)." in verdict(result(few))[0]


def test_a_near_perfect_score_raises_suspicion_and_names_the_column():
    perfect = metric("roc_auc", 0.9995, 0.999, 1.0, 0.5)
    (sentence,) = [s for s in verdict(result(perfect, explained=explanation(paid=0.45, age=0.01))) if "leak" in s]
    assert "rest mostly on 'paid' (98% of the importance)" in sentence
    (sentence,) = [s for s in verdict(result(perfect, explained=explanation(a=0.2, b=0.2))) if "leak" in s]
    assert sentence.endswith("Check that every column is known before the target is.")
    assert any("leak" in s for s in verdict(result(perfect)))
    assert not any("leak" in s for s in verdict(result(metric("roc_auc", 0.97, 0.95, 0.99, 0.5))))


def test_a_near_perfect_error_raises_suspicion():
    found = verdict(result(metric("root_mean_squared_error", 0.001, 0.0009, 0.0011, 5.0), problem_type="regression"))
    assert any("leak" in s for s in found)


def test_a_baseline_that_is_perfect_already_is_no_leak():
    found = verdict(result(metric("accuracy", 1.0, 1.0, 1.0, 1.0)))
    assert not any("leak" in s for s in found)


def test_regression_in_the_targets_words():
    found = verdict(
        result(
            metric("root_mean_squared_error", 4321.987, 4000.0, 4600.0, 9000.0),
            metric("median_absolute_error", 1234.5, 1000, 1500, 5000),
            problem_type="regression",
        )
    )
    assert "RMSE is 4,320 (95% interval 4,000 to 4,600, where lower is better)" in found[0]
    assert "Half of the predictions are off by less than 1,230 in 'y'." in found


def test_quantile_coverage_in_words():
    curve = Curve(kind="quantile_coverage", series="quantiles", x=(0.1, 0.9), y=(0.12, 0.87))
    found = verdict(result(metric("pinball_loss", 1.0, 0.9, 1.1, 2.0), problem_type="quantile", curves=(curve,)))
    assert "12% for the 10% quantile, 87% for the 90% quantile" in found[2]


def test_a_stopped_run_and_an_unscored_one():
    assert any("stopped early" in s for s in verdict(result(metric("accuracy", 0.9, 0.8, 1.0, 0.5), status="stopped")))
    assert verdict(result()) == ("The model could not be scored: no untouched row gave a usable figure.",)
    assert verdict(result().model_copy(update={"evaluation": None}))[0].startswith("The model could not be scored")


def test_the_asked_metric_may_be_undefined():
    found = result(metric("accuracy", 0.9, 0.8, 1.0, 0.5))
    found = found.model_copy(update={"plan": found.plan.model_copy(update={"metric": "roc_auc"})})
    assert "the metric asked for is not defined on these rows" in verdict(found)[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1234567.0, "1,230,000"), (0.012345, "0.0123"), (-5.5, "-5.50"), (1e-9, "1e-09"), (float("inf"), "inf")],
)
def test_significant(value, text):
    assert significant(value) == text


def test_where_another_model_is_taken_away_than_was_scored_it_is_said():
    scored = result(metric("roc_auc", 0.84, 0.80, 0.88, 0.5)).model_copy(
        update={"scored_model": "Forest", "delivered_model": "Forest", "n_delivered": 500}
    )
    refitted = scored.model_copy(update={"delivered_model": "Forest_FULL", "n_delivered": 1000})
    said = (
        "The score is of the model trained on 500 rows; the model you take away was then trained on 1,000, "
        "those kept apart for the score among them."
    )
    assert said in verdict(refitted)
    assert not any("take away" in sentence for sentence in verdict(scored))
