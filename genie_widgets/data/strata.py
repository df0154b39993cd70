"""How a file too large for the memory is sampled so that the rows of a column's rare classes are not lost by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# Of each class about so many rows are taken at least, or all there are; in all no more than half of the rows that fit.
LEAST_ROWS, MOST_SHARE = 1_000, 0.5
# A column of more different values has no classes.
MOST_CLASSES = 1_000


class Strata:
    """With which chance a row is taken, by its class.

    Parameters
    ----------
    counts : Counter of str
        Rows of each class in the file.
    n_kept : int
        Rows that fit into the memory, about.
    """

    def __init__(self, counts: Counter[str], n_kept: int) -> None:
        self.least_rows = max(1, min(LEAST_ROWS, int(MOST_SHARE * n_kept / max(1, len(counts)))))
        self._chance = {name: min(1.0, self.least_rows / n) for name, n in counts.items()}
        self._classes = pa.array(list(self._chance), pa.string())
        # The last is of rows without a class.
        self._least = np.array([*self._chance.values(), 0.0])

    def chance(self, name: str, share: float) -> float:
        """Give the chance of a row of a class, as `chances` does."""
        return max(share, self._chance.get(name.strip(), 0.0))

    def chances(self, cells: Any, share: float) -> NDArray[np.float64]:
        """Give each row's chance, where a row of a common class has `share`.

        Parameters
        ----------
        cells : pyarrow.Array, shape (n_rows,)
            Their classes.
        share : float
            In (0, 1].
        """
        places = pc.fill_null(pc.index_in(_words(cells), value_set=self._classes), len(self._classes))
        least: NDArray[np.float64] = self._least[places.to_numpy(zero_copy_only=False)]
        return np.maximum(share, least)


def count_classes(parts: Iterable[Any]) -> Counter[str] | None:
    """Count the rows of each class of a column.

    Parameters
    ----------
    parts : iterable of pyarrow.Array
        The column, piece by piece.

    Returns
    -------
    Counter of str or None
        None where it has no classes: too many different values, or such as cannot be written as text.
    """
    counts: Counter[str] = Counter()
    try:
        for part in parts:
            for found in pc.value_counts(_words(part)).to_pylist():
                if found["values"]:
                    counts[found["values"]] += found["counts"]
            if len(counts) > MOST_CLASSES:
                return None
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return None
    return counts or None


def _words(cells: Any) -> Any:
    return pc.utf8_trim_whitespace(pc.cast(cells, pa.string()))
