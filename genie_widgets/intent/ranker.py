"""How probable each column is as the target: a small network over the evidence, trained by tests/intent/training."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from genie_widgets.intent.features import Evidences, Matrix

# About as many columns as the widest table that the network learned from has.
MOST_COLUMNS = 100


@dataclass(frozen=True)
class Ranker:
    """Weights of the network, one row of each array a member of the ensemble.

    Attributes
    ----------
    mean, scale : array, shape (n_features,)
        Brings the evidence to a common scale.
    hidden, hidden_bias : array, shape (n_members, n_features, n_hidden) and (n_members, n_hidden)
        First layer.
    out : array, shape (n_members, n_hidden)
        Second layer.
    straight : array, shape (n_members, n_features)
        What goes past the hidden layer.
    nothing : array, shape (n_members, n_world_features)
        How much speaks for no column at all.
    sharpness : float
        Calibrates the probabilities: logits are multiplied by it.
    """

    mean: Matrix
    scale: Matrix
    hidden: Matrix
    hidden_bias: Matrix
    out: Matrix
    straight: Matrix
    nothing: Matrix
    sharpness: float = 1.0

    def probabilities(self, evidence: Evidences) -> Matrix:
        """Give the probability of each column, and last that of none.

        Parameters
        ----------
        evidence : Evidences
            Of one sentence on one table.

        Returns
        -------
        array, shape (n_columns + 1,)
            Sums to 1; of a wide table all but the likeliest columns have 0.
        """
        x = (evidence.matrix - self.mean) / self.scale
        hidden = np.tanh(np.einsum("nf,mfh->mnh", x, self.hidden) + self.hidden_bias[:, None, :])
        scores = np.einsum("mnh,mh->mn", hidden, self.out) + np.einsum("nf,mf->mn", x, self.straight)
        none = self.nothing @ evidence.world
        # Ten thousand columns that have nothing to do with it would outweigh the one that is named.
        likely = np.sort(np.argsort(-scores.mean(axis=0), kind="stable")[:MOST_COLUMNS])
        logits = self.sharpness * np.concatenate([scores[:, likely], none[:, None]], axis=1)
        logits -= logits.max(axis=1, keepdims=True)
        exp = np.exp(logits)
        members = exp / exp.sum(axis=1, keepdims=True)
        probabilities = np.zeros(scores.shape[1] + 1)
        probabilities[[*likely, -1]] = members.mean(axis=0)
        return probabilities


@lru_cache(maxsize=1)
def ranker() -> Ranker:
    """Load the weights that the package ships."""
    with (files("genie_widgets.intent") / "model" / "ranker.npz").open("rb") as file, np.load(file) as stored:
        arrays = {name: stored[name].astype(float) for name in stored.files if name != "sharpness"}
        return Ranker(**arrays, sharpness=float(stored["sharpness"]))
