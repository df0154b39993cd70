"""What a sentence asks besides the target: columns to leave out, time, metric, quality, quantiles, validation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from genie_widgets.intent import phrases
from genie_widgets.intent.mentions import Mention, mentions
from genie_widgets.intent.words import plain
from genie_widgets.schema import Evidence, TableProfile
from genie_widgets.schema.plan import Validation

LEFT_OUT, USED_ONLY = 0.5, 0.5
# Longer than any time limit can be: whatever is asked beyond it is refused by the checks alike.
MAX_SECONDS = 10**9
_NUMBER = r"\d+(?:\.\d+)?"
# A separator is no part of a number, so that a list is read in one way only, and in little time.
_SEPARATOR = r"(?:[\s,/&%]|th\b|and\b)+"
_NUMBERS = rf"{_NUMBER}(?:{_SEPARATOR}{_NUMBER})*"
_NUMBER_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10}
_NUMBER_WORDS |= {"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60, "fünf": 5, "cinq": 5, "cinco": 5}
_NUMBER_WORDS |= {"dos": 2, "deux": 2, "zwei": 2, "due": 2, "dix": 10, "diez": 10, "zehn": 10, "cinque": 5}


@dataclass
class Constraints:
    """What was asked, each with the words that ask it; `rest` is the sentence without those words."""

    rest: str
    ignore: list[str] = field(default_factory=list)
    features: list[str] = field(default_factory=list)
    time_limit_s: int | None = None
    metric: str | None = None
    quality: str | None = None
    quantile_levels: tuple[float, ...] = ()
    validation: Validation | None = None
    evidence: list[Evidence] = field(default_factory=list)


def find_constraints(prompt: str, profile: TableProfile) -> Constraints:
    """Find what a sentence asks besides its target.

    Parameters
    ----------
    prompt : str
        The sentence.
    profile : TableProfile
        The columns it may speak of.

    Returns
    -------
    Constraints
        With the evidence for each; the words used are blanked out in `rest`.
    """
    found = Constraints(rest=prompt)
    _columns(found, phrases.ONLY, profile, found.features, "features", USED_ONLY)
    _columns(found, phrases.IGNORE, profile, found.ignore, "ignore", LEFT_OUT)
    _time(found)
    _metric(found)
    _quality(found)
    _quantiles(found)
    _validation(found, profile)
    return found


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _columns(
    found: Constraints, opening: str, profile: TableProfile, into: list[str], name: str, needed: float
) -> None:
    read_to = 0
    for match in re.finditer(rf"(?<!\w)(?:{opening})(?!\w)", found.rest, re.IGNORECASE):
        if match.start() < read_to:
            continue  # a second opening in a clause that is already read
        tail = found.rest[match.end() :]
        stop = phrases.CLAUSE_END.search(tail)
        clause = tail[: stop.start()] if stop else tail
        read_to = match.end() + len(clause)
        named = _pieces(clause, profile, needed)
        if not named:
            continue
        into.extend(column for column in named if column not in into)
        end = match.end() + len(clause)
        quote = found.rest[match.start() : end].strip(" ,")
        found.evidence.append(Evidence(field=name, value=", ".join(named), source="prompt", quote=quote))
        found.rest = _blank(found.rest, match.start(), end)


def _pieces(clause: str, profile: TableProfile, needed: float) -> list[str]:
    """Read a list ("the id, zip and both names"): each piece may name several columns, but rarely does."""
    named: list[str] = []
    whole = [m for m in mentions(clause, profile) if m.score >= 1.0]
    for mention in whole:
        clause = _blank(clause, mention.start, mention.end) if _standing(clause, mention) else clause
        named.append(mention.column)
    for piece in re.split(r",|/|&|\band\b|\bor\b|\by\b|\bet\b|\bund\b|\be\b|\bthe\b|、|和|と", clause):
        if not piece.strip():
            continue
        near = [m for m in mentions(piece, profile) if m.score >= needed and m.column not in named]
        if not near:
            continue
        every = re.search(r"\b(?:all|any|both|every|columns|fields|ones)\b|s\b", piece, re.IGNORECASE)
        best = near[0].score
        alike = [mention.column for mention in near if mention.score >= best - 0.15]
        named.extend(alike if every else alike[:1])
    return [column.name for column in profile.columns if column.name in named]


def _standing(clause: str, mention: Mention) -> bool:
    return bool(clause[mention.start : mention.end].strip())


def _time(found: Constraints) -> None:
    text = plain(found.rest) if len(plain(found.rest)) == len(found.rest) else found.rest.lower()
    clock = re.search(r"(?<![\w.^])(\d{1,3}) ?h ?([0-5]\d)(?!\w)", text)
    if clock:
        _set_time(found, 3600 * int(clock[1]) + 60 * int(clock[2]), clock.start(), clock.end())
        return
    for pattern, seconds in phrases.TIME_WORDS:
        match = re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text)
        if match:
            more, end = _smaller_units(text, match.end(), seconds)
            _set_time(found, seconds + more, match.start(), end)
            return
    # "5s" is five seconds, but "as" is no "a s".
    number = rf"(-?\d+(?:[.,]\d+)?|(?:{'|'.join(map(re.escape, _NUMBER_WORDS))})(?=[\s-]))"
    for pattern, unit in phrases.TIME_UNITS:
        match = re.search(rf"(?<![\w.^]){number}[\s-]*(?:{pattern})(?![a-z0-9])", text)
        if match:
            said = match.group(1)
            amount = _NUMBER_WORDS[said] if said in _NUMBER_WORDS else float(said.replace(",", "."))
            more, end = _smaller_units(text, match.end(), unit)
            _set_time(found, round(min(amount * unit, MAX_SECONDS)) + more, match.start(), end)
            return


def _smaller_units(text: str, start: int, unit: int) -> tuple[int, int]:
    """Read on after "1 hour": the seconds of "and 30 minutes", and where they end."""
    seconds, end = 0, start
    for pattern, smaller in phrases.TIME_UNITS:
        more = re.compile(rf"[\s,]*(?:(?:and|und|et|y|e)\s+)?(\d{{1,4}})[\s-]*(?:{pattern})(?![a-z0-9])").match(
            text, end
        )
        if smaller < unit and more:
            seconds, end = seconds + int(more[1]) * smaller, more.end()
    return seconds, end


def _set_time(found: Constraints, seconds: int, start: int, end: int) -> None:
    quote = found.rest[start:end]
    found.time_limit_s = seconds
    found.evidence.append(Evidence(field="time_limit_s", value=str(seconds), source="prompt", quote=quote))
    found.rest = _blank(found.rest, start, end)


def _metric(found: Constraints) -> None:
    for pattern, metric in phrases.METRICS:
        match = re.search(pattern, found.rest, re.IGNORECASE)
        if match:
            found.metric = metric
            found.evidence.append(Evidence(field="metric", value=metric, source="prompt", quote=match.group()))
            found.rest = _blank(found.rest, match.start(), match.end())
            return


def _quality(found: Constraints) -> None:
    for pattern, quality in ((phrases.BEST, "best"), (phrases.FAST, "fast")):
        match = re.search(pattern, found.rest, re.IGNORECASE)
        if match:
            found.quality = quality
            found.evidence.append(Evidence(field="quality", value=quality, source="prompt", quote=match.group()))
            found.rest = _blank(found.rest, match.start(), match.end())
            return


def _quantiles(found: Constraints) -> None:
    match = re.search(phrases.QUANTILES, found.rest, re.IGNORECASE)
    if match is None:
        return
    before = re.search(rf"(?<![\d.]){_NUMBERS}(?:{_SEPARATOR})?\Z", found.rest[: match.start()], re.IGNORECASE)
    after = re.compile(rf"\s*(?:of|at)?\s*{_NUMBERS}(?:\s*%)?", re.IGNORECASE).match(found.rest, match.end())
    start, end = before.start() if before else match.start(), after.end() if after else match.end()
    said = found.rest[start:end]
    numbers = [float(n) for n in re.findall(_NUMBER, said)]
    levels = sorted({n / 100 if n >= 1 else n for n in numbers if 0 < n < 100})
    if len(levels) == 1 and "interval" in said.lower():
        spare = (1 - levels[0]) / 2
        levels = [round(spare, 4), 0.5, round(1 - spare, 4)]
    found.quantile_levels = tuple(levels) or (0.1, 0.5, 0.9)
    words = ", ".join(str(level) for level in found.quantile_levels)
    found.evidence.append(Evidence(field="quantile_levels", value=words, source="prompt", quote=said.strip()))
    found.rest = _blank(found.rest, start, end)


def _validation(found: Constraints, profile: TableProfile) -> None:
    patterns = (
        (
            "time",
            r"(?:split|validate|test|score)\w* (?:by|on|over) (?:the )?(?:time|date|day|week|month|year|latest|newest)\w*(?: [\w ]+)?",
        ),
        (
            "group",
            r"(?:split|validate|group|score)\w* by (?:the )?([\w ]+)|don'?t mix (?:the )?([\w ]+)|same [\w ]+ (?:in|on) both",
        ),
    )
    for kind, pattern in patterns:
        match = re.search(pattern, found.rest, re.IGNORECASE)
        if match is None:
            continue
        named = [m.column for m in mentions(match.group(), profile) if m.score >= LEFT_OUT]
        if kind == "time":
            named = [c for c in named if profile.column(c).kind in ("date", "integer")]
            named = named or [c.name for c in profile.columns if c.kind == "date"]
        if not named:
            continue
        found.validation = Validation.model_validate({"kind": kind, "column": named[0]})
        found.evidence.append(
            Evidence(field="validation", value=f"{kind} by {named[0]}", source="prompt", quote=match.group().strip())
        )
        found.rest = _blank(found.rest, match.start(), match.end())
        return
