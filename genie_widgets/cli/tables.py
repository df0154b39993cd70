"""A table from a path, or from the name of a sample that ships with Genie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from genie_widgets.cli.show import printable
from genie_widgets.schema import GenieError, Problem

if TYPE_CHECKING:
    from genie_widgets.data import Table


def table_of(path: Path) -> Table:
    """Read a table.

    Parameters
    ----------
    path : Path
        A file; or, where no such file exists, a sample's name.

    Returns
    -------
    Table
        The table read.

    Raises
    ------
    GenieError
        If there is no such file or sample, or it cannot be read.
    """
    from genie_widgets.data import read_table, samples

    for sample in samples():
        if sample.name == str(path) and not path.exists():
            return read_table(sample.path, name=sample.name)
    try:
        # A name that is no proper text (bytes of another encoding) would not fit into the run's record.
        return read_table(path, name=printable(path.name))
    except OSError as error:
        raise GenieError(
            Problem(
                code="unreadable",
                title=f"{path.name[:80]} cannot be read: {error.strerror}.",
                remedy="Check that it is the file's name; the table comes before the sentence.",
                culprit=path.name[:80],
            )
        ) from error
