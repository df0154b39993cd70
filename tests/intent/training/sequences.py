"""Sentences beside the likeliest columns as the joint layers read them: one row of pieces, part after part."""

import numpy as np

from genie_widgets.intent.reader.weights import weights
from genie_widgets.intent.rereading import LEAST, MOST_CARD, MOST_READ, MOST_SENTENCE, MOST_TITLE, to_read
from genie_widgets.intent.wished import IN_SENTENCE, N_WISHES

WIDTH = 384
# In training so many columns at least; and those with a wish.
COMPARED, MOST_COMPARED = 6, 9
# A sentence's pieces are part 0, the title's part 1, those of the likeliest column part 2, and so on.
PARTS = MOST_READ + 2
TOKENS_DROPPED = 0.12
# Lengths of rows of pieces; each is compiled once.
LENGTHS = (44, 64, 84, 104, 136, 192, 304)


class Pieces:
    """The pieces of all texts, each at its place, in one table: a text is the numbers of its rows there.

    Parameters
    ----------
    sentences, titles, cards : iterable of str
        As the reader is given them.

    Attributes
    ----------
    table : pair of array
        Pieces, and places.
    """

    def __init__(self, sentences, titles, cards):
        known, rows = weights().tokenizer, {}

        def numbered(texts, most):
            cut = {text: known.pieces(text, most) for text in texts}
            return {
                text: np.int32([rows.setdefault(pair, 1 + len(rows)) for pair in zip(ids, range(most), strict=False)])
                for text, ids in cut.items()
            }

        self.sentences = numbered(dict.fromkeys(sentences), MOST_SENTENCE)
        self.titles = numbered(dict.fromkeys(titles), MOST_TITLE)
        self.cards = numbered(dict.fromkeys(cards), MOST_CARD)
        # The first row is that of no piece.
        self.table = tuple(np.int32([(0, 0), *rows]).T)


def evidence_of_best(row, mean, scale):
    """The columns to be read; the evidence of each, its logarithm and how far behind the first; and that of none."""
    first = row["first"]
    chosen = to_read(first, row["wishes"])
    logs = np.log(np.float32(first[[*chosen, -1]]) + LEAST)
    x = np.clip((row["x"][chosen] - mean) / scale, -5, 5)
    ranked = np.stack([logs[:-1] / 2, logs[:-1] - logs[:-1].max()], axis=1)
    return chosen, np.float32(np.concatenate([x, ranked, row["wishes"][chosen]], axis=1)), logs


class Rows:
    """What is trained on or judged, ready to be put into batches.

    Parameters
    ----------
    rows : list of dict
        From `sentences.rows_of`, with `first`.
    pieces : Pieces
        Of their texts.
    scaling : tuple
        Mean and scale of the evidence.
    shares : sequence of float
        How many of each are taken in a pass; all, where nothing is said.
    """

    def __init__(self, rows, pieces, scaling, shares=None):
        self.rows, self.shares = rows, np.ones(len(rows)) if shares is None else np.array(shares)
        self.examples = [self._example(row, pieces, *scaling) for row in rows]

    @staticmethod
    def _example(row, pieces, mean, scale):
        best, x, logs = evidence_of_best(row, mean, scale)
        parts = [pieces.sentences[row["sentence"]], pieces.titles[row["title"]]]
        parts += [pieces.cards[row["cards"][i]] for i in best]
        wanted = np.float32([i in row["right"] for i in (*best, len(row["first"]) - 1)])
        said = [np.array([at for at in row["said"][i] if at < len(parts[0])], int) for i in best]
        return parts, x, logs, wanted, row["weight"], np.int32(row["role"])[best], row["told"], said

    def lengths(self):
        return [sum(map(len, e[0])) for e in self.examples]

    def lost_in_roles(self, p):
        """Minus the logarithm of the true roles' probabilities, of a sentence with roles that are told."""
        lost = []
        for own, (*_, role, told, _) in zip(p, self.examples, strict=True):
            if told == 1:
                lost.append(-np.log(own[np.arange(len(role)), role] + 1e-4).sum())
        return float(np.mean(lost))

    def batch(self, chosen, rng=None):
        """A batch; with `rng` of fewer columns, the right ones among them, and with some pieces left out."""
        rows = [self._seen(self.examples[i], rng) for i in chosen]
        length = next(n for n in LENGTHS if n >= max(sum(map(len, parts)) for parts, *_ in rows))
        n_evidence = rows[0][1].shape[1]
        made = {
            "pieces": np.zeros((len(rows), length), "i4"), "part": np.full((len(rows), length), -1, "i4"),
            "x": np.zeros((len(rows), MOST_READ, n_evidence), "f"),
            "logs": np.full((len(rows), MOST_READ + 1), -30, "f"),
            "wanted": np.zeros((len(rows), MOST_READ + 1), "f"), "weight": np.float32([row[4] for row in rows]),
            "role": np.zeros((len(rows), MOST_READ), "i4"), "told": np.float32([row[6] for row in rows]),
            "said": np.zeros((len(rows), MOST_READ, length), "f2"),
        }  # fmt: skip
        for b, (parts, x, logs, wanted, _, role, _, said) in enumerate(rows):
            at = 0
            for number, pieces in enumerate(parts):
                made["pieces"][b, at : at + len(pieces)] = pieces
                made["part"][b, at : at + len(pieces)] = number
                at += len(pieces)
            n = len(x)
            made["x"][b, :n], made["role"][b, :n] = x, role
            for column, places in enumerate(said):
                made["said"][b, column, places] = 1 / max(1, len(places))
            for name, told in (("logs", logs), ("wanted", wanted)):
                made[name][b, :n], made[name][b, -1] = told[:-1], told[-1]
        return made

    @staticmethod
    def _seen(example, rng):
        if rng is None:
            return example
        parts, x, logs, wanted, weight, role, told, said = example
        likely = logs[:-1] + 0.7 * rng.gumbel(size=len(x))
        # What is wished, or seems to be, is never left out; of the others the likely ones.
        certain = (wanted[:-1] > 0) | (role > 0) | x[:, -N_WISHES : IN_SENTENCE - N_WISHES].any(axis=1)
        n = min(MOST_COMPARED, max(COMPARED, int(certain.sum()) + 2))
        kept = np.lexsort((-likely, -certain.astype(float), -wanted[:-1]))[:n]
        shown = [thinning(parts[part], rng) for part in (0, 1, *(2 + kept))]
        place = np.cumsum(shown[0]) - 1
        said = [place[at[shown[0][at]]] for at in (said[i] for i in kept)]
        parts = [parts[part][own] for part, own in zip((0, 1, *(2 + kept)), shown, strict=True)]
        return parts, x[kept], logs[[*kept, -1]], wanted[[*kept, -1]], weight, role[kept], told, said


def thinning(pieces, rng):
    """Choose the pieces that stay; always the sign of the beginning."""
    kept = rng.random(len(pieces)) >= TOKENS_DROPPED
    kept[0] = True
    return kept


def requests_batch(chosen, rng=None, most=28):
    """A batch of (pieces, kind): sentences alone."""
    rows = [(pieces[thinning(pieces, rng)] if rng is not None else pieces)[:most] for pieces, _ in chosen]
    made = {
        "pieces": np.zeros((len(rows), most), "i4"), "part": np.full((len(rows), most), -1, "i4"),
        "kind": np.int32([kind for _, kind in chosen]),
    }  # fmt: skip
    for b, pieces in enumerate(rows):
        made["pieces"][b, : len(pieces)], made["part"][b, : len(pieces)] = pieces, 0
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
