"""The planner's judge: what counts as right, asked, wrong, kept; and what is counted apart."""

import json

import pytest

from genie_widgets.intent.scoring import read_cases, score_cases, summary, told_profile
from genie_widgets.schema import Evidence, GenieError, Plan, Question, Refusal

MEANT = {"id": "a", "table": "t.csv", "prompt": "who will churn?", "target": "churned", "problem_type": "binary"}


def a_plan(**fields):
    defaults = {"target": "churned", "problem_type": "binary", "metric": "roc_auc", "positive_class": "yes"}
    return Plan(**(defaults | fields))


def judged(customers, answer, **case):
    (parsed,) = read_cases([json.dumps(MEANT | case)])
    (one,) = score_cases([parsed], lambda _: customers, lambda *_: answer)
    return one


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (a_plan(), "right"),
        (a_plan(target="income"), "wrong"),
        (a_plan(problem_type="multiclass"), "wrong"),
        (Question(text="?", candidates=("age", "income", "churned", "zip")), "asked"),
        (Question(text="?", candidates=("age", "income", "zip", "churned")), "asked badly"),
        (Refusal(text="no", reason="chat"), "asked badly"),
    ],
)
def test_a_case_with_one_right_plan(customers, answer, verdict):
    assert judged(customers, answer).verdict == verdict


@pytest.mark.parametrize(
    ("answer", "accept", "verdict"),
    [
        (a_plan(), [], "let through"),
        (a_plan(), ["plan"], "kept"),
        (Question(text="?", candidates=()), [], "kept"),
        (Refusal(text="no", reason="chat"), [], "kept otherwise"),
        (Refusal(text="no", reason="chat"), ["refuse"], "kept"),
    ],
)
def test_a_case_that_must_not_be_planned(customers, answer, accept, verdict):
    case = {"expect": "clarify", "expect_accept": accept, "target": None, "problem_type": None}
    assert judged(customers, answer, **case).verdict == verdict


def test_another_right_answer_is_right(customers):
    assert judged(customers, a_plan(target="income"), target_accept=["income"]).verdict == "right"


def test_wishes_are_judged_where_they_are_named_and_counted_where_they_are_not(customers):
    said = Evidence(field="time_limit_s", value="60", source="prompt", quote="a minute")
    plan = a_plan(metric="f1", asked_to_ignore=("zip",), ignore=("zip",), time_limit_s=60, evidence=(said,))
    one = judged(customers, plan, metric="recall", metric_accept=["f1"], ignore=["zip", "age"], features=None)
    assert one.constraints == {"metric": True, "ignore": False}
    assert one.invented == ("time_limit_s",)


def test_after_a_question_the_wishes_are_those_of_the_plan_that_its_answer_leads_to(customers):
    case = {"prompt": "predict it, 5 minutes, ignore zip", "time_limit_s": 300, "ignore": ["zip"]}
    one = judged(customers, Question(text="?", candidates=("churned",)), **case)
    assert one.constraints == {"time_limit_s": True, "ignore": True}


def test_a_table_told_in_words_is_a_profile():
    columns = [
        {"name": "u_in", "dtype": "float", "examples": [0.1]},
        {"name": "u_out", "dtype": "integer", "examples": [0, 1]},
        {"name": "R", "dtype": "integer", "examples": [20]},
        {"name": "town", "dtype": "string", "examples": ["Rome"]},
    ]
    (case,) = read_cases([json.dumps(MEANT | {"table": None, "columns": columns})])
    profile = told_profile(case)
    assert [column.kind for column in profile.columns] == ["number", "boolean", "integer", "category"]


def test_the_summary_tells_by_language(customers):
    cases = read_cases([json.dumps(MEANT), json.dumps(MEANT | {"id": "b", "lang": "fr", "target": "income"})])
    told = summary(score_cases(cases, lambda _: customers, lambda *_: a_plan()))
    assert (told["right"], told["wrong"], told["by"]["lang"]["fr"]["wrong"]) == (1, 1, 1)


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "a"}', '{"id": "a", "prompt": 7}'])
def test_a_line_that_is_no_case_is_named(line):
    with pytest.raises(GenieError) as caught:
        read_cases(["", line])
    assert "Line 2" in caught.value.problem.title
