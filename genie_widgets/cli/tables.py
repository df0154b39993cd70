"""A table from a path, or from the name of a sample that ships with Genie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

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

    if not path.exists():
        for sample in samples():
            if sample.name == str(path):
                return read_table(sample.path, name=sample.name)
    return read_table(path)
