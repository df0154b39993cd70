import re
import unicodedata
from collections import Counter
from importlib.resources import files

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.data import read_table
from genie_widgets.intent.describing import described
from genie_widgets.intent.glosses import LATIN, NOTHING, glosses_of
from genie_widgets.intent.glossing import english_names, meanings_of_part
from genie_widgets.intent.translating import translated

LANGUAGES = (*LATIN, "ru", "zh", "ja", "ko")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_line_of_a_dictionary_is_english_and_what_means_it(language):
    path = files("genie_widgets.intent") / "model" / "glosses" / f"{language}.tsv"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("#"):
            continue
        english, tab, forms = line.partition("\t")
        assert tab, (number, line)
        assert forms.split(), (number, line)
        assert english == NOTHING or re.fullmatch(r"[a-z0-9]+(?:[ '-][a-z0-9]+){0,5}", english), (number, line)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_stands_in_two_lines(language):
    path = files("genie_widgets.intent") / "model" / "glosses" / f"{language}.tsv"
    forms = [form for line in path.read_text(encoding="utf-8").splitlines() for form in line.partition("\t")[2].split()]
    known = [unicodedata.normalize("NFC", form.casefold()) for form in forms]
    assert [form for form, count in Counter(known).items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dictionary_is_a_dictionary(language):
    assert len(glosses_of(language).by_form) > 2_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("¿Cuántos días de retraso tendrá el pedido?", ("how many", "day", "delay", "order")),
        ("Welche Kunden kündigen? Ohne die Kundennummer", ("which", "customer", "without", "customer number")),
        ("quel sera le prix de vente, sans l'adresse", ("price", "without", "address")),
        ("quanto costa l'affitto al mese", ("how much", "rent", "month")),
        ("quantos dias o paciente fica internado", ("how many", "day", "patient")),
        ("сколько дней пациент пробудет в больнице", ("how many", "day", "patient", "hospital")),
        ("预测客户会不会流失，不要用年龄", ("predict", "customer", "churn", "age")),
        ("家賃はいくらになりますか。年齢は使わないで", ("rent", "age")),
        ("고객이 이탈할지 예측해줘, 나이는 빼고", ("customer", "predict", "age")),
        ("कौन से ग्राहक छोड़ देंगे", ("customer", "leave")),
    ],
)
def test_sentences_are_told_in_english_word_by_word(text, told):
    read = translated(text).text.casefold()
    for words in told:
        assert words in read, read


@pytest.mark.parametrize(
    "text",
    [
        "which customers will leave? ignore the id, 5 minutes",
        "will the café’s sales go up — naïve guess is fine",
        "paid Y/N, just use street and vehicle type",
        "species",
        "death rate per county",
        "churn y/n",
        "die",
        "Beyoncé streams",
        "naïve résumé score",
        "El Niño index",
        "Rio de Janeiro temperature",
        "",
    ],
)
def test_english_stays_as_it_is(text):
    assert translated(text).text == text


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("나이만 사용해서 가격 예측", "only"),
        ("가격을 예측해줘, 나이는 빼고", "exclude"),
        ("sage den Preis vorher, schließe das Alter aus", "exclude"),
        ("nur mit dem Alter", "only"),
        ("alles außer dem Alter", "except"),
        ("todo menos la edad", "except"),
        ("sin usar la edad", "without"),
        ("tout sauf l'âge", "except"),
        ("sans l'âge", "without"),
        ("senza l'età", "without"),
        ("tudo menos a idade", "except"),
        ("sem a idade", "without"),
        ("всё кроме возраста", "except"),
        ("только возраст", "only"),
        ("只用年龄", "only"),
        ("不要用年龄", "not"),
        ("年齢は使わないで", "not"),
        ("年齢だけで", "only"),
        ("सिर्फ उम्र", "only"),
        ("उम्र को छोड़कर", "except"),
    ],
)
def test_what_is_wished_of_columns_is_still_there(text, wish):
    told = translated(text).text
    same = {
        "exclude": ("exclude", "leave out", "without", "remove"),
        "except": ("except", "without", "but", "excluding", "other than"),
        "not": ("not", "n't"),
    }
    assert any(words in told for words in same.get(wish, (wish,))), told


def test_a_name_that_is_an_english_word_stays_in_any_sentence():
    names = english_names(("sale", "rate", "y", "Age (years)", "precio"))
    assert names == {"sale", "rate", "y"}
    assert translated("predecir sale", names).text == "predict sale"
    assert translated("predecir la y", names).text.endswith(" y")
    assert "rate" in translated("Sag bitte rate vorher", names).text


@pytest.mark.parametrize(
    "name",
    ["creditor", "copay", "volts", "router", "regimens", "scada", "repo", "carer", "lorries"],
)
def test_english_names_are_not_read_as_words_of_other_languages(name):
    assert meanings_of_part(name) == ()


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_part_of_a_name_is_told_or_not(part):
    for said in meanings_of_part(part):
        assert said.strip()


def test_columns_of_odd_names_are_told():
    frame = pd.DataFrame({"x_\u0301": [1.0, 2.0], "\u0345": [1.0, 2.0], "_": [1.0, 2.0], "家賃 (円)": [1.0, 2.0]})
    assert "rent" in [described(column) for column in read_table(frame).profile.columns][3]


def test_signs_of_several_parts_are_read():
    assert "sales" in translated("ﾌﾟﾗﾝの売上を予測").text
    assert "sales" in translated(unicodedata.normalize("NFD", "プランの売上を予測")).text


@pytest.mark.parametrize(("text", "said"), [("売上予測", "sales predict"), ("客户流失预测", "churn predict")])
def test_chinese_and_japanese_are_told_apart_without_kana(text, said):
    assert translated(text).text == said


def test_a_phrase_ends_at_a_comma_and_at_the_sign_for_a_column():
    assert "how many" in translated("wie viele Kunden gehen").text
    assert "how many" not in translated("wie, viele Kunden gehen").text
    assert "\ufffc" in translated("wie \ufffc viele Kunden gehen").text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Predice total sales sin el sales rep", "total sales"),
        ("wie ist die Schnabellänge", "length"),
        ("No olvides la edad, predice el abandono", "do not forget"),
        ("prevedi il prezzo in base alla via", "street"),
        ("만점", "만"),
        ("나이만", "age only"),
        ("Danke schön!", "thanks"),
        ("kaunse customer chhodenge? sirf age use karo", "only"),
    ],
)
def test_words_that_were_read_wrongly(text, said):
    assert said in translated(text).text


def test_a_long_word_takes_little_time():
    assert translated("ü" * 200_000).text.startswith("ü")


def test_names_as_a_table_writes_them_stay():
    said = 'ignoriere bitte los_tage und "Art" sowie `sale` und BMI, sage die Miete vorher'
    read = translated(said).text
    for name in ("los_tage", '"Art"', "`sale`", "BMI"):
        assert name in read


def test_a_place_is_found_again_in_what_is_read():
    text = "Welche Kunden kündigen? Ohne die Kundennummer, bitte"
    read, start = translated(text), text.index("Kundennummer")
    low, high = read.span(start, start + len("Kundennummer"))
    assert read.text[low:high] == "customer number"
    low, high = read.span(start + 2, start + 5)
    assert read.text[low:high] == "customer number"


@settings(deadline=None)
@given(
    st.text(max_size=60)
    | st.from_regex(r"(?:(?:Wie|viele|Kunden|l'anno|客户|流失|が|고객이|сколько|x_y|[ ,.]) ?){1,12}")
)
def test_every_place_lies_within_what_is_read(text):
    read = translated(text)
    assert "".join(read.text[low:high] for _, _, low, high, _ in read.pieces).replace(" ", "") == read.text.replace(
        " ", ""
    )
    for start in range(len(text)):
        low, high = read.span(start, start + 1)
        assert 0 <= low <= high <= len(read.text)


def test_parts_of_names_are_told_where_they_are_no_english_words():
    assert "rent" in " ".join(meanings_of_part("miete"))
    assert "rent" in " ".join(meanings_of_part("家賃"))
    assert meanings_of_part("price") == ()
    # As short as that a name's part is cut short.
    assert meanings_of_part("amt") == ()
