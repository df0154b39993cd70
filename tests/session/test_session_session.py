"""A session with an executor that does everything at once: from a table to the plan, and all that can go wrong."""

import re
import threading

import pytest

import genie_widgets as gw
from genie_widgets.data import samples
from genie_widgets.schema import Finished, GenieError, Problem, RunStarted, Settings
from genie_widgets.session import Session, Stage, blockers
from genie_widgets.store import RunFolder, list_run_ids

TARGETS = {"flights": "late", "penguins": "species", "weather": "temperature", "birdstrikes": "Effect Amount of damage"}
# A worker that waits for its request and lives as long as its pipe.
IDLE = 'say({"type": "ready"}); hear()'


def log_of(session):
    path = session.settings.workspace / "log.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.mark.parametrize("name", [sample.name for sample in samples()])
def test_every_sample_comes_to_a_plan_that_can_be_confirmed(session, name):
    stages = []
    session.subscribe(lambda state: stages.append(state.stage))
    session.load_sample(name)
    assert session.state.prompt
    session.make_plan()
    state = session.state
    assert state.problem is None
    assert state.plan.target == TARGETS[name]
    assert blockers(state, "confirm") == ()
    assert list(dict.fromkeys(stages)) == [Stage.EMPTY, Stage.PROFILED, Stage.PLANNED]
    assert session.table.profile == state.profile


def test_a_sample_does_not_overwrite_the_persons_sentence(session):
    session.set_prompt("predict the sex")
    session.load_sample("penguins")
    assert session.state.prompt == "predict the sex"


def test_a_new_sentence_withdraws_the_plan_and_a_new_table_too(session):
    session.load_sample("penguins")
    session.make_plan()
    session.set_prompt("predict the sex")
    assert session.state.stage == Stage.PROFILED
    session.make_plan()
    assert session.state.plan.target == "sex"
    session.load_sample("weather")
    assert session.state.plan is None


def test_a_question_is_answered_by_choosing(session):
    session.load_sample("penguins")
    session.set_prompt("predict something")
    session.make_plan()
    assert session.state.stage == Stage.ASKED
    session.answer("body_mass_g")
    assert session.state.plan.target == "body_mass_g"
    assert session.state.plan.problem_type == "regression"
    session.answer("sex")
    assert session.state.plan.target == "body_mass_g", "there is no question any more"


def test_what_is_no_prediction_is_refused(session):
    session.load_sample("penguins")
    session.set_prompt("group these into clusters")
    session.make_plan()
    assert session.state.stage == Stage.REFUSED
    session.confirm()
    assert session.state.run_id == ""


def test_the_person_changes_the_plan(session):
    session.load_sample("penguins")
    session.make_plan()
    session.edit_plan(time_limit_s=45)
    assert session.state.plan.time_limit_s == 45
    assert any(e.field == "time_limit_s" and e.source == "user" for e in session.state.plan.evidence)


@pytest.mark.parametrize(
    "step",
    [
        lambda s: s.make_plan(),
        lambda s: s.edit_plan(time_limit_s=5),
        lambda s: s.answer("a"),
        lambda s: s.confirm(),
        lambda s: s.stop(),
        lambda s: s.predict("a.csv"),
        lambda s: s.predict_own_table(),
        lambda s: s.explain_row(0),
        lambda s: s.dismiss(),
        lambda s: s.rest(),
        lambda s: s.back_to_plan(),
    ],
)
def test_a_step_out_of_turn_does_nothing(session, step):
    before = session.state
    step(session)
    assert session.state == before
    assert not log_of(session)


def test_what_a_person_can_mend_is_a_notice(session):
    session.load_table(b"", name="empty.csv")
    problem = session.state.problem
    assert "empty.csv" in f"{problem.culprit} {problem.title}"
    assert problem.remedy
    assert (session.state.busy, session.state.stage) == ("", Stage.EMPTY)
    assert not log_of(session), "what is told in full needs no traceback"
    session.dismiss()
    assert session.state.problem is None


def test_a_table_that_cannot_be_read_leaves_the_one_before(session):
    session.load_sample("penguins")
    session.load_table(b"\x00\x01\x02", name="broken.csv")
    assert session.state.problem is not None
    assert session.state.profile.name.startswith("penguins")


def test_the_unexpected_is_a_notice_with_a_number_and_its_traceback_is_in_the_log_alone(session, monkeypatch, capsys):
    def broken(*_arguments, **_named):
        raise RuntimeError("the secret innards \ud800")

    monkeypatch.setattr("genie_widgets.data.read_table", broken)
    session.load_table(b"a,b\n1,2\n", name="a.csv")
    problem = session.state.problem
    assert problem.code == "unexpected"
    assert re.fullmatch(r"[0-9a-f]{8}", problem.reference)
    assert "innards" not in f"{problem} {problem.value}"
    assert session.state.busy == ""
    log = log_of(session)
    assert f"reference {problem.reference}\n" in log
    assert "the secret innards" in log
    assert "Traceback" in log
    assert capsys.readouterr() == ("", "")


def test_a_workspace_that_cannot_be_written_is_told_and_nothing_hangs(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    made = Session(Settings(workspace=tmp_path / "file" / "workspace"))
    try:
        made.load_sample("penguins")
        assert made.wait_idle()
        assert made.state.problem.code == "unexpected"
        assert made.state.busy == ""
        assert made.state.profile is not None, "the table was read all the same"
        made.dismiss()
        made.back_to_plan()
        assert made.state.problem is not None
    finally:
        made.close()


def test_a_listener_that_raises_harms_neither_the_session_nor_the_others(session, capsys):
    seen = []

    def broken(_state):
        raise ValueError("a broken view")

    session.subscribe(broken)
    session.subscribe(seen.append)
    session.set_prompt("predict the species")
    assert session.state.prompt == "predict the species"
    assert seen == [session.state]
    assert "a broken view" in log_of(session)
    assert capsys.readouterr() == ("", "")


def test_who_has_unsubscribed_is_told_no_more(session):
    seen = []
    leave = session.subscribe(seen.append)
    session.set_prompt("one")
    leave()
    session.set_prompt("two")
    assert [state.prompt for state in seen] == ["one"]


def test_listeners_see_each_state_once_and_in_order_though_many_threads_speak(session):
    seen = []
    session.subscribe(lambda state: seen.append((state.token, state.prompt)))
    threads = [
        threading.Thread(target=lambda n=n: [session.set_prompt(f"{n} {k}") for k in range(20)]) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [token for token, _ in seen] == list(range(1, 81))
    assert seen[-1][1] == session.state.prompt


@pytest.mark.parametrize("content", [b"a,b\n1,2\n3,4\n5,6\n", b"", b"\x00\x01"])
def test_an_uploaded_file_is_removed_once_it_was_read_or_could_not_be(session, tmp_path, content):
    path = tmp_path / "upload"
    path.write_bytes(content)
    session.load_upload(path, "mine.csv")
    assert not path.exists()
    assert (session.state.profile is None) == (session.state.problem is not None)


def test_rows_uploaded_before_there_is_a_model_are_removed_too(session, tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(b"a\n1\n")
    session.predict_upload(path, "rows.csv")
    assert not path.exists()


@pytest.mark.parametrize("run_id", ["../../../etc/passwd", "f" * 32, "<script>", ""])
def test_a_run_that_is_not_there_is_a_notice(session, run_id):
    session.open_run(run_id)
    assert session.state.problem.code == "no-such-run"
    assert (session.state.stage, session.state.busy) == (Stage.EMPTY, "")


def test_an_earlier_run_is_shown_with_what_it_was_asked(session, ended):
    session.open_run(ended.run_id)
    done = threading.Event()
    session.subscribe(lambda state: done.set() if state.stage == Stage.DONE else None)
    session.dismiss()
    assert session.state.stage == Stage.DONE or done.wait(30)
    state = session.state
    assert (state.run_id, state.prompt, state.plan.target) == (ended.run_id, "predict the species", "species")
    session.back_to_plan()
    assert session.state.stage == Stage.PLANNED
    assert session.run is None


def test_a_worker_waits_as_a_draft_and_goes_with_the_session(working_session, program):
    program(IDLE)
    working_session.load_sample("penguins")
    assert working_session.wait_worker_ready(30)
    workspace = working_session.settings.workspace
    (draft,) = (workspace / "runs").iterdir()
    assert list_run_ids(workspace) == [], "a draft is no run"
    working_session.load_sample("weather")
    assert list((workspace / "runs").iterdir()) == [draft], "the same worker waits on"
    working_session.rest()
    assert list((workspace / "runs").iterdir()) == []
    working_session.load_sample("weather")
    assert working_session.wait_worker_ready(30)
    working_session.close()
    assert list((workspace / "runs").iterdir()) == []
    working_session.load_sample("penguins")
    assert list((workspace / "runs").iterdir()) == [], "a closed session starts nothing"


def test_to_confirm_hands_the_plan_to_the_waiting_worker(working_session, program):
    program(IDLE)
    working_session.load_sample("penguins")
    assert working_session.wait_worker_ready(30)
    working_session.make_plan()
    working_session.edit_plan(time_limit_s=30)
    working_session.confirm()
    state = working_session.state
    assert (state.stage, state.busy, state.problem) == (Stage.TRAINING, "", None)
    (run_id,) = list_run_ids(working_session.settings.workspace)
    assert run_id == state.run_id == working_session.run.id
    request = working_session.run.request
    assert (request.plan, request.prompt, request.profile) == (state.plan, state.prompt, state.profile)
    assert len(working_session.run.table.frame) == 344
    working_session.stop()
    assert working_session.run._folder.stop_requested()
    again = working_session.state.run_id
    working_session.confirm()
    assert working_session.state.run_id == again, "a training is under way"


def test_a_worker_that_dies_before_it_trains_is_told_in_the_session(working_session, program):
    program('say({"type": "ready"}); hear()')
    failed = threading.Event()
    working_session.subscribe(lambda state: failed.set() if state.stage == Stage.FAILED else None)
    working_session.load_sample("penguins")
    working_session.make_plan()
    working_session.confirm()
    working_session.run._worker.terminate()
    assert failed.wait(30)
    assert working_session.state.view.problem.code == "worker-never-started"
    assert working_session.state.plan is not None, "the plan is kept, to be started again"


def test_a_full_disk_at_the_start_is_a_notice(working_session, program, monkeypatch):
    program(IDLE)
    working_session.load_sample("penguins")
    working_session.make_plan()

    def full(*_arguments):
        raise GenieError(Problem(code="disk-full", title="The disk is full.", remedy="Free some space."))

    monkeypatch.setattr(RunFolder, "write_request", full)
    working_session.confirm()
    assert working_session.state.problem.code == "disk-full"
    assert (working_session.state.stage, working_session.state.busy) == (Stage.PLANNED, "")
    assert list_run_ids(working_session.settings.workspace) == []
    assert working_session.wait_worker_ready(30), "the worker waits on for the next try"
    working_session.rest()
    assert list((working_session.settings.workspace / "runs").iterdir()) == []


def test_a_run_is_followed_to_its_end_by_its_events(working_session, program, make):
    program(IDLE)
    stages = []
    done = threading.Event()

    def listen(state):
        stages.append(state.stage)
        if state.stage == Stage.DONE and state.result is not None:
            done.set()

    working_session.subscribe(listen)
    working_session.load_sample("penguins")
    working_session.make_plan()
    working_session.confirm()
    folder = working_session.run._folder
    with folder.hold_lock():
        folder.append(RunStarted(time_limit_s=20))
        folder.write_result(make.result(folder.run_id))
        folder.append(Finished(status="done", total_s=1.0))
    assert done.wait(30)
    assert working_session.state.result.run_id == folder.run_id
    assert Stage.TRAINING in stages


def test_the_language_model_is_the_persons_to_choose(session):
    assert session.llm is None
    from genie_widgets.schema import LLMSettings

    chosen = LLMSettings(api_key="sk-secret", base_url="http://127.0.0.1:1", timeout_s=0.2, max_retries=0)
    session.use_llm(chosen)
    session.load_sample("penguins")
    session.make_plan()
    assert session.state.plan.target == "species", "the embedded planner takes over"
    assert "sk-secret" not in session.state.model_dump_json() + log_of(session)


def test_waiting_for_nothing_is_over_at_once(session):
    assert session.wait_idle(0)
    assert not session.wait_worker_ready(0)


def test_a_table_object_is_taken_as_it_is(session, frame):
    table = gw.read_table(frame, name="mine")
    session.load_table(table)
    assert session.table is table
