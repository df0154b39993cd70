"""The panel: one step, one file; each renders the session's state and calls the session.

The only place that knows ipywidgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genie_widgets.widgets.panel import Genie

__all__ = ["Genie"]


def __getattr__(name: str) -> Any:
    if name == "Genie":
        from genie_widgets.widgets.panel import Genie

        return Genie
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
