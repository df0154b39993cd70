"""MLflow's own pages, beside the panel, where the host allows them."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.parse
from pathlib import Path

from genie_widgets.language import tr
from genie_widgets.schema import GenieError, Problem
from genie_widgets.session.local_server import LOCALHOST, free_port, opener, wait_until_up
from genie_widgets.session.spawning import start_process

MODULE = "genie_widgets.worker.mlflow_pages"
_BY_NAME = "api/2.0/mlflow/experiments/get-by-name"
ANSWER_S = 30.0
# MLflow shows a run as one of a language model's unless it is asked for the menu of training.
AS_TRAINING = "?workflowType=machine_learning"


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
        port = free_port()
        self._store, self._address = store, f"http://{LOCALHOST}:{port}/"
        with self._log.open("ab") as log:
            self._process = start_process(
                [sys.executable, "-m", MODULE, store, str(port)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait_until_up(self._process, f"{self._address}health"):
            return self._address
        self.close()
        raise GenieError(
            Problem(
                code="mlflow-pages",
                title=tr("MLflow's pages could not be opened here."),
                remedy=tr("The log {log} of the workspace says why.", log=self._log.name),
                culprit="MLflow",
            )
        )

    def runs(self, experiment: str) -> str:
        """Give the address of the list of an experiment's runs, where the pages are open.

        Returns
        -------
        str
            That of the list of all experiments where MLflow knows none of that name yet.
        """
        query = urllib.parse.urlencode({"experiment_name": experiment})
        try:
            with opener().open(f"{self._address}{_BY_NAME}?{query}", timeout=ANSWER_S) as answer:
                number = str(json.load(answer)["experiment"]["experiment_id"])
        except (OSError, ValueError, LookupError):
            return f"{self._address}#/experiments"
        return f"{self._address}#/experiments/{number}/runs{AS_TRAINING}"

    def close(self) -> None:
        """Close the pages; nothing happens where none are open."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
