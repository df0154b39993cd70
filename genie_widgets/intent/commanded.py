"""The sentence of a request that says outright what to predict: the others tell what is known, or wonder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from genie_widgets.intent import phrases
from genie_widgets.intent.mentions import Mention, Reading
from genie_widgets.intent.reading import read
from genie_widgets.intent.words import STOP_WORDS, Span, words_of
from genie_widgets.schema import TableProfile

# So surely a column is named by a command's object.
NAMED = 0.9
_BORDER = re.compile(r"(?<=[.!?])\s+(?=\S)|(?<=[。！？।])|\n+")
_JOINED = re.compile(r"[\s:\"'`]*(?:(?:the|column|target|la|le|el|il|o|a|die|das|den|der)\s+)?[\"'`]?")
_GOES_ON = re.compile(
    r"[\"'`]?[ ]*(?!(?:with|using|from|by|based|given|without|as|because|so|please|but|ignoring|only|con|avec|sans|sin|mit|ohne|com|sem|senza)\b)[\w(]"
)
_APART = re.compile(r"[,;:，、；：]")


def says_more(text: str, named: Iterable[Span]) -> bool:
    """Whether a sentence says something besides columns' names, and that they are to be predicted.

    Parameters
    ----------
    text : str
        The sentence.
    named : iterable of (int, int)
        Where it names columns.

    Returns
    -------
    bool
        Words like "the" say nothing.
    """
    known = [match.span() for match in phrases.pattern("cues", "command").finditer(phrases.folded(text))]
    known += named
    said = [(word.start, word.end) for word in words_of(text) if word.plain not in STOP_WORDS]
    return any(not any(low <= start and end <= high for low, high in known) for start, end in said)


def commanded_column(text: str, profile: TableProfile) -> str | None:
    """Give the column whose whole name stands right behind a word such as "predict"; None where none does, or several.

    Of "predict size of the tip" the size is no more than a word.
    """
    ends = [command.end() for command in phrases.pattern("cues", "command").finditer(phrases.folded(text))]
    if not ends:
        return None
    reading = read(text, profile)
    found = {
        mention.column
        for mention in _named(reading)
        if mention.literal
        and any(_JOINED.fullmatch(reading.folded, end, mention.start) for end in ends if end <= mention.start)
        and not _GOES_ON.match(reading.folded, mention.end)
    }
    return found.pop() if len(found) == 1 else None


def without_context(text: str, profile: TableProfile) -> str:
    """Blank out what stands beside an outright command ("Does the year matter? Predict the price.").

    Parameters
    ----------
    text : str
        A request.
    profile : TableProfile
        The columns.

    Returns
    -------
    str
        The request, each character in its place; as it is where no sentence, or more than one, commands, or where the
        others name no column.
    """
    sentences = list(_sentences(text))
    if len(sentences) < 2:
        return text
    readings = [(span, read(text[slice(*span)], profile)) for span in sentences]
    naming = [(span, reading, named) for span, reading in readings if (named := _named(reading))]
    commanding = [span for span, reading, named in naming if _commands(reading, named)]
    if len(commanding) != 1 or len(naming) < 2:
        return text
    ((start, end),) = commanding
    return " " * start + text[start:end] + " " * (len(text) - end)


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for border in (*_BORDER.finditer(text), None):
        end = len(text) if border is None else border.start()
        if text[start:end].strip():
            yield start, end
        start = len(text) if border is None else border.end()


def _named(reading: Reading) -> list[Mention]:
    return [mention for mention in reading.mentions(0, len(reading.text)) if mention.score >= NAMED]


def _commands(reading: Reading, named: list[Mention]) -> bool:
    """Whether a column is named right beside a word such as "predict"."""
    content = [(word.start, word.end) for word in reading.words if word.plain not in STOP_WORDS]
    for command in phrases.pattern("cues", "command").finditer(reading.folded):
        for mention in named:
            (_, start), (end, _) = sorted((command.span(), (mention.start, mention.end)))
            between = reading.folded[start:end]
            if start > end or _APART.search(between) or phrases.pattern("cues", "help").search(between):
                continue
            if not any(start <= low and high <= end for low, high in content):
                return True
    return False
