"""The one way by which people's text enters HTML, and numbers become text."""

from __future__ import annotations

import html
import math
import time

MAX_CELL = 300


def esc(value: object) -> str:
    """Escape anything for HTML text and attributes; what cannot be seen is made visible."""
    text = str(value)
    if len(text) > MAX_CELL * 20:
        text = text[: MAX_CELL * 20] + "…"
    visible = "".join(char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text)
    return html.escape(visible, quote=True)


def number(value: float | None, digits: int = 3) -> str:
    """Write a figure with significant digits; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}"
    return f"{value:#,.{digits}g}".rstrip(".") if abs(value) < 10**digits else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """Write seconds as people say them."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min" if seconds % 60 == 0 else f"{int(seconds // 60)}:{int(seconds % 60):02d} min"
    if seconds % 3600 == 0:
        return f"{seconds / 3600:.0f} h"
    return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d} h"


def moment(seconds: float) -> str:
    """Write a moment (seconds since 1970) as date and time here."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
