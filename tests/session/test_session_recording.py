"""The processes that keep the record."""

import subprocess
import sys
import threading

import pytest

from genie_widgets.machine import Machine
from genie_widgets.schema import GenieError, Problem, RunStarted, Settings, Tracking
from genie_widgets.session import Run, Session, recording
from genie_widgets.session import session as session_module


def test_a_workspaces_own_store_is_made_once(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(recording, "start_process", lambda command, **_options: started.append(command))
    recording.prepare_store(Settings(workspace=tmp_path, tracking_uri="http://localhost:9"))
    assert not started
    recording.prepare_store(Settings(workspace=tmp_path))
    assert [command[-2:] for command in started] == [["--store", str(tmp_path)]]
    (tmp_path / "mlflow.db").touch()
    recording.prepare_store(Settings(workspace=tmp_path))
    assert len(started) == 1


@pytest.fixture
def steps(monkeypatch):
    """What is started when a panel opens: by its last word, and when it has ended."""
    done = []

    class Process:
        def __init__(self, name):
            self.name = name
            done.append(name)

        def wait(self):
            done.append(f"{self.name} ended")

    monkeypatch.setattr(recording, "is_blank_wanted", lambda: True)
    monkeypatch.setattr(recording, "start_process", lambda command, **_options: Process(command[-1]))
    monkeypatch.setattr("genie_widgets.explain.compile_elsewhere", lambda _start: Process("compile"), raising=False)
    return done


def get_ready(settings):
    Session(settings).get_ready()
    for thread in threading.enumerate():
        if thread.name == "genie-ready":
            thread.join()


@pytest.mark.parametrize("cores", [1, 2])
def test_when_a_panel_opens_a_blank_store_is_made_and_the_kernels_are_compiled(tmp_path, steps, monkeypatch, cores):
    machine = Machine(cores, 2**33, 2**33, 2**33)
    monkeypatch.setattr(session_module, "detect_machine", lambda: machine)
    get_ready(Settings(workspace=tmp_path))
    assert steps[0] == "--blank"
    assert steps.index("compile") == (2 if cores == 1 else 1), "one after the other on a single core"
    assert {"--blank ended", "compile ended"} < set(steps)


def test_on_a_new_machine_the_workspace_is_not_there_yet(tmp_path, steps):
    get_ready(Settings(workspace=tmp_path / "new"))
    assert {"--blank ended", "compile ended"} < set(steps)


def test_the_kernels_are_compiled_whatever_becomes_of_the_blank_store(tmp_path, steps, monkeypatch):
    def fail(*_arguments, **_options):
        raise RuntimeError("no store")

    monkeypatch.setattr(recording, "start_process", fail)
    get_ready(Settings(workspace=tmp_path))
    assert steps == ["compile", "compile ended"]


@pytest.mark.parametrize("why", ["a server records", "the workspace has its store", "there is one"])
def test_a_blank_store_that_nobody_would_copy_is_not_made(tmp_path, steps, monkeypatch, why):
    if why == "the workspace has its store":
        (tmp_path / "mlflow.db").touch()
    if why == "there is one":
        monkeypatch.setattr(recording, "is_blank_wanted", lambda: False)
    server = "http://localhost:9" if why == "a server records" else ""
    assert recording.prepare_blank(Settings(workspace=tmp_path, tracking_uri=server)) is None
    assert steps == []


PROBLEM = Tracking(uri="u", problem=Problem(code="tracking-failed", title="The server was down.", remedy="Again."))


@pytest.fixture
def recorder(monkeypatch):
    """Recording processes that only hold what they inherit until they are told to end."""
    started, real = [], subprocess.Popen

    def start(_command, **options):
        program = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]
        process = real(program, **{**options, "stdin": subprocess.PIPE})
        started.append(process)

    monkeypatch.setattr(recording, "start_process", start)
    yield started
    for process in started:
        process.stdin.close()
        process.wait(30)


def end(process):
    process.stdin.close()
    process.wait(30)


def test_a_record_whose_process_was_killed_is_told_and_can_be_made_again(ended, recorder):
    run = Run(ended)
    lost = run.wait_recorded(0)
    assert lost.problem.code == "tracking-failed"
    assert "ended without a word" in lost.problem.title
    run.record()
    assert run.result.tracking is None
    assert run.wait_recorded(0) is None
    ended.write_tracking(Tracking(uri="u", run_id="r"))
    assert run.wait_recorded(0).run_id == "r"
    end(recorder[0])
    assert run.result.tracking.run_id == "r"


def test_a_record_that_failed_is_made_again_and_added_to_what_was_begun(ended, recorder):
    ended.write_tracking(PROBLEM.model_copy(update={"run_id": "begun"}))
    run = Run(ended)
    assert run.result.tracking.problem.title == "The server was down."
    run.record()
    assert run.result.tracking is None
    assert ended.recorded_id() == "begun"
    ended.write_tracking(PROBLEM)
    run.record()
    assert ended.recorded_id() == "begun"
    assert len(recorder) == 2


def test_a_result_that_was_written_anew_keeps_no_record_of_its_own(ended, make, recorder):
    # As a decision does: it reads the result, record and all, and writes it.
    ended.write_tracking(Tracking(uri="u", run_id="r"))
    ended.write_result(ended.read_result())
    run = Run(ended)
    assert run.result.tracking.run_id == "r"
    run.record()
    assert run.result.tracking is None
    end(recorder[0])
    assert run.result.tracking.problem is not None


def test_while_a_run_goes_on_nothing_is_recorded_and_nothing_is_missed(asked, make, recorder):
    folder = asked()
    folder.append(RunStarted(time_limit_s=20))
    folder.write_result(make.result(folder.run_id, status="training"))
    with folder.hold_lock():
        assert Run(folder).result.tracking is None
        with pytest.raises(GenieError, match="still going"):
            Run(folder).record()
    assert not recorder


def test_a_session_shows_a_lost_record_records_it_again_and_hears_of_it(session, ended, recorder):
    session.open_run(ended.run_id)
    wait_for(session, lambda state: state.result is not None and state.result.tracking is not None)
    assert session.state.result.tracking.problem is not None
    session.record()
    assert (session.state.busy, session.state.result.tracking) == ("", None)
    ended.write_tracking(Tracking(uri="u", run_id="r"))
    wait_for(session, lambda state: state.result.tracking is not None)
    assert session.state.result.tracking.run_id == "r"


def wait_for(session, shown):
    """Wait for a state; the test's own time limit ends it."""
    come = threading.Event()
    stop = session.subscribe(lambda state: shown(state) and come.set())
    if not shown(session.state):
        assert come.wait(60)
    stop()
