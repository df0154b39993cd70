"""The panel in other languages: its texts are in the catalogue, and it is made anew in the one chosen."""

import html
import re

import ipywidgets as w
import pandas as pd
import pytest

import genie_widgets as gw
from genie_widgets.language import LANGUAGES, catalogue, saying
from genie_widgets.widgets.language_choice import wanted

NAMES = {"Genie", "English", "UTF"} | set(re.findall(r"[A-Za-z]+", " ".join(LANGUAGES.values())))
TABLE = pd.DataFrame({"q1": range(60), "q2": ["z", "y"] * 30, "q3": range(60, 0, -1)})
# Of a widget: what a person reads of it. The value of a list is a code.
READ = ("description", "placeholder", "title", "label", "words", "_options_labels", "titles")


class Brackets:
    """A language of which every text can be told: it stands in brackets."""

    def gettext(self, message):
        return f"⟦{message}⟧"

    def ngettext(self, one, many, n):
        return f"⟦{one if n == 1 else many}⟧"


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)
    monkeypatch.setattr(catalogue, "_chosen", [])


@pytest.fixture
def panel():
    panel = gw.Genie(gw.read_table(TABLE, name="q0"))
    yield panel
    panel.close()


def every(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every(child)


def settle(panel):
    assert panel.session.wait_idle()
    assert panel.wait_painted()


def texts(panel):
    for widget in every(panel):
        for name in READ:
            said = getattr(widget, name, None)
            for text in said.values() if isinstance(said, dict) else said if isinstance(said, tuple | list) else [said]:
                if isinstance(text, str):
                    yield text
        if isinstance(widget, w.HTML):
            yield from re.findall(r"""(?:title|aria-label|alt)=["']([^"'>]*)""", widget.value)
            yield re.sub(r"<style.*?</style>|<[^>]*>", " ", widget.value, flags=re.DOTALL)


def not_in_brackets(text):
    before = None
    while before != text:
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", "", text)
    return {word for word in re.findall(r"[A-Za-z]{2,}", html.unescape(text)) if word not in NAMES}


def test_every_text_from_the_table_to_the_plan_is_in_the_catalogue(monkeypatch):
    monkeypatch.setattr(saying, "translations", lambda _language: Brackets())
    panel = gw.Genie(gw.read_table(TABLE, name="q0"))
    try:
        settle(panel)
        panel.session.set_prompt("q2")
        panel.session.make_plan()
        settle(panel)
        assert panel.plan is not None
        assert {text: left for text in texts(panel) if (left := not_in_brackets(text))} == {}
    finally:
        panel.close()


@pytest.mark.parametrize("code", sorted(set(LANGUAGES) - {"en"}))
def test_the_panel_is_made_anew_in_the_language_that_the_browser_asks_for(panel, code):
    settle(panel)
    english = set(texts(panel))
    panel._bridge.heard = {"chosen": "", "browser": f"{code}-XX"}
    panel._bridge.answered = True
    settle(panel)
    assert panel._bridge.language == code
    assert panel.session.table is not None
    assert next(c for c in every(panel) if isinstance(c, w.Textarea)).description not in english


@pytest.mark.skipif(len(LANGUAGES) == 1, reason="there is no other language")
def test_a_choice_is_remembered_and_what_was_done_stays(panel):
    settle(panel)
    panel.session.set_prompt("q2")
    choice = next(c for c in every(panel) if isinstance(c, w.Dropdown) and "g-language" in c._dom_classes)
    code = [*LANGUAGES][-1]
    choice.value = code
    settle(panel)
    assert (panel._bridge.keep, panel._bridge.language) == (code, code)
    assert next(c for c in every(panel) if isinstance(c, w.Textarea)).value == "q2"
    assert panel.session.state.profile.n_rows == 60


def test_an_order_in_python_is_not_overruled_by_the_browser(panel):
    told = gw.Genie(language="en")
    try:
        told._bridge.heard = {"chosen": "de", "browser": "fr"}
        told._bridge.answered = True
        settle(told)
        assert told._bridge.language == "en"
    finally:
        told.close()


@pytest.mark.parametrize(
    ("heard", "host", "expected"),
    [
        ({"chosen": "", "browser": "xx-YY"}, "", "en"),
        ({"chosen": "<img>", "browser": "xx"}, "", "en"),
        ({}, "", "en"),
        ({"chosen": None, "browser": 7}, "", "en"),
    ],
)
def test_what_a_page_tells_may_name_no_language(monkeypatch, heard, host, expected):
    monkeypatch.setenv("GENIE_LANGUAGE", host)
    assert wanted(heard) == expected


def test_the_person_is_heard_before_the_host_and_the_host_before_the_browser(monkeypatch):
    for code in ("es", "de", "fr"):
        monkeypatch.setitem(LANGUAGES, code, code)
    monkeypatch.setenv("GENIE_LANGUAGE", "de")
    assert wanted({"chosen": "es-MX", "browser": "fr"}) == "es"
    assert wanted({"chosen": "", "browser": "fr"}) == "de"
    monkeypatch.delenv("GENIE_LANGUAGE")
    assert wanted({"chosen": "", "browser": "fr-CH"}) == "fr"
