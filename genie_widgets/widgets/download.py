"""The download widget: a file of this machine, pulled in pieces by the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

_STATIC = Path(__file__).parent / "static"
MAX_PIECE_BYTES = 8 << 20


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

    def __init__(self, label: str) -> None:
        super().__init__(label=label)
        self._path: Path | None = None
        self.on_msg(self._on_message)

    def offer(self, path: Path | None, name: str = "") -> None:
        """Offer a file under a name; None takes the offer away."""
        self._path = path
        self.name = "" if path is None else name or path.name

    def _on_message(self, _widget: Any, message: Any, _buffers: list[Any]) -> None:
        if not isinstance(message, dict) or self._path is None:
            return
        identity = message.get("id")
        try:
            if message.get("op") == "open":
                self.send({"op": "size", "id": identity, "size": self._path.stat().st_size})
            elif message.get("op") == "get":
                offset = max(0, int(message["offset"]))
                with self._path.open("rb") as file:
                    file.seek(offset)
                    piece = file.read(min(int(message["length"]), MAX_PIECE_BYTES))
                self.send({"op": "data", "id": identity, "offset": offset}, [piece])
        except OSError:
            self.send({"op": "error", "id": identity, "text": "The file is no longer there."})
