"""The one way by which people's text enters HTML, and numbers become text."""

from __future__ import annotations

import html
import math
import time

MAX_CELL = 300
LARGEST_IN_FULL = 1e15
_SHARES = frozenset(
    {
        "accuracy",
        "balanced_accuracy",
        "precision",
        "recall",
        "selection_rate",
        "false_positive_rate",
        "mean_absolute_percentage_error",
    }
)
MOST_AS_SHARE = 10


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
    size = abs(value)
    if value == int(value) and size < 1e9:
        return f"{int(value):,}"
    if size >= LARGEST_IN_FULL:
        return f"{value:.{digits}g}"
    # 999.6 with three digits is 1,000, which the "g" format would write as 1.00e+03.
    return f"{value:,.0f}" if size >= 10**digits - 0.5 else f"{value:#,.{digits}g}".rstrip(".")


def metric_value(name: str, value: float | None) -> str:
    """Write a metric's figure: shares in percent, all others with significant digits."""
    if value is None or name not in _SHARES or not abs(value) < MOST_AS_SHARE:
        return number(value)
    return f"{value:.1%}"


def duration(seconds: float) -> str:
    """Write seconds as people say them."""
    # Rounded first: 59.7 seconds are a minute, not "60 s".
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" if whole % 60 == 0 else f"{whole // 60}:{whole % 60:02d} min"
    if whole % 3600 == 0:
        return f"{whole // 3600} h"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"


def moment(seconds: float) -> str:
    """Write a moment (seconds since 1970) as date and time here."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
