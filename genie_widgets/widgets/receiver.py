"""The kernel's side of an upload: acknowledged pieces, straight to disk, resumable."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from genie_widgets.language import tr

MAX_SUFFIX = 10


@dataclass
class _Job:
    identity: str
    name: str
    size: int
    offset: int
    part: Path
    file: IO[bytes]


class Receiver:
    """Receives one file at a time.

    Parameters
    ----------
    folder : Path
        Where files go; made when the first arrives.
    send : callable
        Sends a message to the browser.
    on_done : callable
        Told the file's path and the name the person knows it by.
    max_bytes : int or None
        Largest file; None means what the disk holds.
    """

    def __init__(
        self,
        folder: Path,
        *,
        send: Callable[[dict[str, Any]], None],
        on_done: Callable[[Path, str], None],
        max_bytes: int | None = None,
    ) -> None:
        self._folder = folder
        self._send = send
        self._on_done = on_done
        self._max_bytes = max_bytes
        self._job: _Job | None = None
        self._generation = 0
        self._done: str | None = None

    def receive(self, message: dict[str, Any], buffers: list[Any]) -> None:
        """Take one message of the browser; what is no message of ours is ignored."""
        identity = str(message.get("id"))
        try:
            if message.get("op") == "begin":
                self._begin(identity, message, buffers)
            elif message.get("op") == "piece" and buffers:
                self._piece(identity, message, buffers[0])
            elif message.get("op") == "cancel":
                self._cancel(identity)
        except OSError as error:
            self._close()
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            text = (
                tr("The disk is full: free some space, and try again.")
                if full
                else tr("The file could not be written here.")
            )
            self._send({"op": "error", "id": identity, "text": text})

    def _begin(self, identity: str, message: dict[str, Any], first: list[Any]) -> None:
        if identity == self._done:  # the browser asks once more where an answer is late
            self._send({"op": "done", "id": identity})
            return
        size = int(message["size"])
        if self._max_bytes is not None and size > self._max_bytes:
            text = tr("This file is larger than the {limit:,.0f} MB allowed here.", limit=self._max_bytes / 1e6)
            self._send({"op": "error", "id": identity, "text": text})
            return
        self._close()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The same file chosen again, even after a reload, goes on where it was.
        part = self._folder / f".{hashlib.sha256(str(message['fingerprint']).encode()).hexdigest()[:32]}.part"
        file = part.open("ab")
        if file.tell() > size:
            file.truncate(0)
            file.seek(0)
        name = str(message["name"]).replace("\\", "/").rsplit("/", 1)[-1] or "table.csv"
        job = self._job = _Job(identity, name, size, file.tell(), part, file)
        if job.offset == 0 and first and not self._take(job, first[0]):
            return
        self._go(job)
        if job.offset == size:
            self._finish(job)

    def _go(self, job: _Job) -> None:
        self._generation += 1
        self._send({"op": "go", "id": job.identity, "generation": self._generation, "offset": job.offset})

    def _piece(self, identity: str, message: dict[str, Any], piece: Any) -> None:
        job = self._job
        if job is None or job.identity != identity or message.get("generation") != self._generation:
            return
        if message.get("offset") != job.offset:
            self._go(job)  # a message was lost: the browser goes back to where we are
            return
        if not self._take(job, piece):
            return
        self._send({"op": "got", "id": identity, "generation": self._generation, "offset": job.offset})
        if job.offset == job.size:
            self._finish(job)

    def _take(self, job: _Job, piece: Any) -> bool:
        data = memoryview(piece)
        if job.offset + data.nbytes > job.size:
            self._close()
            text = tr("The file changed while it was sent; choose it again.")
            self._send({"op": "error", "id": job.identity, "text": text})
            return False
        job.file.write(data)
        job.file.flush()  # what is acknowledged is there for the next kernel
        job.offset += data.nbytes
        return True

    def _finish(self, job: _Job) -> None:
        self._close()
        # A name of our own: what a stranger calls a file never becomes a path.
        suffix = Path(job.name).suffix[:MAX_SUFFIX]
        safe = suffix if suffix[1:].isalnum() else ""
        path = self._folder / f"{secrets.token_hex(8)}{safe}"
        os.replace(job.part, path)  # noqa: PTH105 -- atomic, and says so
        self._done = job.identity
        self._send({"op": "done", "id": job.identity})
        self._on_done(path, job.name)

    def _cancel(self, identity: str) -> None:
        job = self._job
        if job is not None and job.identity == identity:
            self._close()
            job.part.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._job is not None:
            self._job.file.close()
            self._job = None
