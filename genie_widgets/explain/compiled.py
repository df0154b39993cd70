"""Compiling functions once for a machine: the code is kept on disk, or in memory where no folder can be written."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])
# Entrances that nobody uses take their time to compile, too.
NOT_FROM_C: dict[str, Any] = {"no_cfunc_wrapper": True}
NOT_FROM_PYTHON: dict[str, Any] = {"no_cpython_wrapper": True}
KERNELS = ("tree_answers", "tree_board", "tree_symmetric", "tree_pairs", "tree_sets")


def compiled(**options: Any) -> Callable[[F], F]:
    """Compile a function when it is first called; `options` are those of ``numba.njit``."""

    def compile_one(function: F) -> F:
        try:
            kernel: F = njit(cache=True, **NOT_FROM_C, **options)(function)
        except RuntimeError:  # neither the package's folder nor the home can be written
            kernel = njit(**NOT_FROM_C, **options)(function)
        return kernel

    return compile_one


def part(**options: Any) -> Callable[[F], F]:
    """Compile a part of kernels, which Python never calls: neither kept by itself nor given an entrance from Python.

    Both would take several times as long as the part.
    """

    def compile_one(function: F) -> F:
        piece: F = njit(**NOT_FROM_C, **NOT_FROM_PYTHON, **options)(function)
        return piece

    return compile_one


def _forget_old_code() -> None:
    """Remove code that is older than any kernel: numba looks only at a kernel's own file, not at those it calls."""
    here = Path(__file__).parent
    newest = max((here / f"{name}.py").stat().st_mtime for name in KERNELS)
    for name in KERNELS:
        for index in (here / "__pycache__").glob(f"{name}.*.nbi"):
            with suppress(OSError):  # another process was quicker, or the folder cannot be written
                if index.stat().st_mtime < newest:
                    index.unlink()


_forget_old_code()
