"""SHAP values of any prediction, on the person's own columns, exact or with standard errors.

The names below are resolved when first used, so that importing the package is cheap.
No module is named like a function it gives: importing it would hide the function.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genie_widgets.explain.ahead import compile_elsewhere, is_under_way
    from genie_widgets.explain.compiling import compile_kernels, keep_on_disk
    from genie_widgets.explain.explaining import explain
    from genie_widgets.explain.kept import Kept
    from genie_widgets.explain.shap_bridge import to_shap
    from genie_widgets.explain.shapley import ShapValues, shap_values

_HOME = {
    "Kept": "kept",
    "ShapValues": "shapley",
    "compile_elsewhere": "ahead",
    "compile_kernels": "compiling",
    "explain": "explaining",
    "is_under_way": "ahead",
    "keep_on_disk": "compiling",
    "shap_values": "shapley",
    "to_shap": "shap_bridge",
}

__all__ = [
    "Kept",
    "ShapValues",
    "compile_elsewhere",
    "compile_kernels",
    "explain",
    "is_under_way",
    "keep_on_disk",
    "shap_values",
    "to_shap",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
