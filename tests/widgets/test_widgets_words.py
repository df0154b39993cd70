"""What is written in JavaScript has its words from Python, in the language that is spoken."""

import re
from gettext import NullTranslations
from pathlib import Path

import pytest

from genie_widgets.language import catalogue, saying, speak
from genie_widgets.widgets import bridge as bridge_module
from genie_widgets.widgets.bridge import Bridge
from genie_widgets.widgets.code_step import Code
from genie_widgets.widgets.download import Download
from genie_widgets.widgets.upload import Upload

STATIC = Path(bridge_module.__file__).parent / "static"


class Loud(NullTranslations):
    def gettext(self, message):
        return message.upper()


def made():
    return {
        "bridge": Bridge(lambda: None),
        "code": Code(),
        "download": Download("Save"),
        "upload": Upload(Path("none"), lambda _path, _name: None, label="Choose"),
    }


@pytest.mark.parametrize("name", ["bridge", "code", "download", "upload"])
def test_just_the_words_that_are_read_are_given(name):
    read = set(re.findall(r"\bwords(?:'\))?\.(\w+)", (STATIC / f"{name}.js").read_text(encoding="utf-8")))
    assert read == set(made()[name].words)


def test_words_are_in_the_language_and_follow_it(monkeypatch):
    monkeypatch.setattr(catalogue, "_chosen", [])
    monkeypatch.setitem(catalogue.LANGUAGES, "de", "Deutsch")
    monkeypatch.setattr(saying, "translations", lambda code: Loud() if code == "de" else NullTranslations())
    bridge = made()["bridge"]
    assert bridge.words["reload"] == "Reload the page"
    speak("de")
    # The bridge outlives the steps, which are made anew.
    bridge.language = "de"
    assert bridge.words["reload"] == "RELOAD THE PAGE"
    assert made()["download"].words["cancel"] == "CANCEL"
    assert made()["download"].get_state()["words"]["saved"] == "{NAME} IS SAVED."
