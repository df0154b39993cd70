"""The private pipe: JSON lines on stdin and stdout; everything else that prints goes to the log."""

from __future__ import annotations

import json
import os
import queue
import threading
from pathlib import Path
from typing import IO, Any


class Pipe:
    """Claims stdin and stdout for the protocol.

    AutoGluon, its models and their C libraries print to descriptors 1 and 2:
    both are turned to the log before anything is imported.

    Parameters
    ----------
    log_path : Path
        Where all other output goes.
    """

    def __init__(self, log_path: Path) -> None:
        self._out: IO[str] = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
        log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.is_closed = threading.Event()
        threading.Thread(target=self._listen, name="genie-pipe", daemon=True).start()

    def say(self, message: dict[str, Any]) -> None:
        """Send one message; a kernel that is gone is no error."""
        try:
            self._out.write(json.dumps(message) + "\n")
        except (OSError, ValueError):
            self.is_closed.set()

    def hand_over(self) -> None:
        """Give the protocol's way out back to descriptor 1, for the program that takes this one's place."""
        os.dup2(self._out.fileno(), 1)

    def hear(self, timeout_s: float) -> dict[str, Any] | None:
        """Wait for a message; None at the time-out or when the other side is gone."""
        try:
            return self._lines.get(timeout=timeout_s)
        except queue.Empty:
            return None

    @property
    def has_more(self) -> bool:
        """Whether a message waits, or the other side is gone."""
        return not self._lines.empty() or self.is_closed.is_set()

    def _listen(self) -> None:
        # Bytes: what is no text must be passed over like any other nonsense, not end the listening.
        # A reader of its own: Python aborts where it ends while a thread waits in sys.stdin.
        for line in os.fdopen(os.dup(0), "rb"):
            try:
                message = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(message, dict):
                self._lines.put(message)
        self.is_closed.set()
        self._lines.put(None)
