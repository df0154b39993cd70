"""One split and one measure for every tool."""

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss, roc_auc_score, root_mean_squared_error
from sklearn.model_selection import train_test_split

# As AutoGluon names them; each tool is told to aim at it by its own name for it.
METRICS = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "root_mean_squared_error"}
TEST_SHARE = 0.3
LEAST_OF_A_CLASS = 2


def halves(frame, table, seed):
    """Split once, for all; classes keep their shares."""
    by = None
    if table.problem_type != "regression":
        counts = frame[table.target].value_counts()
        frame = frame[frame[table.target].isin(counts.index[counts >= LEAST_OF_A_CLASS])]
        by = frame[table.target].astype(str)
    return train_test_split(frame, test_size=TEST_SHARE, random_state=seed, stratify=by)


def score(truth, predicted, problem_type):
    """Score what a tool predicted for the test rows; its columns are the classes' names, or `number`."""
    if problem_type == "regression":
        return float(root_mean_squared_error(truth.to_numpy(dtype=float), predicted["number"].to_numpy(dtype=float)))
    classes = sorted(truth.unique())
    # A class that a tool did not see has no column.
    shares = predicted.reindex(columns=classes, fill_value=0.0).to_numpy(dtype=float)
    if problem_type == "binary":
        return float(roc_auc_score(truth == classes[1], shares[:, 1]))
    shares = np.clip(shares, 1e-15, None)
    return float(log_loss(truth, shares / shares.sum(axis=1, keepdims=True), labels=classes))


def ranks(scores, problem_type):
    """Rank the tools on a table, 1 the best; equal to five digits is equal, and who has no score comes last."""
    rounded = scores.map(lambda value: float(f"{value:.5g}"))
    worst = -np.inf if problem_type == "binary" else np.inf
    return rounded.fillna(worst).rank(ascending=problem_type != "binary", method="average")


def as_text(target):
    """Give classes the names that they have in a file."""
    return pd.Series(target).astype(str)
