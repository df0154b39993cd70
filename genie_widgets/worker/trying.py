"""A made-up row: which of its cells are unlike anything the model has seen."""

from __future__ import annotations

from genie_widgets.schema import Problem, TableProfile
from genie_widgets.schema.what_if import Cell

_NUMBERS = ("number", "integer")


def unlike(cells: dict[str, Cell], profile: TableProfile) -> list[Problem]:
    """List the cells outside what the training table holds: there a model guesses."""
    found = []
    for name, cell in cells.items():
        column = profile.column(name)
        if cell is None:
            continue
        if column.kind in _NUMBERS and column.minimum is not None and column.maximum is not None:
            if isinstance(cell, (int, float)) and not column.minimum <= cell <= column.maximum:
                found.append(_problem(name, cell, f"{column.minimum:g} to {column.maximum:g}"))
        elif column.kind == "category" and column.n_distinct == len(column.top_values):
            known = [counted.value for counted in column.top_values]
            if str(cell) not in known:
                found.append(_problem(name, cell, ", ".join(known[:5])))
    return found


def _problem(name: str, cell: Cell, known: str) -> Problem:
    return Problem(
        code="cell-unlike",
        title=f"{name} = {cell} is outside what the model has seen ({known}).",
        remedy="Its answer here is a guess.",
        culprit=name,
        value=str(cell),
        severity="warning",
    )
