import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genie_widgets.intent.glosses import LATIN, NOTHING, glossed, glosses_of, meanings_of_part
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
        "",
    ],
)
def test_english_stays_as_it_is(text):
    assert glossed(text) == ()
    assert translated(text).text == text


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
