"""A real Ray cluster of two nodes on this machine, each with two logical cores."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from genie_widgets.schema import GenieError
from genie_widgets.session.ray_jobs import RayJobs

REPOSITORY = Path(__file__).parents[2]
# Ray's dashboard is a dozen processes, which a busy machine of two cores starts in a minute or two.
UP_S = 300
MEMORY, STORE = "--memory=3000000000", "--object-store-memory=150000000"


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Cluster:
    """Two nodes; `second` can be lost, and another come in its place.

    Ray's own folder has a short name: sockets are in it, whose paths may have 107 characters.
    """

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="r", dir="/tmp"))
        gcs, dashboard, client = free_ports(3)
        self._gcs, self.address = gcs, f"http://127.0.0.1:{dashboard}"
        self.jobs = RayJobs(self.address)
        ports = [f"--port={gcs}", f"--dashboard-port={dashboard}", f"--ray-client-server-port={client}"]
        self._head = ["--head", "--dashboard-host=127.0.0.1", *ports, f"--temp-dir={self.folder}"]
        self.head = self.second = None

    def _start(self, *arguments):
        names = ("dashboard-agent-listen", "dashboard-agent-grpc", "metrics-export", "runtime-env-agent")
        ports = [f"--{name}-port={port}" for name, port in zip(names, free_ports(len(names)), strict=True)]
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(REPOSITORY),
            "RAY_DASHBOARD_SUBPROCESS_MODULE_WAIT_READY_TIMEOUT": str(UP_S),
            "RAY_agent_register_timeout_ms": str(1000 * UP_S),
            "RAY_USAGE_STATS_ENABLED": "0",
        }
        with (self.folder / "start.log").open("ab") as log:
            return subprocess.Popen(
                [
                    *(sys.executable, "-m", "ray.scripts.scripts", "start", *arguments, *ports),
                    *("--num-cpus=2", MEMORY, STORE, "--block"),
                ],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self):
        """Start the first node, and wait until it answers."""
        self.head = self._until(1, *self._head)

    def join(self):
        """Start a second node, and wait until the cluster has it."""
        self.second = self._until(2, f"--address=127.0.0.1:{self._gcs}", '--resources={"second": 1}')

    def _until(self, n, *arguments):
        """Start a node; Ray gives up its own start after 30 s, which a busy machine may take: it is tried again."""
        deadline = time.monotonic() + UP_S
        process = self._start(*arguments)
        while True:
            with contextlib.suppress(GenieError):
                if len(self.jobs.nodes()) == n:
                    return process
            if time.monotonic() > deadline:
                process.terminate()
                raise AssertionError((self.folder / "start.log").read_text(errors="replace")[-3000:])
            if process.poll() is not None:
                process = self._start(*arguments)
            time.sleep(0.5)

    def fill_second(self):
        """Take the second node's cores, so that what comes next goes to the first; gives the job that does."""
        held = {"submission_id": f"second-{time.monotonic_ns()}", "entrypoint": "exec sleep 3600"}
        asked = {**held, "entrypoint_num_cpus": 2, "entrypoint_resources": {"second": 1}}
        self.jobs._ask("POST", "/api/jobs/", asked)
        return held["submission_id"]

    def kill_second(self):
        """Lose the second node from one moment to the next."""
        everything = [*psutil.Process(self.second.pid).children(recursive=True), psutil.Process(self.second.pid)]
        for process in everything:
            process.send_signal(signal.SIGKILL)
        self.second.wait()

    def fold_tasks(self):
        """List the folds that Ray knows of, each with its node, its state and its job."""
        found = self.jobs._ask("GET", "/api/v0/tasks?detail=1&limit=1000")["data"]["result"]["result"]
        return [task for task in found if task["name"] == "_ray_fit"]

    def processes(self):
        """List what is left of the cluster, workers of runs included."""
        found = []
        for process in psutil.process_iter(["pid", "cmdline", "environ"]):
            words = " ".join(process.info["cmdline"] or [])
            if str(self.folder) in words or f":{self._gcs}" in words:
                found.append(words[:200])
        return found

    def stop(self):
        started = [process for process in (self.second, self.head) if process is not None]
        for process in started:
            process.terminate()
        for process in started:
            process.wait(60)


@pytest.fixture(scope="module")
def nodes():
    cluster = Cluster()
    try:
        cluster.start()
        cluster.join()
        yield cluster
    finally:
        cluster.stop()
    deadline = time.monotonic() + 60
    while left := cluster.processes():
        assert time.monotonic() < deadline, left
        time.sleep(0.5)
    shutil.rmtree(cluster.folder)
