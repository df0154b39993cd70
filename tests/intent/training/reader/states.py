"""Texts as the encoder reads them: a vector of each piece, and one of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reader.encoder import Array, padding
from reader.threads import one_thread
from reader.weights import weights
from reader.wordpiece import MOST_PIECES, Pieces

# So many texts are read together; those of like length, so that little is padded.
BATCH = 32


@dataclass(frozen=True)
class States:
    """A text's pieces after each layer.

    Attributes
    ----------
    spans : list of (int, int)
        Where each piece stands in the text; (0, 0) for the signs of its beginning and its end.
    layers : tuple of array, shape (n_pieces, width)
        After the embedding, the first layer, and so on.
    """

    spans: list[tuple[int, int]]
    layers: tuple[Array, ...]

    def within(self, start: int, end: int) -> list[int]:
        """Give the pieces that a place in the text touches."""
        return [i for i, (low, high) in enumerate(self.spans) if low < end and start < high]


def token_states(texts: Sequence[str], depth: int | None = None, most: int = MOST_PIECES) -> list[States]:
    """Read texts, each alone.

    Parameters
    ----------
    texts : sequence of str
        Of any length and script.
    depth : int, optional
        As many layers; all by default.
    most : int
        As many pieces of each text at most.

    Returns
    -------
    list of States
        In the texts' order.
    """
    known = weights()
    cut = [known.tokenizer.pieces(text, most) for text in texts]
    made: dict[int, States] = {}
    order = sorted(range(len(cut)), key=lambda i: len(cut[i].ids))
    for low in range(0, len(order), BATCH):
        chosen = order[low : low + BATCH]
        with one_thread():
            layers = list(_read([cut[i] for i in chosen], depth))
        for row, i in enumerate(chosen):
            made[i] = States(cut[i].spans, tuple(states[row, : len(cut[i].ids)] for states in layers))
    return [made[i] for i in range(len(texts))]


def _read(cut: list[Pieces], depth: int | None) -> Iterator[Array]:
    known, lengths = weights(), [len(pieces.ids) for pieces in cut]
    ids = np.zeros((len(cut), max(lengths)), dtype=np.int64)
    for row, pieces in enumerate(cut):
        ids[row, : len(pieces.ids)] = pieces.ids
    x, away = known.embedded(ids), padding(lengths)
    yield x
    for layer in known.layers[:depth]:
        x = layer(x, away)
        yield x


def encode(texts: Sequence[str], depth: int | None = None, most: int = MOST_PIECES) -> Array:
    """Give one vector of each text: the mean of its pieces' states after the last layer read, of length 1.

    Parameters
    ----------
    texts, depth, most
        As `token_states` takes them.

    Returns
    -------
    array, shape (n_texts, width)
        Texts that mean alike lie near each other.
    """
    read = token_states(texts, depth, most)
    if not read:
        return np.zeros((0, weights().places.shape[1]), dtype=np.float32)
    means = np.stack([states.layers[-1].mean(axis=0) for states in read])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=np.float32)
