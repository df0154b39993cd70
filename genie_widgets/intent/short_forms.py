"""What short forms in columns' names stand for: `model/short_forms.tsv`, and the initials of words that are said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from genie_widgets.intent import phrases
from genie_widgets.intent.words import STOP_WORDS, Word

# Parts of a name that stand for something together ("hb a 1 c").
MOST_PARTS = 4
# Two letters are the initials of many things: the words must stand side by side, and be no short ones.
LEAST_INITIALS, MOST_INITIALS, OF_A_PAIR = 2, 6, 3


@lru_cache(maxsize=1)
def short_forms() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Give the meanings of each short form, the words of each."""
    text = (files("genie_widgets.intent") / "model" / "short_forms.tsv").read_text(encoding="utf-8")
    made = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            key, _, meanings = line.partition("\t")
            made[key] = tuple(tuple(meaning.split()) for meaning in meanings.split(" / "))
    return made


def written_out(parts: Sequence[str]) -> Iterator[tuple[int, int, tuple[tuple[str, ...], ...]]]:
    """Find the short forms among a name's parts.

    Parameters
    ----------
    parts : sequence of str
        Of a name, from `name_parts`.

    Yields
    ------
    start, end : int
        Which parts are one short form.
    meanings : tuple of tuple of str
        What it stands for, the likeliest first.
    """
    known, at = short_forms(), 0
    while at < len(parts):
        for length in range(min(MOST_PARTS, len(parts) - at), 0, -1):
            key = " ".join(parts[at : at + length])
            # "order_no_2" is no gas: what a number follows stands at the beginning.
            meanings = known.get(key) if at == 0 or not (length > 1 and parts[at] == "no") else None
            if meanings:
                yield at, at + length, meanings
                at += length
                break
        else:
            at += 1


@lru_cache(maxsize=5_000)
def meanings_of(part: str) -> tuple[tuple[str, ...], ...]:
    """Give what one part of a name may stand for."""
    return short_forms().get(part, ())


def said_by_initials(part: str, text: str, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Find words whose initials are a part of a name: "speed over ground" of "sog", with or without the small words.

    Parameters
    ----------
    part : str
        Of a name.
    text : str
        A sentence.
    words : sequence of Word
        Its words.

    Yields
    ------
    start, end : int
        Where they stand.
    """
    if not (part.isascii() and part.isalpha() and LEAST_INITIALS <= len(part) <= MOST_INITIALS):
        return
    telling = [word for word in words if word.plain not in STOP_WORDS]
    if len(part) == LEAST_INITIALS:
        for one, other in pairwise(words):
            pair = (one.plain, other.plain)
            if (
                part == "".join(word[0] for word in pair)
                and all(len(word) >= OF_A_PAIR and word not in STOP_WORDS for word in pair)
                and _is_one_phrase(text[one.start : other.end])
            ):
                yield one.start, other.end
        return
    for some in (words, telling):
        initials = "".join(word.plain[0] for word in some)
        at = initials.find(part)
        while at >= 0:
            met = some[at : at + len(part)]
            if (
                _is_one_phrase(text[met[0].start : met[-1].end])
                and sum(word.plain not in STOP_WORDS for word in met) >= LEAST_INITIALS
            ):
                yield met[0].start, met[-1].end
            at = initials.find(part, at + 1)


def _is_one_phrase(text: str) -> bool:
    """Whether words name one thing: "ignoriere alle Spalten" says what to do, and is no "IAS"."""
    return not any(sign in text for sign in ",.;:?!()") and not any(
        phrases.pattern(table, name).search(text)
        for table, name in (("constraints", "ignore"), ("constraints", "only"), ("cues", "command"))
    )
