"""What can be wrong with a file, each with its remedy."""

from __future__ import annotations

from genie_widgets.schema import GenieError, Problem


def unreadable(code: str, title: str, remedy: str, culprit: str, value: str = "") -> GenieError:
    """Make the error of a file that cannot be read."""
    return GenieError(Problem(code=code, title=title, remedy=remedy, culprit=culprit, value=value))


def empty_file(name: str) -> GenieError:
    """Make the error of a file that holds nothing."""
    return unreadable("empty-file", f"{name} is empty.", "Export the table again, and check that it has rows.", name)


def header_only(name: str) -> GenieError:
    """Make the error of a file of column names alone."""
    return unreadable(
        "header-only", f"{name} has column names but no rows.", "Export the table again with its rows.", name
    )


def one_column(name: str, column: str) -> GenieError:
    """Make the error of a single column: nothing can be learned from it."""
    return unreadable(
        "one-column",
        f"{name} was read as a single column ({column[:60]}).",
        "Use a table of at least two columns; if it has more, save it with commas, semicolons or tabs between them.",
        name,
        column[:60],
    )


def binary_file(name: str, what: str) -> GenieError:
    """Make the error of a file that is no table at all."""
    return unreadable(
        "binary-file",
        f"{name} is not a table: it is {what}.",
        "Open it in the program it comes from, and save the table as CSV, Excel (.xlsx) or Parquet.",
        name,
    )


def packed_file(name: str, what: str) -> GenieError:
    """Make the error of an archive in which there is no table."""
    return unreadable("packed-file", f"{name} is {what}.", "Unpack it, and open the table that is in it.", name)


def protected(name: str, what: str) -> GenieError:
    """Make the error of a file that a password locks."""
    return unreadable(
        "protected-file",
        f"{name} cannot be opened: {what} is protected by a password.",
        "Save it without a password, and try again.",
        name,
    )


def too_large_unpacked(name: str, n_bytes: int) -> GenieError:
    """Make the error of a small file that becomes a huge one."""
    return unreadable(
        "too-large-unpacked",
        f"{name} unpacks to more than {n_bytes / 1e9:,.1f} GB.",
        "Unpack it yourself, and take a part of its rows.",
        name,
    )


def too_large_here(name: str, limit: int) -> GenieError:
    """Make the error of a file larger than the host allows."""
    return unreadable(
        "larger-than-allowed",
        f"{name} is larger than the {limit / 1e6:,.0f} MB allowed here.",
        "Take a part of its rows, or ask who runs this server.",
        name,
    )


def no_such_part(name: str, what: str, wanted: str) -> GenieError:
    """Make the error of a sheet or a file in an archive that is not there."""
    return unreadable("no-such-part", f"{name} has no {what} {wanted[:60]}.", "Choose another one.", name, wanted[:60])


def broken(name: str, what: str) -> GenieError:
    """Make the error of a file that begins as it should and cannot be read to its end."""
    return unreadable(
        "broken-file",
        f"{name} could not be read as {what}: it is damaged or cut short.",
        "Save it once more, or copy it again, and retry.",
        name,
    )


def uneven_lines(name: str, detail: str) -> GenieError:
    """Make the error of a file most of whose lines do not fit its column names."""
    return unreadable(
        "uneven-lines",
        f"{name} has lines of different lengths: {detail}.",
        "Put cells that hold the separator into double quotes, or save the table as Excel or Parquet.",
        name,
    )


def some_lines(name: str, short: int, long: int, example: str) -> Problem:
    """Make the warning of a few lines that do not fit."""
    told = [f"{short:,} with too few cells, filled with missing ones"] if short else []
    told += [f"{long:,} with too many, left out"] if long else []
    return Problem(
        code="ragged-lines",
        title=f"{short + long:,} line(s) of {name} do not fit its columns: {' and '.join(told)}. The first: {example}.",
        remedy="Mend them in the file if they matter.",
        culprit=name,
        value=example,
        severity="warning",
    )


def cells_unread(column: str, n: int, kind: str, examples: str) -> Problem:
    """Make the warning of a few cells that are not what the rest of their column is."""
    return Problem(
        code="cells-unread",
        title=f"{n:,} cell(s) of {column} are no {kind} and are taken as missing: {examples}.",
        remedy="Mend them in the file if they mean something.",
        culprit=column,
        value=examples,
        severity="warning",
    )


def broken_lines(name: str, n: int, example: str) -> Problem:
    """Make the warning of lines of JSON that are none."""
    return Problem(
        code="broken-lines",
        title=f"{n:,} line(s) of {name} are no JSON objects and are left out. The first: {example}",
        remedy="Mend them in the file if they matter.",
        culprit=name,
        value=example,
        severity="warning",
    )


def sampled(name: str, n: int, n_in_file: int, *, column: str | None = None, of_each: int | None = None) -> Problem:
    """Make the warning of a file that is larger than the memory it may take.

    Where it was stratified by a column, about so many rows `of_each` of its classes were taken, or more.
    """
    how = "taken at random"
    remedy = "What is said and learned comes from those; use a machine with more memory for all of them."
    if column is not None and of_each is not None:
        how += f", of each class of {column} about {of_each:,} or more, or all there are"
        remedy += " Rare classes are more frequent among them than in the file, so their probabilities come out higher."
    return Problem(
        code="sampled",
        title=f"{name} has {n_in_file:,} rows, too many for the memory here: {n:,} of them were {how}.",
        remedy=remedy,
        culprit=name,
        severity="warning",
    )
