"""The likeliest columns read beside the sentence, with a small transformer: what a sum over words cannot see.

The ranker's best columns are each described in a few words. Sentence and descriptions go through the encoder, each
alone; then every piece of a description looks for the pieces of the sentence that speak of it. What that takes is
trained by `train_rereading.py`. The planner does not use it yet: see "Planning" in tests/bench/RESULTS.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from describing import described, request_read
from reader import token_states
from reader.encoder import Array

from genie_widgets.intent.features import Evidences, Matrix
from genie_widgets.schema import TableProfile

# So many columns are read again, and none.
BEST = 8
MOST_PIECES, MOST_CARD_PIECES = 44, 16
# As many ways of looking; what is nearer by so much is looked at that much more.
HEADS, KEENNESS = 4, 8.0
# Nothing that is less probable is told apart.
LEAST = 1e-5


@dataclass(frozen=True)
class Read:
    """A text as the encoder reads it.

    Attributes
    ----------
    pieces : array, shape (n_pieces, width)
        Its pieces after the last layer but one.
    whole : array, shape (width,)
        The mean after the last.
    """

    pieces: Array
    whole: Array


@dataclass(frozen=True)
class Rereading:
    """What was trained, one row of each array a member of the ensemble.

    Attributes
    ----------
    mean, scale : array, shape (n_evidence,)
        Brings the ranker's evidence to a common scale.
    centre : array, shape (width,)
        Of the pieces.
    spread : array, shape ()
        As many times the pieces are too long.
    ask, answer : array, shape (n_members, width, n_looked)
        Where a description's and the sentence's pieces meet.
    keen : array, shape (n_members, n_heads)
        How keenly each looks.
    heard, own : array, shape (n_members, width, n_looked)
        What is taken from the sentence's pieces, and from the description's.
    joined, joined_bias, of_joined, of_evidence, bias, out : array
        The network over both that scores a column.
    none, none_bias : array
        Scores that no column is meant.
    trust : array, shape (n_members, 2)
        What the ranker's own probabilities count: those of columns, that of none.
    sharpness : array, shape ()
        Calibrates the probabilities: logits are multiplied by it.
    """

    mean: Array
    scale: Array
    centre: Array
    spread: Array
    ask: Array
    answer: Array
    keen: Array
    heard: Array
    own: Array
    joined: Array
    joined_bias: Array
    of_joined: Array
    of_evidence: Array
    bias: Array
    out: Array
    none: Array
    none_bias: Array
    trust: Array
    sharpness: Array

    def probabilities(self, first: Matrix, evidence: Evidences, sentence: Read, cards: Sequence[Read]) -> Matrix:
        """Give the probability of each column that is read again, and last that of none.

        Parameters
        ----------
        first : array, shape (n_cards + 1,)
            The ranker's.
        evidence : Evidences
            What the ranker saw of these columns.
        sentence : Read
            What is asked for.
        cards : sequence of Read
            The columns' descriptions.

        Returns
        -------
        array, shape (n_cards + 1,)
            Sums to 1.
        """
        logs = np.log(first + LEAST)
        x = np.clip((evidence.matrix - self.mean) / self.scale, -5, 5)
        x = np.concatenate([x, nearness(cards, sentence, logs[:-1])], axis=1)
        asked = (sentence.pieces - self.centre) / self.spread
        told = [(card.pieces - self.centre) / self.spread for card in cards]
        total = np.zeros(len(first))
        for member in range(len(self.ask)):
            looked = self._looked(member, asked, told)
            hidden = looked @ self.of_joined[member] + x @ self.of_evidence[member] + self.bias[member]
            scores = self.trust[member, 0] * logs[:-1] + np.tanh(hidden) @ self.out[member]
            none = self.trust[member, 1] * logs[-1] + asked.mean(axis=0) @ self.none[member] + self.none_bias[member]
            total += np.append(scores, none)
        exp = np.exp(self.sharpness * (total - total.max()) / len(self.ask))
        made: Matrix = exp / exp.sum()
        return made

    def _looked(self, member: int, asked: Array, told: list[Array]) -> Array:
        """Let each description's pieces look at the sentence's; the mean over its pieces of what they find."""
        flat = np.concatenate(told)
        starts = np.cumsum([0, *map(len, told)])[:-1]
        counts = np.array([len(pieces) for pieces in told])[:, None]
        near = _by_head(flat @ self.ask[member], unit=True) @ _by_head(asked @ self.answer[member], unit=True).swapaxes(
            1, 2
        )
        exp = np.exp(KEENNESS * self.keen[member][:, None, None] * near)
        share = exp / exp.sum(axis=2, keepdims=True)
        found = (share @ _by_head(asked @ self.heard[member])).swapaxes(0, 1).reshape(len(flat), -1)
        own = np.tanh(flat @ self.own[member])
        made = np.concatenate([own, found, own * found, 3 * (share * near).sum(axis=2).T], axis=1)
        means = np.add.reduceat(made, starts, axis=0) / counts
        joined: Array = np.tanh(means @ self.joined[member] + self.joined_bias[member])
        return joined


def read_again(made_of: Rereading, text: str, profile: TableProfile, evidence: Evidences, first: Matrix) -> Matrix:
    """Read the likeliest columns beside the sentence, and give every column its probability anew.

    Parameters
    ----------
    made_of : Rereading
        What was trained.
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
    (sentence,) = _read([request_read(text, profile.name)], MOST_PIECES)
    cards = _read([described(profile.columns[i]) for i in best], MOST_CARD_PIECES)
    seen = Evidences(evidence.matrix[best], evidence.world, [])
    made = np.zeros_like(first)
    made[[*best, -1]] = made_of.probabilities(first[[*best, -1]], seen, sentence, cards)
    return made


def _read(texts: list[str], most: int) -> list[Read]:
    return [Read(states.layers[-2], states.layers[-1].mean(axis=0)) for states in token_states(texts, most=most)]


def _by_head(x: Array, *, unit: bool = False) -> Array:
    parts = x.reshape(len(x), HEADS, -1).swapaxes(0, 1)
    return parts / np.sqrt(np.square(parts).sum(axis=2, keepdims=True) + 1e-6) if unit else parts


def nearness(cards: Sequence[Read], sentence: Read, logs: Matrix) -> Matrix:
    """How near in meaning each description is to the sentence, and to the other ones; and what the ranker thinks."""
    wholes = np.stack([card.whole for card in cards])
    unit = wholes / np.linalg.norm(wholes, axis=1, keepdims=True)
    near = unit @ sentence.whole / np.linalg.norm(sentence.whole)
    like = (unit @ unit.T - 2 * np.eye(len(unit))).max(axis=1)
    parts = [6 * (near - 0.2), 8 * (near - near.mean()), 8 * (near - near.max()), 2 * like, logs / 2, logs - logs.max()]
    return np.stack(parts, axis=1)


def loaded(path: Path) -> Rereading:
    """Load what was trained."""
    with np.load(path) as stored:
        return Rereading(**{name: stored[name].astype(np.float32) for name in stored.files})
