"""Compiling functions once for a machine: the code is kept on disk, or in memory where no folder can be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(**options: Any) -> Callable[[F], F]:
    """Compile a function when it is first called; `options` are those of ``numba.njit``."""

    def compile_one(function: F) -> F:
        try:
            kernel: F = njit(cache=True, **options)(function)
        except RuntimeError:  # neither the package's folder nor the home can be written
            kernel = njit(**options)(function)
        return kernel

    return compile_one
