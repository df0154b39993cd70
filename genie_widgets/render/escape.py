"""The one way by which people's text enters HTML, and numbers become text."""

from __future__ import annotations

import html
import math
import time

from genie_widgets.language import figure, tr

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
# Not printable to Python, yet seen: line breaks, and the space that languages put into figures.
_SEEN = "\n\t\u202f"


def esc(value: object) -> str:
    """Escape anything for HTML text and attributes; what cannot be seen is made visible."""
    text = str(value)
    if len(text) > MAX_CELL * 20:
        text = text[: MAX_CELL * 20] + "…"
    visible = "".join(char if char.isprintable() or char in _SEEN else "\N{REPLACEMENT CHARACTER}" for char in text)
    return html.escape(visible, quote=True)


def number(value: float | None, digits: int = 3) -> str:
    """Write a figure with significant digits; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    size = abs(value)
    if value == int(value) and size < 1e9:
        return figure(int(value), ",")
    if size >= LARGEST_IN_FULL:
        return figure(value, f".{digits}g")
    # 999.6 with three digits is 1,000, which the "g" format would write as 1.00e+03.
    if size >= 10**digits - 0.5:
        return figure(value, ",.0f")
    # With all digits used up a decimal mark would stand at the end.
    return figure(value, f"#,.{digits}g").rstrip(".,")


def cell_number(value: float, digits: int = 3) -> str:
    """Write a number as a cell of a table has it: of four digits it may be a year, so no mark parts its thousands."""
    return figure(int(value)) if value == int(value) and abs(value) < 10_000 else number(value, digits)


def metric_value(name: str, value: float | None) -> str:
    """Write a metric's figure: shares in percent, all others with significant digits."""
    if value is None or name not in _SHARES or not abs(value) < MOST_AS_SHARE:
        return number(value)
    return figure(value, ".1%")


def between_said(low: str, high: str) -> str:
    """Say an interval whose bounds are written already."""
    return tr("{low} to {high}", low=low, high=high)


def duration(seconds: float) -> str:
    """Write seconds as people say them."""
    # Rounded first: 59.7 seconds are a minute, not "60 s".
    whole = round(seconds)
    if whole < 60:
        return tr("{seconds} s", seconds=whole)
    if whole < 3600:
        minutes, seconds = divmod(whole, 60)
        if not seconds:
            return tr("{minutes} min", minutes=minutes)
        return tr("{minutes}:{seconds:02d} min", minutes=minutes, seconds=seconds)
    hours, minutes = divmod(whole // 60, 60)
    if whole % 3600 == 0:
        return tr("{hours} h", hours=hours)
    return tr("{hours}:{minutes:02d} h", hours=hours, minutes=minutes)


def moment(seconds: float) -> str:
    """Write a moment (seconds since 1970) as date and time here."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
