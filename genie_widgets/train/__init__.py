"""Training: the only package that knows AutoGluon.

The names below are resolved when first used, so that importing the package is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genie_widgets.train.autogluon_fit import Hooks, fit, fit_more
    from genie_widgets.train.fitting import Fitting, rows_that_fit, sample_rows
    from genie_widgets.train.interrupt import FitInterruptedError, Interrupter
    from genie_widgets.train.needs import bytes_for, cores_for
    from genie_widgets.train.refitting import can_refit, learnable, refit, refit_seconds
    from genie_widgets.train.trained import TrainedModel, load_model, pinned
    from genie_widgets.train.unfinished import load_unfinished
    from genie_widgets.train.warm import warm_up

_HOME = {
    "FitInterruptedError": "interrupt",
    "Fitting": "fitting",
    "Hooks": "autogluon_fit",
    "Interrupter": "interrupt",
    "TrainedModel": "trained",
    "bytes_for": "needs",
    "cores_for": "needs",
    "can_refit": "refitting",
    "fit": "autogluon_fit",
    "fit_more": "autogluon_fit",
    "learnable": "refitting",
    "load_model": "trained",
    "load_unfinished": "unfinished",
    "pinned": "trained",
    "refit": "refitting",
    "refit_seconds": "refitting",
    "rows_that_fit": "fitting",
    "sample_rows": "fitting",
    "warm_up": "warm",
}

__all__ = [
    "FitInterruptedError",
    "Fitting",
    "Hooks",
    "Interrupter",
    "TrainedModel",
    "bytes_for",
    "can_refit",
    "cores_for",
    "fit",
    "fit_more",
    "learnable",
    "load_model",
    "load_unfinished",
    "pinned",
    "refit",
    "refit_seconds",
    "rows_that_fit",
    "sample_rows",
    "warm_up",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
