"""The language model's answers are data: a good one helps, a bad one does no harm, and no cell is ever sent."""

import json

import pandas as pd
import pytest
from llm_server import CHAT, KEY, LATE, RESPONSES, LLMServer, answer, settings_for

from genie_widgets.data import read_table
from genie_widgets.intent import make_plan, sent_to_llm

CELL = "Zanzibarian"


@pytest.fixture(scope="module")
def profile():
    frame = pd.DataFrame(
        {
            "town": [f"{CELL}{i % 7}" for i in range(60)],
            "left": ["yes", "no", "no"] * 20,
            "spent": [float(i * 37 % 101) for i in range(60)],
            "visits": [i % 9 for i in range(60)],
        }
    )
    return read_table(frame, name="people").profile


def is_embedded_with_a_warning(made, profile, prompt):
    own = make_plan(profile, prompt)
    assert made.status == own.status == "plan"
    assert made.target == own.target
    assert [problem.code for problem in made.problems if problem not in own.problems] == ["llm-failed"]
    return next(problem for problem in made.problems if problem.code == "llm-failed")


def test_a_good_answer_fills_what_the_sentence_left_open(server, profile):
    server.answer = lambda _path, _body: answer("harmonic measure", target="left", ignore=["town"], metric="f1")
    made = make_plan(profile, "who left? take the harmonic measure", llm=settings_for(server))
    assert made.status == "plan"
    assert (made.target, made.metric, made.ignore) == ("left", "f1", ("town",))
    assert {e.field for e in made.evidence if e.source == "llm"} >= {"metric", "ignore"}


def test_no_cell_and_no_key_is_in_what_is_sent(server, profile):
    server.answer = lambda _path, _body: answer(target="left")
    seen = []
    make_plan(profile, "who left?", llm=settings_for(server), on_exchange=seen.append)
    _, headers, body = server.requests[0]
    assert CELL not in body
    assert KEY not in body
    assert {name.lower(): value for name, value in headers.items()}["authorization"] == f"Bearer {KEY}"
    # The panel shows exactly this text.
    assert {exchange.text for exchange in seen} == {sent_to_llm(profile, "who left?")}
    assert json.loads(body)["input"] == seen[0].text
    assert json.loads(body)["instructions"] == seen[0].instructions
    assert json.loads(body)["store"] is False


def test_an_old_server_is_asked_by_chat_and_then_without_a_schema(server, profile):
    def old(path, body):
        if path == RESPONSES:
            return 404, "{}"
        return (400, "{}") if "response_format" in body else f"Here you are:\n```json\n{answer(target='left')}\n```"

    server.answer = old
    made = make_plan(profile, "who left?", llm=settings_for(server))
    assert [path for path, _, _ in server.requests] == [RESPONSES, CHAT, CHAT]
    assert made.target == "left"
    assert not [problem for problem in made.problems if problem.code == "llm-failed"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((401, '{"error": {"message": "bad key"}}'), "key was refused"),
        ((403, "{}"), "key was refused"),
        ((500, "{}"), "fault"),
        ((429, "{}"), "limit of requests"),
        ("I would rather talk about the weather.", "form of a plan"),
        ("", "form of a plan"),
        ('{"status": "plan"', "form of a plan"),
        ("[]", "form of a plan"),
        ("x" * 500_000, "form of a plan"),
    ],
)
def test_a_bad_answer_leaves_the_embedded_plan_and_says_so(server, profile, given, words):
    server.answer = lambda _path, _body: given
    prompt = "who left? ignore the town"
    made = make_plan(profile, prompt, llm=settings_for(server, max_retries=0))
    problem = is_embedded_with_a_warning(made, profile, prompt)
    assert words in problem.title
    assert KEY not in made.model_dump_json()


def test_a_body_that_is_no_json_leaves_the_embedded_plan(server, profile, monkeypatch):
    monkeypatch.setattr(server, "wrapped", lambda _path, _text: "<html>a proxy's page</html>")
    server.answer = lambda _path, _body: "{}"
    made = make_plan(profile, "who left?", llm=settings_for(server, max_retries=0))
    is_embedded_with_a_warning(made, profile, "who left?")


def test_a_slow_server_is_left_in_time(server, profile):
    server.answer = lambda _path, _body: LATE
    settings = settings_for(server, timeout_s=0.5)
    made = make_plan(profile, "who left?", llm=settings)
    assert "within" in is_embedded_with_a_warning(made, profile, "who left?").title


def test_a_server_that_is_down_is_told(profile):
    gone = LLMServer()
    gone.close()
    made = make_plan(profile, "who left?", llm=settings_for(gone, max_retries=0))
    assert "could not be reached" in is_embedded_with_a_warning(made, profile, "who left?").title


def test_a_moments_fault_is_tried_again(server, profile):
    given = [(503, "{}"), answer("harmonic measure", target="left", metric="f1")]
    server.answer = lambda _path, _body: given.pop(0)
    made = make_plan(profile, "who left? harmonic measure", llm=settings_for(server, max_retries=1))
    assert made.metric == "f1"


@pytest.mark.parametrize("target", ["salary", "__import__('os')", "<script>", "", "town; DROP TABLE"])
def test_a_column_that_does_not_exist_is_never_planned(server, profile, target):
    server.answer = lambda _path, _body: answer(target=target, ignore=["nobody", "town"], features=["ghost"])
    made = make_plan(profile, "who left?", llm=settings_for(server))
    columns = set(profile.column_names)
    assert made.status == "plan"
    assert {made.target, *made.ignore, *(made.features or ())} <= columns


def test_the_data_overrule_the_model(server, profile):
    server.answer = lambda _path, _body: answer(target="left", problem_type="regression")
    made = make_plan(profile, "who left?", llm=settings_for(server))
    assert made.problem_type == "binary"
    assert "llm-type" in {problem.code for problem in made.problems}


def test_two_planners_that_differ_ask(server, profile):
    server.answer = lambda _path, _body: answer(target="visits")
    made = make_plan(profile, "predict left", llm=settings_for(server))
    assert made.status == "question"
    assert set(made.candidates[:2]) == {"left", "visits"}
