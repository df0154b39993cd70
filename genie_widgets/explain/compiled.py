"""Compiling functions once for a machine: the code is kept on disk, or in memory where no folder can be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

from genie_widgets.explain.kept_code import forget_old_code, hash_of_sources

F = TypeVar("F", bound=Callable[..., Any])
# What nobody uses takes its time to compile, too: the entrance from C, the counting of references to arrays (kernels
# make none and keep none), and an exception for each division.
PLAIN: dict[str, Any] = {"no_cfunc_wrapper": True, "_nrt": False, "error_model": "numpy"}
NOT_FROM_PYTHON: dict[str, Any] = {"no_cpython_wrapper": True}


def compiled(**options: Any) -> Callable[[F], F]:
    """Compile a function when it is first called; `options` are those of ``numba.njit``."""

    def compile_one(function: F) -> F:
        # The kept code's file is named so. Numba looks whether the function's own file has changed, and by its time
        # alone; but a kernel is made of parts in other files, too.
        function.__qualname__ = f"{function.__name__}_{hash_of_sources()}"
        try:
            kernel: F = njit(cache=True, **PLAIN, **options)(function)
        except RuntimeError:  # neither the package's folder nor the home can be written
            kernel = njit(**PLAIN, **options)(function)
        return kernel

    return compile_one


def part(**options: Any) -> Callable[[F], F]:
    """Compile a part of kernels, which Python never calls: neither kept by itself nor given an entrance from Python.

    Both would take several times as long as the part.
    """

    def compile_one(function: F) -> F:
        piece: F = njit(**PLAIN, **NOT_FROM_PYTHON, **options)(function)
        return piece

    return compile_one


forget_old_code()
