"""Runs on a real Ray cluster of two nodes: spread, stopped, and survived, whichever part of it is lost."""

import importlib.util
import os
import signal
import sys
import time

import pytest

import genie_widgets as gw
from genie_widgets.data import samples
from genie_widgets.schema import ClusterJob, Finished, ModelFinished, ModelStarted, Settings
from genie_widgets.session.cluster import _command, problem_of
from genie_widgets.store import RunFolder

pytestmark = [
    pytest.mark.ray,
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="the extra `ray` is not installed"),
]
# Each fold's process imports AutoGluon first; on two cores with others about this has taken minutes.
PATIENCE_S = 600


def until(look, what, timeout_s=PATIENCE_S):
    deadline = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < deadline, what
        time.sleep(0.2)
    return found


@pytest.fixture(scope="module")
def penguins():
    return gw.read_table(next(sample.path for sample in samples() if sample.name == "penguins"))


@pytest.fixture(scope="module")
def start(nodes, penguins, tmp_path_factory):
    """Give a function that starts a run of folds on the cluster."""
    settings = Settings(workspace=tmp_path_factory.mktemp("shared"), runner="ray", ray_address=nodes.address)
    plan = gw.edit_plan(
        gw.plan(penguins, "which species? ignore the year", llm=None), penguins, quality="best", time_limit_s=1200
    )

    def begin(**named):
        return gw.train(penguins, plan, settings=settings, **named)

    return begin


def scored(run):
    return [event for event in run.events() if isinstance(event, ModelFinished) and event.score_validation is not None]


def job_state(nodes, run):
    return nodes.jobs.look(run._folder.read_job().submission_id).status


def ended_whole(nodes, run):
    """The run has its last word and its record, and nothing of it is left."""
    result = run.wait(PATIENCE_S)
    until(lambda: job_state(nodes, run) == "SUCCEEDED", "the job ends with the run")
    assert not run._folder.is_alive()
    assert not run._folder.heartbeat_path.exists()
    assert not run._folder.ballast_path.exists()
    numbers = [event.seq for event in run.events()]
    assert numbers == list(range(1, len(numbers) + 1)), "no event is lost or doubled"
    return result


def test_folds_run_on_both_nodes_events_arrive_and_a_stop_keeps_the_best(nodes, start, penguins):
    told = []
    run = start(on_event=told.append)
    until(lambda: scored(run), "the first model of five folds")
    # Folds this small are done by the first node before the other has started a process for them; later ones are not.
    until(lambda: len({t["node_id"] for t in nodes.fold_tasks() if t["state"] == "FINISHED"}) == 2, "both nodes")
    # In the midst of folds: those are ended with it.
    until(lambda: isinstance(run.events()[-1], ModelStarted), "the next model")
    asked_at = time.monotonic()
    run.stop()
    result = ended_whole(nodes, run)
    print(f"stopped in {time.monotonic() - asked_at:.1f} s")
    assert (result.status, run.view.status) == ("stopped", "stopped")
    assert result.evaluation is not None
    until(lambda: isinstance(told[-1], Finished), "the last word is told")
    assert told == run.events()[: len(told)], "and every event before it"
    assert list(run.predict(penguins.frame.head(3))["prediction"]) == ["Adelie"] * 3
    until(lambda: not [t for t in nodes.fold_tasks() if t["state"] == "RUNNING"], "no fold goes on")
    assert "ray" not in sys.modules
    run.close()


def test_a_full_cluster_lets_the_run_wait_in_its_queue_and_a_stop_ends_the_wait(nodes, start):
    for number in range(2):
        held = ClusterJob(address=nodes.address, submission_id=f"held-{number}", cores=2, memory_bytes=0)
        nodes.jobs.submit(held, "exec sleep 3600")
        until(lambda name=held.submission_id: nodes.jobs.look(name).status == "RUNNING", "the cores are taken")
    run = start()
    assert job_state(nodes, run) == "PENDING"
    assert (run.view.status, run.view.asks_cores) == ("waiting", 1)
    waits = start()
    run.stop()
    view = until(lambda: run.view if run.view.is_over else None, "the end of the wait")
    assert view.problem.code == "stopped-waiting"
    assert waits.view.status == "waiting"
    for number in range(2):
        nodes.jobs.stop(f"held-{number}")
    until(lambda: scored(waits), "its turn comes")
    until(lambda: job_state(nodes, run) in ("STOPPED", "SUCCEEDED"), "the stopped one has left the queue")
    assert len(run.events()) == 2, "and did nothing more"
    waits.stop()
    assert ended_whole(nodes, waits).status == "stopped"


def test_a_worker_that_is_killed_leaves_a_run_that_is_interrupted_and_usable(nodes, start):
    run = start()
    until(lambda: scored(run), "a model to use")
    name = run._folder.read_job().submission_id
    pid = int(nodes.jobs._ask("GET", f"/api/jobs/{name}")["driver_info"]["pid"])
    os.kill(pid, signal.SIGKILL)
    view = until(lambda: run.view if run.view.is_over else None, "it is seen to be dead", 60)
    assert (view.status, view.can_salvage) == ("interrupted", True)
    run.salvage()
    assert ended_whole(nodes, run).best_model
    assert run._folder.read_job().submission_id != name


def test_a_node_without_the_folder_is_told_from_rays_own_words(nodes, tmp_path):
    elsewhere = RunFolder(tmp_path / "not" / "here" / "runs" / ("0" * 32))
    job = ClusterJob(address=nodes.address, submission_id="blind", cores=1, memory_bytes=0)
    nodes.jobs.submit(job, _command(elsewhere, job, resume=False))
    state = until(lambda: found if (found := nodes.jobs.look("blind")).is_over else None, "the job's end")
    assert problem_of(state, elsewhere).code == "nodes-lack-workspace"


def test_a_lost_node_is_survived(nodes, start):
    held = nodes.fill_second()
    until(lambda: nodes.jobs.look(held).status == "RUNNING", "the second node is full")
    run = start()
    until(lambda: job_state(nodes, run) == "RUNNING", "the worker is on the first")
    nodes.jobs.stop(held)
    home = nodes.jobs._ask("GET", f"/api/jobs/{run._folder.read_job().submission_id}")["driver_node_id"]

    def away():
        return [task for task in nodes.fold_tasks() if task["state"] == "RUNNING" and task["node_id"] != home]

    until(away, "a fold on the second")
    before = len(scored(run))
    nodes.kill_second()
    until(lambda: len(scored(run)) > before, "the run goes on without it")
    assert run.view.status == "running"
    run.stop()
    assert ended_whole(nodes, run).status == "stopped"
    nodes.join()
