"""What a run is searched by."""

from genie_widgets.schema import Plan, RunRequest, RunResult, TableProfile
from genie_widgets.track import facts


def test_the_scored_and_the_delivered_model_are_told_apart():
    plan = Plan(target="y", problem_type="binary", metric="roc_auc")
    profile = TableProfile(name="t", n_rows=100, n_sampled=100, columns=())
    request = RunRequest(run_id="0" * 32, prompt="", plan=plan, profile=profile, created_at=0.0)
    result = RunResult(
        run_id=request.run_id,
        status="done",
        prompt="",
        table_name="t",
        plan=plan,
        n_rows=100,
        n_train=75,
        n_holdout=25,
        features=(),
        best_model="Forest",
        scored_model="Forest",
        delivered_model="Forest_FULL",
        n_delivered=100,
    )
    tags = facts.tags(request, result)
    assert (tags["genie.scored_model"], tags["genie.scored_rows_learned"]) == ("Forest", "75")
    assert (tags["genie.delivered_model"], tags["genie.delivered_rows_learned"]) == ("Forest_FULL", "100")
