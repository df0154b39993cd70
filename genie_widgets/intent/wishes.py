"""Metric, quality and quantiles, as people say them."""

from __future__ import annotations

import re
import unicodedata

from genie_widgets.intent import phrases
from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.phrases import folded
from genie_widgets.intent.shares import share_in
from genie_widgets.intent.words import Span
from genie_widgets.schema import METRICS, TableProfile

MIN_LEVELS, DEFAULT_LEVELS = 2, (0.1, 0.5, 0.9)
_NUMBER = r"\d+(?:\.\d+)?"
# A separator is no part of a number, so that a list is read in one way only, and in little time.
_SEPARATOR = r"(?:[\s,;/&%、،]|\.(?=[\s,;])|th\b|st\b|nd\b|rd\b|percent\b|and\b|y\b|et\b|und\b|e\b|и\b|और|和|と|%|％|-(?=[\d,\sи])|–(?=\d)|वां|वें)+"
_LIST = rf"{_NUMBER}(?:{_SEPARATOR}{_NUMBER})*"
_LIST_BEFORE = re.compile(rf"(?<![\d.]){_LIST}(?:{_SEPARATOR})?(?:-prozent)?-?\Z")
_LIST_AFTER = re.compile(rf"\s*(?:of|at|del?|des|du|von|di|:|в|=)?\s*{_LIST}(?:\s*[%％])?")
_INTERVAL = re.compile(r"interv|band|range|区间|區間|구간|интервал")
# "P10, P50 and P90", "the p90", "10/50/90"; but "P1, P2 or P3" are priorities.
_SHORT = re.compile(
    r"\b(?=p\d\d|p\d\W+(?:and\W+)?p\d\d)p\d{1,2}(?:\W+(?:(?:and|y|e|et|und|to|bis|a|ate)\W+)?p\d{1,2})+\b|"
    r"(?<![\d.])[1-4]?\d ?%, ?(?:50 ?%|median\w*),? (?:and |und |y |et |e |и )?(?:\w+ )?[5-9]\d ?%|(?<=\bthe )p\d\d\b|\bp\d\d\b(?= of )|"
    r"(?<![\d.])(?:[1-4]?\d)(?:/|, ?)50(?:/|, ?)(?:[5-9]\d)(?![\d.])"
)
MAX_ABBREVIATION = 4
_LEVELS = {
    "fifth percentile": 0.05, "tenth percentile": 0.1, "ninetieth percentile": 0.9, "ninety-fifth percentile": 0.95,
    r"(?:lower|first)(?: and (?:the )?\w+)? quartile": 0.25, r"(?:upper|third)(?: and (?:the )?\w+)? quartile": 0.75,
    r"(?:first|lower) and (?:the )?(?:third|upper) quartile": 0.75, r"(?:third|upper) and (?:the )?(?:first|lower) quartile": 0.25,
    r"lower(?: and (?:the )?\w+)? decile": 0.1, r"upper(?: and (?:the )?\w+)? decile": 0.9,
}  # fmt: skip
LONGEST_ORDINAL, NEAR_BY = 14, 16
# One, and no number beside it.
_ONE = re.compile(
    r"(?:percentile?|quartile?|decile?|centile?|perzentil|percentil[eo]?|перцентил[ья]|百分位|パーセンタイル|백분위수?)"
)
# A metric that is spoken of to be turned down: "instead of RMSE, MAE".
_BETTER_NOT_BEFORE = re.compile(
    r"(?:instead of|rather than|(?:do not|don.?t|never) (?:want|use|like|need|take)|not (?:by|on|the|with)|statt|anstatt|anstelle (?:von|der|des)|nicht|au lieu de|plutot que|"
    r"en (?:vez|lugar) de|em vez de|invece (?:di|che)|вместо|а не|而不是|不要用|不用|不看) ?(?:the |el |la |le |die |der |l')?\Z"
)
_BETTER_NOT_AFTER = re.compile(
    r" ?(?:の代わり|ではな[くい]|じゃな[くい]|で(?:は)?なく|대신|말고|[이가] ?아니라|के बजाय)|"
    r"\s+(?:on\W+no wait|or no,|bringt n|nutzt n|hilft n|is (?:no use|useless|misleading|meaningless)|ne sert|no sirve|nao serve|non serve)"
)


def find_metric(found: Constraints, profile: TableProfile) -> None:
    """Read the metric; a word of a metric that is a column's name speaks of the column."""
    text = folded(found.rest)
    names = {folded(column.name.strip()) for column in profile.columns}
    for metric in phrases.tables()["metrics"]:
        if metric == "passing":
            continue
        for match in phrases.pattern("metrics", metric).finditer(text):
            said = found.rest[match.start() : match.end()]
            if match.group() in names or _is_another_word(match.group(), said):
                continue
            if phrases.is_in_a_name(text, *match.span(), names):
                continue
            if _BETTER_NOT_BEFORE.search(text, 0, match.start()) or _BETTER_NOT_AFTER.match(text, match.end()):
                continue
            if metric not in METRICS:
                found.unmatched.append(("metric", said))
                found.blank(match.start(), match.end())
                return
            found.metric = metric
            explicit = re.search(
                r"(?:by|use|using|metric|optimi[sz]e\w*|maximi[sz]e\w*|evaluat\w*|judge\w*|score\w*|measure\w*|metrica|metrique|metrik|метрик\w*|指标|指標|評価|지표|评估)\W+(?:\w+\W+){0,3}$",
                text[: match.start()],
            )
            found.metric_in_passing = match.group() in phrases.tables()["metrics"]["passing"] and not explicit
            found.note("metric", metric, match.start(), match.end())
            return


def names_a_metric(text: str, start: int) -> bool:
    """Whether the folded text goes on with a metric's name at a place."""
    return any(
        phrases.pattern("metrics", name).match(text, start) for name in METRICS if name in phrases.tables()["metrics"]
    )


def _is_another_word(folded_word: str, said: str) -> bool:
    """Whether an abbreviation is a word that has an accent: Portuguese "mãe" is no MAE."""
    return (
        len(said) <= MAX_ABBREVIATION
        and said.isalpha()
        and unicodedata.normalize("NFKC", said).casefold() != folded_word
    )


def find_quality(found: Constraints) -> None:
    """Read how hard to try."""
    text = folded(found.rest)
    met = {name: phrases.pattern("quality", name).search(text) for name in ("best", "fast")}
    best, fast = met["best"], met["fast"]
    if best and fast:
        found.contrary = (found.rest[fast.start() : fast.end()], found.rest[best.start() : best.end()])
    for name, match in met.items():
        if match is not None and not found.contrary:
            found.quality = name
            found.note("quality", name, match.start(), match.end())
    for match in met.values():
        if match is not None:
            found.blank(match.start(), match.end())


def find_quantiles(found: Constraints) -> None:
    """Read quantile levels: listed, or the two ends of an interval, or said as a share of the cases."""
    # "0,1, 0,5 y 0,9": a decimal comma is one before a digit.
    text = re.sub(r"(?<![\d.,])0,(?=\d)", "0.", folded(found.rest))
    matches = [*phrases.pattern("quantiles", "words").finditer(text), *_SHORT.finditer(text)]
    if not matches:
        share = share_in(text)
        if share is not None:
            found.quantile_levels = (share.level,)
            found.note("quantile_levels", str(share.level), share.start, share.end, blank=False)
        return
    # "A lower and an upper bound: the 5% and 95% quantiles"
    read = [(match, *_with_its_numbers(text, match)) for match in matches]
    match, start, end = next((one for one in read if re.search(r"\d", text[one[1] : one[2]])), read[0])
    numbers = [float(n) for n in re.findall(_NUMBER, text[start:end])]
    levels = sorted({round(n / 100 if n >= 1 else n, 6) for n in numbers if 0 < n < 100})
    interval = _INTERVAL.search(match.group()) is not None
    if interval and not levels and re.search(r"training|time|zeit", text[end : end + 12]):
        return
    if len(levels) == 1 and interval:
        spare = (1 - levels[0]) / 2
        levels = [round(spare, 4), 0.5, round(1 - spare, 4)]
    levels = levels or _named_levels(text, start, end)
    if not levels and _ONE.fullmatch(match.group()) and not re.search(r"\d", text[max(0, start - NEAR_BY) : start]):
        # "The BMI percentile of the child" is a column.
        return
    found.quantile_levels = tuple(levels) or DEFAULT_LEVELS
    words = ", ".join(str(level) for level in found.quantile_levels)
    found.note("quantile_levels", words, start, end)


def _named_levels(text: str, start: int, end: int) -> list[float]:
    """Read levels that have names of their own: "the upper quartile", "the tenth percentile"."""
    said = text[max(0, start - LONGEST_ORDINAL) : end]
    return sorted({level for name, level in _LEVELS.items() if re.search(rf"\b{name}", said)})


def _with_its_numbers(text: str, match: re.Match[str]) -> Span:
    """Give the place of a word of quantiles with the numbers beside it."""
    start, end = match.span()
    before = _LIST_BEFORE.search(text[:start])
    after = _LIST_AFTER.match(text, end)
    interval = _INTERVAL.search(match.group()) is not None
    return before.start() if before else start, after.end() if after and not (before and interval) else end
