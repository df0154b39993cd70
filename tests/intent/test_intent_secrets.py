"""No cell leaves the machine, and no key is kept: not in what is sent, not in the plan, not in a log."""

import json
import logging
import traceback

import pandas as pd
import pytest
from llm_server import CHAT, KEY, RESPONSES, answer, settings_for
from pydantic import SecretStr

from genie_widgets.data import read_table
from genie_widgets.intent import llm, make_plan, revise_plan, sent_to_llm
from genie_widgets.schema import LLMSettings

PROMPT = "who left? ignore the note"
# One for each kind of column, each found nowhere but in a cell.
CELLS = ("Zanzibarian", "Q7734", "1977-03-11", "7341.25", "86421", "a remark of Mrs Quillfeather", "gone-away")


@pytest.fixture(scope="module")
def profile():
    n = 60
    frame = pd.DataFrame(
        {
            "town": [f"Zanzibarian{i % 7}" for i in range(n)],
            "id": [f"Q7734{i}" for i in range(n)],
            "born": pd.date_range("1977-03-11", periods=n),
            "spent": [7341.25 + i * 7 % 31 for i in range(n)],
            "size": [86421 - i * 11 % 17 for i in range(n)],
            "note": [f"a remark of Mrs Quillfeather on day {i}" for i in range(n)],
            "left": ["gone-away", "here", "here"] * 20,
        }
    )
    return read_table(frame, name="people").profile


@pytest.fixture
def logs(caplog, capfd, monkeypatch):
    """All that any library logs or prints, at its most talkative."""
    monkeypatch.setenv("OPENAI_LOG", "debug")
    caplog.set_level(logging.DEBUG)
    for name in ("openai", "openai._base_client", "httpx", "httpcore", "httpx2", "httpcore2", "genie_widgets"):
        caplog.set_level(logging.DEBUG, logger=name)

    def read():
        out, err = capfd.readouterr()
        told = [record.getMessage() + repr(record.args) + str(record.exc_info) for record in caplog.records]
        return "\n".join([*told, out, err])

    return read


def by_responses(_path, _body):
    return answer(target="left", ignore=["note"])


def by_chat(path, _body):
    return (404, "{}") if path == RESPONSES else by_responses(path, _body)


def by_plain_chat(path, body):
    return (400, "{}") if path == RESPONSES or "response_format" in body else by_responses(path, body)


WAYS = [by_responses, by_chat, by_plain_chat]
FAILURES = [
    lambda _path, _body: (401, json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}})),
    lambda _path, _body: (500, f"your key was {KEY}"),
    lambda _path, _body: f"no plan, but your key: {KEY}",
    lambda _path, _body: answer(target="left", reason=f"your key is {KEY}"),
    lambda _path, _body: answer(target="left", ignore=[KEY]),
    lambda _path, _body: answer(target=KEY),
    lambda _path, _body: answer(status="question", candidates=[KEY]),
]


@pytest.mark.parametrize("way", WAYS)
def test_no_cell_is_sent_in_any_way_of_asking(server, profile, way):
    server.answer = way
    make_plan(profile, PROMPT, llm=settings_for(server))
    assert [path for path, _, _ in server.requests] == [RESPONSES, CHAT, CHAT][: 1 + WAYS.index(way)]
    for path, headers, body in server.requests:
        sent = json.dumps([path, headers, body]) + body
        assert [cell for cell in CELLS if cell in sent] == []
        assert "here" not in json.dumps(json.loads(sent_to_llm(profile, PROMPT))["columns"])


@pytest.mark.parametrize("way", WAYS)
def test_cells_are_sent_only_where_the_person_allows_it_and_then_only_those_that_are_told(server, profile, way):
    server.answer = way
    settings = settings_for(server, with_values=True)
    plan = make_plan(profile, PROMPT, llm=settings)
    revise_plan(plan, profile, "10 minutes", llm=settings)
    assert len(server.requests) == 2 * (1 + WAYS.index(way))
    for _, _, body in server.requests:
        # The commonest values of columns of few values, the least and the greatest of numbers and dates;
        # never those of ids and of free text.
        assert [cell for cell in CELLS if cell in body] == [
            "Zanzibarian",
            "1977-03-11",
            "7341.25",
            "86421",
            "gone-away",
        ]


@pytest.mark.parametrize("way", WAYS)
def test_no_cell_is_sent_with_a_change_of_a_plan_whose_fields_hold_one(server, profile, way):
    plan = make_plan(profile, PROMPT)
    assert plan.positive_class == "gone-away"
    server.answer = way
    revise_plan(plan, profile, "10 minutes", llm=settings_for(server))
    assert server.requests
    for path, headers, body in server.requests:
        sent = json.dumps([path, headers, body]) + body
        assert [cell for cell in CELLS if cell in sent] == []


def test_no_cell_is_sent_unless_it_is_asked_for():
    assert not LLMSettings(api_key=SecretStr(KEY)).with_values


@pytest.mark.parametrize("way", [*WAYS, *FAILURES])
def test_the_key_is_sent_in_the_authorization_header_alone(server, profile, way):
    server.answer = way
    make_plan(profile, PROMPT, llm=settings_for(server, max_retries=0))
    for path, headers, body in server.requests:
        holders = [name.lower() for name, value in headers.items() if KEY in value]
        assert holders == ["authorization"]
        assert KEY not in path + body


@pytest.mark.parametrize("way", [*WAYS, *FAILURES])
def test_no_cell_and_no_key_is_in_the_plan_or_in_a_log(server, profile, logs, way):
    server.answer = way
    made = make_plan(profile, PROMPT, llm=settings_for(server, max_retries=0))
    assert made.status == "plan"
    told = logs()
    assert "POST" in told  # the libraries did talk
    assert [cell for cell in (*CELLS, KEY) if cell in told] == []
    # The positive class is a cell by its nature; it is in the plan that stays here, and was not sent.
    kept = made.model_dump_json()
    assert [cell for cell in (*CELLS, KEY) if cell in kept and cell != made.positive_class] == []


def test_an_error_on_the_way_shows_no_key(server, profile):
    server.answer = FAILURES[0]
    settings = settings_for(server)
    with pytest.raises(llm.LLMFailedError) as caught:
        llm.ask_llm(llm.planned_exchange(profile, PROMPT, settings), settings)
    error, told = caught.value, []
    while error is not None and error not in told:
        told.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    assert KEY not in "".join("".join(traceback.format_exception(one)) for one in told)


def test_a_place_holder_for_a_key_may_be_any_word(server, profile):
    server.answer = lambda _path, _body: answer("harmonic", target="left", metric="f1", reason="none of the others")
    made = make_plan(profile, f"{PROMPT}. harmonic", llm=settings_for(server, api_key=SecretStr("none")))
    assert made.metric == "f1"
