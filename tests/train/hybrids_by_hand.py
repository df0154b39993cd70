"""Rows mixed of two, cell by cell, and what a forest's description says of them, question by question."""

import numpy as np
import pandas as pd

from genie_widgets.ensemble import ALL_OUTPUTS, LEAF


def hybrids_of(frame, row, other, mine):
    """Rows with a row's cells where `mine` (n, n_columns), else the other one's."""
    return pd.DataFrame(
        {
            name: pd.Series(frame[name].array.take(np.where(mine[:, place], row, other)))
            for place, name in enumerate(frame)
        }
    )


def margins(forest, base, seen, row, other, mine):
    """What the description says of hybrids: `mine` (n, n_columns) where a cell is the row's, else the other one's."""
    found = np.tile(base, (len(mine), 1))
    for at, of_row in enumerate(mine):
        source = np.where(of_row, row, other)
        numbers = seen.numbers[source[seen.source], np.arange(len(seen.source))]
        for root, output in zip(forest.roots, forest.output, strict=True):
            node = root
            while (feature := forest.feature[node]) != LEAF:
                if feature >= 0:
                    number = numbers[feature]
                else:
                    table = -2 - feature
                    slots = np.flatnonzero(seen.slot_source[table] >= 0)
                    from_row = source[seen.slot_source[table, slots]]
                    number = seen.entries[seen.table_start[table] + seen.keys[from_row, table, slots].sum()]
                left = forest.missing_left[node] if np.isnan(number) else number <= forest.threshold[node]
                node = forest.left[node] if left else forest.right[node]
            found[at, slice(None) if output == ALL_OUTPUTS else [output]] += forest.values[forest.leaf[node]]
    return found
