"""`genie prepare`: what the first run on a machine would wait for, done now; for images."""

from __future__ import annotations

import argparse
import time
from typing import Any


def add_commands(commands: Any) -> None:
    """Add this module's command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "prepare", help="do now what the first run on a machine would wait for: for images"
    )
    parser.set_defaults(action=_prepare)


def _prepare(_arguments: argparse.Namespace) -> int:
    from genie_widgets.explain import keep_on_disk
    from genie_widgets.track import make_blank

    began = time.monotonic()
    are_compiled = keep_on_disk()
    if are_compiled:
        print(f"The explanations' kernels are compiled, or were so already ({time.monotonic() - began:.0f} s).")
    else:
        print("The explanations' kernels cannot be kept: neither the package's folder nor the home can be written.")
    began = time.monotonic()
    has_blank = make_blank()
    if has_blank:
        print(f"A blank store for MLflow's records is kept, or was so already ({time.monotonic() - began:.0f} s).")
    else:
        print("No blank store for MLflow's records can be kept: each new workspace's is made by its first run.")
    return 0 if are_compiled and has_blank else 1
