"""The DataFrames of the notebook whose kernel this is, and the cell that opens the panel on one of them."""

from __future__ import annotations

import sys
from keyword import iskeyword
from typing import Any
from unicodedata import normalize

from genie_widgets.language import plural, tr


def notebook_frames(shell: Any = None) -> dict[str, Any]:
    """Give the DataFrames among a notebook's variables, by name; what begins with an underscore is not meant.

    Parameters
    ----------
    shell : InteractiveShell, optional
        Whose variables; None means this kernel's.
    """
    # Nobody has made a frame before pandas was imported; a table that is read may be importing it at this moment.
    kind = getattr(sys.modules.get("pandas"), "DataFrame", None)
    if kind is None:
        return {}
    found = _variables(shell)
    return {name: value for name, value in found.items() if isinstance(value, kind) and not name.startswith("_")}


def frame_line(name: str, frame: Any) -> str:
    """Say which DataFrame it is, and how large."""
    return tr(
        "{table} ({rows}, {columns})",
        table=name,
        rows=plural("{n:,} row", "{n:,} rows", len(frame)),
        columns=plural("{n:,} column", "{n:,} columns", len(frame.columns)),
    )


def frame_offers() -> Any:
    """Tell JupyterLab's extension, as JSON, the DataFrames a cell can name: ``name``, ``text`` and the cell's ``code``.

    The extension evaluates this in the kernel without a trace in the notebook.
    """
    from IPython.display import JSON

    frames = notebook_frames()
    offers = [
        {"name": name, "text": frame_line(name, frame), "code": _cell(name)}
        for name, frame in frames.items()
        if _can_be_written(name)
    ]
    return JSON(offers)  # type: ignore[no-untyped-call]


def _can_be_written(name: str) -> bool:
    """``globals()["any text"] = frame`` is possible; Python itself looks up names in their compatible form."""
    return name.isidentifier() and not iskeyword(name) and normalize("NFKC", name) == name


def _cell(name: str) -> str:
    package = sys.modules["genie_widgets"]
    # A variable of the person's own is never written over.
    is_free = _variables().get("gw", package) is package
    imports, module = ("import genie_widgets as gw", "gw") if is_free else ("import genie_widgets", "genie_widgets")
    return f'{imports}\n\n{module}.Genie({name}, name="{name}")'


def _variables(shell: Any = None) -> dict[str, Any]:
    from IPython import get_ipython

    shell = shell or get_ipython()
    return {} if shell is None else dict(shell.user_ns)
