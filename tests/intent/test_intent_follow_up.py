"""A sentence changes a plan: what it names, what follows from that, and nothing else; unclear ones ask."""

import pytest
from llm_server import KEY, LATE, answer, settings_for

import genie_widgets as gw
from genie_widgets.data import samples
from genie_widgets.intent import Stopper, edit_plan, leave_out, make_plan, revise_plan
from genie_widgets.intent.follow_up_words import asks_to_undo
from genie_widgets.schema import GenieError
from genie_widgets.schema.plan import Validation


@pytest.fixture
def plan(customers):
    return make_plan(customers, "who will churn? ignore zip, 5 minutes")


def changed(before, after):
    return {change.field: change.after for change in after.changes_since(before)}


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("also drop age", {"ignore": ("zip", "age", "customer_id")}),
        ("and ignore the income too", {"ignore": ("zip", "income", "customer_id")}),
        ("use F1 instead", {"metric": "f1"}),
        ("optimise recall", {"metric": "recall"}),
        ("10 minutes", {"time_limit_s": 600}),
        ("give it half an hour", {"time_limit_s": 1800}),
        ("as accurate as possible", {"quality": "best"}),
        ("use only age and income", {"features": ("age", "income")}),
        ("split by time", {"validation": Validation(kind="time", column="joined")}),
        ("also drop age, use F1 instead, 10 minutes", {"metric": "f1", "time_limit_s": 600, "ignore": None}),
        ("keep zip", {"ignore": ("customer_id",)}),
        ("don't ignore zip", {"ignore": ("customer_id",)}),
        ("use zip again", {"ignore": ("customer_id",)}),
        ("put the zip back", {"ignore": ("customer_id",)}),
        ("don't ignore zip, drop age", {"ignore": ("age", "customer_id")}),
        ("also drop age but keep zip", {"ignore": ("age", "customer_id")}),
        ("use all columns", {"ignore": ("customer_id",)}),
        ("the other class", {"positive_class": "no"}),
        # As far as the constraint parser goes, in other languages.
        ("ignora también age", {"ignore": ("zip", "age", "customer_id")}),
        ("ignore aussi age", {"ignore": ("zip", "age", "customer_id")}),
        ("ignoriere auch age", {"ignore": ("zip", "age", "customer_id")}),
        ("10 Minuten", {"time_limit_s": 600}),
        ("10 минут", {"time_limit_s": 600}),
        ("10分钟", {"time_limit_s": 600}),
        ("garde zip", {"ignore": ("customer_id",)}),
        ("incluye zip", {"ignore": ("customer_id",)}),
        ("behalte zip", {"ignore": ("customer_id",)}),
        ("保留 zip", {"ignore": ("customer_id",)}),
        ("zip を残して", {"ignore": ("customer_id",)}),
        ("zip रखें", {"ignore": ("customer_id",)}),
        ("оставь zip", {"ignore": ("customer_id",)}),
        ("mantieni zip", {"ignore": ("customer_id",)}),
        ("mantenha zip", {"ignore": ("customer_id",)}),
        ("zip 포함해", {"ignore": ("customer_id",)}),
    ],
)
def test_a_sentence_changes_what_it_names_and_nothing_else(customers, plan, text, changes):
    after = revise_plan(plan, customers, text)
    assert after.status == "plan"
    told = changed(plan, after)
    assert set(told) == set(changes)
    for name, value in changes.items():
        if name == "ignore" and value is not None:
            assert set(after.ignore) == set(value)
        elif value is not None:
            assert getattr(after, name) == value
    assert not after.blockers


@pytest.mark.parametrize(
    "text", ["predict income instead", "no, I meant income", "income instead", "target should be income"]
)
def test_another_target_keeps_the_wishes(customers, plan, text):
    after = revise_plan(plan, customers, text)
    assert (after.target, after.problem_type) == ("income", "regression")
    assert (after.asked_to_ignore, after.time_limit_s) == (("zip",), 300)
    assert not after.blockers


def test_a_metric_of_several_classes_is_the_one_that_fits(customers):
    plan = make_plan(customers, "predict the plan column")
    assert (plan.target, plan.problem_type) == ("plan", "multiclass")
    assert revise_plan(plan, customers, "use F1 instead").metric == "f1_macro"


def test_quantiles_make_a_number_a_range_and_a_metric_that_fits(customers):
    plan = make_plan(customers, "predict income")
    after = revise_plan(plan, customers, "give me the 10, 50 and 90 percentiles")
    assert (after.problem_type, after.metric, after.quantile_levels) == ("quantile", "pinball_loss", (0.1, 0.5, 0.9))
    assert not after.blockers


def test_columns_to_use_only_are_added_to_and_given_up(customers, plan):
    only = revise_plan(plan, customers, "use only age and income")
    more = revise_plan(only, customers, "add zip")
    assert set(more.features) == {"age", "income", "zip"}
    assert "zip" not in more.ignore
    assert revise_plan(more, customers, "use all columns").features is None


def test_rows_are_split_at_random_again(customers, plan):
    grouped = edit_plan(plan, customers, validation=Validation(kind="group", column="plan"))
    assert revise_plan(grouped, customers, "no, split at random").validation == Validation()


def test_the_words_behind_a_change_are_its_evidence(customers, plan):
    after = revise_plan(plan, customers, "also drop age, use F1 instead")
    evidence = {item.field: item for item in after.evidence if item not in plan.evidence}
    assert evidence["metric"].source == evidence["ignore"].source == "prompt"
    assert evidence["metric"].quote == "F1"
    assert "drop age" in evidence["ignore"].quote
    # What was said before, of columns that stay out, still holds.
    assert any(item.field == "ignore" and "zip" in item.quote for item in after.evidence)


def test_the_other_one_is_the_other_column_that_the_sentence_may_have_meant():
    table = gw.read_table(next(sample.path for sample in samples() if sample.name == "penguins"))
    prompt = "predict the bill"
    question = gw.plan(table, prompt, llm=None)
    assert question.status == "question"
    plan = edit_plan(gw.plan(table, "predict bill_length_mm", llm=None), table.profile, time_limit_s=60)
    after = revise_plan(plan, table.profile, "no, the other one", prompt=prompt)
    assert (after.status, after.target, after.time_limit_s) == ("plan", "bill_depth_mm", 60)


def test_the_other_one_is_asked_for_where_there_are_several(customers, plan):
    asked = revise_plan(plan, customers, "no, the other one", prompt="who will churn?")
    assert asked.status == "question"
    assert plan.target not in asked.candidates
    assert 1 <= len(asked.candidates) <= 5


def test_what_was_understood_in_part_says_what_was_not(customers, plan):
    after = revise_plan(plan, customers, "use F1 instead, also drop the shoe size")
    assert changed(plan, after) == {"metric": "f1"}
    (note,) = after.problems
    assert "drop the shoe size" in note.title
    assert revise_plan(after, customers, "10 minutes").problems == ()


@pytest.mark.parametrize("text", ["", "   ", "thanks, looks fine", "also drop zip", "5 minutes", "\x00", "?" * 5000])
def test_what_changes_nothing_says_so(customers, plan, text):
    with pytest.raises(GenieError) as caught:
        revise_plan(plan, customers, text)
    assert caught.value.problem.code == "follow-up-not-understood"


def test_what_is_no_change_of_a_plan_is_refused(customers, plan):
    assert revise_plan(plan, customers, "find clusters of similar customers").status == "refusal"


def test_dropping_the_target_blocks_with_a_sentence(customers, plan):
    after = revise_plan(plan, customers, "drop churned")
    assert [problem.code for problem in after.blockers] == ["plan-target-ignored"]


@pytest.mark.parametrize(
    "text", ["undo", "Undo that, please.", "deshacer", "annule", "rückgängig", "撤销", "取消", "отмени"]
)
def test_undo_is_understood(text):
    assert asks_to_undo(text)
    assert not asks_to_undo("undo the income column, drop it")


def test_columns_are_left_out_and_taken_back_exactly(customers, plan):
    names = set(customers.column_names) - {plan.target}
    for start in (plan, edit_plan(plan, customers, features=("age", "income", "visits"))):
        for out in (set(), {"age"}, {"customer_id", "zip"}, names - {"income"}):
            changes = leave_out(start, customers, out)
            after = edit_plan(start, customers, **changes) if changes else start
            assert set(after.feature_columns(customers.column_names)) == names - out
            assert leave_out(after, customers, out) == {}


def test_from_python_a_plan_is_changed_and_the_difference_told(customers):
    table = gw.read_table(next(sample.path for sample in samples() if sample.name == "penguins"))
    plan = gw.plan(table, "which species is it?", llm=None)
    after = gw.plan(table, "use F1 instead, also drop the year", llm=None, after=plan)
    told = {change.field: (change.before, change.after) for change in after.changes_since(plan)}
    assert told == {"metric": ("accuracy", "f1_macro"), "ignore": ((), ("year",))}
    assert plan.changes_since(plan) == ()


def test_a_model_adds_what_it_finds_in_the_words_and_is_told_the_plan(server, customers, plan):
    text = "forget about money, and drop age"
    server.answer = lambda _path, _body: answer("forget about money", target=None, ignore=["income"])
    after = revise_plan(plan, customers, text, llm=settings_for(server))
    assert set(after.asked_to_ignore) == {"zip", "age", "income"}
    assert {item.source for item in after.evidence if item.field == "ignore"} == {"prompt", "llm", "data"}
    assert '\\"target\\": \\"churned\\"' in server.requests[0][2]


def test_a_model_alone_may_understand_a_change(server, customers, plan):
    server.answer = lambda _path, _body: answer("forget about money", target=None, ignore=["income"])
    after = revise_plan(plan, customers, "forget about money", llm=settings_for(server))
    assert changed(plan, after) == {"ignore": ("zip", "customer_id", "income")}
    server.answer = lambda _path, _body: answer(target=None, ignore=["income"])
    with pytest.raises(GenieError):
        revise_plan(plan, customers, "looks fine", llm=settings_for(server))


def test_a_models_new_target_is_a_question(server, customers, plan):
    server.answer = lambda _path, _body: answer(target="visits")
    asked = revise_plan(plan, customers, "drop age", llm=settings_for(server))
    assert (asked.status, asked.candidates[:2]) == ("question", ("churned", "visits"))


@pytest.mark.parametrize("given", [(401, "{}"), (500, "{}"), "no plan"])
def test_a_model_that_fails_leaves_the_change_and_says_so(server, customers, plan, given):
    server.answer = lambda _path, _body: given
    after = revise_plan(plan, customers, "drop age", llm=settings_for(server, max_retries=0))
    assert "age" in after.ignore
    assert after.problems[-1].code == "llm-failed"
    with pytest.raises(GenieError) as caught:
        revise_plan(plan, customers, "looks fine", llm=settings_for(server, max_retries=0))
    assert "of no help" in str(caught.value)
    assert KEY not in str(caught.value)


def test_a_model_that_is_stopped_leaves_the_change(server, customers, plan):
    stopper = Stopper()
    stopper.stop()
    server.answer = lambda _path, _body: LATE
    after = revise_plan(plan, customers, "drop age", llm=settings_for(server), stopper=stopper)
    assert "age" in after.ignore
