"""Processes of our own: a debugger of the notebook is kept out of them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Sequence
from typing import Any


def start_process(command: Sequence[str], **options: Any) -> subprocess.Popen[Any]:
    """Start a program as `subprocess.Popen` does.

    With Jupyter's debugger on, pydevd puts itself before every Python that the kernel starts, and the worker would wait
    for a debugger that never comes.
    """
    debugger = sys.modules.get("_pydev_bundle.pydev_monkey")
    kept_out = getattr(debugger, "skip_subprocess_arg_patch", contextlib.nullcontext)
    with kept_out():
        return subprocess.Popen(command, **options)
