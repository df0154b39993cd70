"""What a sentence is about: the rows ("which flights ..."), and an answer's unit ("how many years ..."); neither names a column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from genie_widgets.intent import phrases
from genie_widgets.intent.lexicon import NAMED, concepts_of, lexicon
from genie_widgets.intent.mentions import Mention, Reading
from genie_widgets.intent.reading import significant_parts
from genie_widgets.intent.words import Span

# From this score on a column's own name is said whole, as it is or in another form.
OWN_NAME = 0.9
# Columns of these hold points in time, and no length of it.
_CALENDAR = frozenset(("date", "time", "month", "year", "week"))
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class AskedAbout:
    """Where a sentence names what it is about.

    Attributes
    ----------
    rows : tuple of (int, int)
        "Which flights", "quels vols": some of many are asked for, and these are the rows.
    rows_of : tuple of (int, int)
        The last word of "quelles réservations d'hôtel": even a whole name that stands there is no column's.
    units : tuple of (int, int)
        "How many years": what the answer is counted in.
    """

    rows: tuple[Span, ...]
    rows_of: tuple[Span, ...]
    units: tuple[Span, ...]

    def without(self, mentions: list[Mention], column: str) -> list[Mention]:
        """Leave out the places where a column seems to be spoken of, but what the sentence is about is.

        Parameters
        ----------
        mentions : list of Mention
            Where the column is spoken of.
        column : str
            Its name.
        """
        if not self.rows and not self.units:
            return mentions
        return [m for m in mentions if not self._names_rows(m) and not self._is_unit(m, column)]

    def _names_rows(self, mention: Mention) -> bool:
        whole = mention.literal or mention.score >= OWN_NAME
        return _within(mention, self.rows_of if whole else self.rows)

    def _is_unit(self, mention: Mention, column: str) -> bool:
        return not mention.literal and _within(mention, self.units) and _is_calendar(column)


def asked_about(reading: Reading) -> AskedAbout:
    """Find what a sentence is about."""

    def spans(name: str) -> tuple[Span, ...]:
        return tuple(match.span() for match in phrases.pattern("cues", name).finditer(reading.folded))

    owners = tuple((end - len(_WORD.findall(reading.folded[start:end])[-1]), end) for start, end in spans("rows_of"))
    return AskedAbout(spans("rows"), owners, spans("units"))


def _within(mention: Mention, spans: tuple[Span, ...]) -> bool:
    return any(start <= mention.start and mention.end <= end for start, end in spans)


@lru_cache(maxsize=5_000)
def _is_calendar(name: str) -> bool:
    """Whether a column holds a time by the calendar or the clock; "hours" and "days" are as many as they say."""
    known = lexicon()
    return not name.endswith("s") and all(
        part in ("minute", "second") or any(known.heads[c] in _CALENDAR and w >= NAMED for c, w in concepts_of(part))
        for part in significant_parts(name)
    )
