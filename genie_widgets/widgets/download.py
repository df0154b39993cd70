"""The download widget: a file of this machine, or what is made of a plot, pulled in pieces by the browser."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import anywidget
import traitlets as t

from genie_widgets.language import mark, tr
from genie_widgets.widgets.words import said

_STATIC = Path(__file__).parent / "static"
MAX_PIECE_BYTES = 8 << 20
_WORDS = {
    "download": mark("Download"),
    "cancel": mark("Cancel"),
    "saved": mark("{name} is saved."),
    "progress": mark("{done} of {size} MB"),
    "cancelled": mark("Cancelled."),
}


class Download(anywidget.AnyWidget):
    """A button that saves one file.

    Parameters
    ----------
    label : str
        What the button says.
    """

    _esm = _STATIC / "download.js"
    label = t.Unicode().tag(sync=True)
    name = t.Unicode("").tag(sync=True)
    piece_bytes = t.Int(1 << 20).tag(sync=True)
    window = t.Int(4).tag(sync=True)
    words = t.Dict().tag(sync=True)

    def __init__(self, label: str) -> None:
        super().__init__(label=label, words=said(_WORDS))
        self._path: Path | None = None
        self._make: Callable[[], bytes] | None = None
        self.on_msg(self._on_message)

    def offer(self, path: Path | None, name: str = "") -> None:
        """Offer a file under a name; None takes the offer away."""
        self._path, self._make = path, None
        self.name = "" if path is None else name or path.name

    def offer_made(self, make: Callable[[], bytes], name: str) -> None:
        """Offer what is made when somebody asks for it."""
        self._path, self._make, self.name = None, make, name

    def _opened(self) -> IO[bytes] | None:
        if self._make is not None:
            return io.BytesIO(self._make())
        return self._path.open("rb") if self._path is not None else None

    def _on_message(self, _widget: Any, message: Any, _buffers: list[Any]) -> None:
        if not isinstance(message, dict):
            return
        identity = message.get("id")
        try:
            file = self._opened()
            if file is None:
                return
            with file:
                if message.get("op") == "open":
                    self.send({"op": "size", "id": identity, "size": file.seek(0, io.SEEK_END)})
                elif message.get("op") == "get":
                    offset = max(0, int(message["offset"]))
                    file.seek(offset)
                    piece = file.read(min(int(message["length"]), MAX_PIECE_BYTES))
                    self.send({"op": "data", "id": identity, "offset": offset}, [piece])
        except OSError:
            self.send({"op": "error", "id": identity, "text": tr("The file is no longer there.")})
