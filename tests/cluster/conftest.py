"""A real Ray cluster of two nodes on this machine, each with two logical cores."""

import importlib.util
import json
import os
import secrets
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
UP_S = 900
PORTS = ("dashboard_agent_listen_port", "metrics_agent_port", "metrics_export_port", "runtime_env_agent_port")
MEMORY, STORE = 3 * 10**9, 150 * 10**6
# As `ray start --head` does, without what a test has no use for: autoscaler, Ray's client, the tail of the logs.
HEAD = f"""
import json, pathlib, signal, sys
from ray._private.node import Node
from ray._private.parameter import RayParams
given = {{"num_cpus": 2, "num_gpus": 0, "memory": {MEMORY}, "object_store_memory": {STORE}}}
left_out = {{"no_monitor": True, "include_log_monitor": False, "include_dashboard": False}}
ports = {{"min_worker_port": 0, "max_worker_port": 0}}
node = Node(RayParams(**given, **left_out, **ports, **json.loads(sys.argv[1])), head=True, spawn_reaper=False)
told = {{"gcs": node.gcs_address, "session": node.get_session_dir_path(), "cluster": node.cluster_id.hex()}}
pathlib.Path(sys.argv[2]).write_text(json.dumps(told))
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
signal.pause()
"""


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
        gcs, dashboard, unused = free_ports(3)
        self._gcs, self._dashboard, self.address = "", dashboard, f"http://127.0.0.1:{dashboard}"
        self.jobs = RayJobs(self.address)
        self._head = {"gcs_server_port": gcs, "dashboard_port": unused, "temp_dir": str(self.folder)}
        self._started = []
        self.second = None

    def _run(self, *command, node_id=""):
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(REPOSITORY),
            "RAY_DASHBOARD_SUBPROCESS_MODULE_WAIT_READY_TIMEOUT": str(UP_S),
            "RAY_agent_register_timeout_ms": str(1000 * UP_S),
            "RAY_USAGE_STATS_ENABLED": "0",
            **({"RAY_OVERRIDE_NODE_ID_FOR_TESTING": node_id} if node_id else {}),
        }
        with (self.folder / "start.log").open("ab") as log:
            self._started.append(
                subprocess.Popen(
                    [sys.executable, *command], env=environment, stdout=log, stderr=log, start_new_session=True
                )
            )
        return self._started[-1]

    def _until(self, is_up, *command, node_id="", ports=None):
        """Run what starts a node, again where Ray gives up.

        Ray waits 15 s for its agents to tell the ports that they were given: they are told in their place, since
        on a busy machine the agents' imports take longer.
        """
        process, deadline = self._run(*command, node_id=node_id), time.monotonic() + UP_S
        while not is_up():
            assert time.monotonic() < deadline, (self.folder / "start.log").read_text(errors="replace")[-3000:]
            session = self.folder / "session_latest"
            for name, port in (ports or {}).items():
                told = session / f"{name}_{node_id}"
                if session.exists() and not told.exists():
                    told.write_text(str(port))
            if process.poll() is not None:
                process = self._run(*command, node_id=node_id)
            time.sleep(0.2)
        return process

    def start(self):
        """Start the first node, and of Ray's dashboard the parts that are asked: all of it is nine processes more."""
        told, ports = self.folder / "head.json", dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        command = ("-c", HEAD, json.dumps({**self._head, **ports}), str(told))
        self._until(told.exists, *command, node_id=secrets.token_hex(28), ports=ports)
        head = json.loads(told.read_text())
        place = importlib.util.find_spec("ray").submodule_search_locations[0]
        self._until(
            lambda: self._has(1),
            f"{place}/dashboard/dashboard.py",
            *("--host=127.0.0.1", f"--port={self._dashboard}", "--port-retries=0", "--node-ip-address=127.0.0.1"),
            *(f"--temp-dir={self.folder}", f"--session-dir={head['session']}", f"--log-dir={head['session']}/logs"),
            *(f"--gcs-address={head['gcs']}", f"--cluster-id-hex={head['cluster']}"),
            "--modules-to-load=JobHead,NodeHead,StateHead",
        )
        self._gcs = head["gcs"]

    def join(self):
        """Start a second node, and wait until the cluster has it."""
        ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        options = {**ports, "dashboard_agent_grpc_port": ports.pop("metrics_agent_port")}
        words = [f"--{name.replace('_', '-')}={port}" for name, port in options.items() if name != "metrics_agent_port"]
        ports["metrics_agent_port"] = options["dashboard_agent_grpc_port"]
        start = ["-m", "ray.scripts.scripts", "start", f"--address={self._gcs}", *words, "--num-cpus=2", "--block"]
        memory = [f"--memory={MEMORY}", f"--object-store-memory={STORE}", '--resources={"second": 1}']
        self.second = self._until(lambda: self._has(2), *start, *memory, node_id=secrets.token_hex(28), ports=ports)

    def _has(self, n):
        try:
            return len(self.jobs.nodes()) == n
        except GenieError:
            return False

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
            if str(self.folder) in words or (self._gcs and self._gcs in words):
                found.append(words[:200])
        return found

    def stop(self):
        for process in reversed(self._started):
            process.terminate()
        for process in self._started:
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
