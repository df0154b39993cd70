"""Texts as the encoder's lower layers read them: a vector of each piece."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genie_widgets.intent.reader.encoder import Array, padding
from genie_widgets.intent.reader.threads import one_thread
from genie_widgets.intent.reader.weights import weights
from genie_widgets.intent.reader.wordpiece import MOST_PIECES

# So many texts are read together; those of like length, so that little is padded.
BATCH = 32


def token_states(texts: Sequence[str], depth: int, most: int = MOST_PIECES) -> list[Array]:
    """Read texts, each alone.

    Parameters
    ----------
    texts : sequence of str
        Of any length and script.
    depth : int
        By so many layers.
    most : int
        As many pieces of each text at most.

    Returns
    -------
    list of array, shape (n_pieces, width)
        In the texts' order.
    """
    known = weights()
    cut = [known.tokenizer.pieces(text, most) for text in texts]
    made: dict[int, Array] = {}
    order = sorted(range(len(cut)), key=lambda i: len(cut[i]))
    for low in range(0, len(order), BATCH):
        chosen = order[low : low + BATCH]
        lengths = [len(cut[i]) for i in chosen]
        ids = np.zeros((len(chosen), max(lengths)), dtype=np.int64)
        for row, i in enumerate(chosen):
            ids[row, : lengths[row]] = cut[i]
        x, away = known.embedded(ids), padding(lengths)
        with one_thread():
            for layer in known.layers[:depth]:
                x = layer(x, away)
        made |= {i: np.ascontiguousarray(x[row, : lengths[row]]) for row, i in enumerate(chosen)}
    return [made[i] for i in range(len(texts))]
