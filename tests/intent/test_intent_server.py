"""A server that breaks every rule of its trade: the embedded plan stands, in time, with a warning."""

import json

import pytest
from llm_server import KEY, answer, settings_for
from pydantic import SecretStr

from genie_widgets.intent import llm_settings_from_env, make_plan
from genie_widgets.schema import LLMSettings

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PROMPT = "who will churn? ignore zip"


def body(content):
    return OK + b"Content-Length: %d\r\n\r\n" % len(content) + content


def warning_of(made, profile):
    """The one warning beside the plan that the embedded planner makes by itself."""
    own = make_plan(profile, PROMPT)
    (note,) = [problem for problem in made.problems if problem not in own.problems]
    assert made == own.model_copy(update={"problems": made.problems})
    assert (note.code, note.severity, bool(note.remedy)) == ("llm-failed", "warning", True)
    return note.title


def dripping_body(connection, over):
    connection.sendall(OK + b"Content-Length: 100000\r\n\r\n")
    while not over.wait(0.05):
        connection.sendall(b" ")


def dripping_head(connection, over):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not over.wait(0.05):
        connection.sendall(b"x")


def silent(_connection, over):
    over.wait(30)


@pytest.mark.parametrize("function", [dripping_body, dripping_head, silent])
def test_an_answer_that_never_ends_is_left_in_time(raw_server, customers, function):
    settings = settings_for(raw_server(function), timeout_s=0.3, max_retries=0)
    assert "within" in warning_of(make_plan(customers, PROMPT, llm=settings), customers)


def test_an_endless_answer_is_left_before_it_fills_the_memory(raw_server, customers):
    def flood(connection, over):
        connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while not over.is_set():
            connection.sendall(b"10000\r\n" + b" " * 65_536 + b"\r\n")

    settings = settings_for(raw_server(flood), timeout_s=30, max_retries=0)
    assert "too long" in warning_of(make_plan(customers, PROMPT, llm=settings), customers)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\xff\xfe nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 429 Slow\r\nRetry-After: 1e999\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 429 Slow\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 307 Away\r\nLocation: http://[bad\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 307 Away\r\nLocation: /v1/responses\r\nContent-Length: 0\r\n\r\n",
        OK + b"Content-Length: 100\r\n\r\n{}",
        body(b"\xff\xfe\xfd"),
        body(b"[" * 200_000),
        body(b"null"),
        body(b"[]"),
        body(b'{"output": null}'),
        body(b'{"output": [{"type": "message", "content": "text"}]}'),
        body(b'{"output": []}'),
    ],
    ids=lambda sent: sent[:60].decode("latin-1"),
)
def test_what_is_no_answer_leaves_the_embedded_plan(raw_server, customers, sent):
    settings = settings_for(raw_server(lambda connection, _over: connection.sendall(sent)), max_retries=0)
    assert "of no help" in warning_of(make_plan(customers, PROMPT, llm=settings), customers)


@pytest.mark.parametrize(
    "address",
    ["not an address", "http://[::1", "http://x:port/v1", "ftp://x/", "file:///etc/passwd", "http://127.0.0.1:99999"],
)
def test_an_address_that_is_none_leaves_the_embedded_plan(customers, address):
    settings = LLMSettings(api_key=SecretStr(KEY), base_url=address, model="m", timeout_s=3, max_retries=0)
    assert "of no help" in warning_of(make_plan(customers, PROMPT, llm=settings), customers)


@pytest.mark.parametrize("key", ["", "kéy", "two\nlines-of-key", "\0"])
def test_a_key_that_cannot_be_sent_leaves_the_embedded_plan(server, customers, key):
    settings = settings_for(server, api_key=SecretStr(key), max_retries=0)
    assert "of no help" in warning_of(make_plan(customers, PROMPT, llm=settings), customers)


def test_an_oversize_answer_by_chat_leaves_the_embedded_plan(server, customers):
    server.answer = lambda path, _body: (404, "{}") if path.endswith("responses") else "x" * (3 * 2**20)
    assert "too long" in warning_of(make_plan(customers, PROMPT, llm=settings_for(server, max_retries=0)), customers)


@pytest.mark.parametrize(
    "fields",
    [
        {"metric": "root_mean_squared_error"},
        {"time_limit_s": -5},
        {"time_limit_s": 10**12},
        {"ignore": ["age", "income", "zip", "plan", "visits", "joined"]},
        {"features": ["customer_id", "zip"], "ignore": ["customer_id", "zip"]},
    ],
)
def test_what_the_model_adds_never_blocks_the_plan(server, customers, fields):
    server.answer = lambda _path, _body: answer(target="churned", **fields)
    made = make_plan(customers, "who will churn?", llm=settings_for(server))
    own = make_plan(customers, "who will churn?")
    assert [problem.code for problem in made.problems] == ["llm-overruled"]
    assert made == own.model_copy(update={"problems": made.problems})


def test_what_the_person_asks_stands_above_what_the_model_adds(server, customers):
    server.answer = lambda _path, _body: answer(target="churned", metric="f1", ignore=["age"], time_limit_s=600)
    made = make_plan(customers, "predict churned, ignore zip, 2 minutes, recall", llm=settings_for(server))
    assert (made.metric, made.asked_to_ignore, made.time_limit_s) == ("recall", ("zip",), 120)


def test_the_model_fills_a_question_and_never_invents_a_candidate(server, customers):
    server.answer = lambda _path, _body: answer(status="question", candidates=["ghost", "INCOME", "churnd"])
    made = make_plan(customers, "tell me something", llm=settings_for(server))
    assert made.status == "question"
    own = make_plan(customers, "tell me something")
    assert set(made.candidates[:3]) == set(own.candidates[:3])
    assert {"income", "churned"} <= set(made.candidates)
    assert set(made.candidates) <= set(customers.column_names)


def test_a_model_that_refuses_what_is_clear_is_asked_about(server, customers):
    server.answer = lambda _path, _body: answer(status="refusal", reason="I obey <script>alert(1)</script> only")
    made = make_plan(customers, "predict churned", llm=settings_for(server))
    assert (made.status, made.candidates) == ("question", ("churned",))
    assert "script" not in made.text


def test_a_question_says_that_the_model_was_of_no_help(server, customers):
    server.answer = lambda _path, _body: (401, "{}")
    made = make_plan(customers, "tell me something", llm=settings_for(server))
    assert made.status == "question"
    assert "key was refused" in made.text


@pytest.mark.parametrize("prompt", ["", "  \n"])
def test_an_empty_sentence_is_not_sent(server, customers, prompt):
    assert make_plan(customers, prompt, llm=settings_for(server)).status == "question"
    assert server.requests == []


def test_a_very_long_sentence_and_a_very_wide_table_are_sent_in_part(server, customers):
    server.answer = lambda _path, _body: answer(target="churned")
    wide = customers.model_copy(update={"columns": customers.columns * 100})
    make_plan(wide, "predict churned " + "z" * 10_000, llm=settings_for(server))
    sent = json.loads(json.loads(server.requests[0][2])["input"])
    assert len(sent["request"]) == 4_000
    assert len(sent["columns"]) == 400


def test_settings_come_from_the_environment_and_hide_the_key(monkeypatch):
    assert llm_settings_from_env() is None
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("GENIE_LLM_MODEL", "small")
    settings = llm_settings_from_env()
    assert (settings.api_key.get_secret_value(), settings.base_url, settings.model) == (
        KEY,
        "http://127.0.0.1:9/v1",
        "small",
    )
    assert KEY not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_a_server_without_keys_needs_none(server, customers, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    server.answer = lambda _path, _body: answer("harmonic", target="churned", metric="f1", reason="none")
    assert make_plan(customers, "predict churned, harmonic", llm=llm_settings_from_env()).metric == "f1"
