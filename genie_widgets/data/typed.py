"""Files whose columns carry their types: Parquet, Feather and Arrow; Stata, SPSS and SAS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from genie_widgets.data import problems
from genie_widgets.data.memory import SAMPLE_SEED
from genie_widgets.data.naming import clean_names
from genie_widgets.data.parsed import Parsed
from genie_widgets.data.source import Source
from genie_widgets.data.strata import Strata, count_classes
from genie_widgets.language import tr

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


def read_columnar(source: Source, kind: str, *, budget_bytes: int, stratify_by: str | None = None) -> Parsed:
    """Read Parquet, Feather or an Arrow stream; a large one is sampled, by the classes of `stratify_by` if it is given.

    Raises
    ------
    GenieError
        If it is damaged or cut short.
    """
    try:
        sample = _Sample(budget_bytes)
        if stratify_by is not None:
            batches, schema, _ = _batches(source, kind)
            sample.count(batches, schema.names, stratify_by)
        batches, schema, n_rows = _batches(source, kind)
        kept, seen = sample.take(batches, n_rows)
        table = pa.Table.from_batches(kept, schema=schema)
        frame = table.to_pandas(self_destruct=True, split_blocks=True)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError):
        raise problems.broken(source.name, _WORDS[kind]) from None
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index(drop=all(name is None for name in frame.index.names))
    return Parsed(
        frame,
        [_WORDS[kind]],
        n_rows=seen if len(frame) < seen else None,
        n_of_each_class=None if sample.strata is None else sample.strata.least_rows,
    )


def _batches(source: Source, kind: str) -> tuple[Iterator[Any], Any, int | None]:
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


class _Sample:
    """Keeps rows with the same chance each, or that of their class; it falls as the memory fills.

    Parameters
    ----------
    budget_bytes : int
        Memory for the rows.
    """

    def __init__(self, budget_bytes: int) -> None:
        self.strata: Strata | None = None
        self._budget = budget_bytes
        self._rng = np.random.default_rng(SAMPLE_SEED)
        self._counts: Counter[str] | None = None
        self._place = 0

    def count(self, batches: Iterator[Any], raw_names: list[str], column: str) -> None:
        """Count the rows of each class of a column, whose name is as it was cleaned."""
        names, _ = clean_names(raw_names)
        if column in names:
            self._place = names.index(column)
            self._counts = count_classes(batch.column(self._place) for batch in batches)

    def take(self, batches: Iterator[Any], n_rows: int | None) -> tuple[list[Any], int]:
        """Give the rows that are kept, in batches, and how many there were; the chance falls for those kept before."""
        kept: list[Any] = []
        share, seen, held = 1.0, 0, 0.0
        for batch in batches:
            seen += batch.num_rows
            part = batch if share >= 1 else self._thinned(batch, 1.0, share)
            # Slices of a file's own memory are counted whole, so that only their rows' part is taken.
            held += part.num_rows * _row_bytes(batch)
            kept.append(part)
            while held > self._budget:
                if self.strata is None and self._counts is not None:
                    self.strata = Strata(self._counts, int(self._budget / _row_bytes(batch)))
                target = 0.5
                if n_rows is not None and share >= 1:
                    target = min(0.5, 0.9 * self._budget / (held / seen * n_rows))
                before = sum(old.num_rows for old in kept)
                kept = [self._thinned(old, share, share * target) for old in kept]
                share, held = share * target, held * sum(old.num_rows for old in kept) / before
        return kept, seen

    def _thinned(self, batch: Any, share: float, smaller: float) -> Any:
        """Keep rows that had a chance of `share` with one of `smaller`."""
        chances: Any = smaller / share
        if self.strata is not None:
            cells = batch.column(self._place)
            chances = self.strata.chances(cells, smaller) / self.strata.chances(cells, share)
        return batch.filter(pa.array(self._rng.random(batch.num_rows) < chances))


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
            tr("{file} is too large for the memory here.", file=source.name),
            tr("Save it as Parquet or CSV: those can be sampled."),
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
