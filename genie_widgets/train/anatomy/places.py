"""Prepared columns: where they lie, and what they hold."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from genie_widgets.ensemble import Bools, Floats, Integers, NotTreesError


def places_of(prepared: pd.DataFrame, names: Iterable[str]) -> Integers:
    """Find columns by name."""
    places = prepared.columns.get_indexer(pd.Index(list(names)))
    if (places < 0).any():
        raise NotTreesError("a model has a column of its own making")
    return np.asarray(places, dtype=np.int64)


def numbers_of(frame: pd.DataFrame) -> tuple[Floats, Bools]:
    """Numbers of a frame, zero where a column is a category, and which columns those are.

    All columns of a kind at once: a text may have become a thousand columns.
    """
    is_category = np.array([isinstance(dtype, pd.CategoricalDtype) for dtype in frame.dtypes], dtype=bool)
    numbers = np.zeros(frame.shape)
    numbers[:, ~is_category] = frame.loc[:, ~is_category].to_numpy(dtype=float, na_value=np.nan)
    return numbers, is_category
