"""Tables in: reading files and frames, and the facts of what is in them.

The names below are resolved when first used, so that importing the package
does not load pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genie_widgets.data.fetching import fetch, read_url
    from genie_widgets.data.leaks import Leak, find_leaks
    from genie_widgets.data.profiling import profile_frame
    from genie_widgets.data.querying import read_query
    from genie_widgets.data.reading import read_table
    from genie_widgets.data.shipped import Sample, samples
    from genie_widgets.data.table import Table

_HOME = {
    "Leak": "leaks",
    "fetch": "fetching",
    "find_leaks": "leaks",
    "Sample": "shipped",
    "Table": "table",
    "profile_frame": "profiling",
    "read_query": "querying",
    "read_table": "reading",
    "read_url": "fetching",
    "samples": "shipped",
}

__all__ = [
    "Leak",
    "Sample",
    "Table",
    "fetch",
    "find_leaks",
    "profile_frame",
    "read_query",
    "read_table",
    "read_url",
    "samples",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
