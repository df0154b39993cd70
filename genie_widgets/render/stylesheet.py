"""The one style sheet, scoped under ``.genie``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def style() -> str:
    """Read the style sheet."""
    return (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
