"""Texts take values as data, and figures have the marks of the language."""

from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets import language
from genie_widgets.language import (
    catalogue,
    figure,
    listed,
    mark,
    nearest,
    original,
    plural,
    saying,
    speak,
    speaking,
    spoken,
    tr,
)


@pytest.fixture(autouse=True)
def _as_before(monkeypatch):
    monkeypatch.setattr(catalogue, "_chosen", [])
    monkeypatch.delenv("GENIE_LANGUAGE", raising=False)


@settings(deadline=None)
@given(st.text(), st.text())
def test_hostile_values_are_put_in_as_they_are(column, cell):
    assert tr("{column} holds {cell}.", column=column, cell=cell) == f"{column} holds {cell}."
    assert tr("{column}", column="{cell.__class__}", cell=1) == "{cell.__class__}"


def test_a_text_without_values_keeps_its_braces_and_the_empty_text_is_empty():
    assert tr("{n} stays") == "{n} stays"
    assert tr("") == ""


def test_one_thing_and_several():
    assert plural("{n:,} row", "{n:,} rows", 1) == "1 row"
    assert plural("{n:,} row of {of}", "{n:,} rows of {of}", 1234, of="a.csv") == "1,234 rows of a.csv"


def test_names_become_a_list_with_the_words_of_the_language(monkeypatch):
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ("a", "{b}", "c"))] == [
        "",
        "a",
        "a and b",
        "a, {b} and c",
    ]
    chinese = {", ": "、", "{items} and {last}": "{items}和{last}"}
    monkeypatch.setattr(saying, "tr", lambda message, **values: chinese[message].format(**values))
    assert listed(["a", "b", "c"]) == "a、b和c"


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("en", "1,234.5 12.5%"),
        ("de", "1.234,5 12,5\u202f%"),
        ("fr", "1\u202f234,5 12,5\u202f%"),
        ("pt", "1.234,5 12,5%"),
    ],
)
def test_figures_have_the_marks_of_the_language_and_texts_have_not(monkeypatch, code, written):
    monkeypatch.setattr(saying, "spoken", lambda: code)
    monkeypatch.setattr(saying, "translations", lambda _: catalogue.translations("en"))
    assert tr("{n:,} {share:.1%}", n=1234.5, share=0.125) == written
    assert f"{figure(1234.5, ',')} {figure(0.125, '.1%')}" == written
    assert tr("{file} {is_shown}", file="a.b,c", is_shown=True) == "a.b,c True"


def test_a_tag_finds_its_language_or_english(monkeypatch):
    monkeypatch.setattr(catalogue, "LANGUAGES", {"en": "English", "pt": "Português", "zh": "中文"})
    assert [nearest(tag) for tag in ("pt-BR", "zh_CN", "ZH", "xx", "", "en-GB")] == ["pt", "zh", "zh", "en", "en", "en"]


def test_the_host_chooses_until_the_person_does(monkeypatch):
    monkeypatch.setattr(catalogue, "LANGUAGES", {"en": "English", "pt": "Português", "zh": "中文"})
    assert spoken() == "en"
    monkeypatch.setenv("GENIE_LANGUAGE", "zh-TW")
    assert spoken() == "zh"
    speak("pt")
    assert spoken() == "pt"


def test_what_is_said_in_any_language_is_found_again(monkeypatch):
    class Spanish:
        def gettext(self, message):
            return {"How good is it?": "¿Qué tan bueno es?"}.get(message, message)

    known = ("Why row 1?", "How good is it?")
    monkeypatch.setattr(saying, "LANGUAGES", {"en": "English", "es": "Español"})
    monkeypatch.setattr(
        saying, "translations", lambda code: Spanish() if code == "es" else catalogue.translations(code)
    )
    assert original("¿Qué tan bueno es?", known) == "How good is it?"
    assert [original(text, known) for text in (*known, "", "Sonst etwas")] == [*known, "", "Sonst etwas"]


def test_a_marked_text_is_itself():
    assert mark("Predict") == "Predict"
    assert set(language.__all__) == {
        "LANGUAGES",
        "figure",
        "listed",
        "mark",
        "nearest",
        "original",
        "plural",
        "separators",
        "speak",
        "speaking",
        "spoken",
        "tr",
    }


@pytest.mark.parametrize(("code", "marks"), [("en", ".,"), ("zh", ".,"), ("de", ",."), ("fr", ",\u202f")])
def test_plots_have_the_marks_of_the_language(monkeypatch, code, marks):
    monkeypatch.setattr(saying, "spoken", lambda: code)
    assert language.separators() == marks


def test_another_language_is_spoken_for_a_while_and_in_one_thread_alone(monkeypatch):
    monkeypatch.setattr(catalogue, "LANGUAGES", {"en": "English", "pt": "Português", "zh": "中文"})
    speak("zh")
    heard = []
    with speaking("pt-BR"):
        elsewhere = Thread(target=lambda: heard.append(spoken()))
        elsewhere.start()
        elsewhere.join()
        assert spoken() == "pt"
    assert (spoken(), heard) == ("zh", ["zh"])
