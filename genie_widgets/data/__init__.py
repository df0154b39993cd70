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
    from genie_widgets.data.notebook import frame_line, frame_offers, notebook_frames
    from genie_widgets.data.profiling import profile_frame
    from genie_widgets.data.querying import read_query
    from genie_widgets.data.reading import read_table
    from genie_widgets.data.shipped import Sample, samples
    from genie_widgets.data.structure import Entities, TimeOrder, find_entities, find_time_order
    from genie_widgets.data.table import Table

_HOME = {
    "Leak": "leaks",
    "fetch": "fetching",
    "Entities": "structure",
    "TimeOrder": "structure",
    "find_entities": "structure",
    "find_leaks": "leaks",
    "find_time_order": "structure",
    "frame_line": "notebook",
    "frame_offers": "notebook",
    "notebook_frames": "notebook",
    "Sample": "shipped",
    "Table": "table",
    "profile_frame": "profiling",
    "read_query": "querying",
    "read_table": "reading",
    "read_url": "fetching",
    "samples": "shipped",
}

__all__ = [
    "Entities",
    "Leak",
    "Sample",
    "Table",
    "TimeOrder",
    "fetch",
    "find_entities",
    "find_leaks",
    "find_time_order",
    "frame_line",
    "frame_offers",
    "notebook_frames",
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
