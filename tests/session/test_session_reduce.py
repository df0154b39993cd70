"""The reducer: whatever happens in whatever order, the state holds together."""

from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.schema import Explanation, LLMExchange, Plan, Problem, Question, Refusal, RunResult, TableProfile
from genie_widgets.session import PredictionsState, SessionState, Stage
from genie_widgets.session import actions as a
from genie_widgets.session.recipe import Promotion, Recipe, Source
from genie_widgets.session.reduce import reduce
from genie_widgets.store import RunView

PLANS = [Plan(target=t, problem_type="binary", metric="roc_auc") for t in ("left", "stayed")]
ANSWERS = [*PLANS, Question(text="Which?", candidates=("left",)), Refusal(text="No.", reason="clustering")]
PROFILES = [TableProfile(name=name, n_rows=3, n_sampled=3, columns=()) for name in ("a.csv", "b.csv")]
EXCHANGES = [
    LLMExchange(model="m", server="s", instructions="", text="", status=status) for status in ("asking", "answered")
]
PROBLEM = Problem(code="c", title="It broke.", remedy="Mend it.")
FILE = Source(kind="file", name="a.csv")
RUNS = ("run one", "run two")
EXPLANATION = Explanation(
    path="exact", method="", unit="target", n_rows=1, n_background=1, additivity_error=0, outputs=(), seconds=0
)


def predictions(path):
    return PredictionsState(name="new.csv", n_rows=3, columns=(), preview=(), path=path)


def result(run_id):
    return RunResult(
        run_id=run_id,
        status="done",
        prompt="",
        table_name="",
        plan=PLANS[0],
        n_rows=1,
        n_train=1,
        n_holdout=0,
        features=(),
    )


def views():
    status = st.sampled_from(["waiting", "running", "stopping", "done", "stopped", "failed", "interrupted"])
    return st.builds(RunView, status=status, last_seq=st.integers(0, 4))


def run_ids():
    return st.sampled_from(RUNS)


ACTIONS = st.one_of(
    st.builds(a.Promoted, promotion=st.builds(Promotion, run_id=run_ids())),
    st.builds(a.BusyWith, what=st.sampled_from(["Reading the table", "Making a plan", "Predicting"])),
    st.builds(a.TableRead, profile=st.sampled_from(PROFILES), source=st.just(FILE)),
    st.builds(a.PromptChanged, prompt=st.sampled_from(["", "who leaves?", "who stays?"])),
    st.builds(a.PlanMade, answer=st.sampled_from(ANSWERS), token=st.integers(0, 4)),
    st.builds(
        a.PlanEdited,
        answer=st.sampled_from(ANSWERS[:3]),
        token=st.integers(0, 4),
        said=st.sampled_from(["", "also drop the id"]),
    ),
    st.just(a.PlanUndone()),
    st.builds(a.LLMHeard, exchange=st.sampled_from(EXCHANGES), token=st.integers(0, 4)),
    st.builds(a.RunStartedHere, run_id=run_ids()),
    st.builds(
        a.RunOpened,
        run_id=run_ids(),
        profile=st.sampled_from(PROFILES),
        prompt=st.just("who left?"),
        plan=st.sampled_from(PLANS),
    ),
    run_ids().flatmap(
        lambda run_id: st.builds(
            a.RunSeen, run_id=st.just(run_id), view=views(), result=st.sampled_from([None, result(run_id)])
        )
    ),
    st.builds(
        a.Predicted,
        run_id=run_ids(),
        predictions=st.sampled_from([predictions("1"), predictions("2")]),
        source=st.just(FILE),
    ),
    st.builds(
        a.RowExplained,
        run_id=run_ids(),
        path=st.sampled_from(["1", "2"]),
        row=st.integers(0, 2),
        explanation=st.just(EXPLANATION),
    ),
    st.builds(a.Troubled, problem=st.just(PROBLEM)),
    st.just(a.NoticeDismissed()),
    st.just(a.RunLeft()),
)
SEQUENCES = st.lists(ACTIONS, max_size=25)


def steps(actions):
    """Give every state before and after, with what happened between."""
    state = SessionState()
    for action in actions:
        after = reduce(state, action)
        yield state, action, after
        state = after


@given(actions=SEQUENCES)
@settings(max_examples=50, deadline=None)
def test_nothing_of_a_run_is_left_where_no_run_is_shown(actions):
    for _, _, state in steps(actions):
        if not state.run_id:
            assert (state.view, state.result, state.predictions, state.row_explanation) == (None,) * 4
        if state.result is not None:
            assert state.result.run_id == state.run_id
        if state.row_explanation is not None:
            assert state.predictions is not None


@given(actions=SEQUENCES)
@settings(max_examples=50, deadline=None)
def test_a_change_is_always_to_be_taken_back_and_nothing_else_is(actions):
    for before, action, state in steps(actions):
        if isinstance(action, a.PlanEdited) and len(state.past) > len(before.past):
            assert reduce(state, a.PlanUndone()).plan == before.plan
        if state.answer is None or isinstance(action, a.PlanMade | a.TableRead | a.RunOpened):
            assert state.past == () or state == before.model_copy(update={"busy": state.busy})
        if state.answer is not None and state.answer.status != "plan" and state.past:
            assert state.past[-1].plan is not None


@given(actions=SEQUENCES)
@settings(max_examples=50, deadline=None)
def test_the_stage_always_follows_from_what_is_there(actions):
    for _, _, state in steps(actions):
        if state.run_id:
            ended = state.view.status if state.view is not None else "waiting"
            wanted = {"done": Stage.DONE, "stopped": Stage.DONE, "failed": Stage.FAILED, "interrupted": Stage.FAILED}
            assert state.stage == wanted.get(ended, Stage.TRAINING)
        elif state.answer is not None:
            assert state.stage in (Stage.PLANNED, Stage.ASKED, Stage.REFUSED)
            assert (state.plan is not None) == (state.stage == Stage.PLANNED)
        else:
            assert state.stage == (Stage.EMPTY if state.profile is None else Stage.PROFILED)


@given(actions=SEQUENCES)
@settings(max_examples=50, deadline=None)
def test_a_stale_answer_changes_nothing_and_the_token_never_goes_back(actions):
    for before, action, after in steps(actions):
        assert after.token >= before.token
        if isinstance(action, a.PlanMade) and action.token != before.token:
            assert after is before


@given(actions=SEQUENCES)
@settings(max_examples=50, deadline=None)
def test_a_withdrawn_plan_comes_back_only_by_a_new_answer_or_an_opened_run(actions):
    for before, action, after in steps(actions):
        if before.answer is None and after.answer is not None:
            assert isinstance(action, a.PlanMade | a.RunOpened)
        if after.answer is not before.answer and after.answer is not None:
            assert isinstance(action, a.PlanMade | a.PlanEdited | a.PlanUndone | a.RunOpened)


@given(actions=SEQUENCES)
@settings(max_examples=50, deadline=None)
def test_the_news_of_another_run_and_old_news_change_nothing(actions):
    for before, action, after in steps(actions):
        if isinstance(action, a.RunSeen):
            old = before.view is not None and action.view.last_seq < before.view.last_seq
            if old or action.run_id != before.run_id:
                assert after is before
            else:
                assert after.view == action.view
                assert after.result is not None or before.result is None, "a result once seen stays"


@given(actions=SEQUENCES)
@settings(max_examples=50, deadline=None)
def test_a_new_table_withdraws_all_but_the_sentence(actions):
    state = [SessionState(), *(after for _, _, after in steps(actions))][-1]
    fresh = reduce(state, a.TableRead(profile=PROFILES[0], source=FILE))
    assert fresh == SessionState(
        profile=PROFILES[0],
        prompt=state.prompt,
        token=state.token + 1,
        recipe=Recipe(table=FILE),
        promotions=state.promotions,
    )


@given(actions=SEQUENCES)
@settings(max_examples=50, deadline=None)
def test_the_reducer_is_a_function_and_leaves_the_state_before_as_it_was(actions):
    for before, action, after in steps(actions):
        copy = before.model_copy(deep=True)
        assert reduce(before, action) == after
        assert before == copy


def planned():
    state = reduce(SessionState(), a.TableRead(profile=PROFILES[0], source=FILE))
    state = reduce(state, a.PromptChanged(prompt="who leaves?"))
    return reduce(state, a.PlanMade(answer=PLANS[0], token=state.token))


def shown(status="done"):
    state = reduce(planned(), a.RunStartedHere(run_id="run one"))
    return reduce(state, a.RunSeen(run_id="run one", view=RunView(status=status, last_seq=3), result=None))


def test_the_answer_to_the_old_sentence_never_shows_under_the_new_one():
    state = reduce(planned(), a.BusyWith(what="Making a plan", for_plan=True))
    typed = reduce(state, a.PromptChanged(prompt="who stays?"))
    assert typed.answer is None
    assert reduce(typed, a.PlanMade(answer=PLANS[0], token=state.token)).answer is None


def test_the_same_sentence_again_withdraws_nothing():
    state = planned()
    assert reduce(state, a.PromptChanged(prompt="who leaves?")) is state


def test_typing_while_a_run_is_shown_keeps_the_run():
    typed = reduce(shown(), a.PromptChanged(prompt="who stays?"))
    assert (typed.run_id, typed.stage, typed.plan) == ("run one", Stage.DONE, PLANS[0])


def test_nobody_waits_for_an_answer_that_typing_made_stale():
    """A plan asked for beside a finished run: its answer will be dropped, so the session must not stay busy."""
    busy = reduce(shown(), a.BusyWith(what="Making a plan", for_plan=True))
    typed = reduce(busy, a.PromptChanged(prompt="who stays?"))
    late = reduce(typed, a.PlanMade(answer=PLANS[1], token=busy.token))
    assert late.busy == ""
    assert late.run_id == "run one"


def test_typing_does_not_end_what_else_is_under_way():
    busy = reduce(shown(), a.BusyWith(what="Predicting"))
    assert reduce(busy, a.PromptChanged(prompt="who stays?")).busy == "Predicting"


def test_a_plan_is_not_edited_while_it_trains():
    state = shown("running")
    assert reduce(state, a.PlanEdited(answer=PLANS[1], token=state.token)) is state


def test_an_edit_after_the_end_goes_back_to_the_plan():
    edited = reduce(shown(), a.PlanEdited(answer=PLANS[1], token=shown().token))
    assert (edited.stage, edited.plan, edited.run_id) == (Stage.PLANNED, PLANS[1], "")


def test_new_predictions_withdraw_the_explanation_of_a_row_of_the_old_ones():
    first = reduce(shown(), a.Predicted(run_id="run one", predictions=predictions("1"), source=FILE))
    explained = reduce(first, a.RowExplained(run_id="run one", path="1", row=2, explanation=EXPLANATION))
    assert (explained.row_explanation, explained.explained_row) == (EXPLANATION, 2)
    again = reduce(explained, a.Predicted(run_id="run one", predictions=predictions("2"), source=FILE))
    assert again.row_explanation is None
    late = reduce(again, a.RowExplained(run_id="run one", path="1", row=2, explanation=EXPLANATION))
    assert late.row_explanation is None, "a row of other predictions must not be explained under these"


def test_trouble_ends_the_waiting_and_keeps_everything():
    busy = reduce(shown(), a.BusyWith(what="Predicting"))
    troubled = reduce(busy, a.Troubled(problem=PROBLEM))
    assert troubled == shown().model_copy(update={"problem": PROBLEM})
    assert reduce(troubled, a.NoticeDismissed()) == shown()


def test_leaving_a_run_goes_back_to_its_plan():
    left = reduce(shown(), a.RunLeft())
    assert (left.stage, left.plan, left.run_id) == (Stage.PLANNED, PLANS[0], "")
