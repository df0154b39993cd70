"""MLflow's own pages, beside the panel, where the host allows them."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from pathlib import Path

from genie_widgets.schema import GenieError, Problem

MODULE = "genie_widgets.worker.mlflow_pages"
OPENING_S = 60.0
POLL_S = 0.2


class MlflowPages:
    """A server of MLflow's pages on this machine, for this session alone.

    Parameters
    ----------
    log : Path
        Where it writes what it has to say.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._address = ""
        self._store = ""

    def open(self, store: str) -> str:
        """Serve a store's pages, and wait until they answer.

        Parameters
        ----------
        store : str
            MLflow's address of it.

        Returns
        -------
        str
            Where they are.

        Raises
        ------
        GenieError
            If they don't answer in time.
        """
        if self._process is not None and self._process.poll() is None and self._store == store:
            return self._address
        self.close()
        port = _free_port()
        self._store, self._address = store, f"http://127.0.0.1:{port}/"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", MODULE, store, str(port)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + OPENING_S
        while time.monotonic() < deadline and self._process.poll() is None:
            if _answers(port):
                return self._address
            time.sleep(POLL_S)
        self.close()
        raise GenieError(
            Problem(
                code="mlflow-pages",
                title="MLflow's pages could not be opened here.",
                remedy=f"The log {self._log.name} of the workspace says why.",
                culprit="MLflow",
            )
        )

    def close(self) -> None:
        """Close the pages; nothing happens where none are open."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", "/health")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()
