"""A worker speaks the language of its run, and answers in that of whoever asks."""

import pytest

from genie_widgets.language import catalogue, saying, speak, spoken
from genie_widgets.schema import Resumed, RunRequest
from genie_widgets.worker import pipeline, recorder, recording, resuming
from genie_widgets.worker.serving import Server


@pytest.fixture(autouse=True)
def _languages(monkeypatch):
    """There is German, whose texts are those in English put between «»; nobody has chosen anything."""

    class German(catalogue.gettext.NullTranslations):
        def gettext(self, message):
            return f"«{message}»"

        def ngettext(self, one, many, n):
            return f"«{one if n == 1 else many}»"

    monkeypatch.delenv("GENIE_LANGUAGE", raising=False)
    monkeypatch.setattr(catalogue, "_chosen", [])
    monkeypatch.setitem(catalogue.LANGUAGES, "de", "Deutsch")
    english = catalogue.translations("en")
    monkeypatch.setattr(saying, "translations", lambda code: German() if code == "de" else english)


@pytest.fixture
def folder(make_folder):
    folder = make_folder()
    folder.write_request(folder.read_request().model_copy(update={"language": "de"}))
    return folder


@pytest.fixture
def carried_out(monkeypatch):
    """The language in which a run is carried out."""
    told = []
    for module in (pipeline, resuming):
        monkeypatch.setattr(module, "carry_out", lambda *_given, **_named: told.append(spoken()))
    return told


def test_a_run_is_carried_out_in_its_own_language(folder, carried_out):
    pipeline.run_pipeline(folder)
    assert carried_out == ["de"]


@pytest.mark.parametrize("how", ["salvage", "extension"])
def test_a_run_that_is_taken_up_again_keeps_its_language(folder, carried_out, how):
    folder.append(Resumed(how=how, seconds=20))
    resuming.resume(folder)
    assert carried_out == ["de"]


def test_what_is_recorded_anew_is_in_the_language_of_the_run(folder, monkeypatch):
    told = []
    monkeypatch.setattr(recorder.Recorder, "__init__", lambda *_given: told.append(spoken()))
    monkeypatch.setattr(recorder.Recorder, "record", lambda _self: None)
    recording.record(folder.path)
    assert told == ["de"]


def test_each_answer_is_in_the_language_of_its_question(folder):
    server, asked = Server(folder, None), {"op": "explain", "input": "../a.parquet"}

    def title(**message):
        return server.answer({"id": 1, **asked, **message})["problem"]["title"]

    assert title() == title(language="xx") == title(language=None)
    assert title(language="de") == f"«{title(language='en')}»"
    speak("de")
    assert title().startswith("«")


def test_a_request_of_a_run_before_there_were_languages_is_english(folder):
    known = folder.read_request().model_dump(mode="json")
    del known["language"]
    assert RunRequest.model_validate(known).language == "en"
