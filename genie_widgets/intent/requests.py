"""What kind of thing is asked for: a linear classifier over a sentence's words and letters, trained by tests/intent/training."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

from genie_widgets.intent import phrases
from genie_widgets.intent.lexicon import lexicon, terms_of
from genie_widgets.intent.reading import Reading, read, spoken_values
from genie_widgets.intent.words import CJK, HANGUL, words_of
from genie_widgets.schema import TableProfile

N_BUCKETS = 1 << 14
# What stands for a column's name: the phrasing is learned, not the table.
COLUMN = "\ufffc"
# A column that is spoken of so surely is masked.
SPOKEN = 0.85
FORMS = ("amount", "count", "whether", "which")
CUES = ("ask", "help", "target")
_UNSPACED = re.compile(rf"[{CJK}{HANGUL}]+")
_TOKENS = re.compile(rf"{COLUMN}|[{CJK}]+|[{HANGUL}]+|\d+|[^\W\d_]+(?:[\u0900-\u0963]|[^\W\d_])*|[?？!]")


@dataclass(frozen=True)
class Classifier:
    """Weights of the classifier.

    Attributes
    ----------
    kinds : tuple of str
        ``"predict"``, ``"vague"`` and the reasons of a refusal.
    weights : array, shape (n_buckets, n_kinds)
        Of each bucket of features.
    bias : array, shape (n_kinds,)
        Of each kind.
    """

    kinds: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def probabilities(self, text: str) -> dict[str, float]:
        """Give the probability of each kind of request.

        Parameters
        ----------
        text : str
            A sentence as `masked_request` gives it.

        Returns
        -------
        dict
            Sums to 1.
        """
        buckets, values = vector(text)
        logits = values @ self.weights[buckets] + self.bias
        exp = np.exp(logits - logits.max())
        return dict(zip(self.kinds, (exp / exp.sum()).tolist(), strict=True))


@lru_cache(maxsize=1)
def classifier() -> Classifier:
    """Load the weights that the package ships."""
    with (files("genie_widgets.intent") / "model" / "requests.npz").open("rb") as file, np.load(file) as stored:
        kinds = tuple(str(stored["kinds"]).split())
        weights = stored["weights"].astype(np.float32) * stored["steps"]
        return Classifier(kinds, weights, stored["bias"].astype(np.float32))


def masked_request(text: str, profile: TableProfile, reading: Reading | None = None) -> str:
    """Put one sign in place of each column, or value, that a sentence speaks of: the phrasing is left."""
    read_ = reading or read(text, profile)
    spans = [span for places in read_.literals.values() for span in places]
    for column in profile.columns:
        spans += [(m.start, m.end) for m in read_.mentions_of(column.name)[:1] if m.score >= SPOKEN]
        spans += [(hit.start, hit.end) for hit in spoken_values(read_, column) if hit.score >= SPOKEN]
    return masked(text, spans)


def masked(text: str, named: Iterable[tuple[int, int]]) -> str:
    """Put one sign in place of each column's name."""
    made, at = [], 0
    for start, end in sorted(named):
        if start >= at:
            made += [text[at:start], f" {COLUMN} "]
            at = end
    return "".join([*made, text[at:]])


def vector(text: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Give the buckets that a sentence's features fall into, and their values."""
    small = phrases.folded(text).strip()
    found: dict[int, float] = {}
    for names in (_words(small), _letters(small), _signs(small)):
        group = list(dict.fromkeys(names))
        # Each group counts alike, however long the sentence.
        share = 1 / max(1, len(group)) ** 0.5
        for name in group:
            bucket = crc32(name.encode()) % N_BUCKETS
            found[bucket] = found.get(bucket, 0.0) + share
    return np.array(list(found), dtype=np.int64), np.array(list(found.values()), dtype=np.float32)


def _words(small: str) -> Iterator[str]:
    """Name single words and pairs, and those at both ends."""
    tokens = _TOKENS.findall(small)
    tokens = ["0" if token.isdigit() else token for token in tokens]
    yield from (f"w {token}" for token in tokens)
    ends = ["^", *tokens, "$"]
    yield from (f"p {one} {other}" for one, other in pairwise(ends))
    yield "b " + " ".join(tokens[:3])
    yield f"n {min(len(tokens), 12) // 2}"


def _letters(small: str) -> Iterator[str]:
    """Name the pieces of words: slips and endings change only some; signs of unspaced scripts are words themselves."""
    for token in _TOKENS.findall(small):
        if _UNSPACED.match(token):
            whole, lengths = token, (1, 2, 3)
        else:
            whole, lengths = f" {token} ", (3, 4, 5)
        for length in lengths:
            yield from (f"l {whole[i : i + length]}" for i in range(len(whole) - length + 1))


def _signs(small: str) -> Iterator[str]:
    """Name what the lists of phrases and the lexicon see."""
    yield "s"
    for reason in phrases.tables()["refusals"]:
        match = phrases.pattern("refusals", reason).search(small)
        if match:
            yield f"r {reason}"
            if match.start() == 0:
                yield f"r {reason} ^"
    yield from (f"f {form}" for form in FORMS if phrases.pattern("forms", form).search(small))
    yield from (f"c {cue}" for cue in CUES if phrases.pattern("cues", cue).search(small))
    known = lexicon()
    for term in terms_of(words_of(small)):
        for concept, weight in term.concepts:
            if weight >= 0.75:
                yield f"m {known.heads[concept]}"
                if concept < known.n_outcomes:
                    yield "outcome"
