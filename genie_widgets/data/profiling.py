"""The facts of a table: kinds, missing cells, distinct values, and what looks wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.language import plural, tr
from genie_widgets.repeated import repeated_rows
from genie_widgets.schema import ColumnKind, ColumnProfile, Problem, TableProfile, ValueCount

SAMPLE_ROWS = 100_000
MANY_TOP_VALUES, FEW_TOP_VALUES = 50, 5
# A text column of more different values than this share of the rows is text or an id, not a category.
CATEGORY_SHARE = 0.2
MAX_CATEGORIES = 1000
TEXT_WORDS = 3.0
NEARLY_EMPTY = 0.95
CELL_TEXT = 200
_ID_NAME = re.compile(
    r"(^|[_\W])(id|uuid|guid|key|code|no|nr|number|index|rownumber|ref)$|[a-z]Id$|^(id|index|row)", re.I
)


def profile_frame(
    frame: pd.DataFrame, *, name: str, reading: Sequence[str] = (), problems: Iterable[Problem] = ()
) -> TableProfile:
    """Profile a table.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        Unique text column names.
    name : str
        What the table is called.
    reading : sequence of str
        What was understood while reading.
    problems : iterable of Problem
        What was already found wrong.

    Returns
    -------
    TableProfile
        Facts of the whole table, or of a random sample of 100,000 rows where it is larger.
    """
    rows = frame if len(frame) <= SAMPLE_ROWS else frame.sample(SAMPLE_ROWS, random_state=0).sort_index()
    columns = tuple(_column(rows[column], len(rows)) for column in frame.columns)
    duplicates = int(repeated_rows(rows).sum())
    return TableProfile(
        name=name,
        n_rows=len(frame),
        columns=columns,
        n_sampled=len(rows),
        n_duplicate_rows=duplicates,
        reading=tuple(reading),
        problems=(*problems, *_warnings(columns, len(rows), duplicates)),
    )


def _column(column: pd.Series[Any], n_rows: int) -> ColumnProfile:
    present = column.dropna()
    counts = _counts(present)
    n_distinct = len(counts)
    kind = _kind(column, present, counts)
    top = MANY_TOP_VALUES if n_distinct <= MANY_TOP_VALUES else FEW_TOP_VALUES
    facts: dict[str, float] = {}
    if pd.api.types.is_datetime64_any_dtype(column) and len(present):
        seconds = present.astype("datetime64[s]").astype("int64")
        facts = {"minimum": float(seconds.min()), "maximum": float(seconds.max())}
    elif pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        numbers = present.to_numpy()  # of ten thousand columns, pandas' own ways would take a minute
        finite = numbers[np.isfinite(numbers)]
        if len(finite):
            mean, spread = _mean_and_spread(finite)
            facts = {"minimum": float(finite.min()), "maximum": float(finite.max()), "mean": mean, "std": spread}
    return ColumnProfile(
        name=str(column.name),
        kind=kind,
        dtype=str(column.dtype),
        n_missing=n_rows - len(present),
        n_distinct=n_distinct,
        top_values=tuple(
            ValueCount(value=str(value)[:CELL_TEXT], count=int(count))
            for value, count in zip(counts.index[:top], counts.to_numpy()[:top], strict=True)
        ),
        min_count=int(counts.iloc[-1]) if n_distinct else 0,
        mean_length=_mean_length(present),
        **facts,
    )


def _mean_length(present: pd.Series[Any]) -> float:
    cells = present.iloc[:1000].to_numpy()
    if np.issubdtype(cells.dtype, np.datetime64):
        cells = present.iloc[:1000].astype(str).to_numpy()  # without a time where there is none
    return sum(len(str(cell)) for cell in cells) / len(cells) if len(cells) else 0.0


def _mean_and_spread(finite: np.ndarray) -> tuple[float, float]:
    with np.errstate(over="ignore", invalid="ignore"):  # numbers near the largest there are: both are infinite
        mean = float(finite.mean(dtype=np.float64))
        spread = float(finite.std(ddof=1, dtype=np.float64)) if len(finite) > 1 else 0.0
    return mean, float("inf") if np.isnan(spread) else spread


def _counts(present: pd.Series[Any]) -> pd.Series[int]:
    try:
        return present.value_counts()
    except TypeError:  # cells that cannot be hashed
        return present.astype(str).value_counts()


def _kind(column: pd.Series[Any], present: pd.Series[Any], counts: pd.Series[int]) -> ColumnKind:
    n_distinct = len(counts)
    if not n_distinct:
        return "empty"
    if n_distinct == 1:
        return "constant"
    if pd.api.types.is_datetime64_any_dtype(column):
        return "date"
    unique = n_distinct == len(present) > 20
    named_as_id = _ID_NAME.search(str(column.name)) is not None
    if pd.api.types.is_bool_dtype(column):
        return "boolean"
    if pd.api.types.is_numeric_dtype(column):
        return _number_kind(present, n_distinct, unique, named_as_id)
    words = float(present.head(500).astype(str).map(lambda cell: len(cell.split())).mean())
    if n_distinct == 2:
        return "boolean"
    if unique and (words < 2 or named_as_id):
        return "id"
    if named_as_id and n_distinct > 0.5 * len(present) and words < 2:
        return "id"
    if n_distinct <= max(20, min(MAX_CATEGORIES, CATEGORY_SHARE * len(present))):
        return "category"
    return "text" if words >= TEXT_WORDS or n_distinct > 0.5 * len(present) else "category"


def _number_kind(present: pd.Series[Any], n_distinct: int, unique: bool, named_as_id: bool) -> ColumnKind:
    numbers = present.to_numpy()
    finite = numbers[np.isfinite(numbers)]
    if n_distinct == 2 and np.isin(finite, (0, 1)).all():
        return "boolean"
    if not np.issubdtype(finite.dtype, np.integer) and not (finite % 1 == 0).all():
        return "number"
    counts_up = unique and bool((np.diff(numbers) == 1).all())
    if counts_up or (unique and named_as_id):
        return "id"
    return "integer"


def _warnings(columns: tuple[ColumnProfile, ...], n_rows: int, duplicates: int) -> Iterable[Problem]:
    for column in columns:
        if column.kind == "id":
            yield _warning(
                "id-column",
                tr("{column} names each row: nothing can be learned from it.", column=column.name),
                column.name,
            )
        elif column.kind == "constant":
            yield _warning("constant-column", _constant(column, n_rows), column.name)
        elif column.kind == "empty":
            yield _warning("empty-column", tr("{column} has no values.", column=column.name), column.name)
        elif column.n_missing > NEARLY_EMPTY * n_rows:
            share = column.n_missing / n_rows
            title = tr("{column} is missing in {share:.0%} of the rows.", column=column.name, share=share)
            yield _warning("nearly-empty-column", title, column.name, tr("It can be left out, as a plan will offer."))
    if duplicates:
        yield Problem(
            code="duplicate-rows",
            title=plural("{n:,} row repeats an earlier row.", "{n:,} rows repeat an earlier row.", duplicates),
            remedy=tr("Remove them if they are one thing counted twice: the score would look better than it is."),
            severity="warning",
        )


def _constant(column: ColumnProfile, n_rows: int) -> str:
    if not column.n_missing:
        return tr("{column} has the same value in every row.", column=column.name)
    share = column.n_missing / n_rows
    return tr(
        "{column} has one value only, and is missing in {share:.0%} of the rows.", column=column.name, share=share
    )


def _warning(code: str, title: str, column: str, remedy: str = "") -> Problem:
    remedy = remedy or tr("It is left out of training unless you ask for it.")
    return Problem(code=code, title=title, remedy=remedy, culprit=column, severity="info")
