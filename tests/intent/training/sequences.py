"""Sentences beside the likeliest columns as the joint layers read them: one row of pieces, part after part."""

import numpy as np

from genie_widgets.intent.reader.states import token_states
from genie_widgets.intent.rereading import ALONE, BEST, LEAST

WIDTH = 384
COMPARED = 6
# A sentence's pieces are part 0, the title's part 1, those of the likeliest column part 2, and so on.
PARTS = BEST + 2
TOKENS_DROPPED = 0.08
# Lengths of rows of pieces; each is compiled once.
LENGTHS = (28, 44, 64, 84, 104, 136, 192)


def states_alone(texts, most):
    """The states of each text after the lower layers."""
    unique = sorted(set(texts), key=len)
    made = {}
    for start in range(0, len(unique), 512):
        chosen = unique[start : start + 512]
        for text, states in zip(chosen, token_states(chosen, depth=ALONE, most=most), strict=True):
            made[text] = np.float16(states)
    return made


def evidence_of_best(row, mean, scale):
    """The ranker's best columns; the evidence of each, its logarithm and how far behind the first; and that of none."""
    first = row["first"]
    best = np.argsort(-first[:-1], kind="stable")[:BEST]
    logs = np.log(np.float32(first[[*best, -1]]) + LEAST)
    x = np.clip((row["x"][best] - mean) / scale, -5, 5)
    x = np.concatenate([x, np.stack([logs[:-1] / 2, logs[:-1] - logs[:-1].max()], axis=1)], axis=1)
    return best, np.float32(x), logs


class Rows:
    """What is trained on or judged, ready to be put into batches.

    Parameters
    ----------
    rows : list of dict
        From `sentences.rows_of`, with `first`.
    states : dict
        From `states_alone`: of sentences, titles and cards.
    scaling : tuple
        Mean and scale of the evidence.
    """

    def __init__(self, rows, states, scaling):
        self.rows = rows
        self.examples = [self._example(row, states, *scaling) for row in rows]

    @staticmethod
    def _example(row, states, mean, scale):
        best, x, logs = evidence_of_best(row, mean, scale)
        parts = [states["sentences"][row["sentence"]], states["titles"][row["title"]]]
        parts += [states["cards"][row["cards"][i]] for i in best]
        wanted = np.float32([i in row["right"] for i in (*best, len(row["first"]) - 1)])
        return parts, x, logs, wanted, row["weight"]

    def lengths(self):
        return [sum(map(len, e[0])) for e in self.examples]

    def batch(self, chosen, rng=None):
        """A batch; with `rng` of fewer columns, the right ones among them, and with some pieces left out."""
        rows = [self._seen(self.examples[i], rng) for i in chosen]
        length = next(n for n in LENGTHS if n >= max(sum(map(len, parts)) for parts, *_ in rows))
        n_evidence = rows[0][1].shape[1]
        made = {
            "states": np.zeros((len(rows), length, WIDTH), "f2"), "part": np.full((len(rows), length), -1, "i4"),
            "x": np.zeros((len(rows), BEST, n_evidence), "f"), "logs": np.full((len(rows), BEST + 1), -30, "f"),
            "wanted": np.zeros((len(rows), BEST + 1), "f"), "weight": np.float32([row[4] for row in rows]),
        }  # fmt: skip
        for b, (parts, x, logs, wanted, _) in enumerate(rows):
            at = 0
            for number, pieces in enumerate(parts):
                made["states"][b, at : at + len(pieces)] = pieces
                made["part"][b, at : at + len(pieces)] = number
                at += len(pieces)
            n = len(x)
            made["x"][b, :n] = x
            for name, told in (("logs", logs), ("wanted", wanted)):
                made[name][b, :n], made[name][b, -1] = told[:-1], told[-1]
        return made

    @staticmethod
    def _seen(example, rng):
        if rng is None:
            return example
        parts, x, logs, wanted, weight = example
        likely = logs[:-1] + 0.7 * rng.gumbel(size=len(x))
        kept = np.lexsort((-likely, -wanted[:-1]))[:COMPARED]
        parts = [*parts[:2], *(parts[2 + i] for i in kept)]
        return [thinned(pieces, rng) for pieces in parts], x[kept], logs[[*kept, -1]], wanted[[*kept, -1]], weight


def thinned(pieces, rng):
    """Leave out some pieces; never the sign of the beginning."""
    kept = rng.random(len(pieces)) >= TOKENS_DROPPED
    kept[0] = True
    return pieces[kept]


def requests_batch(chosen, rng=None, most=28):
    """A batch of (states, kind): sentences alone."""
    rows = [(thinned(pieces, rng) if rng is not None else pieces)[:most] for pieces, _ in chosen]
    made = {
        "states": np.zeros((len(rows), most, WIDTH), "f2"), "part": np.full((len(rows), most), -1, "i4"),
        "kind": np.int32([kind for _, kind in chosen]),
    }  # fmt: skip
    for b, pieces in enumerate(rows):
        made["states"][b, : len(pieces)], made["part"][b, : len(pieces)] = pieces, 0
    return made


def in_batches(lengths, size, rng=None):
    """Numbers of rows of like length; with `rng` in a random order, and none that is not full."""
    order = np.arange(len(lengths)) if rng is None else rng.permutation(len(lengths))
    made = []
    for start in range(0, len(order), 24 * size):
        near = sorted(order[start : start + 24 * size], key=lambda i: lengths[i])
        made += [near[at : at + size] for at in range(0, len(near), size)]
    if rng is None:
        return made
    full = [chosen for chosen in made if len(chosen) == size]
    return [full[i] for i in rng.permutation(len(full))]
