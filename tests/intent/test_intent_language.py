"""What is planned does not depend on the language that is spoken; what is said of it does."""

import pytest
from marked_language import speak_marked

from genie_widgets.data import read_table, samples
from genie_widgets.intent import edit_plan, make_plan, revise_plan
from genie_widgets.schema import GenieError

TEXTS = {"evidence", "problems", "text"}


@pytest.fixture
def switch(monkeypatch):
    return lambda is_on: speak_marked(monkeypatch, is_on)


def meant(answer):
    return answer.model_dump(exclude=TEXTS)


def outcome(plan, profile, text):
    try:
        return meant(revise_plan(plan, profile, text))
    except GenieError as error:
        return error.problem.code


def in_both(switch, make):
    switch(False)
    plain = make()
    switch(True)
    return plain, make()


PROMPTS = [
    "who will churn? ignore zip, 5 minutes",
    "predict income, split by time",
    "predict the 10 and 90 percentiles of income",
    "predict churn and income",
    "predict customer_id",
    "predict churn, use RMSE",
    "fast and as good as possible: predict churn",
    "predict churn from the moon phase",
    "group the customers",
    "hello",
    "",
    "ignore the quux, predict churn. Blank churn means no",
]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_same_is_planned(switch, customers, prompt):
    plain, marked = in_both(switch, lambda: make_plan(customers, prompt))
    assert meant(plain) == meant(marked)
    if plain.status == "plan":
        assert [(e.field, e.value, e.source) for e in plain.evidence] == [
            (e.field, e.value, e.source) for e in marked.evidence
        ]
        assert [p.key for p in plain.problems] == [p.key for p in marked.problems]
    else:
        assert plain.text != marked.text
        assert marked.text.startswith("«")


def test_the_words_of_the_request_are_quoted_and_all_else_is_said(switch, customers):
    switch(True)
    made = make_plan(customers, "who will churn? ignore zip and quux")
    quotes = {(item.field, item.source): item.quote for item in made.evidence if item.quote}
    assert quotes["ignore", "prompt"] == "ignore zip"
    assert quotes["problem_type", "data"] == "«churned has 2 different values»"
    assert quotes["ignore", "data"] == "«customer_id names each row»"
    blocked = edit_plan(made, customers, time_limit_s=1)
    assert [(item.title, item.remedy) for item in blocked.blockers] == [
        ("«A time limit of 1 seconds is not possible.»", "«Give between 10 seconds and 24 hours.»")
    ]


@pytest.mark.parametrize(
    "text", ["no, the other one", "predict income instead", "also drop age", "keep zip", "10 minutes", "use F1 instead"]
)
def test_a_sentence_changes_a_plan_alike(switch, customers, text):
    def changed():
        plan = make_plan(customers, "who will churn? ignore zip")
        # Nothing that is said of a choice is read as a request.
        chosen = edit_plan(plan, customers, target="plan")
        return [outcome(one, customers, text) for one in (plan, chosen)]

    plain, marked = in_both(switch, changed)
    assert plain == marked


def test_what_changes_nothing_is_told(switch, customers):
    switch(True)
    plan = make_plan(customers, "who will churn?")
    with pytest.raises(GenieError, match=r"«This sentence changes nothing in the plan[.]»"):
        revise_plan(plan, customers, "lovely weather")


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
def test_a_samples_sentence_is_one_that_plans(switch, sample):
    assert make_plan(read_table(sample.path).profile, sample.prompt).status == "plan"
    switch(True)
    assert sample.prompt == f"«{sample.english_prompt}»"
    assert sample.title == f"«{sample.english_title}»"
