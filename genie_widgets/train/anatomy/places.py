"""Where a model's columns lie among the prepared ones."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from genie_widgets.ensemble import Integers, NotTreesError


def places_of(prepared: pd.DataFrame, names: Iterable[str]) -> Integers:
    """Find columns by name."""
    places = prepared.columns.get_indexer(pd.Index(list(names)))
    if (places < 0).any():
        raise NotTreesError("a model has a column of its own making")
    return np.asarray(places, dtype=np.int64)
