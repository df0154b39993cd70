"""`genie prepare`: what the first run on a machine would wait for, done now; for images."""

from __future__ import annotations

import argparse
import time
from typing import Any


def add_commands(commands: Any) -> None:
    """Add this module's command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "prepare", help="compile the explanations' kernels now, so that nobody waits for them: for images"
    )
    parser.set_defaults(action=_prepare)


def _prepare(_arguments: argparse.Namespace) -> int:
    from genie_widgets.explain import keep_on_disk

    began = time.monotonic()
    if not keep_on_disk():
        print("The explanations' kernels cannot be kept: neither the package's folder nor the home can be written.")
        return 1
    print(f"The explanations' kernels are compiled, or were so already ({time.monotonic() - began:.0f} s).")
    return 0
