"""What a sentence wants of each column it speaks of: to leave it out, to keep to it, or neither; learned by tests/intent/training."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from genie_widgets.intent import phrases
from genie_widgets.intent.linear import Classifier, Features, hashed, load, with_signs
from genie_widgets.intent.words import CJK, HANGUL, UNSPACED, Span

ROLES = ("neither", "ignore", "features")
# What stands for the column in question, and for the others.
ME, OTHER = "\ufffc", "\ufffd"
NEAR, FAR = 3, 9
CUES = ("ignore", "ignore_after", "only", "only_after", "ignore_later", "pronoun")
_BORDER = re.compile(rf"[.;!?](?=\s|$)|[?!;.](?=[{CJK}{HANGUL}])|[。；！？।\n]|…")
_TOKENS = re.compile(rf"{ME}|{OTHER}|[{CJK}]+|[{HANGUL}]+|\d+|[^\W\d_]+(?:[\u0900-\u0963']|[^\W\d_])*|[,、:()?!-]")
# Lists are looked through: what is said of one of their columns is said of all.
_LIST = frozenset(
    f"{OTHER} , 、 and or nor & y e o u et ou ni und oder и или i the a el la los las le les der die das den o os as il lo gli".split()
)
# After a column in these languages stands what becomes of it, as a rule.
_PARTICLES = re.compile(r"^[와과랑及和与或とや、,]+$")


@lru_cache(maxsize=1)
def classifier() -> Classifier:
    """Load the weights that the package ships."""
    return load("roles", vector)


def vector(text: str, here: Span, others: list[Span]) -> Features:
    """Give the buckets that what stands around a column falls into, and their values.

    Parameters
    ----------
    text : str
        The whole request.
    here : (int, int)
        Where the column is spoken of.
    others : list of (int, int)
        Where other columns are.
    """
    return hashed(_groups(text, here, others))


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
        if UNSPACED.match(token):
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
    apart = (span for span in others if span[1] <= here[0] or span[0] >= here[1])
    masked = with_signs(small, [(*here, ME), *((*span, OTHER) for span in apart)])
    at = 0
    for border in _BORDER.finditer(masked):
        yield masked[at : border.end()]
        at = border.end()
    yield masked[at:]
