"""The embedded planner: the sentence's words become the plan's fields, each with evidence; in doubt it asks."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.data import read_table
from genie_widgets.intent import answer_question, edit_plan, make_plan, opposite_of, revise_plan
from genie_widgets.schema import METRICS, GenieError


def table(**columns):
    return read_table(pd.DataFrame(columns), name="customers").profile


@pytest.fixture(scope="module")
def profile():
    n = 120
    return table(
        customer_id=[f"C{i:05d}" for i in range(n)],
        age=[20 + (i * 7) % 60 for i in range(n)],
        income=[1000.5 + (i * 137) % 900 for i in range(n)],
        zip=[f"{(i * 13) % 40:05d}" for i in range(n)],
        plan=[["basic", "plus", "pro"][i % 3] for i in range(n)],
        joined=pd.date_range("2020-01-01", periods=n),
        churned=[["no", "no", "yes"][(i * 5) % 3] for i in range(n)],
    )


@pytest.mark.parametrize(
    ("prompt", "fields"),
    [
        ("predict churned", {"target": "churned", "problem_type": "binary", "positive_class": "yes"}),
        ("who will churn? ignore the customer id, 5 minutes", {"target": "churned", "time_limit_s": 300}),
        (
            "How high is the income? half an hour",
            {"target": "income", "problem_type": "regression", "time_limit_s": 1800},
        ),
        ("which plan do they choose? 90 seconds", {"target": "plan", "problem_type": "multiclass", "time_limit_s": 90}),
        ("predict churned with f1", {"target": "churned", "metric": "f1"}),
        ("predict churned, a quick look", {"quality": "fast"}),
        ("predict churned as accurate as possible", {"quality": "best"}),
        ("predict the 10/50/90 quantiles of income", {"problem_type": "quantile", "quantile_levels": (0.1, 0.5, 0.9)}),
    ],
)
def test_the_sentence_fills_the_plan(profile, prompt, fields):
    plan = make_plan(profile, prompt)
    assert plan.status == "plan", plan
    assert {name: getattr(plan, name) for name in fields} == fields


def test_every_field_that_is_filled_has_evidence(profile):
    plan = make_plan(profile, "who will churn? ignore the customer id and zip, 5 minutes")
    told = {item.field for item in plan.evidence}
    assert {"target", "problem_type", "metric", "positive_class", "ignore", "time_limit_s", "validation"} <= told
    quoted = {item.field: item.quote for item in plan.evidence if item.source == "prompt"}
    assert "5 minutes" in quoted["time_limit_s"]


def test_what_is_to_be_ignored_is_left_out_and_told_from_what_the_data_leave_out(profile):
    plan = make_plan(profile, "predict churned, ignore zip")
    assert plan.asked_to_ignore == ("zip",)
    assert set(plan.ignore) == {"zip", "customer_id"}
    assert "churned" not in plan.feature_columns(profile.column_names)


def test_only_means_only(profile):
    plan = make_plan(profile, "predict churned using only age and income")
    assert plan.feature_columns(profile.column_names) == ("age", "income")


def test_two_likely_targets_are_a_question_and_the_answer_makes_the_plan(profile):
    two = table(
        price_start=[1.5 * i for i in range(50)], price_end=[2.5 * i for i in range(50)], colour=["a", "b"] * 25
    )
    question = make_plan(two, "predict the price, 3 minutes")
    assert question.status == "question"
    assert set(question.candidates[:2]) == {"price_start", "price_end"}
    plan = answer_question(question, two, "predict the price, 3 minutes", "price_end")
    assert (plan.target, plan.time_limit_s) == ("price_end", 180)
    with pytest.raises(GenieError):
        answer_question(question, two, "predict the price", "no such column")


@pytest.mark.parametrize(
    ("prompt", "reason"),
    [
        ("cluster my customers", "clustering"),
        ("find groups of similar customers", "clustering"),
        ("forecast the income for the next 3 months", "forecasting"),
        ("what causes churn?", "causal"),
        ("delete all rows", "editing"),
        ("tell me a joke", "chat"),
    ],
)
def test_what_is_no_prediction_is_declined_with_what_can_be_done(profile, prompt, reason):
    refusal = make_plan(profile, prompt)
    assert (refusal.status, refusal.reason) == ("refusal", reason)
    assert len(refusal.text) > 40


@pytest.mark.parametrize("prompt", ["", "   ", "\n", "?", "hello", "asdfgh qwerty", "predict the unicorn"])
def test_a_sentence_that_names_nothing_is_never_planned_in_silence(profile, prompt):
    answer = make_plan(profile, prompt)
    assert answer.status == "question"
    assert set(answer.candidates) <= set(profile.column_names)


def test_ten_thousand_characters_are_read_in_time_and_told_to_be_cut(profile):
    answer = make_plan(profile, "predict churned " + "and so on " * 1000)
    assert answer.status == "plan"
    assert "prompt-cut" in {problem.code for problem in answer.problems}


@pytest.mark.parametrize(
    ("values", "words"),
    [(["same"] * 60, "has one value"), ([None] * 60, "has no values")],
)
def test_a_target_that_says_nothing_is_asked_about_with_the_reason(values, words):
    made = table(x=[i % 9 for i in range(60)], z=["a", "b", "c"] * 20, y=values)
    question = make_plan(made, "predict y")
    assert question.status == "question"
    assert f"y {words}" in question.text
    assert set(question.candidates) == {"x", "z"}


@pytest.mark.parametrize(
    "prompt", ["who gets the rare test?", "will a patient need the rare test", "predict rare test"]
)
@pytest.mark.parametrize("beside", [{}, {"patient_id": [f"P{i:05d}" for i in range(60)]}])
def test_a_column_of_one_value_that_is_asked_for_is_not_passed_over_for_one_that_fits(prompt, beside):
    profile = table(
        **beside,
        age=[20 + (i * 7) % 60 for i in range(60)],
        rare_test=["no"] * 60,
        churned=[["no", "no", "yes"][(i * 5) % 3] for i in range(60)],
    )
    answer = make_plan(profile, prompt)
    assert answer.status == "question", answer
    assert "rare_test has one value" in answer.text
    assert "churned" in answer.candidates
    assert make_plan(profile, "who churned, by the rare test?").target == "churned"


@pytest.mark.parametrize(
    ("prompt", "status"),
    [("who will reply?", "plan"), ("which customers answer?", "plan"), ("who replied", "plan")],
)
def test_a_column_that_says_yes_or_nothing_is_found_by_what_it_means(prompt, status):
    made = table(age=[20 + i % 50 for i in range(60)], town=["a", "b", "c"] * 20, replied=["yes"] * 25 + [None] * 35)
    answer = make_plan(made, prompt)
    assert answer.status == status
    assert (answer.target if status == "plan" else answer.candidates[0]) == "replied"
    assert make_plan(made, "predict the town").target == "town"


def test_a_column_of_one_value_that_says_no_yes_is_no_candidate():
    made = table(age=[20 + i % 50 for i in range(60)], town=["a", "b", "c"] * 20, dose=[1.5] * 25 + [None] * 35)
    assert set(make_plan(made, "predict something").candidates) == {"town", "age"}


def test_thousands_of_columns_do_not_drown_the_one_that_is_named():
    made = table(patient=range(40), gene=[0.1, 0.7, 0.3, 0.9] * 10, relapse=["yes", "no"] * 20)
    patient, gene, relapse = made.columns
    genes = (gene.model_copy(update={"name": f"gene_{i}"}) for i in range(5000))
    found = make_plan(made.model_copy(update={"columns": (patient, *genes, relapse)}), "predict relapse")
    assert (found.status, found.target) == ("plan", "relapse")


@pytest.mark.parametrize(("value", "meaning"), [(1.0, "0"), ("Yes", "No"), ("JA", "NEIN"), ("won", "(empty)")])
def test_a_target_of_one_value_or_nothing_is_asked_what_an_empty_cell_means(value, meaning):
    made = table(x=[i % 9 for i in range(60)], y=[value] * 25 + [None] * 35)
    plan = make_plan(made, "predict y")
    (problem,) = plan.blockers
    assert (problem.code, problem.culprit) == ("plan-target-value-or-empty", "y")
    assert "empty in 35 of 60 rows" in problem.title
    assert opposite_of(problem.value) == meaning
    answered = edit_plan(plan, made, empty_target=meaning)
    assert (answered.problem_type, answered.metric, answered.positive_class) == ("binary", "roc_auc", str(value))
    assert not answered.blockers


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (["same"] * 60, "plan-target-single-value"),
        ([None] * 60, "plan-target-missing"),
        ([f"class {i % 45}" for i in range(60)], "plan-too-many-classes"),
    ],
)
def test_a_target_that_cannot_be_learned_blocks_even_if_it_is_chosen(values, code):
    made = table(x=[i % 9 for i in range(60)], z=["a", "b", "c"] * 20, y=values)
    plan = edit_plan(make_plan(made, "predict z"), made, target="y")
    assert code in {problem.code for problem in plan.blockers}
    assert all(problem.remedy and problem.culprit for problem in plan.blockers)


@pytest.mark.parametrize("n", [1, 2, 10])
def test_too_few_rows_block(n):
    made = table(x=range(n), y=[float(i * 3 % 7) for i in range(n)])
    answer = make_plan(made, "predict y")
    plan = answer if answer.status == "plan" else answer_question(answer, made, "predict y", "y")
    assert plan.blockers


@pytest.mark.parametrize(
    "prompt", ["predict churned, 0 seconds", "predict churned in 0 minutes", "predict churned, 1 second"]
)
def test_no_time_at_all_blocks(profile, prompt):
    plan = make_plan(profile, prompt)
    assert "plan-time-limit" in {problem.code for problem in plan.blockers}


def test_an_edit_is_the_persons_and_what_depends_on_it_follows(profile):
    plan = make_plan(profile, "predict churned, 5 minutes, ignore zip")
    edited = edit_plan(plan, profile, target="income")
    assert (edited.problem_type, edited.positive_class) == ("regression", None)
    assert edited.metric in {name for name, info in METRICS.items() if "regression" in info.problem_types}
    assert (edited.time_limit_s, "zip" in edited.ignore) == (300, True)
    assert {item.source for item in edited.evidence if item.field == "target"} == {"user"}


@pytest.mark.parametrize(
    "change",
    [{"target": "ghost"}, {"metric": 7}, {"problem_type": "clustering"}, {"nothing": 1}, {"problems": ()}],
)
def test_an_edit_that_cannot_be_is_refused(profile, change):
    plan = make_plan(profile, "predict churned")
    with pytest.raises(GenieError) as caught:
        edit_plan(plan, profile, **change)
    assert caught.value.problem.remedy


@settings(max_examples=150, deadline=None)
@given(prompt=st.text(max_size=300))
def test_any_sentence_gets_an_answer_about_columns_that_exist(profile, prompt):
    answer = make_plan(profile, prompt)
    columns = set(profile.column_names)
    if answer.status == "plan":
        assert {answer.target, *answer.ignore, *(answer.features or ())} <= columns
    elif answer.status == "question" and answer.field == "target":
        assert set(answer.candidates) <= columns
        assert len(answer.candidates) <= 5


@settings(max_examples=50, deadline=None)
@given(names=st.lists(st.text(min_size=1, max_size=30), min_size=2, max_size=6, unique=True), place=st.integers(0, 5))
def test_any_column_names_can_be_planned(names, place):
    frame = pd.DataFrame({name: [(i * (k + 2)) % 7 for i in range(40)] for k, name in enumerate(names)})
    profile = read_table(frame).profile
    answer = make_plan(profile, f"predict {profile.column_names[place % len(names)]}")
    if answer.status == "plan":
        assert answer.target in profile.column_names


def replies(**more):
    return table(
        age=[20 + i % 50 for i in range(60)],
        town=["a", "b", "c"] * 20,
        replied=["Yes"] * 25 + [None] * 35,
        spent=[None if i % 3 else float(i) for i in range(60)],
        rating=["good", "bad", None] * 20,
        **more,
    )


@pytest.mark.parametrize(
    ("prompt", "target", "meaning", "quote"),
    [
        ("who replied? blank means no", "replied", "No", "blank means no"),
        ("who replied? empty cells count as no, ignore the town", "replied", "No", "empty cells count as no"),
        ("who replied? missing = 'not yet'", "replied", "not yet", "missing = 'not yet'"),
        ("who replied? a blank is a no, and empty is no", "replied", "No", "empty is no"),
        ("predict rating, empty stands for neutral", "rating", "neutral", "empty stands for neutral"),
        ("predict rating, missing is bad", "rating", "bad", "missing is bad"),
        ("how much is spent? blank means 0", "spent", "0", "blank means 0"),
        ("predecir replied, vacío significa no", "replied", "No", "vacío significa no"),
        ("prédire replied, vide veut dire non", "replied", "non", "vide veut dire non"),
        ("replied vorhersagen, leere Zellen bedeuten nein", "replied", "nein", "leere Zellen bedeuten nein"),
        ("prever replied, em branco significa não", "replied", "não", "em branco significa não"),
        ("predici replied, vuoto significa no", "replied", "No", "vuoto significa no"),
        ("предсказать replied, пусто значит нет", "replied", "нет", "пусто значит нет"),
        ("预测 replied，空白表示没有", "replied", "没有", "空白表示没有"),
        ("repliedを予測、空欄は「いいえ」の意味", "replied", "いいえ", "空欄は「いいえ」"),
        ("replied 예측, 빈칸 = 아니오", "replied", "아니오", "빈칸 = 아니오"),
        ("replied का अनुमान, खाली का मतलब नहीं", "replied", "नहीं", "खाली का मतलब नहीं"),
    ],
)
def test_what_an_empty_answer_means_is_read_from_the_sentence(prompt, target, meaning, quote):
    plan = make_plan(replies(), prompt)
    assert (plan.status, plan.target, plan.empty_target) == ("plan", target, meaning)
    (evidence,) = (item for item in plan.evidence if item.field == "empty_target")
    assert (evidence.source, evidence.value) == ("prompt", meaning)
    assert evidence.quote.rstrip("」") == quote.rstrip("」")
    assert plan.asked_to_ignore == (("town",) if "town" in prompt else ())
    assert not plan.blockers


@pytest.mark.parametrize(
    "prompt",
    [
        "predict the town, missing is bad luck",
        "who replied? missing is fine",
        "predict town",
        "which missing value is it? predict town",
        "who replied where missing == 1",
    ],
)
def test_words_about_gaps_that_say_no_meaning_change_nothing(prompt):
    answer = make_plan(replies(), prompt)
    assert getattr(answer, "empty_target", "") == ""
    assert "words-unmatched" not in {problem.code for problem in getattr(answer, "problems", ())}


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("predict town, blank means no", "town has no empty cells"),
        ("how much is spent? blank means none", "none is no value of spent"),
    ],
)
def test_a_meaning_of_gaps_that_cannot_be_is_told(prompt, words):
    plan = make_plan(replies(), prompt)
    assert plan.empty_target == ""
    (told,) = (problem for problem in plan.problems if problem.code == "words-unmatched")
    assert words in told.title


def test_a_column_that_is_called_so_is_no_word_for_gaps():
    plan = make_plan(replies(blank=["no", "yes"] * 30), "predict whether blank = no")
    assert (plan.target, plan.empty_target) == ("blank", "")


def test_what_an_empty_answer_means_is_said_afterwards():
    profile = replies()
    plan = make_plan(profile, "predict rating")
    assert plan.empty_target == ""
    changed = revise_plan(plan, profile, "blank means neutral", llm=None)
    assert (changed.target, changed.empty_target) == ("rating", "neutral")


@pytest.mark.parametrize(
    "words", ["I want to predict species", "target: species", "predict the species, ignore the island, 3 minutes"]
)
def test_a_name_that_alone_stands_there_is_not_doubted(words):
    made = table(
        species=["a", "b", "c"] * 20, island=["x", "y"] * 30, bill_length_mm=[30.5 + i / 7 for i in range(60)],
        sex=["m", "f", "f"] * 20, year=[2007, 2008, 2009] * 20,
    )  # fmt: skip
    found = make_plan(made, words)
    assert (found.status, found.target) == ("plan", "species")


@pytest.mark.parametrize(
    ("prompt", "target"),
    [
        ("Predict the customer segment of the order", "customer_segment"),
        ("Total of the receipt. The quantity stays out.", "Total"),
        ("average daily rate, percent error", "average_daily_rate"),
    ],
)
def test_words_of_another_task_that_speak_of_a_column_are_not_declined(prompt, target):
    made = table(
        order_no=[f"A{i:04d}" for i in range(60)], customer_segment=["retail", "office", "home"] * 20,
        Total=[10.5 + i * 7 % 31 for i in range(60)], average_daily_rate=[80.25 + i * 3 % 17 for i in range(60)],
        quantity=[i % 9 for i in range(60)],
    )  # fmt: skip
    found = make_plan(made, prompt)
    assert (found.status, getattr(found, "target", None)) == ("plan", target)


def test_a_word_that_two_columns_share_is_asked_about():
    made = table(
        name=[f"n{i}" for i in range(60)], type_1=["fire", "water", "grass"] * 20, type_2=["ice", "rock", "bug"] * 20,
        attack=[i * 7 % 50 for i in range(60)],
    )  # fmt: skip
    found = make_plan(made, "predict the type")
    assert found.status == "question"
    assert {*found.candidates[:2]} == {"type_1", "type_2"}


@pytest.mark.parametrize(
    "prompt",
    [
        "predict churned or income, I haven't decided yet",
        "prevedi churned oppure income, devo ancora decidere quale dei due",
        "churned ou income, ainda não sei qual",
    ],
)
def test_an_open_mind_is_asked(profile, prompt):
    found = make_plan(profile, prompt)
    assert found.status == "question"
    assert {*found.candidates[:2]} == {"churned", "income"}


@pytest.mark.parametrize("name", ["Airport Name", "Cost Total $", "day"])
def test_what_is_a_column_is_no_question_about_the_table(name):
    made = table(
        **{name: ["a", "b", "c"] * 30, "speed": [1.5 + i * 7 % 13 for i in range(90)], "kind": ["x", "y"] * 45}
    )
    found = make_plan(made, f"what is the {name}?")
    assert (found.status, found.target) == ("plan", name)
    assert make_plan(made, f"what is the average {name}?").status == "refusal"


def test_a_name_as_the_table_writes_it_is_no_slip_of_another():
    n = 90
    made = table(
        kepid=range(1000, 1000 + n), koi_disposition=["CONFIRMED", "CANDIDATE", "FALSE POSITIVE"] * 30,
        koi_pdisposition=["CANDIDATE", "FALSE POSITIVE", "CANDIDATE"] * 30,
        koi_prad=[1.5 + i * 7 % 13 for i in range(n)], koi_steff=[5000 + i * 31 % 977 for i in range(n)],
    )  # fmt: skip
    found = make_plan(made, "¿Candidato o falso positivo? Me refiero al veredicto del pipeline, koi_pdisposition.")
    assert (found.status, found.target) == ("plan", "koi_pdisposition")


@pytest.mark.parametrize(
    ("prompt", "left_out"),
    [
        ("predict income without the age", ("age",)),
        ("How high is the income? Leave the zip out of it, that would be cheating.", ("zip",)),
    ],
)
def test_what_a_plain_word_leaves_out_stays_left_out_and_nothing_else(profile, prompt, left_out):
    found = make_plan(profile, prompt)
    assert (found.target, found.asked_to_ignore) == ("income", left_out)


def test_what_is_told_of_the_table_limits_nothing(profile):
    prompt = "We have data of customers including age, zip and plan. Please predict the income."
    found = make_plan(profile, prompt)
    assert (found.target, found.features) == ("income", None)


@pytest.mark.parametrize("prompt", ["I need insights", "what can you do with it", "tell me something"])
def test_a_vague_request_is_asked_and_not_declined(profile, prompt):
    assert make_plan(profile, prompt).status == "question"


@pytest.mark.parametrize("prompt", ["how many bikes go out per hour", "Prever as locações por hora, com RMSE."])
def test_the_unit_of_what_is_asked_for_is_not_what_is_asked_for(prompt):
    n = 90
    made = table(
        station=["a", "b", "c"] * 30, hour=[i % 24 for i in range(n)], temp_c=[1.5 + i * 7 % 13 for i in range(n)],
        rentals=[i * 31 % 97 for i in range(n)], broken=[i % 3 for i in range(n)],
    )  # fmt: skip
    found = make_plan(made, prompt)
    assert found.status in ("plan", "question")
    if found.status == "plan":
        assert found.target == "rentals"
    else:
        assert "rentals" in found.candidates


@pytest.mark.parametrize(
    ("prompt", "name"),
    [("predict the per capita income", "per_capita_income"), ("fammi un modello per churned", "churned"),
     ("modelo por fee", "fee")],
)  # fmt: skip
def test_a_name_behind_for_is_what_is_asked_for(prompt, name):
    made = table(**{name: [1.5 + i * 31 % 97 for i in range(90)], "age": [20 + i % 41 for i in range(90)],
                    "town": ["a", "b", "c"] * 30})  # fmt: skip
    found = make_plan(made, prompt)
    assert (found.status, found.target) == ("plan", name)


def test_a_list_in_brackets_is_left_out_whole_though_words_stand_before_it(profile):
    found = make_plan(profile, "Who will churn? What we only know at the end (age, zip, income) mustn't be in it")
    assert (found.target, {*found.asked_to_ignore}) == ("churned", {"age", "zip", "income"})
