"""A run for whoever holds its id, without training: waiting, ends, predictions from a small program."""

import json
import shutil
import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import genie_widgets as gw
from genie_widgets.schema import (
    Failed,
    Finished,
    GenieError,
    LLMSettings,
    ModelStarted,
    Plan,
    Problem,
    Question,
    Queued,
    Refusal,
    Resumed,
    RunStarted,
    new_run_id,
)
from genie_widgets.session import Run, list_runs, open_run, settings_from_env
from genie_widgets.session.api import accept, make_request
from genie_widgets.store import RunFolder, take_ticket

PROBLEM = Problem(code="out-of-memory", title="No memory.", remedy="Use fewer rows.")
SERVER = """
import pathlib, shutil
folder = pathlib.Path(sys.argv[1])
while (message := hear()) is not None:
    if message["op"] == "predict":
        shutil.copyfile(folder / message["input"], (folder / message["output"]).with_suffix(".parquet"))
        (folder / message["output"]).write_text("prediction\\na\\n")
    say({"id": message["id"], "ok": True, "value": {"problems": []}})
"""


def problem_of(step, *arguments):
    with pytest.raises(GenieError) as caught:
        step(*arguments)
    return caught.value.problem


def test_a_run_that_ended_gives_its_result_and_its_events_in_order(ended):
    run = Run(ended)
    told = []
    result = run.wait(timeout_s=60, on_event=told.append)
    assert result.run_id == run.id
    assert told == run.events()
    assert [event.type for event in told] == ["run_started", "finished"]
    assert run.events(after=1) == told[1:]


def test_waiting_ends_by_itself_and_does_not_stop_the_run(asked):
    folder = asked()
    folder.append(RunStarted(time_limit_s=20))
    with folder.hold_lock(), pytest.raises(TimeoutError, match=r"after 0\.01 seconds"):
        Run(folder).wait(timeout_s=0.01)
    assert not folder.stop_requested()


def test_to_stop_is_a_request_in_the_folder(asked):
    folder = asked()
    Run(folder).stop()
    assert folder.stop_requested()


def test_a_run_whose_process_was_killed_says_so(asked):
    folder = asked()
    folder.append(RunStarted(time_limit_s=20))
    folder.append(ModelStarted(model="A"))
    run = Run(folder)
    assert run.view.status == "interrupted"
    assert "interrupted" in repr(run)
    assert problem_of(run.wait).code == "run-interrupted"


def test_a_run_that_begins_between_two_looks_is_not_interrupted(asked, monkeypatch):
    folder = asked()
    held = folder.hold_lock()

    def begin():
        """The lock is free; then the worker takes it and says its first word."""
        monkeypatch.undo()
        held.__enter__()
        folder.append(RunStarted(time_limit_s=20))
        return False

    monkeypatch.setattr(folder, "is_alive", begin)
    try:
        assert Run(folder).view.status == "running"
    finally:
        held.__exit__(None, None, None)


def test_a_run_whose_process_is_still_starting_knows_its_place(asked, settings, monkeypatch):
    """Amid many that start at once a process takes ten seconds to say so itself."""
    monkeypatch.setenv("GENIE_MAX_TRAININGS", "1")
    folder = asked()
    run = Run(folder)
    others = [RunFolder.create(settings.workspace, new_run_id()) for _ in range(2)]
    for other in others:
        other.append(RunStarted(time_limit_s=60))
    assert run.view.before == 0
    with take_ticket(folder.queue, others[0].run_id):
        assert run.view.before == 1
        assert 0 < run.view.about_s <= 60
        with take_ticket(folder.queue, folder.run_id), take_ticket(folder.queue, others[1].run_id):
            assert run.view.before == 1, "who came later is not before it"
        with take_ticket(folder.queue, others[1].run_id):
            assert run.view.before == 2
        folder.append(Queued(before=0, about_s=0.0))
        assert run.view.before == 0, "its own process knows better"
    folder.append(RunStarted(time_limit_s=20))
    folder.append(Finished(status="done", total_s=1.0))
    with take_ticket(folder.queue, others[0].run_id):
        for how, before in (("extension", 1), ("salvage", 0)):
            folder.append(Resumed(how=how, seconds=60))
            assert run.view.before == before


def test_a_run_that_failed_says_its_problem(asked):
    folder = asked()
    folder.append(RunStarted(time_limit_s=20))
    folder.append(Failed(problem=PROBLEM))
    assert problem_of(Run(folder).wait) == PROBLEM


def test_a_process_that_never_came_is_told(asked):
    waiting = Run(asked())
    assert waiting.view.status == "waiting", "it may still come"
    late = Run(asked(age_s=1000.0))
    assert late.view.status == "interrupted"
    assert problem_of(late.wait).code == "worker-never-started"


def test_a_process_that_died_before_it_began_is_told_at_once(asked, program):
    folder = asked()
    worker = program("")(folder)
    worker._process.wait(30)
    run = Run(folder, worker)
    assert run.view.status == "interrupted"
    assert problem_of(run.wait).code == "worker-never-started"


def test_a_run_that_ended_without_a_result_has_no_model(asked):
    folder = asked()
    folder.append(RunStarted(time_limit_s=20))
    folder.append(Finished(status="done", total_s=1.0))
    run = Run(folder)
    for step in (run.wait, run.explain, lambda: run.predict(pd.DataFrame({"size": [1.0]}))):
        assert problem_of(step).code == "no-model"


def test_the_table_comes_back_as_it_was_learned_from(ended, frame):
    table = Run(ended).table
    pd.testing.assert_frame_equal(table.frame, frame)
    assert table.profile == Run(ended).request.profile


def test_predictions_keep_the_index_of_the_rows(ended, program):
    program(SERVER)
    rows = pd.DataFrame({"size": [1.0, 2.0]}, index=[70, 30])
    predicted = Run(ended).predict(rows)
    assert list(predicted.index) == [70, 30]
    assert list(predicted["size"]) == [1.0, 2.0]


def test_predictions_are_written_where_asked(ended, program, frame, tmp_path):
    program(SERVER)
    assert Run(ended).predict_to(gw.read_table(frame), tmp_path / "out.csv") == []
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "prediction\na\n"


def test_a_server_that_died_is_started_again(ended, program):
    program(
        """
        import pathlib, shutil
        message, folder = hear(), pathlib.Path(sys.argv[1])
        shutil.copyfile(folder / message["input"], (folder / message["output"]).with_suffix(".parquet"))
        say({"id": message["id"], "ok": True, "value": {"problems": []}})
        """
    )
    run = Run(ended)
    rows = pd.DataFrame({"size": [1.0]})
    run.predict(rows)
    run._server._process.wait(30)
    assert len(run.predict(rows)) == 1


ENDING = """
    import pathlib, shutil
    message, folder = hear(), pathlib.Path(sys.argv[1])
    if not (folder / "asked").exists():
        (folder / "asked").touch()
        sys.exit({code})
    shutil.copyfile(folder / message["input"], (folder / message["output"]).with_suffix(".parquet"))
    say({{"id": message["id"], "ok": True, "value": {{"problems": []}}}})
"""


def test_a_server_that_was_about_to_end_is_started_again(ended, program):
    program(ENDING.format(code=0))
    assert len(Run(ended).predict(pd.DataFrame({"size": [1.0]}))) == 1


def test_a_question_that_a_server_dies_of_is_not_asked_again(ended, program):
    program(ENDING.format(code=1))
    with pytest.raises(GenieError) as caught:
        Run(ended).predict(pd.DataFrame({"size": [1.0]}))
    assert caught.value.problem.code == "worker-died"


def test_after_closing_a_run_can_be_asked_again_at_once(ended, program):
    # The old process takes a moment to end: it must not be the one that is asked.
    program(SERVER + "time.sleep(600)\n")
    run = Run(ended)
    rows = pd.DataFrame({"size": [1.0]})
    run.predict(rows)
    run.close()
    assert len(run.predict(rows)) == 1
    run.close()
    run.close()


def test_runs_are_listed_in_one_line_each(ended, settings, monkeypatch):
    (summary,) = list_runs(settings)
    assert (summary.run_id, summary.target, summary.metric) == (ended.run_id, "species", "accuracy")
    assert (summary.status, summary.score) == ("done", None)
    monkeypatch.setenv("GENIE_HOME", str(settings.workspace))
    assert gw.list_runs() == [summary]
    assert gw.open_run(ended.run_id).id == ended.run_id


@pytest.mark.parametrize("run_id", ["../../etc", "", "f" * 32, "<b>"])
def test_a_run_that_is_not_there_is_a_problem(settings, run_id):
    assert problem_of(open_run, run_id, settings).code == "no-such-run"


def test_a_run_moved_to_another_workspace_is_found_there(ended, settings, tmp_path):
    moved = settings.model_copy(update={"workspace": tmp_path / "elsewhere"})
    shutil.copytree(settings.workspace, moved.workspace)
    shutil.rmtree(settings.workspace)
    assert open_run(ended.run_id, moved).wait(timeout_s=60).run_id == ended.run_id


def test_only_a_plan_without_blockers_is_trained(make):
    assert accept(make.plan()) == make.plan()
    assert problem_of(accept, make.plan(problems=(PROBLEM,))) == PROBLEM
    question = problem_of(accept, Question(text="Which one?", candidates=("a",)))
    assert (question.title, question.code) == ("Which one?", "not-a-plan-question")
    assert problem_of(accept, Refusal(text="No.", reason="clustering")).code == "not-a-plan-refusal"
    assert problem_of(gw.train, None, Refusal(text="No.", reason="clustering")).remedy == "Ask for a prediction."


def test_a_plan_with_blockers_starts_no_process_and_no_folder(frame, make, settings):
    plan = make.plan(problems=(PROBLEM,))
    with pytest.raises(GenieError):
        gw.train(gw.read_table(frame), plan, settings=settings)
    assert not settings.workspace.exists()


@given(prompt=st.text(st.characters(), max_size=100))
@hypothesis_settings(max_examples=50, deadline=None)
def test_any_sentence_can_be_kept_with_the_run(prompt):
    table = gw.read_table(pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]}))
    plan = Plan(target="b", problem_type="regression", metric="r2")

    class Folder:
        run_id = new_run_id()

    request = make_request(Folder(), table, plan, prompt + "\ud83d", 0, settings_from_env())
    assert json.loads(request.model_dump_json())["prompt"] == prompt.encode("utf-8", "replace").decode() + "?"
    assert request.created_at <= time.time()


def test_settings_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("GENIE_HOME", str(tmp_path))
    monkeypatch.setenv("GENIE_MAX_UPLOAD_MB", "25")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "file:///x")
    monkeypatch.setenv("GENIE_SHARED", "1")
    settings = settings_from_env()
    assert settings.workspace == tmp_path
    assert (settings.max_upload_bytes, settings.tracking_uri, settings.shared) == (25_000_000, "file:///x", True)
    assert settings.llm is None
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    settings = settings_from_env()
    assert isinstance(settings.llm, LLMSettings)
    assert "sk-secret" not in repr(settings) + str(settings.llm) + settings.model_dump_json()


@pytest.mark.parametrize("limit", ["", "many", "-3", "1.5", "²"])
def test_a_limit_that_is_no_number_is_no_limit(monkeypatch, limit):
    monkeypatch.setenv("GENIE_MAX_UPLOAD_MB", limit)
    assert settings_from_env().max_upload_bytes is None


@pytest.mark.parametrize(("value", "shared"), [("", False), ("0", False), ("1", True)])
def test_shared_is_off_unless_said(monkeypatch, value, shared):
    monkeypatch.setenv("GENIE_SHARED", value)
    assert settings_from_env().shared is shared


def test_only_an_interrupted_run_with_models_is_salvaged(ended):
    assert problem_of(Run(ended).salvage).code == "nothing-to-salvage"


def test_a_run_is_taken_up_again_by_a_worker_of_its_own(ended, program):
    program("""say({"type": "ready"}); hear()""")
    run = Run(ended)
    run.extend(300)
    assert run._worker._process.args[-1] == "--resume"
    view = run.view
    assert (view.status, view.time_limit_s) == ("waiting", 300)
    assert run.result is not None, "what it had found stands"
    assert problem_of(run.salvage).code == "nothing-to-salvage"


def test_a_worker_that_never_takes_the_run_up_again_is_told(ended, program):
    program("pass")
    run = Run(ended)
    run.extend(300)
    run._worker._process.wait(30)
    assert run.view.problem.code == "worker-never-started"


def test_an_end_without_memory_is_told_as_such(asked, monkeypatch):
    folder = asked()
    folder.append(RunStarted(time_limit_s=20, oom_kills=3))
    monkeypatch.setattr("genie_widgets.session.running.oom_kills", lambda: 3)
    assert Run(folder).view.problem.code == "run-interrupted"
    monkeypatch.setattr("genie_widgets.session.running.oom_kills", lambda: 4)
    assert Run(folder).view.problem.code == "out-of-memory"
