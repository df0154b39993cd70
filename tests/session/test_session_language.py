"""What a worker is asked for is asked in the language that is spoken then."""

import subprocess
from gettext import NullTranslations
from types import SimpleNamespace

import pandas as pd
import pytest

import genie_widgets as gw
from genie_widgets.language import catalogue, saying, speak
from genie_widgets.schema import GenieError, Plan, Settings, Tracking
from genie_widgets.session import promoting
from genie_widgets.session.api import make_request


@pytest.fixture(autouse=True)
def _languages(monkeypatch):
    monkeypatch.delenv("GENIE_LANGUAGE", raising=False)
    monkeypatch.setattr(catalogue, "_chosen", [])
    monkeypatch.setitem(catalogue.LANGUAGES, "de", "Deutsch")
    monkeypatch.setattr(saying, "translations", lambda _language: NullTranslations())


def test_a_run_is_asked_for_in_the_language_of_its_confirmation(folder, tmp_path):
    table = gw.read_table(pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]}))
    plan = Plan(target="b", problem_type="regression", metric="r2")

    def language():
        return make_request(folder, table, plan, "", 0, Settings(workspace=tmp_path)).language

    assert language() == "en"
    speak("de")
    assert language() == "de"


def test_a_worker_that_serves_is_told_the_language_with_each_question(program, folder):
    handle = program('while (message := hear()) is not None: say({"id": message["id"], "ok": True, "value": message})')(
        folder
    )
    languages = []
    for language in ("en", "de", "en"):
        speak(language)
        languages.append(handle.request("ping")["language"])
    assert languages == ["en", "de", "en"]


def test_whoever_promotes_is_told_the_problem_in_their_language(folder, monkeypatch):
    told = []

    def run(_command, **options):
        told.append(options["env"]["GENIE_LANGUAGE"])
        return SimpleNamespace(stdout=b"", returncode=1)

    monkeypatch.setattr(promoting, "scored_result", lambda _folder: SimpleNamespace(tracking=Tracking(uri="u")))
    monkeypatch.setattr(
        promoting, "subprocess", SimpleNamespace(run=run, PIPE=-1, TimeoutExpired=subprocess.TimeoutExpired)
    )
    speak("de")
    with pytest.raises(GenieError):
        promoting.promote(folder)
    assert told == ["de"]
