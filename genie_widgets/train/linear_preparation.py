"""The preparation of AutoGluon's linear models, all columns at once.

scikit-learn checks a table anew at every step, and maps quantiles one column after the other, asking SciPy three times
for each: for a single row that takes longer than everything else in a prediction. The same numbers are found here from
the arrays that were learnt, bit by bit. Whatever is not known, or does not come out the same, is left to scikit-learn.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_log = logging.getLogger(__name__)
# So many rows are prepared in both ways before the quick one is believed.
COMPARED_ROWS = 300
# scikit-learn's: so near to the smallest or largest value that was learnt, a value counts as that.
_NEAR = 1e-7

_Block = NDArray[Any]


class UnlikeLearntError(Exception):
    """A table holds cells that were not foreseen; scikit-learn knows what to do, or what to say."""


class LinearPreparation:
    """Stands in for the preparation of a linear model in memory; where the model is saved, that itself is saved.

    Parameters
    ----------
    original : sklearn.compose.ColumnTransformer
        As AutoGluon fitted it.
    blocks : sequence of callable
        Its steps: from a table to some columns of the result.

    Attributes
    ----------
    original : sklearn.compose.ColumnTransformer
    is_refused : bool
        Whether something came out otherwise: then scikit-learn prepares all rows.
    """

    def __init__(self, original: Any, blocks: Iterable[Callable[[pd.DataFrame], Any]]) -> None:
        self.original = original
        self._blocks = tuple(blocks)
        self._to_compare = COMPARED_ROWS
        self.is_refused = False

    def __reduce__(self) -> tuple[Any, tuple[Any]]:
        return itemgetter(0), ((self.original,),)

    def transform(self, frame: pd.DataFrame) -> Any:
        """Prepare rows."""
        if self.is_refused:
            return self.original.transform(frame)
        try:
            found = self._stacked([block(frame) for block in self._blocks])
        except UnlikeLearntError:
            return self.original.transform(frame)
        if self._to_compare > 0:
            wanted = self.original.transform(frame)
            self._to_compare -= len(frame)
            if not _same(found, wanted):
                self.is_refused = True
                _log.warning("a linear model's columns did not come out as scikit-learn prepares them")
            return wanted
        return found

    def _stacked(self, parts: list[Any]) -> Any:
        from scipy import sparse

        if self.original.sparse_output_:
            return sparse.hstack(parts).tocsr()
        return np.hstack([part.toarray() if sparse.issparse(part) else part for part in parts])


def quicken(models: Iterable[Any]) -> None:
    """Let linear models that are in memory, the folds of bagged ones too, prepare their columns quickly."""
    for model in models:
        for part in (model, *getattr(model, "models", ())):
            if type(part).__name__ == "LinearModel":
                part._pipeline = quick(part._pipeline)


def quick(original: Any) -> Any:
    """Give a preparation's quick twin; the same where there is none."""
    from sklearn.compose import ColumnTransformer

    if type(original) is not ColumnTransformer:
        return original
    blocks = []
    for name, steps, columns in original.transformers_:
        block = _BLOCKS.get(name, _unknown)([step for _, step in getattr(steps, "steps", ())], list(columns))
        if block is None:
            return original
        blocks.append(block)
    return LinearPreparation(original, blocks)


def _unknown(_steps: list[Any], _columns: list[str]) -> None:
    return None


def _categories(steps: list[Any], columns: list[str]) -> Callable[[pd.DataFrame], Any] | None:
    if len(steps) != 1:
        return None
    (encoder,) = steps
    return lambda frame: encoder.transform(frame[columns])


def _scaled(steps: list[Any], columns: list[str]) -> Callable[[pd.DataFrame], Any] | None:
    from sklearn.preprocessing import StandardScaler

    *before, scaler = steps
    fill = _filling(before)
    if fill is None or type(scaler) is not StandardScaler or scaler.mean_ is None or scaler.scale_ is None:
        return None

    def block(frame: pd.DataFrame) -> _Block:
        numbers = fill(_numbers(frame, columns))
        numbers -= scaler.mean_.astype(numbers.dtype)
        numbers /= scaler.scale_.astype(numbers.dtype)
        return numbers

    return block


def _ranked(steps: list[Any], columns: list[str]) -> Callable[[pd.DataFrame], Any] | None:
    from scipy.special import ndtri
    from sklearn.preprocessing import QuantileTransformer

    *before, ranker = steps
    fill = _filling(before)
    is_known = type(ranker) is QuantileTransformer and ranker.output_distribution == "normal"
    if fill is None or not before or not is_known:
        return None
    # From the other side too: where a value was learnt more than once, it takes the middle of its ranks.
    rising, ranks = np.ascontiguousarray(ranker.quantiles_.T), ranker.references_
    falling, from_above = np.ascontiguousarray(-rising[:, ::-1]), -ranks[::-1]
    least, most = ndtri(_NEAR - np.spacing(1)), ndtri(1 - (_NEAR - np.spacing(1)))

    def block(frame: pd.DataFrame) -> _Block:
        numbers = fill(_numbers(frame, columns))
        is_low, is_high = numbers - _NEAR < rising[:, 0], numbers + _NEAR > rising[:, -1]
        for place, column in enumerate(numbers.T):
            up = np.interp(column, rising[place], ranks)
            numbers[:, place] = 0.5 * (up - np.interp(-column, falling[place], from_above))
        numbers[is_high] = 1
        numbers[is_low] = 0
        return np.asarray(np.clip(ndtri(numbers), least, most))

    return block


_BLOCKS = {"cats": _categories, "cont": _scaled, "bool": _scaled, "skew": _ranked}


def _filling(steps: list[Any]) -> Callable[[_Block], _Block] | None:
    """Tell how missing numbers are filled; None where that is done in a way not known."""
    from sklearn.impute import SimpleImputer

    if not steps:
        return lambda numbers: numbers
    imputer = steps[0]
    if len(steps) > 1 or type(imputer) is not SimpleImputer or imputer.add_indicator:
        return None
    # A column without a value is left out then.
    if imputer.strategy != "median" or np.isnan(imputer.statistics_).any():
        return None

    def fill(numbers: _Block) -> _Block:
        np.copyto(numbers, imputer.statistics_, where=np.isnan(numbers), casting="same_kind")
        return numbers

    return fill


def _numbers(frame: pd.DataFrame, columns: list[str]) -> _Block:
    """Give numbers as scikit-learn takes them; a copy."""
    chosen = frame[columns]
    types = set(chosen.dtypes)
    if not all(isinstance(each, np.dtype) and each.kind in "iuf" for each in types):
        raise UnlikeLearntError
    common = np.result_type(*types)
    numbers = np.array(chosen.to_numpy(), dtype=common if common.kind == "f" else np.float64)
    if np.isinf(numbers).any():
        raise UnlikeLearntError
    return numbers


def _same(found: Any, wanted: Any) -> bool:
    if type(found) is not type(wanted) or found.dtype != wanted.dtype or found.shape != wanted.shape:
        return False
    if isinstance(found, np.ndarray):
        return bool(np.array_equal(found, wanted, equal_nan=True))
    return bool((found != wanted).nnz == 0)
