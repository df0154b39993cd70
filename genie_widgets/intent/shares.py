"""Quantiles said as shares: "a price that nine sales in ten stay below", "too low only one time in twenty"."""

from __future__ import annotations

import re
from typing import NamedTuple

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "nineteen": 19, "eighty": 80, "ninety": 90, "ninety-five": 95, "twenty": 20, "hundred": 100, "a hundred": 100,
    "uno": 1, "una": 1, "nueve": 9, "diez": 10, "un": 1, "une": 1, "neuf": 9, "dix": 10, "ein": 1, "einer": 1, "eine": 1,
    "einem": 1, "neun": 9, "zehn": 10, "zwanzig": 20, "um": 1, "uma": 1, "nove": 9, "dez": 10, "dieci": 10, "vinte": 20,
    "veinte": 20, "vingt": 20, "venti": 20, "acht": 8, "vier": 4, "funf": 5, "huit": 8, "quatre": 4, "cinq": 5, "ocho": 8,
    "cuatro": 4, "cinco": 5, "otto": 8, "quattro": 4, "cinque": 5, "oito": 8, "quatro": 4,
}  # fmt: skip
_COUNT = rf"(?:\d{{1,3}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_N = rf"({_COUNT})"
# "A value that 9 of 10 ...": nothing that is counted stands between both numbers.
_THINGS = rf"(?: (?!(?:of|in|{_COUNT})\b)\w+){{0,3}}?"
_SHARE = re.compile(
    rf"(?<![\d.,])\b{_N}{_THINGS} (?:out of|in|of|von|de cada|sur|su|em cada|em|из|de)(?: every| each| jeden)? {_N}\b|"
    rf"(?<![\d.,])(\d{{1,2}}(?:\.\d)?|eighty|ninety|ninety-five) ?(?:%|percent|per cent|prozent|por ciento|pour cent|por cento|per cento)"
    rf"(?=,? (?:exceed|don.?t|keep|certain\w*|go over|(?:(?:come|lie|are|stay) )?(?:above|below|under)|(?:of|in|on) (?:the |all )?\w+|der|des|de (?:los|las)|dei|degli|delle|dos|das)\b| sure| safe| certain| sicher)"
)
_BELOW = (
    r"(?:stays?|staying|keeps?|remains?|gets?|falls?|lies?|is|are|comes? in|lands?|bleib\w*|lieg\w*|qued\w*|est\w*|rest\w*|fic\w*|rimang\w*|be)"
    r"(?: \w+){0,2}? (?:under|below|within|beneath|less than|no more than|at most|unter|darunter|debajo|por debajo|en dessous|sous|"
    r"abaixo|sotto)|(?:won.?t|doesn.?t|don.?t|do not|does not|will not|never|not|nicht|no|nao|non|ne) (?:exceed|pass|go over|top|uberschreit\w+|super\w+|depass\w+(?: pas)?|ultrapass\w+)|"
    r"falls? short of|(?:not|never|won.?t|wouldn.?t|will not|would not|don.?t|doesn.?t) (?:be )?(?:topped|passed|exceeded|surpass\w*|go beyond)|"
    r"(?:we|i|you|it)(?: \w+)? (?:keeps?|meets?|holds?)|(?:keep|stay|hold)s? (?:to|within|in|under|below)|"
    r"(?:promise|quote) and (?:keep|hold)|(?:have |has )?paid by then|(?:aus)?reich\w*|lasts?(?! longer)|"
    r"cover(?:s|ed|ing)?|suffic\w+|(?:is |are |be )?enough|high enough"
)
_ABOVE = (
    r"(?:(?:don.?t|doesn.?t|won.?t|never|not) (?:fall|drop|go|get|come)s? (?:below|under|short(?: of)?)|exceeds?|goes? over|go past|brings?(?: \w+){0,2} less|caught short|costing more than|"
    r"(?:(?:lasts?|takes?) longer|costs? more)(?: than(?=\s*(?:[.,;!?]|$)))?|"
    r"tops?|topped|beats?|go(?:es)? beyond|dearer|(?:be|are|only|come)s? short(?: (?:with|on))?|undercuts?|bake past|"
    r"go(?:es)? past|go(?:es)? above|is above|are above|is over|are over|lands? above|"
    r"too low|not enough|runs? out|uberschreit\w+|daruber|ubersteig\w+|super[ae]n?|depass\w+|ultrapass\w+)"
)
# What it is compared with is the figure itself: nothing follows, or no more than the share.
_ITSELF = rf"(?=\s*(?:$|[.,;:!?)])|\s+(?:it|this|that|them|what|in|on|for|by|only|and|or|please|{_COUNT})\b)"
_COMPARED = re.compile(rf"\b(?:(?P<below>{_BELOW})|(?P<above>{_ABOVE}))\b{_ITSELF}")
# A figure is asked for outright,
_ASKED = re.compile(
    r"\b(?:an? (?:\w+ )?(?:number|figure|value|sum|price|level|bound|time|date|speed|amount|cost|estimate|delay|strength)s?"
    r"(?: [\w-]+){0,6} (?:that|which|we|the|such|not)|"
    r"(?:that|which) (?:the |an? )?(?:\w+ )?\w+ (?:stays?|keeps?|won.?t|never)|"
    r"(?:we|you)(?:.ll|.d)? (?:stay|keep|won.?t|only|exceed only|never)|would be enough|at (?:most|worst)|worst case|"
    r"should we|budget|give me|quote|promise|i.?d (?:want|like)|(?:i|we) (?:want|need|would like|must)|so that|such that|"
    r"upper (?:end|bound|limit)|safe|need to|gib|nenn\w*|soll\w*|dame|donne\w*|dammi)\b"
)
# or what the share is of belongs to it ("the time that only one in twenty exceeds").
_OF_WHICH = re.compile(r"\b(?:that|which|do|does|den|die|das|que|qu.|che)(?: \w+)? $")
# "I need to know which one in ten exceeds it", "about 70% of people keep to it"
_TOLD = re.compile(
    r"\b(?:(?:know|predict|guess|tell|see|find|say)(?: me)? (?:which|who|whether|if)(?: \w+){0,3}?|about|around|roughly|some) $"
)
_ENDS = re.compile(r"[.,;:!?]")
# How far from the share its comparison may stand.
NEAR = 60


class Share(NamedTuple):
    """A quantile's level, and the words that say it."""

    level: float
    start: int
    end: int


def share_in(small: str) -> Share | None:
    """Find a quantile that is said as a share of the cases.

    Parameters
    ----------
    small : str
        The folded sentence.

    Returns
    -------
    Share or None
        None where a share is no more than told ("one in ten customers leaves").
    """
    asked = _ASKED.search(small) is not None
    for match in _SHARE.finditer(small):
        share = _number(match[3]) / 100 if match[3] else _number(match[1]) / max(_number(match[2]), 1)
        if not 0 < share < 1 or _TOLD.search(small, 0, match.start()):
            continue
        if not (asked or _OF_WHICH.search(small, 0, match.start())):
            continue
        low, high = max(0, match.start() - NEAR), match.end() + NEAR
        near = [
            found
            for found in _COMPARED.finditer(small, low, high)
            if not _ENDS.search(small[match.end() : found.start()] or small[found.end() : match.start()])
        ]
        if not near:
            continue
        compared = min(near, key=lambda found: min(abs(found.start() - match.end()), abs(match.start() - found.end())))
        # A price that the market undercuts is one that it stays below.
        is_below = compared["below"] or compared.group().startswith("undercut")
        level = round(share if is_below else 1 - share, 4)
        return Share(level, min(match.start(), compared.start()), max(match.end(), compared.end()))
    return None


def _number(said: str) -> float:
    return float(_WORDS.get(said, 0) or said)
