"""What to mind when reading an explanation: few rows, and columns that tell the same."""

from __future__ import annotations

import math
from itertools import combinations

import pandas as pd

from genie_widgets.explain.meter import Floats
from genie_widgets.explain.partners import MOST_COLUMNS, basis_of, design_of
from genie_widgets.language import plural, tr
from genie_widgets.schema import ExplainedOutput, Problem

# Mean sizes of fewer rows are mostly chance; so is an average of fewer background rows.
FEW_ROWS, FEW_BACKGROUND = 30, 50
# Two columns of which one tells this share of the other's order (a rank correlation of 0.85).
ALIKE = 0.72
# Fewer rows tell no likeness of two columns.
LEAST_ROWS = 30
MOST_PAIRS = 4


def cautions(
    n_rows: int, background: pd.DataFrame, outputs: tuple[ExplainedOutput, ...], bases: dict[str, Floats]
) -> tuple[Problem, ...]:
    """List what a reader of an explanation should mind.

    Parameters
    ----------
    n_rows : int
        Rows explained.
    background : DataFrame
        The rows they are compared with.
    outputs : tuple of ExplainedOutput
        What was found.
    bases : dict
        What columns of this background vary in, as far as they have been looked at; more are added.
    """
    return (*_few(n_rows, len(background)), *_alike(background, outputs, bases))


def _few(n_rows: int, n_background: int) -> list[Problem]:
    found = []
    if 1 < n_rows < FEW_ROWS:
        found.append(
            Problem(
                code="few-rows-explained",
                title=plural(
                    "Only {n} row is explained: which columns matter on the whole is a rough guess.",
                    "Only {n} rows are explained: which columns matter on the whole is a rough guess.",
                    n_rows,
                ),
                remedy=tr("Take each row's own explanation as it is, and the order of the columns with care."),
                severity="info",
            )
        )
    if n_background < FEW_BACKGROUND:
        found.append(
            Problem(
                code="few-rows-compared",
                title=plural(
                    "The rows are compared with only {n} other: other rows would give another average.",
                    "The rows are compared with only {n} others: other rows would give another average.",
                    n_background,
                ),
                remedy=tr("A table of more rows gives steadier explanations."),
                severity="warning",
            )
        )
    return found


def _alike(background: pd.DataFrame, outputs: tuple[ExplainedOutput, ...], bases: dict[str, Floats]) -> list[Problem]:
    """Tell of the strongest columns that move together: their parts are shared, and hybrids of them are odd rows."""
    if len(background) < LEAST_ROWS:
        return []
    strength: dict[str, float] = {}
    for output in outputs:
        for item in output.importance:
            strength[item.column] = max(strength.get(item.column, 0.0), item.mean_abs)
    named = {str(name): name for name in background.columns}
    strong = sorted((name for name in strength if strength[name] > 0), key=lambda name: -strength[name])[:MOST_COLUMNS]
    for name in strong:
        if name not in bases:
            bases[name] = basis_of(design_of(background[named[name]]))
    shares = {pair: _told(bases[pair[0]], bases[pair[1]]) for pair in combinations(strong, 2)}
    pairs = sorted((pair for pair in shares if shares[pair] >= ALIKE), key=lambda pair: -shares[pair])
    found = []
    for pair in pairs[:MOST_PAIRS]:
        one, other = pair
        correlation = math.sqrt(shares[pair])
        found.append(
            Problem(
                code="columns-alike",
                title=tr(
                    "{one} and {other} go together: one tells most of the other (correlation {correlation:.2f}).",
                    one=one,
                    other=other,
                    correlation=correlation,
                ),
                remedy=tr("The model may use either, so read their parts together, not one against the other."),
                culprit=one,
                value=other,
                severity="info",
            )
        )
    return found


def _told(one: Floats, other: Floats) -> float:
    """Share of the variance of one that the other tells, whichever has less to tell: the mean squared correlation."""
    least = min(one.shape[1], other.shape[1])
    return float(((one.T @ other) ** 2).sum() / least) if least else 0.0
