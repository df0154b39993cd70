"""A run as a job of a Ray cluster: what is asked of Ray's HTTP interface, and what a person is told of its answers."""

import http.server
import json
import threading
import time
from types import SimpleNamespace

import pandas as pd
import pytest

import genie_widgets as gw
from genie_widgets.schema import ClusterJob, Failed, Finished, GenieError, Queued, Resumed, RunStarted, StopRequested
from genie_widgets.session import Run, cluster
from genie_widgets.session.allowance import allowance
from genie_widgets.session.cluster import JobWatch, needs_of
from genie_widgets.session.configuration import settings_from_env
from genie_widgets.session.ray_jobs import Node, RayJobs
from genie_widgets.session.runners import draft_worker

GIB = 2**30


class Head(http.server.ThreadingHTTPServer):
    """Answers as the head of a Ray cluster does; what it is asked is kept."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.nodes = [(4, 8 * GIB), (2, 16 * GIB)]
        self.jobs, self.stopped, self.tokens = {}, [], []
        self.refuses = 0
        self.status, self.message = "PENDING", ""
        self.address = f"http://127.0.0.1:{self.server_address[1]}"


class Answers(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_words):
        """Be quiet."""

    def answer(self, value, status=200):
        body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        head = self.server
        head.tokens.append(self.headers.get("Authorization"))
        if head.refuses:
            return self.answer("no\n", head.refuses)
        if self.path.startswith("/api/v0/nodes"):
            nodes = [*(("ALIVE", *node) for node in head.nodes), ("DEAD", 64, 1e12)]
            told = [{"state": state, "resources_total": {"CPU": c, "memory": m}} for state, c, m in nodes]
            return self.answer({"data": {"result": {"result": told}}})
        name = self.path.rpartition("/")[2]
        if name not in head.jobs:
            return self.answer("Job does not exist", 404)
        return self.answer({"status": head.status, "message": head.message})

    def do_POST(self):
        head = self.server
        asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if head.refuses:
            return self.answer("Traceback\nValueError: no such thing\n", head.refuses)
        if self.path.endswith("/stop"):
            head.stopped.append(self.path.split("/")[-2])
            return self.answer({"stopped": True})
        job = json.loads(asked)
        head.jobs[job["submission_id"]] = job
        return self.answer({"submission_id": job["submission_id"]})


@pytest.fixture
def head(monkeypatch):
    monkeypatch.setattr(cluster, "ASK_INTERVAL_S", 0.0)
    server = Head()
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    yield server
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def on_ray(settings, head):
    return settings.model_copy(update={"runner": "ray", "ray_address": head.address})


@pytest.fixture
def table(frame):
    return gw.read_table(frame, name="birds")


@pytest.fixture
def submitted(on_ray, table, make):
    return gw.train(table, make.plan(), settings=on_ray)


def seen(run, wanted):
    """Look at a run until it is as wanted: Ray is asked beside."""
    deadline = time.monotonic() + 30
    while not wanted(view := run.view):
        assert time.monotonic() < deadline, view
        time.sleep(0.01)
    return view


def test_a_run_becomes_a_job_with_cores_and_memory_and_waits_in_the_clusters_queue(head, submitted):
    (job,) = head.jobs.values()
    assert job["entrypoint"].startswith("exec python -m genie_widgets.worker --cluster --cores=2 --memory=")
    assert job["entrypoint"].endswith(str(submitted.path))
    assert (job["entrypoint_num_cpus"], job["entrypoint_memory"] > GIB) == (2, True)
    assert submitted.id in job["submission_id"]
    view = submitted.view
    assert (view.status, view.asks_cores, view.asks_memory_bytes) == ("waiting", 2, job["entrypoint_memory"])
    assert gw.open_run(submitted.id, submitted._settings).view.status == "waiting"


def test_no_ray_is_loaded_for_it(submitted):
    import sys

    assert "ray" not in sys.modules


def test_once_the_worker_gives_signs_of_life_the_folder_alone_is_believed(head, submitted):
    head.status, head.message = "FAILED", "whatever"
    folder = submitted._folder
    with folder.keep_heartbeat():
        folder.append(Queued(before=0, about_s=0.0))
        assert (submitted.view.status, submitted.view.asks_cores) == ("waiting", 0)
        folder.append(RunStarted(time_limit_s=20))
        assert submitted.view.status == "running"
    assert submitted.view.status == "interrupted"
    folder.append(Finished(status="done", total_s=1.0))
    assert submitted.view.status == "done"


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        ("FAILED", "Job entrypoint command failed with exit code 66, last available logs", "nodes-lack-workspace"),
        ("FAILED", "exit code 1, logs:\n/bin/python: No module named genie_widgets\n", "nodes-lack-genie"),
        ("FAILED", "Job entrypoint command failed with exit code 127", "nodes-lack-genie"),
        ("FAILED", "Raise it by RAY_JOB_START_TIMEOUT_SECONDS.", "cluster-queue-too-long"),
        ("FAILED", "The actor died because its node has died.", "cluster-job-ended"),
        ("STOPPED", "", "cluster-job-ended"),
    ],
)
def test_a_job_that_ends_before_the_run_begins_says_why(head, submitted, status, message, code):
    head.status, head.message = status, message
    view = seen(submitted, lambda view: view.is_over)
    assert (view.status, view.problem.code) == ("interrupted", code)
    assert view.problem.remedy
    assert view.problem.culprit
    with pytest.raises(GenieError):
        submitted.wait()


def test_a_job_that_runs_and_leaves_no_trace_here_writes_elsewhere(head, submitted, monkeypatch):
    monkeypatch.setattr(cluster, "SIGHT_S", 0.05)
    head.status = "RUNNING"
    view = seen(submitted, lambda view: view.is_over)
    assert view.problem.code == "nodes-lack-workspace"
    assert view.problem.value == str(submitted.path.parent.parent)


def test_a_cluster_that_was_started_anew_has_forgotten_the_run(head, submitted):
    head.jobs.clear()
    assert seen(submitted, lambda view: view.is_over).problem.code == "cluster-forgot-job"


def test_a_cluster_that_is_gone_for_a_moment_is_waited_for_and_then_told(head, submitted, monkeypatch):
    job = submitted._folder.read_job()
    watch = JobWatch(submitted._folder, job)
    head.refuses = 503
    assert watch.problem() is None
    monkeypatch.setattr(cluster, "ABSENCE_S", 0.0)
    assert seen(submitted, lambda view: view.is_over).problem.code == "cluster-refused"
    head.refuses = 0
    assert seen(submitted, lambda view: not view.is_over).status == "waiting"


def test_a_stop_while_it_waits_ends_it_at_once(head, submitted):
    submitted.stop()
    view = seen(submitted, lambda view: view.is_over)
    assert (view.status, view.problem.code) == ("failed", "stopped-waiting")
    seen(submitted, lambda _view: head.stopped == list(head.jobs))


def test_what_waits_in_the_clusters_queue_is_counted_however_long_it_waits(head, on_ray, table, make, monkeypatch):
    limited = on_ray.model_copy(update={"seconds_each": 100})
    submitted = gw.train(table, make.plan(time_limit_s=60), settings=limited)
    assert allowance(limited).seconds_left == 40
    later = time.time() + 3600
    monkeypatch.setattr("genie_widgets.session.allowance.time", SimpleNamespace(time=lambda: later))
    assert allowance(limited).seconds_left == 40, "in the queue"
    head.refuses = 503
    assert allowance(limited).seconds_left == 40, "the cluster is away, and its queue is still there"
    elsewhere = limited.model_copy(update={"ray_address": "http://127.0.0.1:9"})
    assert allowance(elsewhere).seconds_left == 100, "nothing goes to that cluster any more"
    assert allowance(limited.model_copy(update={"runner": "local"})).seconds_left == 100
    head.refuses, head.status = 0, "STOPPED"
    assert allowance(limited).seconds_left == 100, "it came to nothing"
    head.status = "PENDING"
    head.jobs.clear()
    assert allowance(limited).seconds_left == 100, "the cluster was started anew, and knows nothing of it"
    submitted._folder.append(RunStarted(time_limit_s=60))
    head.refuses = 503
    assert allowance(limited).seconds_left == 100, "it began, and was killed in that moment: it waits no more"


def test_a_cluster_that_gives_no_answer_is_asked_once_and_not_once_for_each_run(head, on_ray, table, make, monkeypatch):
    limited = on_ray.model_copy(update={"seconds_each": 500})
    for _ in range(3):
        gw.train(table, make.plan(time_limit_s=60), settings=limited)
    later = time.time() + 3600
    monkeypatch.setattr("genie_widgets.session.allowance.time", SimpleNamespace(time=lambda: later))
    head.refuses, before = 503, len(head.tokens)
    assert allowance(limited).seconds_left == 320
    assert len(head.tokens) == before + 1


def test_a_worker_that_answers_a_stop_is_left_to_end_by_itself(head, submitted, monkeypatch):
    monkeypatch.setattr(cluster, "DEAF_S", 0.0)
    head.status = "RUNNING"
    folder = submitted._folder
    folder.append(StopRequested())
    with folder.keep_heartbeat():
        cluster._see_to_stop(folder, folder.read_job())
    assert head.stopped == []


def test_a_worker_that_is_deaf_to_a_stop_is_ended(head, submitted, monkeypatch):
    monkeypatch.setattr(cluster, "DEAF_S", 0.0)
    head.status = "RUNNING"
    folder = submitted._folder
    with folder.keep_heartbeat():
        cluster._see_to_stop(folder, folder.read_job())
    assert head.stopped == list(head.jobs)


@pytest.mark.parametrize(
    ("address", "code"),
    [("", "no-cluster-address"), ("ray://head:10001", "no-cluster-address"), ("127.0.0.1:6379", "no-cluster-address")],
)
def test_an_address_of_another_kind_is_told_and_leaves_no_run(settings, table, make, address, code):
    wrong = settings.model_copy(update={"runner": "ray", "ray_address": address})
    with pytest.raises(GenieError) as caught:
        gw.train(table, make.plan(), settings=wrong)
    assert (caught.value.problem.code, caught.value.problem.culprit) == (code, "GENIE_RAY_ADDRESS")
    assert list((settings.workspace / "runs").iterdir()) == []


@pytest.mark.parametrize(("refuses", "code"), [(0, "cluster-unreachable"), (401, "cluster-refused")])
def test_a_cluster_that_does_not_take_it_is_told_and_leaves_no_run(head, on_ray, table, make, refuses, code):
    if refuses:
        head.refuses, address = refuses, head.address
    else:
        address = "http://127.0.0.1:9"
    asked = on_ray.model_copy(update={"ray_address": address})
    with pytest.raises(GenieError) as caught:
        gw.train(table, make.plan(), settings=asked)
    assert (caught.value.problem.code, caught.value.problem.value) == (code, address)
    assert list((on_ray.workspace / "runs").iterdir()) == []


def test_another_runner_is_told(settings, folder):
    with pytest.raises(GenieError) as caught:
        draft_worker(folder, settings.model_copy(update={"runner": "slurm"}))
    assert (caught.value.problem.code, caught.value.problem.value) == ("no-such-runner", "slurm")


def test_a_token_is_shown_to_the_cluster(head, monkeypatch):
    monkeypatch.setenv("RAY_AUTH_TOKEN", "sesame")
    RayJobs(head.address).nodes()
    assert head.tokens == ["Bearer sesame"]


@pytest.mark.parametrize(
    ("names", "address"),
    [
        ({}, ""),
        ({"RAY_ADDRESS": "http://a:1"}, "http://a:1"),
        ({"RAY_ADDRESS": "http://a:1", "RAY_API_SERVER_ADDRESS": "http://b:1"}, "http://b:1"),
        ({"RAY_ADDRESS": "http://a:1", "GENIE_RAY_ADDRESS": "http://c:1"}, "http://c:1"),
    ],
)
def test_the_environment_says_where(monkeypatch, names, address):
    for name in ("GENIE_RUNNER", "GENIE_RAY_ADDRESS", "RAY_API_SERVER_ADDRESS", "RAY_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    assert (settings_from_env().runner, settings_from_env().ray_address) == ("local", address)
    monkeypatch.setenv("GENIE_RUNNER", "ray")
    assert settings_from_env().runner == "ray"


def request_of(make, n_rows, **plan):
    profile = make.profile().model_copy(update={"n_rows": n_rows})
    return type("Request", (), {"plan": make.plan(**plan), "profile": profile})()


@pytest.mark.parametrize(
    ("n_rows", "quality", "nodes", "cores"),
    [
        (1_000, "balanced", [], 2),
        (4_000_000, "balanced", [], 4),
        (40_000_000, "balanced", [], 8),
        (40_000_000, "balanced", [Node(4, 64 * GIB), Node(2, 99 * GIB)], 4),
        (1_000, "best", [Node(16, 64 * GIB)], 1),
        (40_000_000, "best", [Node(16, 64 * GIB)], 4),
        (1_000, "balanced", [Node(0, 4 * GIB)], 1),
    ],
)
def test_cores_are_asked_for_by_plan_and_never_more_than_a_node_has(make, n_rows, quality, nodes, cores):
    asked = needs_of(request_of(make, n_rows, quality=quality, time_limit_s=300), nodes)
    assert asked[0] == cores


def test_memory_grows_with_the_table_and_is_never_more_than_the_node_has(make):
    small, large = (needs_of(request_of(make, n_rows), [])[1] for n_rows in (1_000, 10_000_000))
    assert GIB < small < large
    assert needs_of(request_of(make, 10_000_000), [Node(8, 2 * GIB)])[1] < 2 * GIB


def test_a_run_is_taken_up_again_as_another_job(head, on_ray, submitted):
    folder = submitted._folder
    folder.append(RunStarted(time_limit_s=20))
    (first,) = head.jobs
    submitted.extend(60)
    assert head.stopped == [first], "whatever is left of the job before is ended"
    second = folder.read_job().submission_id
    assert second != first
    assert "--resume" in head.jobs[second]["entrypoint"]
    assert (submitted.view.status, submitted.view.asks_cores) == ("waiting", 2)


def test_a_cluster_that_does_not_take_a_run_up_again_leaves_it_as_it_was(head, submitted, make):
    folder = submitted._folder
    folder.append(RunStarted(time_limit_s=20))
    folder.write_result(make.result(folder.run_id))
    folder.append(Finished(status="done", total_s=1.0))
    head.refuses = 500
    with pytest.raises(GenieError) as caught:
        submitted.extend(60)
    assert caught.value.problem.code == "cluster-refused"
    assert submitted.view.status == "done"
    assert submitted.view.warnings[-1].code == "cluster-refused"


def test_a_run_of_a_cluster_can_be_taken_up_on_this_machine(settings, submitted, program):
    program("say({'type': 'ready'})\nwhile hear() is not None: pass")
    folder = submitted._folder
    folder.append(RunStarted(time_limit_s=20))
    run = Run(folder, settings=settings)
    run.extend(60)
    assert folder.read_job() is None
    assert isinstance(folder.events()[-1], Resumed)


def test_on_the_page_a_cluster_that_is_gone_is_told_and_the_plan_is_kept(on_ray, now, head):
    from genie_widgets.session import Session

    session = Session(on_ray, now)
    rows = pd.DataFrame({"species": ["a", "b", "c"] * 10, "size": [n % 7 for n in range(30)]})
    session.load_table(rows, name="birds")
    session.set_prompt("predict the species, 20 seconds")
    session.make_plan()
    head.refuses = 503
    session.confirm()
    assert session.state.problem.code == "cluster-refused"
    head.refuses = 0
    session.confirm()
    assert session.run is not None
    assert list(head.jobs)
    session.close()


def test_the_word_of_a_run_that_failed_stands(head, submitted):
    submitted._folder.append(Failed(problem=ClusterJobProblem))
    assert submitted.view.status == "failed"


ClusterJobProblem = cluster._forgotten(ClusterJob(address="http://h:1", submission_id="s", cores=1, memory_bytes=1))
