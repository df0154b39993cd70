"""Training: the only package that knows AutoGluon.

The names below are resolved when first used, so that importing the package is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genie_widgets.train.autogluon_fit import fit
    from genie_widgets.train.machine import Machine, detect_machine
    from genie_widgets.train.trained import TrainedModel, load_model
    from genie_widgets.train.warm import warm_up

_HOME = {
    "Machine": "machine",
    "TrainedModel": "trained",
    "detect_machine": "machine",
    "fit": "autogluon_fit",
    "load_model": "trained",
    "warm_up": "warm",
}

__all__ = ["Machine", "TrainedModel", "detect_machine", "fit", "load_model", "warm_up"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
