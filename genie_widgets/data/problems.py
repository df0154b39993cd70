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
    """Make the error of an archive: which of its files is meant, only the person knows."""
    return unreadable(
        "packed-file", f"{name} is {what}, not a table.", "Unpack it, and open the table that is in it.", name
    )


def broken(name: str, what: str) -> GenieError:
    """Make the error of a file that begins as it should and cannot be read to its end."""
    return unreadable(
        "broken-file",
        f"{name} could not be read as {what}: it is damaged, protected by a password, or cut short.",
        "Save it once more without a password, or copy it again, and retry.",
        name,
    )


def uneven_lines(name: str, detail: str) -> GenieError:
    """Make the error of lines with different numbers of cells."""
    return unreadable(
        "uneven-lines",
        f"{name} has lines of different lengths: {detail}.",
        "Put cells that hold the separator into double quotes, or save the table as Excel or Parquet.",
        name,
    )
