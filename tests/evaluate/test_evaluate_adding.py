"""What time that was added to a run brought is told: a better score, a worse one, or no further model."""

import pytest

from genie_widgets.evaluate import added_time_brought
from genie_widgets.schema import Evaluation, LeaderboardRow, MetricValue, Plan, RunResult


def scored(value, *models, greater=True, name="roc_auc"):
    metric = MetricValue(name=name, label=name, value=value, greater_is_better=greater)
    return RunResult(
        run_id="0" * 32,
        status="done",
        prompt="",
        table_name="t",
        plan=Plan(target="y", problem_type="binary", metric=name),
        n_rows=1000,
        n_train=500,
        n_holdout=100,
        features=("x",),
        leaderboard=tuple(
            LeaderboardRow(model=model, score_validation=None) for model in ("LightGBM", "WeightedEnsemble_L2", *models)
        ),
        evaluation=Evaluation(n_rows=100, split="", metrics=(metric,), baseline=""),
    )


@pytest.mark.parametrize(
    ("greater", "before", "after", "worse"),
    [(True, 0.8, 0.9, False), (True, 0.8, 0.7, True), (False, 0.8, 0.7, False), (False, 0.8, 0.9, True)],
)
def test_both_scores_are_told_and_a_worse_one_is_explained(greater, before, after, worse):
    told = added_time_brought(scored(before, greater=greater), scored(after, "CatBoost", greater=greater))
    assert (told.code, told.severity) == ("time-added", "info")
    assert told.title.index(f"{after}") < told.title.index(f"{before}")
    assert ("chance" in told.remedy) is worse


def test_where_no_model_was_finished_that_is_told_whatever_the_score():
    told = added_time_brought(scored(0.8), scored(0.8, "WeightedEnsemble_2_L2"))
    assert "No further model" in told.title


def test_scores_of_two_kinds_are_not_compared():
    assert added_time_brought(scored(0.8), scored(0.8, "CatBoost", name="f1")) is None
    unscored = scored(0.8).model_copy(update={"evaluation": None})
    assert added_time_brought(unscored, scored(0.8, "CatBoost")) is None


def test_a_score_out_of_fold_is_not_held_against_one_of_the_rows_kept_apart():
    folded = scored(0.9, "A", "WeightedEnsemble_L2")
    rows = tuple(row.model_copy(update={"score_holdout": 0.7}) for row in folded.leaderboard)
    evaluation = folded.evaluation.model_copy(update={"n_folds": 4})
    folded = folded.model_copy(update={"evaluation": evaluation, "leaderboard": rows, "best_model": rows[0].model})
    told = added_time_brought(folded, scored(0.8, "A", "B"))
    assert "is 0.800; before, it was 0.700." in told.title
    unknown = folded.model_copy(update={"best_model": "another"})
    assert added_time_brought(unknown, scored(0.8, "A", "B")) is None
