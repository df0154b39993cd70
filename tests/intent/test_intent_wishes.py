"""What a sentence asks besides its target: time, metric, quality, columns, quantiles, the split, the class."""

import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.intent import answer_question, make_plan
from genie_widgets.intent.constraints import find_constraints
from genie_widgets.schema import METRICS, ColumnProfile, GenieError, TableProfile


def plan(profile, prompt):
    made = make_plan(profile, prompt)
    assert made.status == "plan", made
    return made


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("90 seconds", 90),
        ("90s", 90),
        ("1.5 minutes", 90),
        ("1,5 minutes", 90),
        ("five minutes", 300),
        ("5-minute", 300),
        ("2h", 7200),
        ("an hour", 3600),
        ("half an hour", 1800),
        ("a quarter of an hour", 900),
        ("1 hour 30 minutes", 5400),
        ("1 hour and 30 minutes", 5400),
        ("one hour and 30 minutes", 5400),
        ("2 minutes 30 seconds", 150),
        ("1 hour, 2 minutes, 3 seconds", 3723),
        ("1h30", 5400),
        ("5 minuten", 300),
        ("cinco minutos", 300),
        ("une demi-heure", 1800),
        ("5分钟", 300),
        ("限时5分钟", 300),
    ],
)
def test_a_time_is_read_and_quoted_in_full(customers, words, seconds):
    made = plan(customers, f"predict income, {words}")
    assert made.time_limit_s == seconds
    (evidence,) = [item for item in made.evidence if item.field == "time_limit_s"]
    assert evidence.source == "prompt"
    assert evidence.quote in words
    assert not made.blockers


@pytest.mark.parametrize(
    ("sentence", "seconds"),
    [
        ("you get a minute and a half", 90),
        ("two and a half minutes please", 150),
        ("du hast anderthalb Minuten", 90),
        ("run a quarter hour", 900),
        ("a half hour, no more", 1800),
        ("three quarters of an hour at most", 2700),
        ("une petite heure", 3600),
        ("en moins de cinq minutes", 300),
        ("en menos de 4 minutos", 240),
        ("un minuto e mezzo", 90),
        ("Хватит трёх минут", 180),
        ("считай минут пять", 300),
        ("не дольше минуты", 60),
        ("两分钟", 120),
        ("1時間半", 5400),
        ("10분 안에 예측해줘", 600),
        ("पाँच मिनट में।", 300),
        ("I have five minutes before rounds", 300),
        ("it shouldn't run longer than 3 minutes", 180),
        ("not the bilirubin, it comes an hour later. Ten min budget", 600),
        ("got 15 minutes before lunch", 900),
        ("minute and a half", 90),
        ("5 minute mein", 300),
        ("das minute max", 600),
        ("दस मिनट में मॉडल बना दो", 600),
        ("un'ora al massimo", 3600),
        ("ROC AUC migliore entro un quarto d'ora", 900),
        ("재현율 기준으로 10분 안에요", 600),
        ("que tarde menos de ocho minutos", 480),
        ("the kernel dies after 4 min", 240),
        ("sagen wir eine halbe Stunde", 1800),
        ("est-il à sec ou saisonnier ?", None),
        ("who needs intensive care within 72h", None),
        ("is the soup ready in 10 minutes", None),
        ("предскажи, успеет ли курьер за 30 минут", None),
        ("which customers leave 5 minutes", 300),
        ("whether they churn in 5 minutes max", 300),
        ("next-day, 48h or economy", None),
        ("joblessness of the under 25s, as a rate", None),
        ("remakes (games under 5 min) should be left out", None),
        ("20분 이후 정보는 제외", None),
        ("10分時点のゴールド差", None),
        ("벌들이 분봉해서 나갈지", None),
        ("leaving 21's hours aside", None),
        ("do we have to come back a second time?", None),
        ("gg or not for blue side at ten minutes", None),
        ("what do they earn an hour", None),
        ("how fast is it, in beats a minute", None),
        ("five minute apgar, what is it", None),
        ("one or two", None),
        ("pain of six or more", None),
        ("faults per 100 m of cloth", None),
        ("what were prices in the 1980s", None),
        ("二分类", None),
        ("구분, 번호는 쓰지 말기", None),
        ("24時間以内の故障", None),
        ("1時間あたりの台数", None),
        ("cuántas bicis en una hora dada", None),
        ("breach of the four hour target", None),
    ],
)
def test_a_time_is_heard_as_people_say_it_and_one_of_the_tables_world_is_none(customers, sentence, seconds):
    assert find_constraints(f"something. {sentence}", customers).time_limit_s == seconds


def test_a_limit_in_the_sentence_after_is_ours(customers):
    assert plan(customers, "predict income. When do they arrive? 25 seconds").time_limit_s == 25
    assert plan(customers, "predict income of those who arrive 25 seconds").time_limit_s == 120


@pytest.mark.parametrize(
    "words", ["0 seconds", "0 minutes", "3 seconds", "-5 minutes", "99999 hours", "9" * 400 + " hours"]
)
def test_a_time_that_cannot_be_kept_blocks_and_is_named(customers, words):
    (problem,) = plan(customers, f"predict income, {words}").blockers
    assert (problem.code, problem.field) == ("plan-time-limit", "time_limit_s")
    assert "10 seconds and 24 hours" in problem.remedy


def test_the_default_time_says_that_it_is_one(customers):
    made = plan(customers, "predict income")
    assert made.time_limit_s == 120
    assert [item.source for item in made.evidence if item.field == "time_limit_s"] == ["default"]


@pytest.mark.parametrize(
    ("prompt", "metric"),
    [
        ("predict churned with accuracy", "accuracy"),
        ("predict churned, optimise balanced accuracy", "balanced_accuracy"),
        ("predict churned by roc auc", "roc_auc"),
        ("predict churned, don't miss any", "recall"),
        ("predict churned without false alarms", "precision"),
        ("predict churned, log loss", "log_loss"),
        ("predict churned, MCC", "mcc"),
        ("predict plan with f1", "f1_macro"),
        ("predict plan with roc auc", "roc_auc_ovo_macro"),
        ("predict income, minimise the mean absolute error", "mean_absolute_error"),
        ("predict income with RMSE", "root_mean_squared_error"),
        ("predict income, r squared", "r2"),
        ("predict income, MAPE", "mean_absolute_percentage_error"),
        ("predict churned", "roc_auc"),
        ("predict plan", "accuracy"),
        ("predict income", "root_mean_squared_error"),
        ("predict the quantiles of income", "pinball_loss"),
    ],
)
def test_the_metric_is_the_one_that_is_asked_for_or_fits(customers, prompt, metric):
    made = plan(customers, prompt)
    assert made.metric == metric
    assert not made.blockers


@pytest.mark.parametrize(
    ("words", "metric"),
    [
        ("score me on the median abs error", "median_absolute_error"),
        ("中央絶対誤差で評価", "median_absolute_error"),
        ("mediana del error absoluto", "median_absolute_error"),
        ("mean abs err", "mean_absolute_error"),
        ("scored by mean absolute error", "mean_absolute_error"),
        ("scored by MAE", "mean_absolute_error"),
        ("error medio (en días)", "mean_absolute_error"),
        ("off by how many days on average?", "mean_absolute_error"),
        ("de combien on se trompe en moyenne", "mean_absolute_error"),
        ("इसमें औसतन कितने रुपये की गलती होगी", "mean_absolute_error"),
        ("RMSLEの代わりにMAE", "mean_absolute_error"),
        ("MAE instead of RMSE", "mean_absolute_error"),
        ("how far off in percent", "mean_absolute_percentage_error"),
        ("Fehler bitte in Prozent", "mean_absolute_percentage_error"),
        ("big misses should count double", "root_mean_squared_error"),
        ("R cuadrado como medida", "r2"),
        ("用R方看", "r2"),
        ("balanced acc.", "balanced_accuracy"),
        ("バランス正解率で", "balanced_accuracy"),
        ("précision équilibrée", "balanced_accuracy"),
        ("précision globale (accuracy)", "accuracy"),
        ("Trefferquote", "accuracy"),
        ("simple hit rate", "accuracy"),
        ("ロジロスで評価", "log_loss"),
        ("Area under precision-recall", "average_precision"),
        ("precisão média", "average_precision"),
        ("rank them by how likely they go", "roc_auc"),
        ("alarms should be right when they sound", "precision"),
        ("accuser à tort serait catastrophique", "precision"),
        ("under-triage is the sin here", "recall"),
        ("Missing ist schlimmer als ein falscher Alarm", "recall"),
        ("catch them all, a false alarm just means a walk", "recall"),
        ("meglio un falso allarme che un caso perso", "recall"),
        ("лучше лишний раз осмотреть", "recall"),
        ("一人も逃さず見つけたい", "recall"),
        ("F1で", "f1"),
        ("quadratic weighted kappa", "quadratic_kappa"),
        ("二次重み付きカッパで", "quadratic_kappa"),
        ("F1 (Makro)", "f1_macro"),
        ("F1宏平均", "f1_macro"),
        ("written off at the end? AP", "average_precision"),
        ("error cuadrático medio (raíz)", "root_mean_squared_error"),
        ("сбалансированная accuracy", "balanced_accuracy"),
        ("exactitud equilibrada", "balanced_accuracy"),
        ("erreur abs. médiane", "median_absolute_error"),
        ("one missed is one too many", "recall"),
        ("no se me puede pasar ninguna", "recall"),
        ("only when you're dead sure", "precision"),
        ("只说拿得准的", "precision"),
        ("le délai et le rappel SMS", None),
        ("candidat ou faux positif ou autre", None),
        ("binaria o falsa alarma", None),
        ("Ist es ein Fehlalarm?", None),
        ("how many pinball tables", None),
        ("get as many right as possible", "accuracy"),
        ("who wins the F1 championship", None),
        ("the MCC code of the merchant", None),
        ("is there a product recall", None),
        ("fausse alerte ou incendie", None),
        ("how far off the mark is the arrow", None),
        ("false alarm or a real leak?", None),
        ("É da mãe", None),
        ("F12 is the target", None),
        ("where did they get all the money", None),
        ("cpu, memory, error rate are known", None),
    ],
)
def test_a_metric_is_heard_as_people_say_it(customers, words, metric):
    found = find_constraints(f"something. {words}", customers)
    assert (found.metric, found.validation) == (metric, None)


def test_one_class_in_most_rows_is_measured_by_its_probabilities():
    frame = pd.DataFrame({"size": range(200), "damage": ["None"] * 170 + ["Minor"] * 20 + ["Major"] * 10})
    made = plan(read_table(frame).profile, "predict damage")
    assert made.metric == "log_loss"
    (evidence,) = [item for item in made.evidence if item.field == "metric"]
    assert evidence.source == "data"
    assert "85% of the rows are None" in evidence.quote
    assert plan(read_table(frame).profile, "predict damage, accuracy").metric == "accuracy"
    assert plan(read_table(frame.iloc[50:]).profile, "predict damage").metric == "log_loss"
    assert plan(read_table(frame.iloc[90:]).profile, "predict damage").metric == "accuracy"


@pytest.mark.parametrize("prompt", ["predict income with f1", "predict churned with rmse"])
def test_a_metric_of_another_kind_is_asked_about_and_not_changed_in_silence(customers, prompt):
    asked = make_plan(customers, prompt)
    assert (asked.status, asked.field) == ("question", "metric")
    made_for = asked.candidates[1]
    assert made_for in METRICS
    made = answer_question(asked, customers, prompt, asked.candidates[1])
    assert (made.metric, made.blockers) == (asked.candidates[1], ())
    assert {item.source for item in made.evidence if item.field == "metric"} == {"user"}
    with pytest.raises(GenieError):
        answer_question(asked, customers, prompt, "pinball_loss")


def test_a_metric_in_passing_is_no_wish_where_it_does_not_fit(customers):
    made = plan(customers, "predict income with high accuracy")
    assert [item.source for item in made.evidence if item.field == "metric"] == ["default"]


def test_wishes_that_exclude_each_other_are_asked_about(customers):
    prompt = "a quick look at churned, as accurate as possible"
    asked = make_plan(customers, prompt)
    assert (asked.status, asked.field) == ("question", "quality")
    assert answer_question(asked, customers, prompt, "best").quality == "best"


@pytest.mark.parametrize(
    "prompt",
    ["predict churned, ignore churned", "predict income using only brand and certificate_year",
     "predict whether income is above 1500", "classify income into low, medium and high"],
)  # fmt: skip
def test_what_cannot_be_is_asked_about(customers, prompt):
    assert make_plan(customers, prompt).status == "question"


@pytest.mark.parametrize(
    "prompt", ["predict churned, nothing recorded after the sale", "predict churned, drop the moon"]
)
def test_what_could_not_be_read_is_told(customers, prompt):
    assert {"known-later", "words-unmatched"} & {problem.code for problem in plan(customers, prompt).problems}


@pytest.mark.parametrize(
    ("prompt", "ignored"),
    [
        ("predict churned. age and zip must not be used", {"age", "zip"}),
        ("churned vorhersagen, die Spalte zip weglassen", {"zip"}),
        ("предскажи churned, столбец age не использовать", {"age"}),
        ("预测churned，忽略age和zip", {"age", "zip"}),
        ("churnedを予測、zipは除外", {"zip"}),
        ("churned 예측, age는 제외", {"age"}),
        ("prédire churned sans age ni zip", {"age", "zip"}),
        ("predecir churned sin usar income", {"income"}),
        ("predict churned. visits is only known afterwards, so don't use it", {"visits"}),
        ("predict churned from everything but income", {"income"}),
        ("predict churned, ignore age to plan", {"age", "income", "zip", "plan"}),
        ("predict churned, no zip please", {"zip"}),
        ("predict churned w/o zip", {"zip"}),
        ("predict churned. zip and age don't matter", {"zip", "age"}),
        ("predict churned, you may not use age or zip", {"age", "zip"}),
        ("predict churned. Keep visits out, it gives it away", {"visits"}),
        ("predict churned, ignore the shoe size, zip and age", {"zip", "age"}),
        ("prédire churned, ne tiens pas compte de zip", {"zip"}),
        ("prevedi churned, togli zip e age", {"zip", "age"}),
        ("prever churned, não usar age nem zip", {"age", "zip"}),
        ("prever churned, deixe de fora zip e age", {"zip", "age"}),
        ("churned vorhersagen, abgesehen von zip und age", {"zip", "age"}),
        ("предскажи churned, zip и age не учитывать", {"zip", "age"}),
        ("预测churned，zip 列不能用", {"zip"}),
        ("churnedを予測。見逃したくない。zipは使わない。", {"zip"}),
        ("churned 예측. zip은 사용하면 안 됩니다", {"zip"}),
        ("churned का अनुमान लगाइए, zip को नज़रअंदाज़ कीजिए", {"zip"}),
    ],
)
def test_columns_are_left_out_before_and_after_the_word_in_many_languages(customers, prompt, ignored):
    assert set(plan(customers, prompt).asked_to_ignore) == ignored


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("半小时", 1800), ("三十分钟", 1800), ("30분", 1800), ("१० मिनट", 600), ("полчаса", 1800), ("mezz'ora", 1800)],
)
def test_a_time_is_read_in_other_scripts(customers, words, seconds):
    assert plan(customers, f"predict income, {words}").time_limit_s == seconds


@pytest.mark.parametrize(
    "prompt", ["predict churned, calls last more than 30 minutes", "predict churned 48 hours after joining"]
)
def test_a_time_of_the_tables_world_is_no_limit(customers, prompt):
    assert plan(customers, prompt).time_limit_s == 120


@pytest.mark.parametrize(
    ("prompt", "quality"),
    [
        ("predict churned", "balanced"),
        ("predict churned quickly", "fast"),
        ("a rough model of churned", "fast"),
        ("predict churned, best quality", "best"),
        ("predict churned as accurately as possible", "best"),
        ("predict churned as accurate as possible", "best"),
    ],
)
def test_the_quality_is_read(customers, prompt, quality):
    assert plan(customers, prompt).quality == quality


@pytest.mark.parametrize(
    ("prompt", "ignored"),
    [
        ("predict churned, ignore age and zip", {"age", "zip"}),
        ("predict churned, ignore age, zip and customer_id", {"age", "zip", "customer_id"}),
        ("predict churned without age, 5 minutes", {"age"}),
        ("predict churned ignoring the salary", {"income"}),
        ("predict churned but don't use income or joined", {"income", "joined"}),
        ("ignore zip. predict churned", {"zip"}),
        ("predict churned, ignore zip; leave out visits", {"zip", "visits"}),
        ("predict churned, ignore the weather", set()),
        ("vorhersage churned ohne zip", {"zip"}),
    ],
)
def test_columns_to_be_left_out_are_left_out(customers, prompt, ignored):
    made = plan(customers, prompt)
    assert set(made.asked_to_ignore) == ignored
    assert not ignored & set(made.feature_columns(customers.column_names))


@pytest.mark.parametrize(
    ("prompt", "features"),
    [
        ("predict churned using only age and income, 2 minutes", ("age", "income")),
        ("predict churned based only on zip", ("zip",)),
        ("predict churned from age", None),
    ],
)
def test_only_these_columns_is_a_limit_and_from_is_none(customers, prompt, features):
    assert plan(customers, prompt).features == features


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        ("the quantiles of income", (0.1, 0.5, 0.9)),
        ("the 0.05 and 0.95 quantiles of income", (0.05, 0.95)),
        ("the 10th and 90th percentile of income", (0.1, 0.9)),
        ("the 10/50/90 quantiles of income", (0.1, 0.5, 0.9)),
        ("income, quantiles 0.9, 0.1", (0.1, 0.9)),
        ("income, quantiles at 0.25 and 0.75", (0.25, 0.75)),
        ("income, cuantiles 0,1, 0,5 y 0,9", (0.1, 0.5, 0.9)),
        ("income, Quantile 0,05; 0,5; 0,95", (0.05, 0.5, 0.95)),
        ("income with an 80% prediction interval", (0.1, 0.5, 0.9)),
        ("income with 90% prediction intervals", (0.05, 0.5, 0.95)),
    ],
)
def test_quantiles_are_read_and_ascend(customers, words, levels):
    made = plan(customers, f"predict {words}, 2 minutes")
    assert (made.problem_type, made.quantile_levels, made.time_limit_s) == ("quantile", levels, 120)
    assert not made.blockers


def test_quantiles_of_words_are_classes(customers):
    made = plan(customers, "predict the quantiles of plan")
    assert (made.problem_type, made.quantile_levels) == ("multiclass", ())


@pytest.mark.parametrize(
    ("prompt", "kind", "column"),
    [
        ("predict churned", "random", None),
        ("predict churned, split by zip", "group", "zip"),
        ("predict churned, split by time", "time", "joined"),
        ("predict churned, split by the date joined", "time", "joined"),
    ],
)
def test_the_split_is_read(customers, prompt, kind, column):
    made = plan(customers, prompt)
    assert (made.validation.kind, made.validation.column) == (kind, column)


@pytest.mark.parametrize(
    ("prompt", "target", "kind"),
    [
        ("predict visits", "visits", "multiclass"),
        ("how many visits?", "visits", "regression"),
        ("PREDICT CHURNED", "churned", "binary"),
        ("predict chruned", "churned", "binary"),
        ("predict salary", "income", "regression"),
        ("who is on the pro plan?", "plan", "multiclass"),
        ("churned", "churned", "binary"),
        ("predecir churned", "churned", "binary"),
        ("预测 churned", "churned", "binary"),
        ("predict the age", "age", "regression"),
    ],
)
def test_the_target_is_found_and_its_values_say_the_type(customers, prompt, target, kind):
    made = plan(customers, prompt)
    assert (made.target, made.problem_type) == (target, kind)


@pytest.mark.parametrize(
    ("prompt", "count"), [("predict age and income", 2), ("predict plan or churned", 2), ("5 minutes, ignore zip", 0)]
)
def test_more_or_less_than_one_target_is_a_question(customers, prompt, count):
    asked = make_plan(customers, prompt)
    assert (asked.status, asked.field) == ("question", "target")
    assert 2 <= len(asked.candidates) <= 5
    assert sum(name in prompt for name in asked.candidates) == count
    assert "customer_id" not in asked.candidates


def test_an_id_is_asked_about_with_the_reason(customers):
    asked = make_plan(customers, "predict customer_id")
    assert asked.status == "question"
    assert "names each row" in asked.text


def test_a_refusal_offers_a_sentence_that_works(customers):
    refusal = make_plan(customers, "cluster my customers")
    offer = refusal.text.split('"')[1]
    assert plan(customers, offer).target in customers.column_names


@pytest.mark.parametrize("words", ["how fast will it sell", "wie schnell wird es verkauft", "how quickly is it sold"])
def test_how_fast_is_what_is_asked_and_no_hurry(customers, words):
    assert find_constraints(words, customers).quality is None


@pytest.mark.parametrize(
    "words",
    [
        "predict churned, fast", "predict churned as quickly as you can", "predict churned as fast as possible",
        "predict churned as fast as you can", "predict churned very fast", "predict churned, very quick please",
        "prédire churned le plus rapidement possible", "predice churned tan rápido como puedas",
        "sag churned so schnell wie möglich voraus", "churned, как можно быстрее",
    ],
)  # fmt: skip
def test_a_hurry_is_heard(customers, words):
    assert find_constraints(words, customers).quality == "fast"


@pytest.mark.parametrize(
    ("sentence", "field", "columns"),
    [
        ("나이만 빼고 이탈 예측해 주실 수 있나요?", "ignore", {"age"}),
        ("나이와 도시만 제외하고 이탈을 예측해 주세요", "ignore", {"age", "city"}),
        ("年齢だけは使わないで解約を予測", "ignore", {"age"}),
        ("年齢だけを使って解約を予測", "features", {"age"}),
    ],
)
def test_only_left_out_is_not_only_used(sentence, field, columns):
    names = ("age", "city", "contract", "churn")
    profile = TableProfile(
        name="customers.csv",
        n_rows=100,
        n_sampled=100,
        columns=tuple(ColumnProfile(name=name, kind="number", dtype="float64", n_distinct=90) for name in names),
    )
    found = find_constraints(sentence, profile)
    assert set(getattr(found, field)) == columns
    assert not set(getattr(found, "features" if field == "ignore" else "ignore"))


def test_in_portuguese_a_hora_is_the_hour_and_no_limit():
    profile = TableProfile(
        name="tempo.csv",
        n_rows=100,
        n_sampled=100,
        columns=tuple(
            ColumnProfile(name=name, kind="number", dtype="float64", n_distinct=90) for name in ("pressao", "hora")
        ),
    )
    assert find_constraints("Prever a pressão sem a hora", profile).time_limit_s is None
    assert find_constraints("Prever a pressão em uma hora", profile).time_limit_s == 3600
