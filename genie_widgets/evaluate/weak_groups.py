"""Where a model fails: groups of rows with clearly larger errors than all others.

Many groups are looked at, and the worst of many looks bad by chance alone. A group is therefore named only if its
error is larger by a test that allows for all groups looked at (Bonferroni), and by enough to matter.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pandas as pd

from genie_widgets.evaluate.grouping import grouped
from genie_widgets.evaluate.rows import ClassRows, Floats, NumberRows, Rows
from genie_widgets.schema import WeakGroup

LEAST_ROWS, LEAST_SHARE = 30, 0.02
ALPHA = 0.05
MOST_NAMED = 3
# A group whose error is larger by less than this share is not worth a sentence.
LEAST_RATIO = 1.25
MOST_COLUMNS = 200


def weak_groups(rows: Rows, cells: pd.DataFrame) -> tuple[WeakGroup, ...]:
    """Find the groups of rows where the errors are clearly larger.

    Parameters
    ----------
    rows : Rows
        Scored rows.
    cells : DataFrame, shape (n, n_columns)
        The columns to group them by, row by row.

    Returns
    -------
    tuple of WeakGroup
        Worst first, one for each column at most; each error is a share of wrong rows for classes, a mean absolute
        error for numbers, a mean pinball loss for quantiles.
    """
    errors = _errors(rows)
    least = max(LEAST_ROWS, math.ceil(LEAST_SHARE * len(errors)))
    tried: list[tuple[float, WeakGroup]] = []
    n_groups = 0
    for name in list(cells.columns)[:MOST_COLUMNS]:
        groups = grouped(cells[name])
        sizes = np.bincount(groups.codes, minlength=len(groups.labels))
        asked = [code for code in range(len(groups.labels)) if least <= sizes[code] <= len(errors) - least]
        n_groups += len(asked)
        for code in asked:
            inside = groups.codes == code
            label = groups.labels[code] if code != groups.missing else ""
            gap, spread = _gap(errors[inside], errors[~inside])
            tried.append(
                (
                    gap / spread if spread > 0 else 0.0,
                    WeakGroup(
                        column=str(name),
                        group=label,
                        n_rows=int(inside.sum()),
                        error=float(errors[inside].mean()),
                        elsewhere=float(errors[~inside].mean()),
                        at_least=spread,
                        n_looked_at=0,
                    ),
                )
            )
    if not tried:
        return ()
    critical = NormalDist().inv_cdf(1 - ALPHA / n_groups)
    found: dict[str, WeakGroup] = {}
    for score, group in sorted(tried, key=lambda item: -item[0]):
        if score <= critical or group.error < LEAST_RATIO * group.elsewhere or group.column in found:
            continue
        sure = group.error - group.elsewhere - critical * group.at_least
        found[group.column] = group.model_copy(update={"at_least": sure, "n_looked_at": n_groups})
    return tuple(found.values())[:MOST_NAMED]


def _errors(rows: Rows) -> Floats:
    if isinstance(rows, ClassRows):
        return np.asarray(rows.truth != rows.predicted, dtype=float)
    if isinstance(rows, NumberRows):
        return np.abs(rows.truth - rows.predicted)
    error = rows.truth[:, None] - rows.predicted
    return np.asarray(np.maximum(rows.levels * error, (rows.levels - 1) * error).mean(axis=1))


def _gap(inside: Floats, outside: Floats) -> tuple[float, float]:
    """Difference of the means, and its standard error; of shares a little larger, so that 0 of 30 is not certain."""
    spread = math.sqrt(_variance(inside) / len(inside) + _variance(outside) / len(outside))
    return float(inside.mean() - outside.mean()), spread


def _variance(values: Floats) -> float:
    if np.isin(values, (0.0, 1.0)).all():
        share = (values.sum() + 1) / (len(values) + 2)
        return float(share * (1 - share))
    return float(values.var(ddof=1))
