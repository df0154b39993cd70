"""The likeliest columns read beside the sentence, by a small transformer: what a sum over words cannot see.

The ranker's best columns, and those that the sentence speaks of, are each described in a few words. The reader's lower
layers read the sentence, the table's title and each description alone; its upper layers read them together, and a small
head on top scores each column as the target, what is wished of it beside that, and the kind of request.
Trained by tests/intent/training/train_reader.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.describing import described, request_read, titled
from genie_widgets.intent.features import Evidences, Matrix
from genie_widgets.intent.glossing import english_names
from genie_widgets.intent.reader.encoder import UNHEARD, Array
from genie_widgets.intent.reader.states import token_states
from genie_widgets.intent.reader.threads import one_thread
from genie_widgets.intent.reader.weights import head_arrays, weights
from genie_widgets.intent.roles import ROLES
from genie_widgets.intent.translating import translated
from genie_widgets.intent.wished import IN_SENTENCE, NEITHER
from genie_widgets.schema import TableProfile

# The lower layers read every part alone.
ALONE = 3
# Read again are the likeliest columns: those a hundredth as probable as the first, but so many at least and at most;
# and with those that the sentence speaks of so many.
NEGLIGIBLE, LEAST_BEST, MOST_BEST, MOST_READ = 0.01, 5, 12, 14
MOST_SENTENCE, MOST_TITLE, MOST_CARD = 64, 10, 16
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
    told : array, shape (n_evidence + 2 + N_WISHES, width)
        Adds to a column's pieces what the ranker saw of it, and what speaks for a wish.
    of_card, of_nearness, of_evidence, bias, out : array
        The small network that scores a column.
    none_title, none_sentence, none_bias : array
        Scores that no column is meant.
    trust : array, shape (2,)
        What the ranker's own probabilities count: those of columns, that of none.
    role_said, role_card, role_evidence, role_bias, role_out, role_straight, role_out_bias : array
        The small network that scores what is wished of a column, by the sentence's pieces that speak of it, by its
        own, and by what speaks for a wish, which also goes past its hidden layer.
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
    role_said: Array
    role_card: Array
    role_evidence: Array
    role_bias: Array
    role_out: Array
    role_straight: Array
    role_out_bias: Array
    kinds: Array
    kinds_bias: Array
    kind_names: tuple[str, ...] = field(default=())
    sharpness: float = 1.0


@dataclass(frozen=True)
class Rereading:
    """What was read.

    Attributes
    ----------
    columns : array, shape (n_columns + 1,)
        The probability of each column as the target, and last that of none; sums to 1, of those not read each has 0.
    roles : array, shape (n_columns, 3)
        The probability of each of `ROLES`; of those not read that of no wish is 1.
    read : list of int
        Which columns were read.
    kinds : dict
        The probability of each kind of request, by the sentence alone.
    """

    columns: Matrix
    roles: Matrix
    read: list[int]
    kinds: dict[str, float]


def read_again(
    asked: Constraints, profile: TableProfile, evidence: Evidences, first: Matrix, wishes: Matrix
) -> Rereading:
    """Read the likeliest columns, and those that are spoken of, beside the sentence.

    Parameters
    ----------
    asked : Constraints
        The sentence, and where it speaks of columns.
    profile : TableProfile
        The columns.
    evidence : Evidences
        What the ranker saw.
    first : array, shape (n_columns + 1,)
        The ranker's probabilities; the last is that of none.
    wishes : array, shape (n_columns, N_WISHES)
        From `wishes_of`.

    Returns
    -------
    Rereading
        Of every column.
    """
    chosen = to_read(first, wishes)
    cards = [described(profile.columns[i]) for i in chosen]
    parts = [
        *_alone([request_read(asked.whole, profile.column_names)], MOST_SENTENCE),
        *_alone([titled(profile.name)], MOST_TITLE),
    ]
    parts += _alone(cards, MOST_CARD)
    places = said_at(asked, profile)
    columns, roles = np.zeros_like(first), np.zeros((len(first) - 1, len(ROLES)))
    roles[:, NEITHER] = 1.0
    made = head()
    columns[[*chosen, -1]], roles[chosen], kinds = probabilities(
        parts, evidence.matrix[chosen], first[[*chosen, -1]], wishes[chosen], [places[i] for i in chosen]
    )
    return Rereading(columns, roles, chosen, dict(zip(made.kind_names, kinds.tolist(), strict=True)))


def to_read(first: Matrix, wishes: Matrix) -> list[int]:
    """Choose the columns to be read: the likeliest, and those that are spoken of, the likeliest first."""
    order = np.argsort(-first[:-1], kind="stable").tolist()
    n_likely = int((first[:-1] >= NEGLIGIBLE * first[:-1].max(initial=0.0)).sum())
    best = min(max(n_likely, LEAST_BEST), MOST_BEST)
    spoken = [i for i in order[best:] if wishes[i, :IN_SENTENCE].any()]
    return [*order[:best], *spoken][:MOST_READ]


def said_at(asked: Constraints, profile: TableProfile) -> list[list[int]]:
    """Find the sentence's pieces that speak of each column.

    Parameters
    ----------
    asked : Constraints
        The sentence, and where it speaks of columns.
    profile : TableProfile
        The columns.

    Returns
    -------
    list of list of int
        Of each column the numbers of the pieces, as `request_read` gives the sentence to the reader.
    """
    found: dict[str, list[int]] = {}
    made = translated(asked.whole, english_names(profile.column_names))
    # The blanks in front are not read.
    ahead = len(made.text) - len(made.text.lstrip())
    cut = weights().tokenizer.pieces
    last = len(cut(made.text.strip(), MOST_SENTENCE)) - 1
    for unit, columns in asked.units:
        # Pieces up to a place, without the sign of the end.
        low, high = (len(cut(made.text[ahead:place], MOST_SENTENCE)) - 1 for place in made.span(*unit))
        for name in columns:
            found.setdefault(name, []).extend(range(low, min(max(low + 1, high), last)))
    return [found.get(name, []) for name in profile.column_names]


def kinds_of_request(text: str, names: tuple[str, ...] = ()) -> dict[str, float]:
    """Give the probability of each kind of request, by the sentence alone.

    Parameters
    ----------
    text : str
        The sentence.
    names : tuple of str
        The table's columns.

    Returns
    -------
    dict
        Sums to 1.
    """
    made = head()
    whole = _together(_alone([request_read(text, names)], MOST_SENTENCE), made.types[:1])[1][0]
    scores = _softmax(whole @ made.kinds + made.kinds_bias)
    return dict(zip(made.kind_names, scores.tolist(), strict=True))


def probabilities(
    parts: Sequence[Array], evidence: Matrix, first: Matrix, wishes: Matrix, places: Sequence[Sequence[int]]
) -> tuple[Matrix, Matrix, Matrix]:
    """Give the probability of each column that is read and of none, of its roles, and of the kinds of request.

    Parameters
    ----------
    parts : sequence of array
        The lower layers' states of the sentence, the title and each column.
    evidence : array, shape (n_columns, n_evidence)
        What the ranker saw of them.
    first : array, shape (n_columns + 1,)
        The ranker's probabilities.
    wishes : array, shape (n_columns, N_WISHES)
        What speaks for a wish.
    places : sequence of sequence of int
        The sentence's pieces that speak of each column.

    Returns
    -------
    columns : array, shape (n_columns + 1,)
        Sums to 1.
    roles : array, shape (n_columns, 3)
        Each row sums to 1.
    kinds : array, shape (n_kinds,)
        Sums to 1.
    """
    made = head()
    logs = np.log(first.astype(np.float32) + np.float32(LEAST))
    x = np.clip((evidence.astype(np.float32) - made.mean) / made.scale, -5, 5)
    ranked = np.stack([logs[:-1] / 2, logs[:-1] - logs[:-1].max()], axis=1)
    x = np.concatenate([x, ranked, wishes.astype(np.float32)], axis=1)
    pieces, whole = _together(parts, np.concatenate([made.types[:2], made.types[2] + x @ made.told]))
    said = np.stack([pieces[at].mean(axis=0) if at else np.zeros_like(pieces[0]) for at in map(list, places)])
    hidden = whole[2:] @ made.of_card + _nearness(whole) @ made.of_nearness + x @ made.of_evidence + made.bias
    scores = made.trust[0] * logs[:-1] + np.tanh(hidden) @ made.out
    none = whole[1] @ made.none_title + whole[0] @ made.none_sentence + made.none_bias + made.trust[1] * logs[-1]
    hidden = np.tanh(said @ made.role_said + whole[2:] @ made.role_card + x @ made.role_evidence + made.role_bias)
    roles = hidden @ made.role_out + wishes.astype(np.float32) @ made.role_straight + made.role_out_bias
    return (
        _softmax(made.sharpness * np.append(scores, none)),
        _softmax(roles),
        _softmax(whole[0] @ made.kinds + made.kinds_bias),
    )


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


def _together(parts: Sequence[Array], added: Array) -> tuple[Array, Array]:
    """Let all parts read the sentence and each other, and the sentence itself; all pieces, and each part's mean."""
    counts = np.array([len(pieces) for pieces in parts])
    part = np.repeat(np.arange(len(parts)), counts)
    x = (np.concatenate(parts) + added[part])[None]
    away = np.where((part[:, None] == 0) & (part[None, :] > 0), UNHEARD, np.float32(0))[None, None]
    with one_thread():
        for layer in weights().layers[ALONE:]:
            x = layer(x, away)
    sums = np.add.reduceat(x[0], np.cumsum([0, *counts[:-1]]), axis=0)
    return x[0], np.asarray(sums / counts[:, None], dtype=np.float32)


def _nearness(whole: Array) -> Array:
    """How near in meaning each column is to the sentence, and how much less than the mean and the nearest."""
    unit = whole / np.sqrt(np.square(whole).sum(axis=1, keepdims=True) + np.float32(1e-6))
    near = unit[2:] @ unit[0]
    parts = [6 * (near - 0.2), 8 * (near - near.mean()), 8 * (near - near.max())]
    return np.asarray(np.stack(parts, axis=1), dtype=np.float32)


def _softmax(scores: npt.NDArray[np.floating]) -> Matrix:
    exp = np.exp(scores.astype(float) - scores.max(axis=-1, keepdims=True))
    made: Matrix = exp / exp.sum(axis=-1, keepdims=True)
    return made
