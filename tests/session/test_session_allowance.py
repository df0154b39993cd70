"""Who trains, and how long they may: told before, kept to, and counted over all of their runs."""

import threading
from types import SimpleNamespace

import pytest

import genie_widgets as gw
from genie_widgets.schema import Finished, GenieError, RunRequest, RunStarted, encode_event, new_run_id
from genie_widgets.session import Session, SessionState, blockers, python_code, settings_from_env
from genie_widgets.session.actions import RunStartedHere
from genie_widgets.session.allowance import allowance
from genie_widgets.session.api import make_request
from genie_widgets.session.recipe import Source
from genie_widgets.session.reduce import reduce
from genie_widgets.store import People, RunFolder


@pytest.fixture
def trained(settings, make):
    """Give a function that writes a run of so many seconds that ended."""

    def write(person, seconds):
        folder = RunFolder.create(settings.workspace, new_run_id())
        request = RunRequest(
            run_id=folder.run_id, prompt="", plan=make.plan(), profile=make.profile(), created_at=0.0, person=person
        )
        folder.write_request(request)
        began = folder.append(RunStarted(time_limit_s=20))
        folder.append(Finished(status="done", total_s=0.0))
        # The log as it would stand if it had taken so long.
        events = (began, folder.events()[-1].model_copy(update={"time": began.time + seconds}))
        folder.events_path.write_text("".join(f"{encode_event(event)}\n" for event in events))
        return folder

    return write


@pytest.fixture
def limited(settings):
    return settings.model_copy(update={"seconds_each": 60})


def test_without_a_limit_there_is_nothing_to_count(settings):
    told = allowance(settings)
    assert (told.person, told.seconds_each, told.seconds_left) == ("", None, None)


def test_each_person_s_own_runs_are_counted(limited, trained):
    trained("Ana", 25)
    trained("Ana", 10)
    trained("Ben", 59)
    ana = limited.model_copy(update={"person": "Ana"})
    assert allowance(ana).seconds_left == 25
    assert allowance(limited).seconds_left == 60


def test_a_damaged_run_is_nobody_s(limited):
    folder = RunFolder.create(limited.workspace, new_run_id())
    folder.request_path.write_text("{")
    assert allowance(limited).seconds_left == 60


def test_more_than_is_left_is_refused_before_anything_begins(limited, trained, frame, make):
    trained("", 50)
    with pytest.raises(GenieError) as caught:
        gw.train(gw.read_table(frame), make.plan(time_limit_s=20), settings=limited)
    problem = caught.value.problem
    assert (problem.code, problem.culprit, problem.value) == ("allowance-spent", "time_limit_s", "20")
    assert "10 seconds or less" in problem.remedy
    assert len(list((limited.workspace / "runs").iterdir())) == 1


def test_who_has_nothing_left_is_told_to_ask(limited, trained, frame, make):
    trained("", 61)
    with pytest.raises(GenieError, match="Ask the host"):
        gw.train(gw.read_table(frame), make.plan(time_limit_s=20), settings=limited)


def test_of_two_runs_begun_in_the_same_instant_the_second_is_counted_with_the_first(limited, frame, make, monkeypatch):
    table, started, second_began = gw.read_table(frame), [], threading.Event()

    def start(folder, _table, request):
        started.append(request)
        if len(started) > 1:
            second_began.set()
        # As long as the first is being handed over, the second must not begin.
        second_began.wait(0.5)
        folder.write_request(request)

    def train():
        try:
            gw.train(table, make.plan(time_limit_s=40), settings=limited)
        except GenieError as error:
            refused.append(error.problem.code)

    refused = []
    worker = SimpleNamespace(begin=lambda: None)
    monkeypatch.setattr("genie_widgets.session.api.draft_worker", lambda _folder, _settings: worker)
    monkeypatch.setattr("genie_widgets.session.api.start", start)
    both = [threading.Thread(target=train) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    assert (len(started), refused) == (1, ["allowance-spent"])


@pytest.fixture
def session(limited, now, monkeypatch):
    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)
    made = Session(limited.model_copy(update={"shared": True}), now)
    yield made
    made.close()


def test_a_key_says_who_trains_and_what_is_left(session, trained):
    key = People(session.settings.workspace).enrol(["Ana"])["Ana"]
    trained("Ana", 45)
    session.identify(key)
    assert session.state.allowance.person == "Ana"
    assert session.state.allowance.seconds_left == 15


def test_a_key_of_nobody_s_is_told_and_changes_nothing(session):
    session.identify("of nobody")
    assert session.state.problem.code == "unknown-person"
    assert session.settings.person == ""


def test_the_button_says_that_a_plan_takes_more_than_is_left(session, trained, frame):
    trained("", 45)
    session.load_table(frame.assign(size=[1.5, 2.5] * 15))
    session.set_prompt("predict the species, 20 seconds")
    session.make_plan()
    assert "more training than you have left" in " ".join(blockers(session.state, "confirm"))
    session.confirm()
    assert session.state.problem.code == "allowance-spent"
    session.edit_plan(time_limit_s=15)
    assert blockers(session.state, "confirm") == ()


def test_more_time_for_a_run_is_counted_too(session, trained):
    folder = trained("", 45)
    session._run = gw.open_run(folder.run_id, session.settings)
    session._state = session.state.model_copy(update={"run_id": folder.run_id, "view": session._run.view})
    session.extend(30)
    assert session.state.problem.code == "allowance-spent"


def test_where_strangers_share_the_server_a_person_is_shown_their_own_runs(session, trained):
    mine, _ = trained("Ana", 1), trained("Ben", 1)
    trained("", 1)
    session.list_history()
    assert session.state.history == ()
    session.identify(People(session.settings.workspace).enrol(["Ana"])["Ana"])
    session.list_history()
    assert [run.run_id for run in session.state.history] == [mine.run_id]


@pytest.mark.parametrize(("value", "seed"), [("", 0), ("7", 7), ("x", 0), ("-1", 0)])
def test_the_environment_says_the_seed(monkeypatch, value, seed):
    monkeypatch.setenv("GENIE_SEED", value)
    assert settings_from_env().seed == seed


@pytest.mark.parametrize(("value", "seconds"), [("", None), ("15", 900), ("x", None)])
def test_the_environment_says_the_minutes(monkeypatch, value, seconds):
    monkeypatch.setenv("GENIE_MINUTES_EACH", value)
    assert settings_from_env().seconds_each == seconds


def test_a_hub_says_who_it_is_but_not_for_a_page_that_is_everybody_s(monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "ana")
    assert settings_from_env().person == "ana"
    monkeypatch.setenv("VOILA_BASE_URL", "/")
    assert settings_from_env().person == ""


def test_the_host_s_seed_stands_in_the_code_and_a_run_takes_it(make):
    state = reduce(SessionState(answer=make.plan()), RunStartedHere(run_id="a" * 32, seed=7))
    source = Source(kind="file", name="t.csv")
    shown = state.model_copy(update={"recipe": state.recipe.model_copy(update={"table": source, "prompt": "p"})})
    assert "gw.train(table, plan, prompt=prompt, seed=7)" in python_code(shown)


@pytest.mark.parametrize(("asked", "seed"), [(None, 7), (0, 0), (3, 3)])
def test_a_run_takes_the_host_s_seed_unless_it_is_given_another(settings, folder, frame, make, asked, seed):
    host = settings.model_copy(update={"seed": 7, "person": "Ana"})
    request = make_request(folder, gw.read_table(frame), make.plan(), "", asked, host)
    assert (request.seed, request.person) == (seed, "Ana")
