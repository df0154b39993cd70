"""Files whose columns carry their types: Parquet, Feather and Arrow; Stata, SPSS and SAS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.data import problems
from genie_widgets.data.memory import SAMPLE_SEED
from genie_widgets.data.parsed import Parsed
from genie_widgets.data.source import Source

BATCH_ROWS = 65_536
# Words and lists as Python's objects weigh more than in the file's own form.
BYTES_IN_MEMORY = 2.0
_WORDS = {"parquet": "Parquet", "feather": "Feather", "arrow": "Arrow stream"}
_LABELLED = {
    "stata": ("read_dta", "Stata"),
    "spss": ("read_sav", "SPSS"),
    "spss-portable": ("read_por", "SPSS portable"),
    "sas": ("read_sas7bdat", "SAS"),
    "sas-transport": ("read_xport", "SAS transport"),
}
COLUMNAR, LABELLED = frozenset(_WORDS), frozenset(_LABELLED)


def read_columnar(source: Source, kind: str, *, budget_bytes: int) -> Parsed:
    """Read Parquet, Feather or an Arrow stream; a large one is sampled, uniformly over its rows.

    Raises
    ------
    GenieError
        If it is damaged or cut short.
    """
    import pyarrow as pa

    try:
        batches, schema, n_rows = _batches(source, kind)
        kept, seen = _sampled(batches, n_rows, budget_bytes)
        table = pa.Table.from_batches(kept, schema=schema)
        frame = table.to_pandas(self_destruct=True, split_blocks=True)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError):
        raise problems.broken(source.name, _WORDS[kind]) from None
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index(drop=all(name is None for name in frame.index.names))
    return Parsed(frame, [_WORDS[kind]], n_rows=seen if len(frame) < seen else None)


def _batches(source: Source, kind: str) -> tuple[Iterator[Any], Any, int | None]:
    import pyarrow as pa
    from pyarrow import feather, parquet

    file = source.file()
    if kind == "parquet":
        opened = parquet.ParquetFile(file)
        return opened.iter_batches(BATCH_ROWS), opened.schema_arrow, opened.metadata.num_rows
    if kind == "arrow":
        stream = pa.ipc.open_stream(file)
        return iter(stream), stream.schema, None
    if source.head(4) == b"FEA1":
        table = feather.read_table(file)
        return iter(table.to_batches()), table.schema, table.num_rows
    ipc = pa.ipc.open_file(file)
    return (ipc.get_batch(place) for place in range(ipc.num_record_batches)), ipc.schema, None


def _sampled(batches: Iterator[Any], n_rows: int | None, budget_bytes: int) -> tuple[list[Any], int]:
    """Keep rows with the same chance each; the chance falls as the memory fills, for those kept before as well."""
    import pyarrow as pa

    rng = np.random.default_rng(SAMPLE_SEED)
    kept: list[Any] = []
    share, seen, held = 1.0, 0, 0.0
    for batch in batches:
        seen += batch.num_rows
        part = batch if share >= 1 else batch.filter(pa.array(rng.random(batch.num_rows) < share))
        # Slices of a file's own memory are counted whole, so that only their rows' part is taken.
        held += part.num_rows * _row_bytes(batch)
        kept.append(part)
        while held > budget_bytes:
            target = 0.5
            if n_rows is not None and share >= 1:
                target = min(0.5, 0.9 * budget_bytes / (held / seen * n_rows))
            kept = [old.filter(pa.array(rng.random(old.num_rows) < target)) for old in kept]
            share, held = share * target, held * target
    return kept, seen


def _row_bytes(batch: Any) -> float:
    return float(BYTES_IN_MEMORY * batch.get_total_buffer_size() / max(1, batch.num_rows))


def read_labelled(source: Source, kind: str, *, budget_bytes: int) -> Parsed:
    """Read a file of Stata, SPSS or SAS: values by their labels, where they have some.

    Raises
    ------
    GenieError
        If it is damaged, or too large for the memory.
    """
    import pyreadstat

    function, words = _LABELLED[kind]
    if source.size * BYTES_IN_MEMORY > budget_bytes:
        raise problems.unreadable(
            "too-large",
            f"{source.name} is too large for the memory here.",
            "Save it as Parquet or CSV: those can be sampled.",
            source.name,
        )
    options: dict[str, Any] = {"dates_as_pandas_datetime": True}
    if kind in ("stata", "spss", "spss-portable"):
        options |= {"apply_value_formats": True, "formats_as_category": False}
    try:
        frame, _ = getattr(pyreadstat, function)(source.file(), **options)
    except Exception:  # its own errors and those of C are of no common kind
        raise problems.broken(source.name, words) from None
    return Parsed(pd.DataFrame(frame), [words])
