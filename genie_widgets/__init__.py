"""Genie: a table and a sentence become a trained, explained, tracked and downloadable model.

The names below are resolved when first used, so that importing the package
costs nothing and no process loads what it does not need.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from genie_widgets.version import __version__

if TYPE_CHECKING:
    from genie_widgets.data import Table, read_query, read_table, read_url
    from genie_widgets.schema import GenieError, Plan, Problem, Question, ReadOptions, Refusal, Validation
    from genie_widgets.session import Run, answer_question, edit_plan, list_runs, open_run, plan, train
    from genie_widgets.widgets import Genie

_HOME = {
    "Genie": "genie_widgets.widgets",
    "GenieError": "genie_widgets.schema",
    "Plan": "genie_widgets.schema",
    "Problem": "genie_widgets.schema",
    "Question": "genie_widgets.schema",
    "ReadOptions": "genie_widgets.schema",
    "Refusal": "genie_widgets.schema",
    "Run": "genie_widgets.session",
    "Table": "genie_widgets.data",
    "Validation": "genie_widgets.schema",
    "answer_question": "genie_widgets.session",
    "edit_plan": "genie_widgets.session",
    "list_runs": "genie_widgets.session",
    "open_run": "genie_widgets.session",
    "plan": "genie_widgets.session",
    "read_query": "genie_widgets.data",
    "read_table": "genie_widgets.data",
    "read_url": "genie_widgets.data",
    "train": "genie_widgets.session",
}

__all__ = [
    "Genie",
    "GenieError",
    "Plan",
    "Problem",
    "Question",
    "ReadOptions",
    "Refusal",
    "Run",
    "Table",
    "Validation",
    "__version__",
    "answer_question",
    "edit_plan",
    "list_runs",
    "open_run",
    "plan",
    "read_query",
    "read_table",
    "read_url",
    "train",
]


class _Face(ModuleType):
    """Keeps the public names: importing the engine ``genie_widgets.train`` must not hide the function ``train``."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face


def load_ipython_extension(shell: Any) -> None:
    """Add ``%genie`` and ``%%genie``: what ``%load_ext genie_widgets`` calls."""
    from genie_widgets.magics import register

    register(shell)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
