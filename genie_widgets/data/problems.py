"""What can be wrong with a file, each with its remedy."""

from __future__ import annotations

from typing import Literal

from genie_widgets.language import mark, tr
from genie_widgets.schema import GenieError, Problem

_PROTECTED = {
    "archive": mark("{file} cannot be opened: the archive is protected by a password."),
    "workbook": mark("{file} cannot be opened: the workbook is protected by a password."),
}
_NO_SUCH_PART = {
    "sheet": mark("{file} has no sheet {wanted}."),
    "file": mark("{file} has no file {wanted}."),
    "delimiter": mark("{file} has no delimiter {wanted}."),
    "encoding": mark("{file} has no encoding {wanted}."),
}
_UNREAD = {
    "date": mark("{n:,} cell(s) of {column} are no date and are taken as missing: {examples}."),
    "number": mark("{n:,} cell(s) of {column} are no number and are taken as missing: {examples}."),
}


def unreadable(code: str, title: str, remedy: str, culprit: str, value: str = "") -> GenieError:
    """Make the error of a file that cannot be read."""
    return GenieError(Problem(code=code, title=title, remedy=remedy, culprit=culprit, value=value))


def empty_file(name: str) -> GenieError:
    """Make the error of a file that holds nothing."""
    return unreadable(
        "empty-file", tr("{file} is empty.", file=name), tr("Export the table again, and check that it has rows."), name
    )


def header_only(name: str) -> GenieError:
    """Make the error of a file of column names alone."""
    return unreadable(
        "header-only",
        tr("{file} has column names but no rows.", file=name),
        tr("Export the table again with its rows."),
        name,
    )


def one_column(name: str, column: str) -> GenieError:
    """Make the error of a single column: nothing can be learned from it."""
    return unreadable(
        "one-column",
        tr("{file} was read as a single column ({column}).", file=name, column=column[:60]),
        tr(
            "Use a table of at least two columns; if it has more, save it with commas, semicolons or tabs between them."
        ),
        name,
        column[:60],
    )


def binary_file(name: str, what: str) -> GenieError:
    """Make the error of a file that is no table at all."""
    return unreadable(
        "binary-file",
        tr("{file} is not a table: it is {what}.", file=name, what=what),
        tr("Open it in the program it comes from, and save the table as CSV, Excel (.xlsx) or Parquet."),
        name,
    )


def packed_file(name: str, title: str) -> GenieError:
    """Make the error of an archive in which there is no table."""
    return unreadable("packed-file", title, tr("Unpack it, and open the table that is in it."), name)


def protected(name: str, what: Literal["archive", "workbook"]) -> GenieError:
    """Make the error of a file that a password locks."""
    return unreadable(
        "protected-file",
        tr(_PROTECTED[what], file=name),
        tr("Save it without a password, and try again."),
        name,
    )


def too_large_unpacked(name: str, n_bytes: int) -> GenieError:
    """Make the error of a small file that becomes a huge one."""
    return unreadable(
        "too-large-unpacked",
        tr("{file} unpacks to more than {size:,.1f} GB.", file=name, size=n_bytes / 1e9),
        tr("Unpack it yourself, and take a part of its rows."),
        name,
    )


def too_large_here(name: str, limit: int) -> GenieError:
    """Make the error of a file larger than the host allows."""
    return unreadable(
        "larger-than-allowed",
        tr("{file} is larger than the {limit:,.0f} MB allowed here.", file=name, limit=limit / 1e6),
        tr("Take a part of its rows, or ask who runs this server."),
        name,
    )


def no_such_part(name: str, what: Literal["sheet", "file", "delimiter", "encoding"], wanted: str) -> GenieError:
    """Make the error of a sheet or a file in an archive that is not there, or of a layout that there is not."""
    title = tr(_NO_SUCH_PART[what], file=name, wanted=wanted[:60])
    return unreadable("no-such-part", title, tr("Choose another one."), name, wanted[:60])


def broken(name: str, kind: str) -> GenieError:
    """Make the error of a file that begins as it should and cannot be read to its end."""
    return unreadable(
        "broken-file",
        tr("{file} could not be read as {kind}: it is damaged or cut short.", file=name, kind=kind),
        tr("Save it once more, or copy it again, and retry."),
        name,
    )


def uneven_lines(name: str, detail: str) -> GenieError:
    """Make the error of a file most of whose lines do not fit its column names."""
    return unreadable(
        "uneven-lines",
        tr("{file} has lines of different lengths: {detail}.", file=name, detail=detail),
        tr("Put cells that hold the separator into double quotes, or save the table as Excel or Parquet."),
        name,
    )


def some_lines(name: str, short: int, long: int, example: str) -> Problem:
    """Make the warning of a few lines that do not fit."""
    if short and long:
        title = tr(
            "{n:,} line(s) of {file} do not fit its columns: {n_short:,} with too few cells, filled with missing ones "
            "and {n_long:,} with too many, left out. The first: {example}.",
            n=short + long,
            file=name,
            n_short=short,
            n_long=long,
            example=example,
        )
    elif short:
        title = tr(
            "{n:,} line(s) of {file} do not fit its columns: {n:,} with too few cells, filled with missing ones. "
            "The first: {example}.",
            n=short,
            file=name,
            example=example,
        )
    else:
        title = tr(
            "{n:,} line(s) of {file} do not fit its columns: {n:,} with too many, left out. The first: {example}.",
            n=long,
            file=name,
            example=example,
        )
    return Problem(
        code="ragged-lines",
        title=title,
        remedy=tr("Mend them in the file if they matter."),
        culprit=name,
        value=example,
        severity="warning",
    )


def cells_unread(column: str, n: int, kind: Literal["date", "number"], examples: str) -> Problem:
    """Make the warning of a few cells that are not what the rest of their column is."""
    return Problem(
        code="cells-unread",
        title=tr(_UNREAD[kind], n=n, column=column, examples=examples),
        remedy=tr("Mend them in the file if they mean something."),
        culprit=column,
        value=examples,
        severity="warning",
    )


def broken_lines(name: str, n: int, example: str) -> Problem:
    """Make the warning of lines of JSON that are none."""
    return Problem(
        code="broken-lines",
        title=tr(
            "{n:,} line(s) of {file} are no JSON objects and are left out. The first: {example}",
            n=n,
            file=name,
            example=example,
        ),
        remedy=tr("Mend them in the file if they matter."),
        culprit=name,
        value=example,
        severity="warning",
    )


def sampled(name: str, n: int, n_in_file: int, *, column: str | None = None, of_each: int | None = None) -> Problem:
    """Make the warning of a file that is larger than the memory it may take.

    Where it was stratified by a column, about so many rows `of_each` of its classes were taken, or more.
    """
    remedy = tr("What is said and learned comes from those; use a machine with more memory for all of them.")
    if column is not None and of_each is not None:
        title = tr(
            "{file} has {n_in_file:,} rows, too many for the memory here: {n:,} of them were taken at random, "
            "of each class of {column} about {n_of_each:,} or more, or all there are.",
            file=name,
            n_in_file=n_in_file,
            n=n,
            column=column,
            n_of_each=of_each,
        )
        more = tr("Rare classes are more frequent among them than in the file, so their probabilities come out higher.")
        remedy = f"{remedy} {more}"
    else:
        title = tr(
            "{file} has {n_in_file:,} rows, too many for the memory here: {n:,} of them were taken at random.",
            file=name,
            n_in_file=n_in_file,
            n=n,
        )
    return Problem(code="sampled", title=title, remedy=remedy, culprit=name, severity="warning")
