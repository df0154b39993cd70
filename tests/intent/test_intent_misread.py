"""Words that leave out, limit or measure, and words that only look so: from a review by fresh eyes."""

import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.intent import make_plan
from genie_widgets.intent.commanded import commanded_column
from genie_widgets.intent.constraints import find_constraints
from genie_widgets.intent.lists import columns_in_lists


def table(*names):
    n = 90
    columns = {name: [0.5 + (i * (7 + k)) % 31 for i in range(n)] for k, name in enumerate(names)}
    return read_table(pd.DataFrame({**columns, "town": ["a", "b", "c"] * 30}), name="t").profile


@pytest.mark.parametrize(
    ("sentence", "seconds"),
    [
        ("predict churned, for 10 minutes", 600), ("predict churned for 10 minutes", 600),
        ("search for 10 minutes", 600),
        ("work on it for 20 minutes", 1200), ("fit models during 10 minutes", 600), ("tune for an hour", 3600),
        ("busca por 5 minutos", 300), ("preveja churned por 5 minutos", 300), ("use 5 minutes", 300),
        ("predict churned, under 10 minutes please", 600), ("churned, 5 minutes please", 300),
        ("don't take more than 3 minutes", 180),
        ("predict if patients who take aspirin die within 48 hours", None),
        ("those who stop smoking die within 24 hours", None),
        ("will it be delayed more than 15 minutes please", None),
        ("predict if the delay exceeds 30 minutes please", None),
        ("предскажи delay каждые 2 часа", None), ("предскажи delay за последние 3 минуты", None),
    ],
)  # fmt: skip
def test_a_time_limits_us_or_is_of_the_tables_world(sentence, seconds):
    assert find_constraints(sentence, table("churned", "delay")).time_limit_s == seconds


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("will the game be played at home or away?", ("home_goals", "corners")),
        ("predict whether the email is junk", ("email_length", "words")),
        ("the strike and the maturity matter most", ("strike", "maturity")),
        ("strike out rate by age", ("strike_out_rate", "age")),
        ("se il cliente non entra", ("entra", "cliente")),
        ("nada de esperar, age y fee están", ("age", "fee")),
    ],
)
def test_what_may_happen_leaves_no_column_out(sentence, names):
    assert find_constraints(sentence, table(*names)).ignore == []


@pytest.mark.parametrize(
    ("sentence", "left_out"),
    [
        ("predict fee; the age is hidden", ["age"]),
        ("predict fee. age is junk", ["age"]),
        ("fee, age off limits", ["age"]),
    ],
)
def test_what_is_said_of_an_input_leaves_it_out(sentence, left_out):
    assert find_constraints(sentence, table("fee", "age")).ignore == left_out


@pytest.mark.parametrize("sentence", ["predict revenue by region and month", "predict fee by age, region"])
def test_by_tells_how_finely_and_limits_nothing(sentence):
    assert find_constraints(sentence, table("revenue", "region", "month", "fee", "age")).features == []


@pytest.mark.parametrize(
    ("sentence", "metric"),
    [
        ("predict how many outages happen on average", None), ("predict the outdoor temperature on average", None),
        ("predict fee, how far off are we on average", "mean_absolute_error"),
        ("predict fee with \uff2d\uff21\uff25", "mean_absolute_error"),
        ("I do not want RMSE, use MAE for fee", "mean_absolute_error"),
        ("预测是否漏诊", None), ("预测疾病，不能漏诊", "recall"),
    ],
)  # fmt: skip
def test_a_measure_is_asked_for_or_only_sounds_so(sentence, metric):
    assert find_constraints(sentence, table("fee", "outages", "outdoor_temperature")).metric == metric


def test_a_value_that_is_called_undecided_is_no_open_mind():
    frame = pd.DataFrame({"vote": ["yes", "no", "undecided"] * 30, "age": [20 + i % 41 for i in range(90)]})
    found = make_plan(read_table(frame, name="voters").profile, "predict if a voter is undecided")
    assert (found.status, found.target) == ("plan", "vote")


def asked_of(sentence, *names):
    return find_constraints(sentence, table(*names))


def test_a_class_of_the_target_is_no_column():
    asked = asked_of(
        "road_type. the rare class is tiny, never judge by accuracy. drop id", "road_type", "first_class_rd", "id"
    )
    assert asked.ignore == ["id"]


@pytest.mark.parametrize(
    ("sentence", "ignore"),
    [
        ("health but chuck all the histogram stuff", ["histogram_width", "histogram_min_2", "histogram_of_peaks"]),
        ("health. out with pulse", ["pulse"]),
        ("health, hands off the pulse", ["pulse"]),
        ("health, none of the pulse things", ["pulse"]),
        ("health, none of the other pulse columns, please", ["pulse"]),
    ],
)  # fmt: skip
def test_more_ways_to_leave_out(sentence, ignore):
    columns = ("health", "pulse", "histogram_width", "histogram_min_2", "histogram_of_peaks")
    assert asked_of(sentence, *columns).ignore == ignore


def test_which_columns_are_meant_may_be_told_behind_a_colon():
    asked = asked_of("is he ill? use only what we know without a lab: age and sex", "ill", "age", "sex", "lab_value")
    assert (asked.features, asked.ignore) == (["age", "sex"], [])


def test_what_is_known_at_a_time_only_names_no_column():
    asked = asked_of("predict state from what is known at launch only", "state", "launch", "goal")
    assert asked.features == []


def test_the_acid_columns_are_those_of_acidity_too():
    asked = asked_of("taste from the acid columns only", "taste", "fixed_acidity", "citric_acid", "sugar")
    assert asked.features == ["fixed_acidity", "citric_acid"]


@pytest.mark.parametrize(
    ("sentence", "lists"),
    [
        ("using a_1 (status), b_2 and c_3 only, d_4 is the target", [["a_1", "b_2", "c_3"], ["d_4"]]),
        ("a_1 wall area, b_2 roof area. c_3", [["a_1", "b_2"], ["c_3"]]),
        ("predict a_1 without b_2", [["a_1"], ["b_2"]]),
    ],
)
def test_columns_stand_in_lists(sentence, lists):
    columns = ("a_1", "b_2", "c_3", "d_4")
    units = [((sentence.index(name), sentence.index(name) + 3), [name]) for name in columns if name in sentence]
    assert columns_in_lists(sentence, units) == lists


@pytest.mark.parametrize(
    ("sentence", "levels"),
    [
        ("the p90 of delay", (0.9,)), ("delay, das 95. Perzentil", (0.95,)), ("p5 and p95 of delay", (0.05, 0.95)),
        ("which priority, P1 P2 or P3", ()), ("the yield of each interval", ()),
        ("income without the decile score", ()),
        ("delay with a 90% interval", (0.05, 0.5, 0.95)),
        ("a delay that nine days in ten stay under", (0.9,)), ("delay in stores 10, 50, 20", ()),
        ("delay. intervals please", (0.1, 0.5, 0.9)), ("delay at intervals of 15 minutes", ()),
        ("delay, p90 of it", (0.9,)),
    ],
)  # fmt: skip
def test_quantiles_and_what_only_looks_so(sentence, levels):
    assert asked_of(sentence, "delay", "priority", "income").quantile_levels == levels


def test_a_column_does_not_predict_itself():
    profile = table("delay", "stops", "load")
    answer = make_plan(profile, "predict delay using only delay")
    assert (answer.status, answer.field) == ("question", "target")


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("play_time", (15, 30, 45, 60, 90, 120), "regression"),
        ("number_of_vehicles", (1, 2, 3, 4), "regression"),
        ("severity", (1, 2, 3), "multiclass"),
        ("zone", (1, 2, 3, 4, 9), "multiclass"),
        ("http_status", (200, 301, 404, 500), "multiclass"),
        ("dept_code", (10, 20, 30, 40), "multiclass"),
        ("n_stage", (0, 1, 2, 3), "multiclass"),
        ("n_items", (1, 2, 3), "regression"),
    ],
)
def test_few_whole_numbers_are_amounts_where_they_lie_apart_or_are_counted(name, values, kind):
    frame = pd.DataFrame({name: list(values) * 40, "a": range(40 * len(values))})
    assert make_plan(read_table(frame, name="t").profile, f"predict {name}").problem_type == kind


@pytest.mark.parametrize(
    "sentence", ["lm(health ~ pulse + steps, data = t)", "health ~ pulse + steps"],
)  # fmt: skip
def test_a_formula_names_its_features(sentence):
    assert asked_of(sentence, "health", "pulse", "steps", "weight").features == ["pulse", "steps"]


@pytest.mark.parametrize("sentence", ["predict pulse or steps", "pulse or steps?"])
def test_one_of_two_columns_is_asked_about_however_much_likelier_one_is(sentence):
    assert make_plan(table("health", "pulse", "steps"), sentence).status == "question"


@pytest.mark.parametrize(
    ("sentence", "metric"),
    [
        ("find the ill. if one slips through we pay, a false alarm is just a phone call", "recall"),
        ("the percentage of patients you correctly predict counts", "accuracy"),
        ("no false alarms please", "precision"),
    ],
)
def test_more_metrics_in_plain_words(sentence, metric):
    assert asked_of(sentence, "ill", "age").metric == metric


@pytest.mark.parametrize(
    ("sentence", "column"),
    [
        ("predict the pulse with steps, more is better", "pulse"), ("steps? predict pulse", "pulse"),
        ("predict pulse category from steps", None), ("predict size of the pulse", None), ("will the pulse rise", None),
    ],
)  # fmt: skip
def test_the_name_right_behind_predict_is_commanded(sentence, column):
    assert commanded_column(sentence, table("health", "pulse", "steps", "size")) == column
