"""What stands in a plan's way is named with its remedy, whoever made the plan; and edits keep a plan whole."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.intent import answer_question, check_plan, edit_plan, make_plan
from genie_widgets.intent.grammar import MAX_PROMPT_CHARACTERS
from genie_widgets.schema import METRICS, GenieError, Problem, Question
from genie_widgets.schema.plan import Validation


def table(**columns):
    return read_table(pd.DataFrame(columns), name="t").profile


@pytest.fixture
def plan(customers):
    return make_plan(customers, "predict churned, ignore zip, 5 minutes")


def codes(made):
    return {problem.code for problem in made.problems}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"target": "ghost"}, "plan-no-target", "target"),
        ({"metric": "r2"}, "plan-metric-misfit", "metric"),
        ({"metric": "no such metric"}, "plan-metric-misfit", "metric"),
        ({"time_limit_s": 0}, "plan-time-limit", "time_limit_s"),
        ({"time_limit_s": -1}, "plan-time-limit", "time_limit_s"),
        ({"time_limit_s": 86_401}, "plan-time-limit", "time_limit_s"),
        ({"positive_class": "maybe"}, "plan-positive-class", "positive_class"),
        ({"positive_class": None}, "plan-positive-class", "positive_class"),
        ({"ignore": ("ghost",)}, "plan-unknown-column", "ignore"),
        ({"features": ("age", "ghost")}, "plan-unknown-column", "features"),
        ({"features": ()}, "plan-no-features", "ignore"),
        ({"features": ("churned",)}, "plan-no-features", "ignore"),
        ({"asked_to_ignore": ("churned",)}, "plan-target-ignored", "ignore"),
        ({"validation": Validation(kind="group", column="ghost")}, "plan-validation-column", "validation"),
        ({"problem_type": "regression", "metric": "r2"}, "plan-target-no-number", "problem_type"),
        ({"target": "plan"}, "plan-not-binary", "problem_type"),
        (
            {"target": "income", "problem_type": "quantile", "metric": "pinball_loss"},
            "plan-quantiles",
            "quantile_levels",
        ),
        (
            {
                "target": "income",
                "problem_type": "quantile",
                "metric": "pinball_loss",
                "quantile_levels": (0.0, 1.0),
            },
            "plan-quantiles",
            "quantile_levels",
        ),
    ],
)
def test_each_obstacle_blocks_with_a_remedy_beside_its_field(customers, plan, changes, code, field):
    checked = check_plan(plan.model_copy(update=changes), customers)
    (problem,) = [problem for problem in checked.blockers if problem.code == code]
    assert problem.field == field
    assert problem.title.endswith(".")
    assert problem.remedy.endswith(".")


@pytest.mark.parametrize("seconds", [10, 86_400])
def test_the_limits_of_time_themselves_are_possible(customers, plan, seconds):
    assert not check_plan(plan.model_copy(update={"time_limit_s": seconds}), customers).blockers


def test_a_check_is_renewed_and_a_planners_note_stays(customers, plan):
    note = Problem(code="llm-failed", title="No help.", remedy="None.", severity="warning")
    blocked = check_plan(plan.model_copy(update={"time_limit_s": 0, "problems": (note,)}), customers)
    mended = check_plan(blocked.model_copy(update={"time_limit_s": 60}), customers)
    assert codes(blocked) == {"plan-time-limit", "llm-failed"}
    assert codes(mended) == {"llm-failed"}
    assert check_plan(mended, customers) == mended


@pytest.mark.parametrize(
    ("n", "n_classes", "blocks"), [(60, 12, False), (60, 13, True), (2000, 100, False), (2000, 101, True)]
)
def test_more_classes_than_the_rows_allow_block(n, n_classes, blocks):
    profile = table(x=[i % 9 for i in range(n)], y=[f"class {i % n_classes}" for i in range(n)])
    made = edit_plan(make_plan(profile, "how many x?"), profile, target="y", problem_type="multiclass")
    assert ("plan-too-many-classes" in codes(made)) == blocks


@pytest.mark.parametrize(("n", "blocks"), [(19, True), (20, False)])
def test_too_few_rows_with_a_target_block_and_are_counted(n, blocks):
    profile = table(x=[i * 7 % 11 for i in range(200)], y=[i * 1.5 for i in range(n)] + [None] * (200 - n))
    made = make_plan(profile, "predict y")
    assert ("plan-too-few-rows" in codes(made)) == blocks
    if blocks:
        assert f"Only {n} rows" in made.blockers[0].title


def test_gaps_and_rare_classes_are_told_and_do_not_block():
    profile = table(x=[i * 7 % 11 for i in range(200)], y=["yes"] * 4 + ["no"] * 186 + [None] * 10)
    made = make_plan(profile, "predict y")
    assert {problem.code: problem.severity for problem in made.problems} == {
        "plan-imbalance": "warning",
        "plan-target-gaps": "warning",
    }


@pytest.mark.parametrize(
    ("values", "prompt", "positive"),
    [
        (["yes", "no"], "predict y", "yes"),
        ([1, 0], "predict y", "1"),
        (["TRUE", "FALSE"], "predict y", "TRUE"),
        (["paid", "not paid"], "predict y", "paid"),
        (["red", "blue", "blue"], "predict y", "red"),
        (["red", "blue", "blue"], "predict whether y is blue", "blue"),
        (["Ja", "Nein"], "predict y", "Ja"),
    ],
)
def test_the_positive_class_is_the_one_that_is_named_or_says_yes_or_is_rarer(values, prompt, positive):
    profile = table(x=[i * 7 % 11 for i in range(60)], y=(values * 60)[:60])
    made = make_plan(profile, prompt)
    assert (made.target, made.positive_class) == ("y", positive)
    assert any(item.field == "positive_class" and item.quote for item in made.evidence)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"time_limit_s": 60}, {"target": "churned", "metric": "roc_auc", "time_limit_s": 60}),
        ({"metric": "f1"}, {"metric": "f1", "positive_class": "yes", "time_limit_s": 300}),
        ({"positive_class": "no"}, {"positive_class": "no", "asked_to_ignore": ("zip",)}),
        ({"ignore": ("age",)}, {"ignore": ("age",), "asked_to_ignore": ("age",)}),
        ({"features": ("age", "income")}, {"features": ("age", "income")}),
        ({"quality": "best"}, {"quality": "best"}),
        ({"problem_type": "multiclass"}, {"metric": "accuracy", "positive_class": None}),
        ({"target": "plan"}, {"problem_type": "multiclass", "metric": "accuracy", "positive_class": None}),
        ({"target": "visits", "problem_type": "regression"}, {"metric": "root_mean_squared_error"}),
        ({"target": "income", "problem_type": "quantile"}, {"quantile_levels": (0.1, 0.5, 0.9)}),
    ],
)
def test_an_edit_changes_its_field_and_what_depends_on_it(customers, plan, changes, kept):
    edited = edit_plan(plan, customers, **changes)
    assert {name: getattr(edited, name) for name in kept} == kept
    assert edited.positive_class is None or edited.problem_type == "binary"
    assert edited.problem_type in METRICS[edited.metric].problem_types
    for name in changes:
        assert [item.source for item in edited.evidence if item.field == name] == ["user"]


def test_an_edit_leaves_the_plan_itself_as_it_was(customers, plan):
    before = plan.model_dump_json()
    edit_plan(plan, customers, target="income", time_limit_s=60)
    assert plan.model_dump_json() == before


def test_a_target_that_was_to_be_ignored_blocks_nothing_once_chosen(customers, plan):
    edited = edit_plan(plan, customers, target="zip", problem_type="multiclass")
    assert "zip" not in edited.ignore
    assert "plan-target-ignored" not in codes(edited)


@pytest.mark.parametrize(
    "change",
    [{"time_limit_s": "soon"}, {"quality": "excellent"}, {"evidence": ()}, {"status": "refusal"}, {"target": None}],
)
def test_an_edit_that_is_no_value_is_refused_and_names_its_field(customers, plan, change):
    with pytest.raises(GenieError) as caught:
        edit_plan(plan, customers, **change)
    assert caught.value.problem.field == next(iter(change))


def test_the_answer_to_a_question_keeps_the_wishes_of_the_sentence(customers):
    prompt = "predict age or income, ignore zip, 3 minutes, as accurate as possible"
    question = make_plan(customers, prompt)
    made = answer_question(question, customers, prompt, "income")
    assert (made.target, made.asked_to_ignore, made.time_limit_s, made.quality) == ("income", ("zip",), 180, "best")
    assert [item.source for item in made.evidence if item.field == "target"] == ["user"]
    assert not made.blockers


def test_the_answer_to_a_question_reads_no_more_than_the_question_did(customers):
    prompt = "predict age or income" + " " * MAX_PROMPT_CHARACTERS + ", ignore zip"
    made = answer_question(make_plan(customers, prompt), customers, prompt, "income")
    assert made.asked_to_ignore == ()


def test_any_column_may_answer_a_question_and_nothing_else(customers):
    question = Question(text="Which?", candidates=("age",))
    assert answer_question(question, customers, "", "plan").target == "plan"
    for choice in ("ghost", "", "AGE "):
        with pytest.raises(GenieError) as caught:
            answer_question(question, customers, "", choice)
        assert caught.value.problem.culprit == "target"


@pytest.mark.parametrize(
    ("values", "is_told"),
    [
        (["low", "medium", "high"], True),
        (["A", "B", "C"], False),
        ([1, 2, 3], False),
        (["no", "yes"], False),
    ],
)
def test_quadratic_kappa_tells_the_order_of_classes_that_are_words(values, is_told):
    frame = pd.DataFrame({"grade": np.resize(values, 120), "size": np.arange(120) % 37})
    made = make_plan(read_table(frame).profile, "predict grade, quadratic weighted kappa")
    assert made.metric == "quadratic_kappa"
    assert made.problem_type == ("binary" if len(values) == 2 else "multiclass")
    told = [problem for problem in made.problems if problem.code == "plan-class-order"]
    assert bool(told) == is_told
    if is_told:
        assert "high, low, medium" in told[0].title
        assert told[0].severity == "warning"
