"""What a sentence wants of each column it speaks of: to leave it out, to keep to it, or neither; learned by tests/intent/training."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

from genie_widgets.intent import phrases
from genie_widgets.intent.words import CJK, HANGUL

N_BUCKETS = 1 << 14
ROLES = ("neither", "ignore", "features")
# What stands for the column in question, and for the others.
ME, OTHER = "\ufffc", "\ufffd"
NEAR, FAR = 3, 9
CUES = ("ignore", "ignore_after", "only", "only_after", "ignore_later", "pronoun")
Span = tuple[int, int]
_BORDER = re.compile(rf"[.;!?](?=\s|$)|[?!;.](?=[{CJK}{HANGUL}])|[。；！？।\n]|…")
_TOKENS = re.compile(rf"{ME}|{OTHER}|[{CJK}]+|[{HANGUL}]+|\d+|[^\W\d_]+(?:[\u0900-\u0963']|[^\W\d_])*|[,、:()?!-]")
# Lists are looked through: what is said of one of their columns is said of all.
_LIST = frozenset(
    f"{OTHER} , 、 and or nor & y e o u et ou ni und oder и или i the a el la los las le les der die das den o os as il lo gli".split()
)
_UNSPACED = re.compile(rf"[{CJK}{HANGUL}]")
# After a column in these languages stands what becomes of it, as a rule.
_PARTICLES = re.compile(r"^[와과랑及和与或とや、,]+$")


@dataclass(frozen=True)
class Classifier:
    """Weights of the classifier.

    Attributes
    ----------
    weights : array, shape (n_buckets, n_roles)
        Of each bucket of features, the roles as in `ROLES`.
    bias : array, shape (n_roles,)
        Of each role.
    """

    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def probabilities(self, text: str, here: Span, others: list[Span]) -> dict[str, float]:
        """Give the probability of each role of the column that stands `here`.

        Parameters
        ----------
        text : str
            The whole request.
        here : (int, int)
            Where the column is spoken of.
        others : list of (int, int)
            Where other columns are.

        Returns
        -------
        dict
            Sums to 1.
        """
        buckets, values = vector(text, here, others)
        logits = values @ self.weights[buckets] + self.bias
        exp = np.exp(logits - logits.max())
        return dict(zip(ROLES, (exp / exp.sum()).tolist(), strict=True))


@lru_cache(maxsize=1)
def classifier() -> Classifier:
    """Load the weights that the package ships."""
    with (files("genie_widgets.intent") / "model" / "roles.npz").open("rb") as file, np.load(file) as stored:
        weights = stored["weights"].astype(np.float32) * stored["steps"]
        return Classifier(weights, stored["bias"].astype(np.float32))


def vector(text: str, here: Span, others: list[Span]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Give the buckets that what stands around a column falls into, and their values."""
    found: dict[int, float] = {}
    for names in _groups(text, here, others):
        group = list(dict.fromkeys(names))
        share = 1 / max(1, len(group)) ** 0.5
        for name in group:
            bucket = crc32(name.encode()) % N_BUCKETS
            found[bucket] = found.get(bucket, 0.0) + share
    return np.array(list(found), dtype=np.int64), np.array(list(found.values()), dtype=np.float32)


def _groups(text: str, here: Span, others: list[Span]) -> Iterator[Iterator[str]]:
    small = phrases.folded(text)
    sentences = list(_sentences(small, here, others))
    at = next(i for i, sentence in enumerate(sentences) if ME in sentence)
    tokens = _TOKENS.findall(sentences[at])
    place = tokens.index(ME)
    before = [t for t in tokens[:place] if t not in _LIST]
    after = [t for t in tokens[place + 1 :] if t not in _LIST and not _PARTICLES.match(t)]
    yield _side("b", before[::-1])
    yield _side("a", after)
    yield (f"s {token}" for token in tokens if token not in _LIST)
    behind = sentences[at + 1] if at + 1 < len(sentences) else ""
    ahead = sentences[at - 1] if at else ""
    yield (f"n {token}" for token in ([] if OTHER in behind else _TOKENS.findall(behind)))
    yield (f"p {token}" for token in ([] if OTHER in ahead else _TOKENS.findall(ahead)))
    yield _signs(sentences[at], behind, at)


def _side(side: str, tokens: list[str]) -> Iterator[str]:
    """Name what stands on one side of the column, nearest first."""
    yield side
    yield from (f"{side}{i} {token}" for i, token in enumerate(tokens[:NEAR]))
    near = tokens[:FAR]
    yield from (f"{side} {token}" for token in near)
    yield from (f"{side} {one} {other}" for one, other in pairwise(["^", *near]))
    for token in near:
        if _UNSPACED.match(token):
            # The nearest signs of a run without blanks say most.
            close = token[-8:] if side == "b" else token[:12]
            for length in (1, 2, 3, 4):
                yield from (f"{side}l {close[i : i + length]}" for i in range(len(close) - length + 1))
        else:
            whole = f" {token} "
            for length in (4, 5):
                yield from (f"{side}l {whole[i : i + length]}" for i in range(len(whole) - length + 1))


def _signs(sentence: str, behind: str, at: int) -> Iterator[str]:
    """Name what the lists of phrases see, and where."""
    yield "z"
    yield f"at {min(at, 2)}"
    yield f"others {min(sentence.count(OTHER), 4)}"
    me = sentence.index(ME)
    for cue in CUES:
        places = [match.start() for match in phrases.pattern("constraints", cue).finditer(sentence)]
        if any(place < me for place in places):
            yield f"cue before {cue}"
        if any(place > me for place in places):
            yield f"cue after {cue}"
        if phrases.pattern("constraints", cue).search(behind):
            yield f"cue behind {cue}"
    for cue in ("ask", "help", "target"):
        for match in phrases.pattern("cues", cue).finditer(sentence):
            yield f"{cue} {'before' if match.start() < me else 'after'}"


def _sentences(small: str, here: Span, others: list[Span]) -> Iterator[str]:
    """Split at borders that stand in no name, with signs in the names' places."""
    marks = sorted([(*here, ME), *((*span, OTHER) for span in others if span[1] <= here[0] or span[0] >= here[1])])
    made, at = [], 0
    for start, end, sign in marks:
        if start >= at:
            made += [small[at:start], f" {sign} "]
            at = end
    masked = "".join([*made, small[at:]])
    at = 0
    for border in _BORDER.finditer(masked):
        yield masked[at : border.end()]
        at = border.end()
    yield masked[at:]
