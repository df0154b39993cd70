"""The language model's key is never in a text that somebody might keep."""

import copy
import json
import logging
import traceback

import pydantic
import pytest

from genie_widgets.schema import LLMSettings, Settings

KEY = "sk-not-for-anyones-eyes"


@pytest.fixture
def llm():
    return LLMSettings(api_key=KEY, base_url="https://llm.example/v1")


@pytest.fixture
def host(llm, tmp_path):
    return Settings(workspace=tmp_path, llm=llm)


@pytest.mark.parametrize("write", [repr, str, ascii, format, lambda value: f"{value!r} {value}"])
def test_the_key_is_not_in_the_text_of_settings(write, llm, host):
    assert KEY not in write(llm)
    assert KEY not in write(host)
    assert "https://llm.example/v1" in write(llm)


def test_the_key_is_not_in_json(llm, host):
    assert KEY not in llm.model_dump_json()
    assert KEY not in host.model_dump_json()
    assert KEY not in json.dumps(host.model_dump(mode="json"))
    assert KEY not in repr(host.model_dump())


def test_the_key_is_not_in_a_log(llm, host, caplog):
    logging.getLogger("genie").warning("settings %s and %r", llm, {"llm": llm, "host": host})
    assert "settings" in caplog.text
    assert KEY not in caplog.text


def test_the_key_is_not_in_a_traceback_that_shows_variables(llm):
    try:
        raise ValueError(llm)
    except ValueError as error:
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        text = "".join(shown.format())
    assert "ValueError" in text
    assert "llm = " in text
    # This test's own module holds the key by name; what is looked for is the key in the settings' text.
    assert KEY not in text


@pytest.mark.parametrize(
    "fields",
    [
        {"llm": {"api_key": KEY}},
        {"workspace": ".", "llm": {"api_key": [KEY]}},
        {"workspace": ".", "llm": {"key": KEY}},
        {"workspace": ".", "llm": {"api_key": KEY, "timeout_s": "soon"}},
        {"workspace": ".", "api_key": KEY},
        {"workspace": ".", "llm": KEY},
    ],
)
def test_the_key_is_not_in_the_error_of_wrong_settings(fields):
    with pytest.raises(pydantic.ValidationError) as caught:
        Settings.model_validate(fields)
    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "fields", [{"api_key": [KEY]}, {"key": KEY}, {"api_key": KEY, "model": None}, {"api_key": KEY, "secret": KEY}]
)
def test_the_key_is_not_in_the_error_of_wrong_model_settings(fields):
    with pytest.raises(pydantic.ValidationError) as caught:
        LLMSettings.model_validate(fields)
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_the_key_is_not_in_the_error_of_a_refused_change(llm):
    with pytest.raises(pydantic.ValidationError, match="frozen") as caught:
        llm.api_key = KEY
    assert KEY not in str(caught.value)


def test_who_needs_the_key_gets_it(llm):
    assert llm.api_key.get_secret_value() == KEY
    other = llm.model_copy(update={"model": "another"})
    assert other.api_key.get_secret_value() == KEY
    assert copy.deepcopy(llm) == llm
