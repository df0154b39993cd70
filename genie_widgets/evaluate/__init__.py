"""Honest scores: rows kept apart, metrics with intervals, a baseline, figures of plots, a verdict.

The names below are resolved when first used, so that importing the package is cheap.
No module is named like a function it gives: importing it would hide the function.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genie_widgets.evaluate.scoring import evaluate
    from genie_widgets.evaluate.splitting import Split, split
    from genie_widgets.evaluate.verdicts import verdict

_HOME = {"Split": "splitting", "evaluate": "scoring", "split": "splitting", "verdict": "verdicts"}

__all__ = ["Split", "evaluate", "split", "verdict"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
