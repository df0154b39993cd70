"""JSON: a list of objects, columns by name, or one object a line."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.data import problems
from genie_widgets.data.encodings import decode, find_encoding, utf8_stream
from genie_widgets.data.memory import SAMPLE_SEED
from genie_widgets.data.parsed import Parsed
from genie_widgets.data.source import Source

BYTES_IN_MEMORY = 6.0


def read_json(source: Source, *, budget_bytes: int) -> Parsed | None:
    """Read JSON; None where it is none after all.

    Raises
    ------
    GenieError
        If it is one value too large for the memory.
    """
    encoding = find_encoding(source)
    head = decode(source.head(1 << 16), encoding).lstrip()
    first, _, rest = head.partition("\n")
    if rest.strip() and _object(first) is not None:
        lines = _lines(source, encoding, min(1.0, budget_bytes / (source.size * BYTES_IN_MEMORY)))
        if lines is not None:
            return lines
    if source.size * BYTES_IN_MEMORY > budget_bytes:
        raise problems.unreadable(
            "too-large",
            f"{source.name} is one piece of JSON that is too large for the memory here.",
            "Save it as JSON lines (one object a line), CSV or Parquet: those can be sampled.",
            source.name,
        )
    try:
        rows = _records(json.loads(decode(source.whole(), encoding)))
    except (ValueError, RecursionError):
        return None
    return None if rows is None else Parsed(rows, ["JSON"])


def _lines(source: Source, encoding: Any, share: float) -> Parsed | None:
    rng = np.random.default_rng(SAMPLE_SEED)
    rows, n_rows, n_broken, example = [], 0, 0, ""
    stream, rest = utf8_stream(source, encoding), b""
    while True:
        piece = stream.read(4 << 20)
        lines = (rest + (piece or b"")).split(b"\n")
        rest = lines.pop() if piece else b""
        for line in lines:
            if not line.strip():
                continue
            n_rows += 1
            if share < 1 and rng.random() >= share:
                continue
            row = _object(line.decode("utf-8", "replace"))
            if row is None:
                n_broken += 1
                example = example or f"line {n_rows:,}: {line[:80].decode('utf-8', 'replace')}"
            else:
                rows.append(row)
        if not piece:
            break
    if n_broken > len(rows):
        return None
    told = [problems.broken_lines(source.name, n_broken, example)] if n_broken else []
    return Parsed(_frame(rows), ["JSON lines"], problems=told, n_rows=n_rows if share < 1 else None)


def _object(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _records(value: Any) -> pd.DataFrame | None:
    if isinstance(value, dict):
        lists = [part for part in value.values() if isinstance(part, list)]
        if lists and len(lists) == len(value) and len({len(part) for part in lists}) == 1 and len(value) > 1:
            return pd.DataFrame(
                {str(key): pd.Series(part, dtype=object).infer_objects() for key, part in value.items()}
            )
        inner = [part for part in lists if part and all(isinstance(row, dict) for row in part)]
        if not lists:
            return _frame([value])
        return _frame(inner[0]) if len(inner) == 1 else None
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        return _frame(value)
    return None


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Make columns of objects; what is in an object inside gets a name with a point in it."""
    nested = any(isinstance(cell, dict) for row in rows[:100] for cell in row.values())
    return pd.json_normalize(rows, max_level=3) if nested else pd.DataFrame.from_records(rows)
