"""The worker's handle: start, ask, watch, close; the one place that knows it is a process."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import IO, Any, Literal

from genie_widgets.language import spoken, tr
from genie_widgets.schema import GenieError, Problem
from genie_widgets.session.spawning import start_process
from genie_widgets.store import RunFolder

CLOSE_TIMEOUT_S = 3.0
REQUEST_TIMEOUT_S = 120.0
MODULE = "genie_widgets.worker"
Mode = Literal["train", "serve", "resume"]
_FLAGS: dict[Mode, tuple[str, ...]] = {"train": (), "serve": ("--serve",), "resume": ("--resume",)}
# What the worker has no use for, and must not be able to log.
_SECRETS = ("OPENAI_API_KEY",)


class WorkerHandle:
    """A worker process.

    Parameters
    ----------
    folder : RunFolder
        The run it is for: a draft to wait for, or one that has ended to serve.
    mode : {"train", "serve", "resume"}
        Wait for the request of a draft, serve a model that is there, or take up a run that was over.
    command : sequence of str, optional
        Another program that speaks the protocol; tests give their own.
    record_at : str, optional
        Where the run will be recorded, for a draft that gets ready for it; empty for the workspace's own store.
    """

    def __init__(
        self,
        folder: RunFolder,
        *,
        mode: Mode = "train",
        command: tuple[str, ...] | None = None,
        record_at: str | None = None,
    ) -> None:
        self.folder = folder
        self.ready = threading.Event()
        self._ids = itertools.count(1)
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        arguments = command or (sys.executable, "-m", MODULE, str(folder.path))
        environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
        with folder.log_path.open("ab") as log:
            self._process = start_process(
                [*arguments, *_FLAGS[mode], *(() if record_at is None else (f"--record-at={record_at}",))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="utf-8",
                # What is no text is no message either; the ear must outlive it.
                errors="replace",
                env=environment,
                # A session of its own: it outlives this process, and an interrupt does not reach it.
                start_new_session=True,
            )
        self._ear = threading.Thread(target=self._listen, name="genie-worker-pipe", daemon=True)
        self._ear.start()

    def begin(self) -> None:
        """Be told that the request stands: the process sees that by itself."""

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def ended_well(self) -> bool:
        """Whether the process has ended, and by itself: as one does that nobody has asked for long."""
        try:
            return self._process.wait(CLOSE_TIMEOUT_S) == 0
        except subprocess.TimeoutExpired:
            return False

    @property
    def pid(self) -> int:
        """The process id; for people, never to decide whether a run is alive."""
        return self._process.pid

    def request(self, operation: str, *, timeout_s: float = REQUEST_TIMEOUT_S, **arguments: Any) -> dict[str, Any]:
        """Ask the worker for something, and wait for the answer.

        Raises
        ------
        GenieError
            The worker's own problem; or that it died, or took too long.
        """
        identity = next(self._ids)
        future: Future[dict[str, Any]] = Future()
        with self._lock:
            self._waiting[identity] = future
        try:
            # With each: a person may choose another language while the worker serves.
            self._send({"id": identity, "op": operation, "language": spoken(), **arguments})
            answer = future.result(timeout_s)
        except FutureTimeoutError:
            raise GenieError(
                _problem("worker-slow", tr("No answer came within {seconds:.0f} seconds.", seconds=timeout_s))
            ) from None
        finally:
            with self._lock:
                self._waiting.pop(identity, None)
        return _value_of(answer)

    def _send(self, message: dict[str, Any]) -> None:
        stdin = self._process.stdin
        try:
            if stdin is None or not self.is_alive:
                raise OSError
            stdin.write(json.dumps(message) + "\n")
            stdin.flush()
        except (OSError, ValueError):
            raise GenieError(_died()) from None

    def _listen(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        with stdout:
            self._hear(stdout)
        with self._lock:
            waiting = list(self._waiting.values())
        for future in waiting:
            if not future.done():
                future.set_exception(GenieError(_died()))
        # Nothing is left to say: the pipe is closed, and the process is waited for, so that neither is left behind.
        self.close()
        self._process.wait()

    def _hear(self, stdout: IO[str]) -> None:
        for line in stdout:
            try:
                message = json.loads(line)
            except ValueError:
                continue
            # Whatever else a library prints there: nobody may wait for ever because the ear died of it.
            if not isinstance(message, dict):
                continue
            if message.get("type") == "ready":
                self.ready.set()
            with self._lock:
                identity = message.get("id")
                future = self._waiting.get(identity) if isinstance(identity, int) else None
            if future is not None and not future.done():
                future.set_result(message)

    def close(self) -> None:
        """Let go of the worker: an idle one ends at once, a training one goes on by itself."""
        stdin = self._process.stdin
        if stdin is not None:
            with contextlib.suppress(OSError):  # it may be gone already
                stdin.close()

    def terminate(self) -> None:
        """End the process: ask, terminate, kill; for workers that train nothing."""
        self.close()
        for end in (None, self._process.terminate, self._process.kill):
            if end is not None:
                end()
            try:
                self._process.wait(CLOSE_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                continue
            return


def _value_of(answer: dict[str, Any]) -> dict[str, Any]:
    value, problem = answer.get("value"), answer.get("problem")
    if answer.get("ok") and isinstance(value, dict):
        return value
    try:
        told = Problem.model_validate(problem)
    except ValueError:
        told = _problem("worker-nonsense", tr("The process that serves the model gave an answer without sense."))
    raise GenieError(told)


def _died() -> Problem:
    return _problem("worker-died", tr("The process that serves the model has ended."))


def _problem(code: str, title: str) -> Problem:
    return Problem(code=code, title=title, remedy=tr("Try again; the run's log says more."), culprit="worker")
