"""What the trainers of the linear classifiers share: rows of hashed features, folds, and the file that is shipped."""

import numpy as np
from scipy.sparse import csr_matrix

from genie_widgets.intent.linear import N_BUCKETS


def rows_of(vectors):
    """One sparse row for each (buckets, values)."""
    ends = np.cumsum([0, *(len(buckets) for buckets, _ in vectors)])
    buckets, values = (np.concatenate(part) for part in zip(*vectors, strict=True))
    return csr_matrix((values, buckets, ends), shape=(len(vectors), N_BUCKETS))


def folds_of(groups, n):
    """The fold of each row; a group is never divided."""
    unique = np.unique(groups)
    np.random.default_rng(1).shuffle(unique)
    fold_of = {group: i % n for i, group in enumerate(unique)}
    return np.array([fold_of[group] for group in groups])


def save(path, kinds, model):
    """Write a logistic regression as `genie_widgets.intent.linear` loads it: one byte a weight."""
    steps = np.abs(model.coef_).max() / 127
    weights = np.round(model.coef_.T / steps).astype(np.int8)
    np.savez_compressed(path, kinds=" ".join(kinds), weights=weights, steps=steps, bias=model.intercept_)
    print(f"{path.name}: {path.stat().st_size:,} bytes")
