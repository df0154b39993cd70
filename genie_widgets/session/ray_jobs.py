"""Ray's jobs, asked over HTTP: nothing of Ray is loaded here, and the cluster's version is its own affair."""

from __future__ import annotations

import http.client
import json
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from genie_widgets.language import tr
from genie_widgets.schema import ClusterJob, GenieError, Problem

ANSWER_S = 10.0
# A head that was just started takes a job only once its agents are up, and lets the asker wait for that.
TAKE_S = 60.0
DEFAULT_PORT = 8265
_JOBS, _NODES = "/api/jobs/", "/api/v0/nodes?detail=1"


@dataclass(frozen=True)
class Node:
    """What a node of the cluster has to give in all."""

    cores: int
    memory_bytes: int


@dataclass(frozen=True)
class JobState:
    """A job as Ray sees it: ``PENDING``, ``RUNNING``, ``STOPPED``, ``SUCCEEDED`` or ``FAILED``."""

    status: str
    message: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it will do nothing more."""
        return self.status not in ("PENDING", "RUNNING")


class RayJobs:
    """The jobs of a Ray cluster.

    Parameters
    ----------
    address : str
        Of its head, as ``http://HOST:8265``: where its dashboard is.

    Raises
    ------
    GenieError
        If it is no such address.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise GenieError(_no_address(address))
        self.address = address
        self._is_secure, self._host, self._path = parts.scheme == "https", parts.hostname, parts.path.rstrip("/")
        self._port = parts.port or (None if self._is_secure else DEFAULT_PORT)

    def nodes(self) -> list[Node]:
        """List the nodes that live.

        Raises
        ------
        GenieError
            If the cluster does not answer.
        """
        found = self._ask("GET", _NODES)["data"]["result"]["result"]
        living = [node["resources_total"] for node in found if node["state"] == "ALIVE"]
        return [Node(int(node.get("CPU", 0)), int(node.get("memory", 0))) for node in living]

    def submit(self, job: ClusterJob, command: str) -> None:
        """Have a command run once its cores and its memory are free somewhere; it outlives this process.

        Raises
        ------
        GenieError
            If the cluster does not answer, or refuses it.
        """
        self._ask(
            "POST",
            _JOBS,
            {
                "entrypoint": command,
                "submission_id": job.submission_id,
                "entrypoint_num_cpus": job.cores,
                "entrypoint_memory": job.memory_bytes or None,
            },
            timeout_s=TAKE_S,
        )

    def look(self, submission_id: str) -> JobState | None:
        """Look how a job stands; None if the cluster knows none of that name.

        Raises
        ------
        GenieError
            If the cluster does not answer.
        """
        found = self._ask("GET", f"{_JOBS}{submission_id}", absent_is_fine=True)
        return None if found is None else JobState(str(found["status"]), str(found.get("message") or ""))

    def stop(self, submission_id: str) -> None:
        """End a job: asked first, killed three seconds later.

        Raises
        ------
        GenieError
            If the cluster does not answer.
        """
        self._ask("POST", f"{_JOBS}{submission_id}/stop", absent_is_fine=True)

    def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        absent_is_fine: bool = False,
        timeout_s: float = ANSWER_S,
    ) -> Any:
        kind = http.client.HTTPSConnection if self._is_secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=timeout_s)
        headers = {"Content-Type": "application/json"}
        if token := os.environ.get("RAY_AUTH_TOKEN"):
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(method, self._path + path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            raise GenieError(_unreachable(self.address, str(error))) from error
        finally:
            connection.close()
        if answer.status == http.client.NOT_FOUND and absent_is_fine:
            return None
        if answer.status >= http.client.BAD_REQUEST:
            raise GenieError(_refused(self.address, f"{answer.status} {last_line(text)}"))
        try:
            return json.loads(text)
        except ValueError as error:
            raise GenieError(_unreachable(self.address, last_line(text))) from error


def last_line(text: str) -> str:
    """Give the last line that says something: that of a traceback is the reason."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")[:300]


def _no_address(address: str) -> Problem:
    return Problem(
        code="no-cluster-address",
        title=tr("Trainings are to run on a Ray cluster, and its address is missing or of another kind."),
        remedy=tr("Set GENIE_RAY_ADDRESS to the address of its dashboard, as http://HOST:8265."),
        culprit="GENIE_RAY_ADDRESS",
        value=address[:200],
    )


def _unreachable(address: str, reason: str) -> Problem:
    return Problem(
        code="cluster-unreachable",
        title=tr("The Ray cluster at {address} does not answer: {reason}.", address=address, reason=reason),
        remedy=tr("Check GENIE_RAY_ADDRESS, and that the cluster's head runs with its dashboard."),
        culprit="GENIE_RAY_ADDRESS",
        value=address,
    )


def _refused(address: str, reason: str) -> Problem:
    return Problem(
        code="cluster-refused",
        title=tr("The Ray cluster at {address} refuses: {reason}.", address=address, reason=reason),
        remedy=tr("Where the cluster asks for a token, set RAY_AUTH_TOKEN; else its dashboard's log says more."),
        culprit="GENIE_RAY_ADDRESS",
        value=address,
    )
