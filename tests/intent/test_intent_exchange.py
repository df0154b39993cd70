"""What is sent is told to the letter before it is, and its bill after; it can be stopped; every address is found."""

import json
import threading
import time
from email.utils import formatdate

import pytest
from llm_server import CHAT, KEY, LATE, RESPONSES, answer, settings_for
from pydantic import SecretStr

from genie_widgets.intent import Stopper, llm_settings_from_env, make_plan, planned_exchange, sent_to_llm
from genie_widgets.intent.addresses import server_of
from genie_widgets.schema import LLMSettings

PROMPT = "who will churn?"


def good(_path, _body):
    return answer(target="churned")


def test_what_is_sent_is_told_before_and_its_bill_after(server, customers):
    seen = []

    def see(exchange):
        seen.append((exchange, len(server.requests)))

    server.answer = good
    settings = settings_for(server, prices=(2.0, 10.0))
    planned = planned_exchange(customers, PROMPT, settings)
    make_plan(customers, PROMPT, llm=settings, on_exchange=see)
    (asking, before), (end, after) = seen
    assert (planned.status, asking.status, end.status) == ("planned", "asking", "answered")
    assert (before, after) == (0, 1)
    assert asking == planned.model_copy(update={"status": "asking"})
    assert (planned.text, planned.with_values) == (sent_to_llm(customers, PROMPT), False)
    assert (end.requests, end.input_tokens, end.output_tokens) == (1, 100, 20)
    assert end.cost == pytest.approx((100 * 2 + 20 * 10) / 1e6)
    assert KEY not in end.model_dump_json()


def test_without_prices_or_without_tokens_no_cost_is_told(server, customers, monkeypatch):
    seen = []
    server.answer = good
    make_plan(customers, PROMPT, llm=settings_for(server), on_exchange=seen.append)
    assert (seen[-1].input_tokens, seen[-1].cost) == (100, None)
    wrapped = server.wrapped

    def silent(path, text):
        return json.dumps({name: value for name, value in json.loads(wrapped(path, text)).items() if name != "usage"})

    monkeypatch.setattr(server, "wrapped", silent)
    make_plan(customers, PROMPT, llm=settings_for(server, prices=(1, 1)), on_exchange=seen.append)
    assert (seen[-1].status, seen[-1].input_tokens, seen[-1].cost) == ("answered", None, None)


def test_tokens_of_every_request_count(server, customers):
    seen = []
    server.answer = lambda path, _body: "the weather is fine" if path == RESPONSES else answer(target="churned")
    make_plan(customers, PROMPT, llm=settings_for(server), on_exchange=seen.append)
    assert [path for path, _, _ in server.requests] == [RESPONSES, CHAT]
    assert (seen[-1].status, seen[-1].requests, seen[-1].input_tokens) == ("answered", 2, 200)


@pytest.mark.parametrize("given", [(401, "{}"), (404, "{}"), "no plan"])
def test_a_failure_is_told_with_its_reason(server, customers, given):
    seen = []
    server.answer = lambda _path, _body: given
    make_plan(customers, PROMPT, llm=settings_for(server, max_retries=0), on_exchange=seen.append)
    assert seen[-1].status == "failed"
    assert seen[-1].why


def test_the_asking_is_stopped_at_once_and_the_server_is_let_go(server, customers):
    server.answer = lambda _path, _body: LATE
    stopper, seen, made = Stopper(), [], []
    settings = settings_for(server, timeout_s=60)

    def plan():
        made.append(make_plan(customers, PROMPT, llm=settings, on_exchange=seen.append, stopper=stopper))

    thread = threading.Thread(target=plan)
    thread.start()
    assert server.waits.wait(30)
    stopper.stop()
    thread.join(30)
    assert not thread.is_alive()
    assert server.client_gone.wait(30), "the connection is closed: the server need not go on"
    assert made[0].target == "churned", "the embedded planner's plan"
    assert "you stopped it" in made[0].problems[-1].title
    assert seen[-1].status == "stopped"
    assert len(server.requests) == 1


def test_what_is_stopped_before_it_begins_is_not_waited_for(server, customers):
    server.answer = lambda _path, _body: LATE
    stopper = Stopper()
    stopper.stop()
    made = make_plan(customers, PROMPT, llm=settings_for(server, timeout_s=60), stopper=stopper)
    assert "you stopped it" in made.problems[-1].title


@pytest.mark.parametrize("header", [{"Retry-After": "0.2"}, {"retry-after-ms": "200", "Retry-After": "50"}])
def test_a_busy_server_is_asked_again_when_it_says_and_not_before(server, customers, header):
    times = []

    def busy(_path, _body):
        times.append(time.monotonic())
        return (429, "{}", header) if len(times) == 1 else answer(target="churned")

    server.answer = busy
    made = make_plan(customers, PROMPT, llm=settings_for(server, timeout_s=30))
    assert made.problems == ()
    assert times[1] - times[0] >= 0.2


@pytest.mark.parametrize("told", ["60", formatdate(time.time() + 3600, usegmt=True), "1e999"])
def test_a_server_that_is_busy_for_longer_than_there_is_time_is_not_asked_again(server, customers, told):
    server.answer = lambda _path, _body: (429, "{}", {"Retry-After": told})
    made = make_plan(customers, PROMPT, llm=settings_for(server, timeout_s=20))
    assert "limit of requests is used up" in made.problems[-1].title
    assert len(server.requests) == 1


def test_all_ways_together_are_tried_again_no_oftener_than_allowed(server, customers):
    server.answer = lambda _path, _body: (500, "{}", {"Retry-After": "0"})
    made = make_plan(customers, PROMPT, llm=settings_for(server, max_retries=2))
    assert "fault" in made.problems[-1].title
    assert len(server.requests) == 3 + 2


def test_a_server_that_fails_at_a_way_of_asking_is_asked_in_the_next_at_once(server, customers):
    """As llama-cpp-python's does: a schema makes it answer with status 500."""

    def fails(path, body):
        if path == RESPONSES:
            return 404, "{}"
        return (500, "{}") if "response_format" in body else answer(target="churned")

    server.answer = fails
    assert make_plan(customers, PROMPT, llm=settings_for(server)).problems == ()
    assert [path for path, _, _ in server.requests] == [RESPONSES, CHAT, CHAT]


def test_a_model_that_the_server_does_not_know_is_named(server, customers):
    server.answer = lambda _path, _body: (404, '{"error": "model not found"}')
    made = make_plan(customers, PROMPT, llm=settings_for(server, model="gpt-nought"))
    assert "no model called gpt-nought" in made.problems[-1].title


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("", None),
        ("https://api.openai.com/v1", "https://api.openai.com/v1/"),
        ("localhost:11434", "http://localhost:11434/v1/"),
        ("http://localhost:11434/api/chat", "http://localhost:11434/v1/"),
        ("http://192.168.1.7:8000/v1/chat/completions", "http://192.168.1.7:8000/v1/"),
        ("127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1/"),
        ("llm.example.org/proxy/v2", "https://llm.example.org/proxy/v2/"),
        ("https://me.openai.azure.com", "https://me.openai.azure.com/openai/v1/"),
        ("https://me.openai.azure.com/openai/v1/responses", "https://me.openai.azure.com/openai/v1/"),
        ("https://me.services.ai.azure.com/", "https://me.services.ai.azure.com/openai/v1/"),
    ],
)
def test_the_address_is_found_from_what_people_paste(given, asked):
    base, model, host = server_of(LLMSettings(api_key=SecretStr(KEY), base_url=given or None, model="m"))
    assert (base, model) == (asked, "m")
    assert host in (asked or "api.openai.com")


def test_an_old_address_of_azure_gives_the_model_too():
    pasted = "https://me.openai.azure.com/openai/deployments/gpt-x/chat/completions?api-version=2024-10-21"
    base, model, host = server_of(LLMSettings(api_key=SecretStr(KEY), base_url=pasted, model="m"))
    assert (base, model, host) == ("https://me.openai.azure.com/openai/v1/", "gpt-x", "me.openai.azure.com")


def test_a_password_in_the_address_is_not_shown(customers):
    settings = LLMSettings(api_key=SecretStr(KEY), base_url="http://me:hidden@127.0.0.1:9/v1", model="m")
    assert "hidden" not in planned_exchange(customers, PROMPT, settings).model_dump_json()


@pytest.mark.parametrize("tail", ["", "/", "/v1", "/v1/chat/completions", "/api/chat"])
def test_a_local_server_is_reached_however_it_is_written(server, customers, tail):
    server.answer = good
    address = server.url.removeprefix("http://").removesuffix("/v1") + tail
    made = make_plan(customers, PROMPT, llm=settings_for(server, base_url=address))
    assert made.problems == ()
    assert [path for path, _, _ in server.requests] == [RESPONSES]


def test_time_and_prices_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("GENIE_LLM_TIMEOUT_S", "90")
    monkeypatch.setenv("GENIE_LLM_PRICES", "0.4, 1.6")
    settings = llm_settings_from_env()
    assert (settings.timeout_s, settings.prices) == (90, (0.4, 1.6))
    monkeypatch.setenv("GENIE_LLM_TIMEOUT_S", "soon")
    monkeypatch.setenv("GENIE_LLM_PRICES", "free")
    assert llm_settings_from_env() == LLMSettings(api_key=SecretStr(KEY))
