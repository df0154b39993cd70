"""Short forms in names: written out for the reader, and met in a sentence by what they stand for or by initials."""

import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.intent.describing import described, request_read, titled
from genie_widgets.intent.reading import read
from genie_widgets.intent.short_forms import said_by_initials, short_forms, written_out
from genie_widgets.intent.words import name_parts, words_of


def score(sentence, column, *others):
    frame = pd.DataFrame({name: [0.5 + i for i in range(30)] for name in (column, *others)})
    return max((mention.score for mention in read(sentence, read_table(frame).profile).mentions_of(column)), default=0)


def test_every_short_form_is_as_a_name_is_cut_and_stands_for_words():
    for key, meanings in short_forms().items():
        assert " ".join(name_parts(key.replace(" ", "_"))) == key
        assert meanings
        assert all(words and all(word.isalpha() and word.islower() for word in words) for words in meanings)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sog_kn", "sog speed over ground kn knots"),
        ("n_meds", "n number of meds medicines"),
        ("HbA1c", "hb a 1 c long term blood sugar"),
        ("CO2", "co 2 carbon dioxide emissions"),
        ("seg_cd", "seg segment cd code"),
        ("order_no_2", "order no 2"),
        ("NOx", "n ox nitrogen oxides"),
        ("SpO2", "sp o 2 blood oxygen saturation"),
        ("NO2_ppb", "no 2 nitrogen dioxide ppb"),
        ("price", "price"),
    ],
)
def test_a_name_is_written_out(name, said):
    assert titled(f"{name}.csv") == said


def test_the_longest_short_form_counts():
    assert [(start, end) for start, end, _ in written_out(("pm", "2.5", "avg"))] == [(0, 2), (2, 3)]


@pytest.mark.parametrize(
    ("sentence", "column"),
    [
        ("Speed over ground, please", "sog_kn"),
        ("how long is the length of stay", "los_d"),
        ("What will the blood glucose be?", "bgl"),
        ("the mean corpuscular volume", "mcv"),
        ("estimate nitrogen dioxide at the station", "no2"),
        ("toneladas de CO2 por vivienda", "CO2_T"),
        ("how much CO2 does a car put out per mile?", "co2TailpipeGpm"),
        ("predecir el ozono", "o3"),
        ("of people with a heart problem or old age or no money, predict the heart rate", "hr"),
    ],
)
def test_a_sentence_meets_a_short_form(sentence, column):
    assert score(sentence, column, "temp_max", "berth") > 0.5


def test_initials_of_small_words_alone_say_nothing():
    for part, text in (
        ("iti", "is there if it is to"),
        ("hm", "hub, mast"),
        ("ias", "ignoriere alle spalten"),
        ("nat", "ignore name, address and town"),
    ):
        assert list(said_by_initials(part, text, words_of(text))) == []
    assert score("the insulin dose", "id", "dose") == 0


def test_two_initials_speak_of_a_column_less_surely_than_three():
    assert 0.5 < score("predict the hub height", "t_hh", "t_rd") < score("the length of stay", "los_d", "berth")
    assert score("predict the hub height", "t_rd", "t_hh") == 0


def test_short_forms_change_no_plain_name():
    frame = pd.DataFrame({"age": [20.5, 30.5, 40.5] * 10, "rate": [0.5, 0.7, 0.9] * 10})
    assert [described(column) for column in read_table(frame).profile.columns] == ["age: number", "rate: number"]


@pytest.mark.parametrize("text", ["leakage current please", "Species", "coating thickness = f(viscosity, humidity)"])
def test_an_english_sentence_without_small_words_is_read_as_it_stands(text):
    assert request_read(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("precio de la casa", "price"),
        ("prever o preco", "price"),
        ("Umsatz vorhersagen", "predict"),
        ("Sage die Art vorher", "type"),
    ],
)
def test_sentences_of_other_languages_are_read_in_english(text, said):
    assert said in request_read(text)
