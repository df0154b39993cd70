"""Training: the only package that knows AutoGluon.

The names below are resolved when first used, so that importing the package is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genie_widgets.train.autogluon_fit import Hooks, fit, fit_more
    from genie_widgets.train.fitting import Fitting, rows_that_fit, sample_rows
    from genie_widgets.train.trained import TrainedModel, load_model
    from genie_widgets.train.unfinished import load_unfinished
    from genie_widgets.train.warm import warm_up

_HOME = {
    "Fitting": "fitting",
    "Hooks": "autogluon_fit",
    "TrainedModel": "trained",
    "fit": "autogluon_fit",
    "fit_more": "autogluon_fit",
    "load_model": "trained",
    "load_unfinished": "unfinished",
    "rows_that_fit": "fitting",
    "sample_rows": "fitting",
    "warm_up": "warm",
}

__all__ = [
    "Fitting",
    "Hooks",
    "TrainedModel",
    "fit",
    "fit_more",
    "load_model",
    "load_unfinished",
    "rows_that_fit",
    "sample_rows",
    "warm_up",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
