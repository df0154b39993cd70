"""One thread for small matrices: on busy cores, threads that wait for one another take forty times as long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any

# The limit is the process's: two readers would put back what the other one set.
_ALONE = Lock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let numpy multiply matrices on one thread."""
    with _ALONE, _controller().limit(limits=1, user_api="blas"):
        yield


@lru_cache(maxsize=1)
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
