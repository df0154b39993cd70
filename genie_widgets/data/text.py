"""Tables of text: CSV and its friends, with the layout found by us and the lines taken apart by Arrow."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from genie_widgets.data import problems
from genie_widgets.data.cells import understand
from genie_widgets.data.encodings import Encoding, decode, find_encoding, utf8_stream
from genie_widgets.data.feet import below_the_table
from genie_widgets.data.memory import SAMPLE_SEED
from genie_widgets.data.naming import clean_names
from genie_widgets.data.parsed import Parsed
from genie_widgets.data.sniffing import (
    DELIMITERS,
    count_title_rows,
    find_delimiter,
    has_no_names,
    is_rule_line,
    split_rows,
    usual_width,
    without_separator_line,
)
from genie_widgets.data.source import HEAD_BYTES, Source
from genie_widgets.data.strata import Strata, count_classes
from genie_widgets.language import tr
from genie_widgets.schema import FileLayout, Problem, ReadOptions

BLOCK_BYTES, LARGEST_ROW_BYTES = 4 << 20, 1 << 28
# A table in memory is so many times its text: words as Python's objects weigh most.
BYTES_IN_MEMORY = 2.0
MAX_LONG_SHARE = 1 / 3
MAX_MISFITS = 1_000_000
_ROW_BEYOND_BLOCK = re.compile("straddl|header is larger than block", re.IGNORECASE)
_NO_ROWS = re.compile("empty|file is too short", re.IGNORECASE)


@dataclass
class _Lines:
    """How the lines are laid out."""

    encoding: Encoding
    delimiter: str
    n_titles: int
    has_header: bool
    names: list[str]
    skipped_lines: int
    quoted: bool = True
    is_ruled: bool = False


@dataclass(frozen=True)
class _Classes:
    """The column whose rare classes keep their rows."""

    place: int
    strata: Strata


@dataclass
class _Misfits:
    """Lines with more or fewer cells than there are columns."""

    width: int
    skipped: int
    delimiter: str
    quoted: bool
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    short: int = 0
    long: int = 0
    open_quotes: int = 0
    example: str = ""

    def handle(self, row: Any) -> str:
        """Take a line that Arrow cannot fit in."""
        if self.quoted and "\n" in row.text and row.text.count('"') % 2:
            self.open_quotes += 1
        cells = self._cells(row.text)
        if len(cells) > self.width and not any(cell.strip() for cell in cells[self.width :]):
            cells = cells[: self.width]  # delimiters at the end of the line, and nothing between them
        elif len(cells) > self.width:
            self.long += 1
            self._show(row)
            return "skip"
        else:
            self.short += len(cells) < self.width
            self._show(row)
        if len(self.rows) < MAX_MISFITS:
            self.rows.append((row.number - self.skipped - 1, cells + [""] * (self.width - len(cells))))
        return "skip"

    def _cells(self, text: str) -> list[str]:
        if not self.quoted:
            return text.rstrip("\r\n").split(self.delimiter)
        return next(iter(split_rows(text, self.delimiter)), [])

    def _show(self, row: Any) -> None:
        if not self.example:
            self.example = tr("line {line:,}, “{text}”", line=row.number, text=row.text.strip()[:80])


def read_text(source: Source, options: ReadOptions, *, budget_bytes: int) -> Parsed:
    """Read a table of text.

    Parameters
    ----------
    source : Source
        The file.
    options : ReadOptions
        What a person said of it.
    budget_bytes : int
        A table that would take more memory is sampled, uniformly over the file but for `options.stratify_by`.

    Returns
    -------
    Parsed
        Typed columns, as their cells mean them.

    Raises
    ------
    GenieError
        If there is no table in it.
    """
    lines = _find_lines(source, options)
    share = min(1.0, budget_bytes / max(1.0, source.size * BYTES_IN_MEMORY))
    classes = _classes(source, lines, options.stratify_by, share)
    table, misfits, n_rows = _parse(source, lines, share, classes)
    if misfits.open_quotes:
        # A quote that nobody closed swallowed the lines behind it: then quotes are plain characters.
        lines.quoted = False
        classes = _classes(source, lines, options.stratify_by, share)
        table, misfits, n_rows = _parse(source, lines, share, classes)
    n_kept = table.num_rows
    if misfits.long > MAX_LONG_SHARE * (misfits.long + n_kept):
        raise problems.uneven_lines(source.name, misfits.example)
    if not n_kept:
        raise problems.header_only(source.name)
    parsed = _understood(source, options, lines, table, misfits, n_rows if share < 1 else None)
    parsed.n_of_each_class = None if classes is None else classes.strata.least_rows
    return parsed


def _find_lines(source: Source, options: ReadOptions) -> _Lines:
    if options.delimiter is not None and (len(options.delimiter) != 1 or options.delimiter in '\r\n"'):
        raise problems.no_such_part(source.name, "delimiter", options.delimiter)
    encoding = _encoding(source, options)
    head = decode(source.head(), encoding)
    if source.size > HEAD_BYTES:
        head = head[: max(head.rfind("\n"), head.rfind("\r")) + 1] or head
    if not head.strip():
        raise problems.empty_file(source.name)
    rest, named = without_separator_line(head)
    delimiter = options.delimiter or named or find_delimiter(rest)
    rows = list(_numbered_rows(rest, delimiter))
    n_titles = options.title_rows if options.title_rows is not None else count_title_rows([row for _, row in rows])
    n_titles = max(0, n_titles)
    start = n_titles
    while start < len(rows) and not rows[start][1]:
        start += 1
    if start >= len(rows):
        raise problems.header_only(source.name)
    number, second = next(((number, row) for number, row in rows[start + 1 :] if row), (0, []))
    rule = number if is_rule_line(second) else 0
    below = [row for number, row in rows[start + 1 :] if row and number > rule]
    first = rows[start][1]
    has_header = options.header if options.header is not None else not has_no_names(first, below)
    before = rows[start - 1][0] if start else 0
    return _Lines(
        encoding=encoding,
        delimiter=delimiter,
        n_titles=n_titles,
        has_header=has_header,
        names=_names(first if has_header else [""] * len(first), usual_width(below)),
        skipped_lines=(1 if named else 0) + (max(rule, rows[start][0]) if has_header else before),
        is_ruled=rule > 0,
    )


def _names(first: list[str], width: int) -> list[str]:
    """Give each column a name: rows that are one cell longer have theirs first, as R writes them."""
    names = [name.strip() for name in first]
    if width == len(names) + 1 and all(names):
        return ["", *names]
    if width == len(names) - 1 and not names[-1]:
        return names[:-1]
    return names + [""] * (width - len(names))


def _encoding(source: Source, options: ReadOptions) -> Encoding:
    if options.encoding is None:
        return find_encoding(source)
    chosen = Encoding(options.encoding, n_nul=1)
    try:
        decode(b"", chosen)
    except LookupError:
        raise problems.no_such_part(source.name, "encoding", options.encoding) from None
    return chosen


def _numbered_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield rows with the number of the line that each ends on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error:  # a cell longer than the csv module takes
        return


def _classes(source: Source, lines: _Lines, column: str | None, share: float) -> _Classes | None:
    """Count the classes of a column in a file too large for the memory; None where there are none."""
    names, _ = clean_names(lines.names)
    if share >= 1 or column not in names:
        return None
    place = names.index(column)
    misfits = _Misfits(len(lines.names), lines.skipped_lines, lines.delimiter, lines.quoted)
    settings = _settings(lines, misfits, BLOCK_BYTES)
    settings["convert_options"].include_columns = [f"f{place}"]
    try:
        with pacsv.open_csv(pa.PythonFile(utf8_stream(source, lines.encoding), mode="r"), **settings) as reader:
            counts = count_classes(batch.column(0) for batch in reader)
    except pa.ArrowInvalid:  # it has rows that only larger pieces hold: then each row has the same chance
        return None
    return None if counts is None else _Classes(place, Strata(counts, int(share * counts.total())))


def _parse(source: Source, lines: _Lines, share: float, classes: _Classes | None) -> tuple[Any, _Misfits, int]:
    """Take the lines apart; of a file too large for the memory, take each line with the same chance, or its class's."""
    block = BLOCK_BYTES
    while True:
        misfits = _Misfits(len(lines.names), lines.skipped_lines, lines.delimiter, lines.quoted)
        try:
            table, n_rows = _parse_blocks(source, lines, misfits, share, classes, block)
        except pa.ArrowInvalid as error:
            if _ROW_BEYOND_BLOCK.search(str(error)) and block < min(source.size, LARGEST_ROW_BYTES):
                block *= 8
                continue
            if _NO_ROWS.search(str(error)):
                table, n_rows = _empty(len(lines.names)), 0
            else:
                raise problems.uneven_lines(source.name, str(error)[:200]) from None
        return _with_misfits(table, misfits), misfits, n_rows + len(misfits.rows)


def _settings(lines: _Lines, misfits: _Misfits, block: int) -> dict[str, Any]:
    places = [f"f{place}" for place in range(len(lines.names))]
    return {
        "read_options": pacsv.ReadOptions(
            use_threads=False, column_names=places, skip_rows=lines.skipped_lines, block_size=block
        ),
        "parse_options": pacsv.ParseOptions(
            delimiter=lines.delimiter,
            quote_char='"' if lines.quoted else False,
            newlines_in_values=lines.quoted,
            invalid_row_handler=misfits.handle,
        ),
        "convert_options": pacsv.ConvertOptions(
            column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False
        ),
    }


def _parse_blocks(
    source: Source, lines: _Lines, misfits: _Misfits, share: float, classes: _Classes | None, block: int
) -> tuple[Any, int]:
    settings = _settings(lines, misfits, block)
    file = pa.PythonFile(utf8_stream(source, lines.encoding), mode="r")
    if share >= 1:
        table = pacsv.read_csv(file, **settings)
        return table, table.num_rows
    rng = np.random.default_rng(SAMPLE_SEED)
    kept, n_rows = [], 0
    with pacsv.open_csv(file, **settings) as reader:
        for batch in reader:
            n_rows += batch.num_rows
            of_batch = share if classes is None else classes.strata.chances(batch.column(classes.place), share)
            kept.append(batch.filter(pa.array(rng.random(batch.num_rows) < of_batch)))
    chances = np.full(len(misfits.rows), share)
    if classes is not None:
        cells = pa.array([row[classes.place] for _, row in misfits.rows], pa.string())
        chances = classes.strata.chances(cells, share)
    n_kept = sum(part.num_rows for part in kept)
    drawn = rng.random(len(chances)) < chances
    misfits.rows = [(n_kept, row) for (_, row), is_kept in zip(misfits.rows, drawn, strict=True) if is_kept]
    return pa.Table.from_batches(kept) if kept else _empty(len(lines.names)), n_rows


def _empty(width: int) -> Any:
    return pa.table({f"f{place}": pa.array([], pa.string()) for place in range(width)})


def _with_misfits(table: Any, misfits: _Misfits) -> Any:
    """Put the short lines, filled up, where they stood."""
    if not misfits.rows:
        return table
    # Each stands before as many fitting lines fewer as there were other misfits above it.
    numbers = np.array([number for number, _ in misfits.rows], dtype=np.int64)
    extra = pa.table(
        [pa.array([cells[place] for _, cells in misfits.rows], pa.string()) for place in range(table.num_columns)],
        names=table.column_names,
    )
    order = np.argsort(np.concatenate([_free_places(table.num_rows, numbers), numbers]), kind="stable")
    return pa.concat_tables([table, extra]).take(pa.array(order))


def _free_places(n: int, taken: np.ndarray) -> np.ndarray:
    places = np.setdiff1d(np.arange(n + len(taken)), taken)
    return places[:n]


def _delimiter(mark: str) -> str:
    return tr(DELIMITERS[mark]) if mark in DELIMITERS else tr("“{mark}” between cells", mark=mark)


def _understood(
    source: Source, options: ReadOptions, lines: _Lines, table: Any, misfits: _Misfits, n_rows: int | None
) -> Parsed:
    table, feet = below_the_table(table)
    if not table.num_rows:
        raise problems.header_only(source.name)
    columns = [table.column(place) for place in range(table.num_columns)]
    del table
    if lines.is_ruled and len(columns) > 2 and not (lines.names[0] or lines.names[-1]):
        columns, lines.names = columns[1:-1], lines.names[1:-1]  # a bar stands at both ends of each line
    names, _ = clean_names(lines.names)
    found = understand(columns, names, options, comma_is_decimal=lines.delimiter == ";")
    found.frame.columns = lines.names
    told: list[Problem] = []
    if misfits.short - feet.n_short or misfits.long:
        told.append(problems.some_lines(source.name, misfits.short - feet.n_short, misfits.long, misfits.example))
    layout = ReadOptions(
        delimiter=lines.delimiter,
        encoding=lines.encoding.name,
        decimal="," if found.decimal_comma else ".",
        title_rows=lines.n_titles,
        header=lines.has_header,
        date_order=found.date_order,
        as_text=options.as_text,
    )
    n_nul = lines.encoding.n_nul
    notes = [
        _delimiter(lines.delimiter),
        lines.encoding.words,
        *([tr("{n} title row(s) left out", n=lines.n_titles)] if lines.n_titles else []),
        *([] if lines.has_header else [tr("no row of column names")]),
        *([tr("the line of dashes below the names left out")] if lines.is_ruled else []),
        *([] if lines.quoted else [tr("quotes taken as they stand")]),
        *([tr("{n:,} NUL byte(s) left out", n=n_nul)] if n_nul and not options.encoding else []),
        *feet.notes,
        *found.notes,
    ]
    return Parsed(
        frame=found.frame,
        notes=notes,
        layout=FileLayout(kind="text", options=layout),
        problems=[*told, *found.problems],
        n_rows=n_rows,
    )
