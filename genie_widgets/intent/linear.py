"""What the planner's linear classifiers share: features that fall into buckets, and probabilities of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from zlib import crc32

import numpy as np
import numpy.typing as npt

N_BUCKETS = 1 << 14
Features = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Classifier:
    """Weights of a classifier, trained by tests/intent/training.

    Attributes
    ----------
    kinds : tuple of str
        What it tells apart.
    weights : array, shape (n_buckets, n_kinds)
        Of each bucket of features.
    bias : array, shape (n_kinds,)
        Of each kind.
    features : callable
        Gives the buckets, and their values, of what it is asked about.
    """

    kinds: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    features: Callable[..., Features]

    def probabilities(self, *said: object) -> dict[str, float]:
        """Give the probability of each kind.

        Parameters
        ----------
        *said
            As `features` takes it.

        Returns
        -------
        dict
            Sums to 1.
        """
        buckets, values = self.features(*said)
        logits = values @ self.weights[buckets] + self.bias
        exp = np.exp(logits - logits.max())
        return dict(zip(self.kinds, (exp / exp.sum()).tolist(), strict=True))


def load(name: str, features: Callable[..., Features]) -> Classifier:
    """Load the weights that the package ships under a name."""
    with (files("genie_widgets.intent") / "model" / f"{name}.npz").open("rb") as file, np.load(file) as stored:
        kinds = tuple(str(stored["kinds"]).split())
        weights = stored["weights"].astype(np.float32) * stored["steps"]
        return Classifier(kinds, weights, stored["bias"].astype(np.float32), features)


def hashed(groups: Iterable[Iterable[str]]) -> Features:
    """Give the buckets that named features fall into, and their values: each group counts alike, however long it is."""
    found: dict[int, float] = {}
    for names in groups:
        group = list(dict.fromkeys(names))
        share = 1 / max(1, len(group)) ** 0.5
        for name in group:
            bucket = crc32(name.encode()) % N_BUCKETS
            found[bucket] = found.get(bucket, 0.0) + share
    return np.array(list(found), dtype=np.int64), np.array(list(found.values()), dtype=np.float32)


def with_signs(text: str, marks: Iterable[tuple[int, int, str]]) -> str:
    """Put a sign in place of each piece of a text; of those that overlap the first is taken."""
    made, at = [], 0
    for start, end, sign in sorted(marks):
        if start >= at:
            made += [text[at:start], f" {sign} "]
            at = end
    return "".join([*made, text[at:]])
