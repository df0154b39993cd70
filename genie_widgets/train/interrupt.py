"""Interrupt a model's fit that would not end in time, whichever library it is in.

AutoGluon's callbacks act between models only. An exception raised inside a
model's fit makes it skip that model and go on, so that is what is raised: in
the training's own thread, as soon as it is back in Python. Every library here
comes back often: LightGBM, XGBoost and CatBoost call back at each iteration,
forests are waited for in Python.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable

CHECK_INTERVAL_S = 0.1
# Between two tries: the exception may have been swallowed by a library's own clean-up.
RETRY_INTERVAL_S = 1.0


class FitInterruptedError(Exception):
    """Raised inside a model's fit to end it."""


class Interrupter:
    """Watches a fit from a thread of its own, and interrupts it when it should end.

    Parameters
    ----------
    should_interrupt : callable
        Asked ten times a second; true while a fit is running that must not go on.
    """

    def __init__(self, should_interrupt: Callable[[], bool]) -> None:
        self._should_interrupt = should_interrupt
        self._thread_id = threading.get_ident()
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="genie-interrupter", daemon=True)

    def __enter__(self) -> Interrupter:
        self._watcher.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._done.wait(CHECK_INTERVAL_S):
            if self._should_interrupt():
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread_id), ctypes.py_object(FitInterruptedError)
                )
                until = time.monotonic() + RETRY_INTERVAL_S
                while time.monotonic() < until and not self._done.wait(CHECK_INTERVAL_S):
                    if not self._should_interrupt():
                        break
