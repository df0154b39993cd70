"""The upload widget."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from genie_widgets.language import mark
from genie_widgets.widgets.receiver import Receiver
from genie_widgets.widgets.words import said

_STATIC = Path(__file__).parent / "static"
_WORDS = {
    # Translators: after the button "Choose a table"
    "drop": mark("or drop it here"),
    "upload": mark("Upload"),
    "cancel": mark("Cancel"),
    "starting": mark("Starting {name}"),
    "unreadable": mark("{name} cannot be read."),
    "cancelled": mark("Cancelled."),
    "changed": mark("{name} changed while it was read; choose it again."),
    "going_on": mark("Going on at {size}"),
    "progress": mark("{done} of {size}"),
    "done": mark("{name} is here ({size})."),
    "lost": mark("No answer: the connection is lost, or the kernel is busy. Trying again…"),
}


class Upload(anywidget.AnyWidget):
    """A drop zone for one file of any size.

    Parameters
    ----------
    folder : Path
        Where files go.
    on_done : callable
        Told the file's path and its name.
    max_bytes : int or None
        Largest file.
    label : str
        What the button says.
    """

    _esm = _STATIC / "upload.js"
    _css = _STATIC / "upload.css"
    label = t.Unicode().tag(sync=True)
    accept = t.Unicode(
        ".csv,.tsv,.tab,.txt,.gz,.zst,.zip,.xlsx,.xls,.xlsb,.ods,.parquet,.feather,.arrow,.json,.jsonl,.ndjson,"
        ".dta,.sav,.zsav,.por,.sas7bdat,.xpt"
    ).tag(sync=True)
    # Servers refuse messages of more than 10 MiB unless they are told otherwise. Larger ones than these were no faster.
    largest_piece_bytes = t.Int(4 << 20).tag(sync=True)
    window = t.Int(4).tag(sync=True)
    stall_ms = t.Int(8000).tag(sync=True)
    words = t.Dict().tag(sync=True)
    # By which the page's second connection to the kernel names this widget.
    comm_id = t.Unicode().tag(sync=True)

    def __init__(
        self,
        folder: Path,
        on_done: Callable[[Path, str], None],
        *,
        max_bytes: int | None = None,
        label: str,
    ) -> None:
        super().__init__(label=label, words=said(_WORDS))
        self.comm_id = self.model_id or ""
        self._receiver = Receiver(folder, send=self.send, on_done=on_done, max_bytes=max_bytes)
        self.on_msg(self._on_message)

    def _on_message(self, _widget: Any, message: Any, buffers: list[Any]) -> None:
        if isinstance(message, dict):
            self._receiver.receive(message, buffers)
