"""A plan is changed in words and by controls, each change is taken back, and a language model can be done without."""

import threading

import pytest
from llm_server import KEY, LATE, LLMServer, answer, settings_for

from genie_widgets.session import Session, Stage


@pytest.fixture
def server():
    made = LLMServer()
    yield made
    made.close()


@pytest.fixture
def planned(session):
    session.load_sample("penguins")
    session.set_prompt("predict the species, 2 minutes")
    session.make_plan()
    return session


@pytest.fixture
def threaded(settings, monkeypatch):
    """Give a session with threads of its own: something can happen while it waits."""
    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)
    made = Session(settings)
    made.load_sample("penguins")
    assert made.wait_idle()
    yield made
    made.close()


def test_a_sentence_changes_the_plan_and_is_taken_back(planned):
    before = planned.state.plan
    planned.follow_up("also drop the year")
    planned.follow_up("use F1 instead")
    state = planned.state
    assert (state.plan.ignore, state.plan.metric) == (("year",), "f1_macro")
    assert state.said == ("predict the species, 2 minutes", "also drop the year", "use F1 instead")
    planned.undo()
    assert (planned.state.plan.ignore, planned.state.plan.metric) == (("year",), "accuracy")
    planned.follow_up("undo")
    assert planned.state.plan == before
    assert planned.state.said == ("predict the species, 2 minutes",)
    planned.undo()
    assert planned.state.plan == before, "nothing is left to take back"


def test_a_change_by_a_control_is_taken_back_too(planned):
    before = planned.state.plan
    planned.edit_plan(target="body_mass_g")
    assert [change.field for change in planned.state.plan.changes_since(before)][:2] == ["target", "problem_type"]
    assert planned.state.said == ("predict the species, 2 minutes",)
    planned.undo()
    assert planned.state.plan == before
    planned.edit_plan(metric=before.metric)
    assert planned.state.plan.metric == before.metric


def test_columns_are_left_out_and_taken_back(planned):
    planned.leave_out(["island", "year"])
    assert set(planned.state.plan.ignore) == {"island", "year"}
    planned.leave_out(["island"])
    assert planned.state.plan.ignore == ("island",)
    n = len(planned.state.past)
    planned.leave_out(["island"])
    assert len(planned.state.past) == n, "nothing was changed"


def test_an_unclear_change_is_a_question_and_its_answer_keeps_the_rest(planned):
    planned.follow_up("also drop the year")
    planned.follow_up("predict the bill instead")
    assert planned.state.stage == Stage.ASKED
    planned.answer("bill_length_mm")
    plan = planned.state.plan
    assert (plan.target, plan.asked_to_ignore, plan.time_limit_s) == ("bill_length_mm", ("year",), 120)
    planned.undo()
    assert planned.state.plan.target == "species"


def test_a_question_about_a_change_can_be_left(planned):
    before = planned.state.plan
    planned.follow_up("predict the bill instead")
    assert planned.state.plan is None
    planned.undo()
    assert planned.state.plan == before


@pytest.mark.parametrize("text", ["thanks, looks fine", "find groups of similar penguins"])
def test_what_changes_nothing_is_a_notice_and_the_plan_stays(planned, text):
    before = planned.state.plan
    planned.follow_up(text)
    assert planned.state.plan == before
    assert planned.state.problem.code.startswith("follow-up-")
    assert planned.state.busy == ""


def test_another_sentence_or_table_forgets_the_changes(planned):
    planned.follow_up("also drop the year")
    planned.set_prompt("predict the sex")
    assert planned.state.past == ()
    planned.make_plan()
    planned.follow_up("also drop the year")
    planned.make_plan()
    assert planned.state.past == ()


def test_what_was_said_is_the_runs_record(planned, monkeypatch):
    asked = []
    monkeypatch.setattr("genie_widgets.session.session.make_request", lambda *given: asked.append(given[3]) or 1 / 0)
    monkeypatch.setattr(planned, "_draft", type("Draft", (), {"folder": None, "terminate": lambda self: None})())
    planned.follow_up("also drop the year")
    planned.confirm()
    assert asked == ["predict the species, 2 minutes\nalso drop the year"]
    planned._draft = None


def test_what_a_model_would_be_sent_is_known_before_and_what_it_was_after(session, server):
    assert session.would_be_sent() is None
    session.load_sample("penguins")
    session.set_prompt("predict the species")
    session.use_llm(settings_for(server, prices=(1.0, 2.0)))
    planned = session.would_be_sent()
    assert (planned.status, planned.with_values) == ("planned", False)
    assert server.requests == []
    server.answer = lambda _path, _body: answer(target="species")
    seen = []
    session.subscribe(lambda state: seen.append(state.exchange and state.exchange.status))
    session.make_plan()
    exchange = session.state.exchange
    assert exchange.text == planned.text
    assert (exchange.status, exchange.input_tokens, exchange.cost) == ("answered", 100, pytest.approx(140e-6))
    assert list(dict.fromkeys(seen)) == [None, "asking", "answered"]
    assert KEY not in session.state.model_dump_json()
    change = session.would_be_sent("also drop the year")
    assert "also drop the year" in change.text
    assert change.instructions != planned.instructions


def test_a_person_waits_for_the_model_no_longer(threaded, server):
    server.answer = lambda _path, _body: LATE
    threaded.use_llm(settings_for(server, timeout_s=60))
    threaded.set_prompt("predict the species")
    threaded.make_plan()
    assert server.waits.wait(30)
    assert threaded.state.is_asking
    threaded.stop_asking()
    assert threaded.wait_idle()
    assert threaded.state.plan.target == "species"
    assert threaded.state.exchange.status == "stopped"
    assert server.client_gone.wait(30)


@pytest.mark.parametrize(
    "leave",
    [
        lambda session: session.set_prompt("predict the sex"),
        lambda session: session.load_sample("weather"),
        lambda session: session.close(),
    ],
)
def test_who_goes_on_to_something_else_leaves_no_request_behind(threaded, server, leave):
    server.answer = lambda _path, _body: LATE
    threaded.use_llm(settings_for(server, timeout_s=60))
    threaded.set_prompt("predict the species")
    threaded.make_plan()
    assert server.waits.wait(30)
    leave(threaded)
    assert server.client_gone.wait(30)
    assert threaded.wait_idle()
    assert len(server.requests) == 1


def test_the_plan_cannot_be_changed_in_words_before_there_is_one(session):
    before = session.state
    session.follow_up("also drop the year")
    session.undo()
    session.stop_asking()
    session.leave_out(["year"])
    assert session.state == before


def test_a_change_that_comes_after_another_sentence_changes_nothing(threaded, server):
    threaded.set_prompt("predict the species")
    threaded.make_plan()
    assert threaded.wait_idle()
    given = threading.Event()

    def slow(_path, _body):
        given.wait(30)
        return answer(target=None)

    server.answer = slow
    threaded.use_llm(settings_for(server, timeout_s=60))
    threaded.follow_up("also drop the year")
    threaded.set_prompt("predict the sex")
    given.set()
    assert threaded.wait_idle()
    assert (threaded.state.answer, threaded.state.busy) == (None, "")
