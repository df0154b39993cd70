"""The likeliest columns read beside the sentence, by a small transformer: what a sum over words cannot see.

The ranker's best columns are each described in a few words. The reader's lower layers read the sentence, the table's
title and each description alone; its upper layers read them together, and a small head on top scores each column, and
the kind of request. Trained by tests/intent/training/train_reader.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from genie_widgets.intent.describing import described, request_read, titled
from genie_widgets.intent.features import Evidences, Matrix
from genie_widgets.intent.reader.encoder import UNHEARD, Array
from genie_widgets.intent.reader.states import token_states
from genie_widgets.intent.reader.threads import one_thread
from genie_widgets.intent.reader.weights import head_arrays, weights
from genie_widgets.schema import TableProfile

# The lower layers read every part alone.
ALONE = 3
# So many columns are read again, and none.
BEST = 8
MOST_SENTENCE, MOST_TITLE, MOST_CARD = 44, 10, 16
# Nothing that is less probable is told apart.
LEAST = 1e-5
# Parts whose states are kept: a table's columns are read for every sentence about it.
KEPT_PARTS = 400


@dataclass(frozen=True)
class Head:
    """What stands on the upper layers.

    Attributes
    ----------
    mean, scale : array, shape (n_evidence,)
        Brings the ranker's evidence to a common scale.
    types : array, shape (3, width)
        Added to the pieces of the sentence, of the title, of a column.
    told : array, shape (n_evidence + 2, width)
        Adds to a column's pieces what the ranker saw of it.
    of_card, of_nearness, of_evidence, bias, out : array
        The small network that scores a column.
    none_title, none_sentence, none_bias : array
        Scores that no column is meant.
    trust : array, shape (2,)
        What the ranker's own probabilities count: those of columns, that of none.
    kinds, kinds_bias : array
        Scores the kinds of request.
    kind_names : tuple of str
        Their names.
    sharpness : float
        Calibrates the columns' probabilities: logits are multiplied by it.
    """

    mean: Array
    scale: Array
    types: Array
    told: Array
    of_card: Array
    of_nearness: Array
    of_evidence: Array
    bias: Array
    out: Array
    none_title: Array
    none_sentence: Array
    none_bias: Array
    trust: Array
    kinds: Array
    kinds_bias: Array
    kind_names: tuple[str, ...] = field(default=())
    sharpness: float = 1.0


def read_again(text: str, profile: TableProfile, evidence: Evidences, first: Matrix) -> Matrix:
    """Read the likeliest columns beside the sentence, and give every column its probability anew.

    Parameters
    ----------
    text : str
        The sentence without its constraints.
    profile : TableProfile
        The columns.
    evidence : Evidences
        What the ranker saw.
    first : array, shape (n_columns + 1,)
        The ranker's probabilities; the last is that of none.

    Returns
    -------
    array, shape (n_columns + 1,)
        Sums to 1; of the columns that are not read again each has 0.
    """
    best = np.argsort(-first[:-1], kind="stable")[:BEST]
    cards = [described(profile.columns[i]) for i in best]
    parts = [*_alone([request_read(text)], MOST_SENTENCE), *_alone([titled(profile.name)], MOST_TITLE)]
    parts += _alone(cards, MOST_CARD)
    made = np.zeros_like(first)
    made[[*best, -1]] = probabilities(parts, evidence.matrix[best], first[[*best, -1]])
    return made


def kinds_of_request(text: str) -> dict[str, float]:
    """Give the probability of each kind of request, by the sentence alone.

    Parameters
    ----------
    text : str
        The sentence without its constraints.

    Returns
    -------
    dict
        Sums to 1.
    """
    made = head()
    whole = _together(_alone([request_read(text)], MOST_SENTENCE), made.types[:1])[0]
    scores = _softmax(whole @ made.kinds + made.kinds_bias)
    return dict(zip(made.kind_names, scores.tolist(), strict=True))


def probabilities(parts: Sequence[Array], evidence: Matrix, first: Matrix) -> Matrix:
    """Give the probability of each column that is read again, and last that of none.

    Parameters
    ----------
    parts : sequence of array
        The lower layers' states of the sentence, the title and each column.
    evidence : array, shape (n_columns, n_evidence)
        What the ranker saw of them.
    first : array, shape (n_columns + 1,)
        The ranker's probabilities.

    Returns
    -------
    array, shape (n_columns + 1,)
        Sums to 1.
    """
    made = head()
    logs = np.log(first.astype(np.float32) + np.float32(LEAST))
    x = np.clip((evidence.astype(np.float32) - made.mean) / made.scale, -5, 5)
    x = np.concatenate([x, np.stack([logs[:-1] / 2, logs[:-1] - logs[:-1].max()], axis=1)], axis=1)
    whole = _together(parts, np.concatenate([made.types[:2], made.types[2] + x @ made.told]))
    hidden = whole[2:] @ made.of_card + _nearness(whole) @ made.of_nearness + x @ made.of_evidence + made.bias
    scores = made.trust[0] * logs[:-1] + np.tanh(hidden) @ made.out
    none = whole[1] @ made.none_title + whole[0] @ made.none_sentence + made.none_bias + made.trust[1] * logs[-1]
    return _softmax(made.sharpness * np.append(scores, none))


@lru_cache(maxsize=1)
def head() -> Head:
    """Load the head that the package ships."""
    stored = head_arrays()
    names = tuple(str(stored.pop("kind_names")).split())
    sharpness = float(stored.pop("sharpness"))
    arrays = {name: array.astype(np.float32) for name, array in stored.items()}
    return Head(**arrays, kind_names=names, sharpness=sharpness)


_KEPT: dict[tuple[str, int], Array] = {}


def _alone(texts: list[str], most: int) -> list[Array]:
    """Give each text's states after the lower layers."""
    found = {text: states for text in texts if (states := _KEPT.get((text, most))) is not None}
    missing = list(dict.fromkeys(text for text in texts if text not in found))
    found |= zip(missing, token_states(missing, ALONE, most), strict=True)
    if len(_KEPT) + len(missing) > KEPT_PARTS:
        _KEPT.clear()
    _KEPT.update({(text, most): found[text] for text in missing})
    return [found[text] for text in texts]


def _together(parts: Sequence[Array], added: Array) -> Array:
    """Let all parts read the sentence and each other, and the sentence itself; the mean of each part's pieces."""
    counts = np.array([len(pieces) for pieces in parts])
    part = np.repeat(np.arange(len(parts)), counts)
    x = (np.concatenate(parts) + added[part])[None]
    away = np.where((part[:, None] == 0) & (part[None, :] > 0), UNHEARD, np.float32(0))[None, None]
    with one_thread():
        for layer in weights().layers[ALONE:]:
            x = layer(x, away)
    sums = np.add.reduceat(x[0], np.cumsum([0, *counts[:-1]]), axis=0)
    return np.asarray(sums / counts[:, None], dtype=np.float32)


def _nearness(whole: Array) -> Array:
    """How near in meaning each column is to the sentence, and how much less than the mean and the nearest."""
    unit = whole / np.sqrt(np.square(whole).sum(axis=1, keepdims=True) + np.float32(1e-6))
    near = unit[2:] @ unit[0]
    parts = [6 * (near - 0.2), 8 * (near - near.mean()), 8 * (near - near.max())]
    return np.asarray(np.stack(parts, axis=1), dtype=np.float32)


def _softmax(scores: npt.NDArray[np.floating]) -> Matrix:
    exp = np.exp(scores.astype(float) - scores.max())
    made: Matrix = exp / exp.sum()
    return made
