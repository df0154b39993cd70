"""Read a table from a file, from bytes, or from a DataFrame."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import IO

import pandas as pd

from genie_widgets.data import problems
from genie_widgets.data.archives import PACKED, list_members, unpack, unpack_member
from genie_widgets.data.memory import table_budget_bytes
from genie_widgets.data.naming import clean_names
from genie_widgets.data.parsed import Parsed
from genie_widgets.data.plain import plain_columns
from genie_widgets.data.profiling import profile_frame
from genie_widgets.data.records import read_json
from genie_widgets.data.sheets import read_workbook
from genie_widgets.data.sniffing import file_kind
from genie_widgets.data.source import Source
from genie_widgets.data.table import Table
from genie_widgets.data.text import read_text
from genie_widgets.data.typed import COLUMNAR, LABELLED, read_columnar, read_labelled
from genie_widgets.language import plural, tr
from genie_widgets.schema import ReadOptions

KIND_BYTES = 4096
# Files of these are zip archives too, by the names inside.
_WORKBOOK_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")


def read_table(
    source: str | Path | bytes | IO[bytes] | pd.DataFrame,
    *,
    name: str | None = None,
    options: ReadOptions | None = None,
    budget_bytes: int | None = None,
) -> Table:
    """Read a table.

    Parameters
    ----------
    source : path, bytes, binary file or DataFrame
        CSV and its friends, Excel (.xlsx, .xls, .xlsb), OpenDocument (.ods), Parquet, Feather, JSON, JSON lines,
        Stata, SPSS or SAS; also packed with gzip, Zstandard or zip. Told apart by content, not by name. A file that
        is open already must be seekable, and stays open.
    name : str, optional
        What to call the table; a file's own name otherwise.
    options : ReadOptions, optional
        How to read it where it would be understood otherwise: delimiter, encoding, sheet, ...
    budget_bytes : int, optional
        A table that takes more memory is sampled, uniformly over the file but for `options.stratify_by`; None means a
        safe share of what the container allows.

    Returns
    -------
    Table
        The rows, with unique text column names and a fresh index, and their profile.

    Raises
    ------
    GenieError
        If it cannot be read; the problem names the culprit and the remedy.
    """
    if isinstance(source, pd.DataFrame):
        return make_table(Parsed(source.copy(deep=False), [tr("a DataFrame")]), name or "table")
    options = options or ReadOptions()
    with contextlib.ExitStack() as opened:
        file = _open(source, name)
        opened.callback(file.close)
        budget = table_budget_bytes() if budget_bytes is None else budget_bytes
        parsed = _parse(file, options, budget, opened)
    parsed.layout = parsed.layout.model_copy(update={"asked": options, "can_be_stratified": parsed.n_rows is not None})
    return make_table(parsed, file.name)


def _open(source: str | Path | bytes | IO[bytes], name: str | None) -> Source:
    if isinstance(source, bytes):
        return Source.of_bytes(source, name or "upload")
    if not isinstance(source, str | Path):
        return Source(source, name or "upload", keep=True)
    if "://" in str(source):
        raise problems.unreadable(
            "url",
            tr("Addresses on the network are not fetched."),
            tr("Download the file, and open it from disk."),
            str(source),
        )
    path = Path(source)
    return Source.of_path(path, name or path.name)


def _parse(file: Source, options: ReadOptions, budget: int, opened: contextlib.ExitStack) -> Parsed:
    head = file.head(KIND_BYTES)
    if not head.strip():
        raise problems.empty_file(file.name)
    kind, words = file_kind(head)
    if kind in PACKED:
        inner = unpack(file, kind)
        opened.callback(inner.close)
        if file_kind(inner.head(KIND_BYTES))[0] in PACKED:  # such a file may hold itself without end
            raise problems.packed_file(
                file.name, tr("{file} is {format} inside {format}.", file=file.name, format=words)
            )
        parsed = _parse(inner, options, budget, opened)
        parsed.notes.insert(0, words)
        return parsed
    if kind == "zip":
        return _zip(file, options, budget, opened)
    if kind == "ole":
        return read_workbook(file, options)
    if kind in COLUMNAR:
        return read_columnar(file, kind, budget_bytes=budget, stratify_by=options.stratify_by)
    if kind in LABELLED:
        return read_labelled(file, kind, budget_bytes=budget)
    if kind == "foreign":
        raise problems.binary_file(file.name, tr(words))
    parsed_or_none = read_json(file, options, budget_bytes=budget) if kind == "json" else None
    return parsed_or_none if parsed_or_none is not None else read_text(file, options, budget_bytes=budget)


def _zip(file: Source, options: ReadOptions, budget: int, opened: contextlib.ExitStack) -> Parsed:
    members = list_members(file)
    if members is None:
        raise problems.broken(file.name, tr("a zip archive or a workbook"))
    if any(part in members for part in _WORKBOOK_PARTS):
        return read_workbook(file, options)
    if not members:
        raise problems.packed_file(file.name, tr("{file} is an archive without files.", file=file.name))
    chosen = options.member or next(iter(members))
    if chosen not in members:
        raise problems.no_such_part(file.name, "file", chosen)
    inner = unpack_member(file, members[chosen])
    opened.callback(inner.close)
    if file_kind(inner.head(KIND_BYTES))[0] in (*PACKED, "zip") and not _is_workbook(inner):
        raise problems.packed_file(file.name, tr("{file} is an archive of archives.", file=file.name))
    parsed = _parse(inner, options, budget, opened)
    parsed.notes.insert(0, _member(chosen, len(members)) if len(members) > 1 else "zip")
    understood = parsed.layout.options.model_copy(update={"member": chosen})
    parsed.layout = parsed.layout.model_copy(update={"options": understood, "members": tuple(members)})
    return parsed


def _member(name: str, n_files: int) -> str:
    return plural("{file} of {n} file", "{file} of {n} files", n_files, file=name)


def _is_workbook(file: Source) -> bool:
    members = list_members(file) or {}
    return any(part in members for part in _WORKBOOK_PARTS)


def make_table(parsed: Parsed, name: str) -> Table:
    """Make a table of what a reader found: names that can be used, types that every library understands, a profile.

    Raises
    ------
    GenieError
        If nothing can be learned from it.
    """
    frame = parsed.frame
    names, warnings = clean_names(frame.columns)
    frame.columns = pd.Index(names)
    if not len(frame):
        raise problems.header_only(name)
    if len(names) < 2:
        raise problems.one_column(name, names[0] if names else "")
    if parsed.n_rows is not None:
        by = parsed.layout.asked.stratify_by
        told = problems.sampled(name, len(frame), parsed.n_rows, column=by, of_each=parsed.n_of_each_class)
        warnings.insert(0, told)
    frame = plain_columns(frame.reset_index(drop=True))
    profile = profile_frame(frame, name=name, reading=parsed.notes, problems=[*parsed.problems, *warnings])
    profile = profile.model_copy(update={"layout": parsed.layout, "n_rows_in_file": parsed.n_rows})
    return Table(name=name, frame=frame, profile=profile)
