"""How far a long prediction has come: the worker writes it to a file, a thread tells whoever asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

INTERVAL_S = 0.5


@contextmanager
def told(path: Path, listener: Callable[[int], object] | None) -> Iterator[None]:
    """Tell `listener` the number in a file whenever it has changed, as long as the block runs."""
    if listener is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        seen = 0
        while not over.wait(INTERVAL_S):
            done = _read(path)
            if done > seen:
                seen = done
                listener(done)

    watcher = threading.Thread(target=watch, name="genie-progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _read(path: Path) -> int:
    try:
        return int(path.read_text(encoding="utf-8") or 0)
    except (OSError, ValueError):
        return 0
