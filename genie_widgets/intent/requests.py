"""What kind of thing is asked for: a linear classifier over a sentence's words, in English, trained by tests/intent/training."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from genie_widgets.intent import phrases
from genie_widgets.intent.lexicon import lexicon, terms_of
from genie_widgets.intent.linear import Classifier, Features, hashed, load, with_signs
from genie_widgets.intent.mentions import Reading
from genie_widgets.intent.reading import read, spoken_values
from genie_widgets.intent.translating import translated
from genie_widgets.intent.words import CJK, HANGUL, UNSPACED, words_of
from genie_widgets.schema import TableProfile

# What stands for a column's name: the phrasing is learned, not the table.
COLUMN = "\ufffc"
# A column that is spoken of so surely is masked.
SPOKEN = 0.85
FORMS = ("amount", "count", "whether", "which")
CUES = ("ask", "help", "target")
_TOKENS = re.compile(rf"{COLUMN}|[{CJK}]+|[{HANGUL}]+|\d+|[^\W\d_]+(?:[\u0900-\u0963]|[^\W\d_])*|[?？!]")


@lru_cache(maxsize=1)
def classifier() -> Classifier:
    """Load the weights that the package ships."""
    return load("requests", vector)


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
    return with_signs(text, ((start, end, COLUMN) for start, end in named))


def vector(text: str) -> Features:
    """Give the buckets that a sentence's features fall into, and their values: words in English, signs as it stands."""
    small, english = phrases.folded(text).strip(), phrases.folded(translated(text).text).strip()
    return hashed((_words(english), _letters(english), _signs(small)))


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
        if UNSPACED.match(token):
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
