"""JSON: a list of objects, columns by name, or one object a line."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.data import problems
from genie_widgets.data.encodings import decode, find_encoding, utf8_stream
from genie_widgets.data.memory import SAMPLE_SEED
from genie_widgets.data.parsed import Parsed
from genie_widgets.data.source import Source
from genie_widgets.data.strata import MOST_CLASSES, Strata
from genie_widgets.language import tr
from genie_widgets.schema import ReadOptions

BYTES_IN_MEMORY = 6.0
# JSON has no dates: all of it writes them so.
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)


def read_json(source: Source, options: ReadOptions, *, budget_bytes: int) -> Parsed | None:
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
        lines = _lines(source, encoding, min(1.0, budget_bytes / (source.size * BYTES_IN_MEMORY)), options)
        if lines is not None:
            return lines
    if source.size * BYTES_IN_MEMORY > budget_bytes:
        raise problems.unreadable(
            "too-large",
            tr("{file} is one piece of JSON that is too large for the memory here.", file=source.name),
            tr("Save it as JSON lines (one object a line), CSV or Parquet: those can be sampled."),
            source.name,
        )
    try:
        rows = _records(json.loads(decode(source.whole(), encoding)))
    except (ValueError, RecursionError):
        return None
    return None if rows is None else Parsed(_with_dates(rows, options), ["JSON"])


def _lines(source: Source, encoding: Any, share: float, options: ReadOptions) -> Parsed | None:
    rng = np.random.default_rng(SAMPLE_SEED)
    column = options.stratify_by or ""
    strata = _strata(source, encoding, column, share) if column and share < 1 else None
    rows, n_rows, n_broken, example = [], 0, 0, ""
    for line in _whole_lines(source, encoding):
        n_rows += 1
        drawn = rng.random() if share < 1 else 0.0
        if strata is None and drawn >= share:
            continue
        row = _object(line)
        if row is None and drawn < share:
            n_broken += 1
            example = example or tr("line {line:,}: {text}", line=n_rows, text=line[:80])
        elif row is not None and (strata is None or drawn < strata.chance(_word(row, column), share)):
            rows.append(row)
    if n_broken > len(rows):
        return None
    told = [problems.broken_lines(source.name, n_broken, example)] if n_broken else []
    return Parsed(
        _with_dates(_frame(rows), options),
        ["JSON lines"],
        problems=told,
        n_rows=n_rows if share < 1 else None,
        n_of_each_class=None if strata is None else strata.least_rows,
    )


def _whole_lines(source: Source, encoding: Any) -> Iterator[str]:
    stream, rest = utf8_stream(source, encoding), b""
    while True:
        piece = stream.read(4 << 20)
        lines = (rest + (piece or b"")).split(b"\n")
        rest = lines.pop() if piece else b""
        for line in lines:
            if line.strip():
                yield line.decode("utf-8", "replace")
        if not piece:
            return


def _strata(source: Source, encoding: Any, column: str, share: float) -> Strata | None:
    lines = _whole_lines(source, encoding)
    counts: Counter[str] = Counter()
    for row in map(_object, lines):
        if row is not None and (word := _word(row, column)):
            counts[word] += 1
        if len(counts) > MOST_CLASSES:
            return None
    return Strata(counts, int(share * counts.total())) if counts else None


def _word(row: dict[str, Any], column: str) -> str:
    cell = row.get(column)
    return "" if cell is None else str(cell).strip()


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


def _with_dates(frame: pd.DataFrame, options: ReadOptions) -> pd.DataFrame:
    """Make dates of the columns in which every cell is written as one."""
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place]
        present = column.dropna()
        if column.dtype != object or str(name) in options.as_text or not len(present):
            continue
        if all(isinstance(cell, str) and _DATE.fullmatch(cell) for cell in present):
            dates = pd.to_datetime(column, errors="coerce", format="ISO8601", utc=True).dt.tz_localize(None)
            if dates.count() == len(present):
                frame.isetitem(place, dates.array)
    return frame
