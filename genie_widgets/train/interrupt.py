"""Interrupt a model's fit that would not end in time, whichever library it is in.

AutoGluon's callbacks act between models only. An exception raised inside a
model's fit makes it skip that model and go on, so that is what is raised: in
the training's own thread, as soon as it is back in Python. Every library here
comes back often: LightGBM, XGBoost and CatBoost call back at each iteration,
forests are waited for in Python. For what does not come back there is a last
resort, which the caller gives.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import logging
import multiprocessing
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from pathlib import Path
from types import FrameType

CHECK_INTERVAL_S = 0.1
# Between two tries: the exception may have been swallowed by a library's own clean-up.
RETRY_INTERVAL_S = 1.0
# A fit that goes on so long after the first try does not end by itself.
STUCK_AFTER_S = 5.0

# Code that must not be interrupted wherever it happens to be. A lock may just have been taken that nobody would give
# back; and while a thread is being started, Python takes the new one for the old: the exception kills the new one
# before it has said that it runs, and the old one waits for that for ever.
_DELICATE_FILES = frozenset(str(module.__file__) for module in (threading, queue))
_DELICATE_FOLDERS = tuple(
    str(Path(str(package.__file__)).parent) for package in (multiprocessing, futures, importlib, logging)
)
_FROZEN_IMPORT = "<frozen importlib"
# Where a library frees what a pointer of its own names: interrupted right after, it would free it once more, and the
# process would die of it later.
_FREEING = frozenset({"__del__", "_free_handle", "free_network", "model_from_string"})
# Where a library's C code calls Python back: an exception is lost there, and the work goes on with what it cut short.
# XGBoost reads a table four times; of one reading that ended early it wrote beyond its memory. It comes up there as
# well if the thread was in that C code when it was looked at.
_CALLING_BACK = frozenset({"_init", "_init_from_iter"})
_CALLED_BACK_IN = str(Path("xgboost", "core.py"))
# The frames of the threading module that are below everything that a thread does.
_OF_EVERY_THREAD = frozenset({"_bootstrap", "_bootstrap_inner", "run"})


class FitInterruptedError(Exception):
    """Raised inside a model's fit to end it."""


class Interrupter:
    """Watches a fit from a thread of its own, and interrupts it when it should end.

    Parameters
    ----------
    should_interrupt : callable
        Asked ten times a second; true while a fit is running that must not go on.
    on_stuck : callable, optional
        Called once, in the watching thread, when a fit goes on `STUCK_AFTER_S`
        after it should have ended. Without it the watch goes on.
    spared : tuple of str
        Folders whose code is not interrupted.
    """

    def __init__(
        self,
        should_interrupt: Callable[[], bool],
        on_stuck: Callable[[], None] | None = None,
        spared: tuple[str, ...] = (),
    ) -> None:
        self._should_interrupt = should_interrupt
        self._on_stuck = on_stuck
        self._spared = spared
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
            if self._should_interrupt() and not self._end_fit() and self._on_stuck is not None:
                self._on_stuck()
                return

    def _end_fit(self) -> bool:
        """Interrupt until the fit has ended; false where it does not."""
        stuck_at = time.monotonic() + STUCK_AFTER_S
        again_at = 0.0
        while self._should_interrupt():
            if time.monotonic() > stuck_at:
                return False
            if time.monotonic() > again_at and self._interrupt():
                again_at = time.monotonic() + RETRY_INTERVAL_S
            if self._done.wait(CHECK_INTERVAL_S):
                break
        return True

    def _interrupt(self) -> bool:
        """Raise in the fit's thread, unless it is where it must not be interrupted."""
        thread, error = ctypes.c_ulong(self._thread_id), ctypes.py_object(FitInterruptedError)
        with _no_collection():
            frame = sys._current_frames().get(self._thread_id)
            at = None if frame is None else frame.f_lasti
            if _is_delicate(frame, self._spared):
                return False
            # The look took a while, in which the interpreter's lock may have been lent: the exception must come up at
            # the place that was looked at.
            now = sys._current_frames().get(self._thread_id)
            if now is not frame or (now is not None and now.f_lasti != at):
                return False
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, error)
        return True


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector still.

    While Python gathers the frames, it holds a lock that the start of a thread needs as well. What the collector calls
    in between may hand the interpreter's lock to a thread that starts another: each then waits for the other, for ever
    (CPython issue 106883; its own remedy, in 3.11.9, is the same).
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _is_delicate(frame: FrameType | None, spared: tuple[str, ...] = ()) -> bool:
    """Tell whether any of a thread's frames is in code that must not be interrupted."""
    while frame is not None:
        code = frame.f_code
        name = code.co_filename
        if name in _DELICATE_FILES and code.co_name not in _OF_EVERY_THREAD:
            return True
        if code.co_name in _FREEING or (code.co_name in _CALLING_BACK and name.endswith(_CALLED_BACK_IN)):
            return True
        if name.startswith((*_DELICATE_FOLDERS, *spared, _FROZEN_IMPORT)):
            return True
        frame = frame.f_back
    return False
