"""Column names: text, not empty, each once."""

from __future__ import annotations

from collections.abc import Iterable

from genie_widgets.language import tr
from genie_widgets.schema import Problem


def clean_names(names: Iterable[object]) -> tuple[list[str], list[Problem]]:
    """Make names usable, and say which were changed.

    Parameters
    ----------
    names : iterable of object
        As in the file or frame; anything may stand there.

    Returns
    -------
    tuple
        Unique, non-empty names in the same order, and a warning for each kind of change.
    """
    cleaned: list[str] = []
    taken: set[str] = set()
    unnamed: list[str] = []
    repeated: list[str] = []
    for position, raw in enumerate(names):
        missing = raw is None or (not isinstance(raw, str) and str(raw) in ("nan", "NaT", "<NA>"))
        # Half a character, as JSON and Python allow it, can be written to no file.
        name = "" if missing else str(raw).encode("utf-8", "replace").decode().strip()
        if not name or name.startswith("Unnamed: "):
            # As pandas calls it, so that a table that pandas has read or written has the same columns.
            name = f"Unnamed: {position}"
            unnamed.append(name)
        wanted, copy = name, 2
        while name in taken:
            name = f"{wanted}_{copy}"
            copy += 1
        if name != wanted:
            repeated.append(name)
        taken.add(name)
        cleaned.append(name)
    problems = []
    if unnamed:
        problems.append(
            Problem(
                code="unnamed-columns",
                title=tr(
                    "{n} column(s) have no name, and are called {names}.", n=len(unnamed), names=", ".join(unnamed[:5])
                ),
                remedy=tr("Give them names in the file if they matter."),
                culprit=unnamed[0],
                severity="warning",
            )
        )
    if repeated:
        problems.append(
            Problem(
                code="repeated-names",
                title=tr(
                    "{n} column name(s) stood twice and are now {names}.",
                    n=len(repeated),
                    names=", ".join(repeated[:5]),
                ),
                remedy=tr("Rename them in the file if the names should say more."),
                culprit=repeated[0],
                severity="warning",
            )
        )
    return cleaned, problems
