"""A model chooses one of our functions: what it is sent, and what of its answer is taken."""

import json

import pytest
from llm_server import CHAT, KEY, LLMServer, settings_for

from genie_widgets.intent import LLMFailedError, choose_tool

TOOLS = {"row": ("Why a row", {"row": {"type": "integer"}}), "quality": ("How good", {})}


@pytest.fixture
def chooser():
    """A server whose answers are tool calls, each the text of a test."""
    server = LLMServer()

    def wrapped(_path, text):
        call = {"id": "1", "type": "function", "function": json.loads(text)}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        choice = {"index": 0, "finish_reason": "tool_calls", "message": message}
        return json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})

    server.wrapped = wrapped
    yield server
    server.close()


def say(name, arguments):
    text = json.dumps({"name": name, "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments)})
    return lambda _path, _body: text


def test_it_is_sent_the_question_the_functions_and_the_names_of_columns_alone(chooser):
    chooser.answer = say("row", {"row": 12})
    assert choose_tool("why row 12?", ("age", "town"), TOOLS, settings_for(chooser)) == ("row", {"row": 12})
    ((path, _headers, body),) = chooser.requests
    sent = json.loads(body)
    assert path == CHAT
    assert json.loads(sent["messages"][1]["content"]) == {"question": "why row 12?", "columns": ["age", "town"]}
    assert [tool["function"]["name"] for tool in sent["tools"]] == ["row", "quality"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("delete", {}), ("row", "[1]"), ("row", "{"), ("row", {"row": KEY})],
)
def test_a_choice_that_is_none_is_a_failure(chooser, name, arguments):
    chooser.answer = say(name, arguments)
    with pytest.raises(LLMFailedError, match="none of the functions"):
        choose_tool("?", (), TOOLS, settings_for(chooser))


def test_words_instead_of_a_choice_and_errors_are_failures(chooser):
    chooser.wrapped = LLMServer.wrapped
    chooser.answer = lambda _path, _body: "the score is 0.99"
    with pytest.raises(LLMFailedError, match="none of the functions"):
        choose_tool("?", (), TOOLS, settings_for(chooser))
    chooser.answer = lambda _path, _body: (400, "no")
    with pytest.raises(LLMFailedError, match="no usable answer"):
        choose_tool("?", (), TOOLS, settings_for(chooser, max_retries=0))
