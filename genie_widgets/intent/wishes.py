"""Time, metric, quality and quantiles, as people say them."""

from __future__ import annotations

import re

from genie_widgets.intent import phrases
from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.phrases import folded
from genie_widgets.schema import METRICS, TableProfile

# Longer than any time limit can be: whatever is asked beyond it is refused by the checks alike.
MAX_SECONDS = 10**9
MIN_LEVELS, DEFAULT_LEVELS = 2, (0.1, 0.5, 0.9)
_NUMBER_WORDS = {
    1: "a an one un una uno une ein eine einer um uma один одну одна 一 일 한 एक",
    2: "two couple dos deux zwei dois duas due два две 二 两 兩 이 두 दो",
    3: "three tres trois drei tre три 三 삼 세 तीन",
    4: "four cuatro quatre vier quatro quattro четыре 四 사 네 चार",
    5: "five cinco cinq funf cinque пять 五 오 다섯 पांच पाँच",
    6: "six seis sechs sei шесть 六 육",
    7: "seven siete sept sieben sete sette семь 七 칠",
    8: "eight ocho huit acht oito otto восемь 八 팔",
    9: "nine nueve neuf neun nove девять 九 구",
    10: "ten diez dix zehn dez dieci десять 十 십 열 दस",
    15: "fifteen quince quinze funfzehn quindici пятнадцать 十五 십오 पंद्रह",
    20: "twenty veinte vingt zwanzig vinte venti двадцать 二十 이십 बीस",
    30: "thirty treinta trente dreissig dreißig trinta trenta тридцать 三十 삼십 तीस",
    40: "forty cuarenta quarante vierzig quarenta сорок 四十 사십",
    45: "forty-five quarantacinque quarante-cinq 四十五 사십오",
    60: "sixty sesenta soixante sechzig sessenta sessanta шестьдесят 六十 육십",
    90: "ninety noventa quatre-vingt-dix neunzig novanta девяносто 九十 구십",
}
_NUMBERS = {word: number for number, words in _NUMBER_WORDS.items() for word in words.split()}
_UNITS = (
    (
        r"hours?|hrs?|h|horas?|heures?|stunden?|std|ore?|ora|час(?:а|ов|ик)?|小时|個小時|个小时|時間|시간|घंटे|घंटा|घण्टे",
        3600,
    ),
    (r"minutes?|mins?|min|m|minutos?|minuten?|minut[oie]|minutinh?os?|мин(?:ут[аыу]?)?|分钟|分鐘|分間?|분|मिनट", 60),
    (r"seconds?|secs?|sec|s|segundos?|secondes?|sekunden?|sek|second[oi]|сек(?:унд[аыу]?)?|秒钟?|秒間?|초|सेकंड|सेकेंड", 1),
)
_FIXED = (
    (r"(?:an? |one )?hour and a half|hora y media|une heure et demie|anderthalb stunden|uma hora e meia|un'ora e mezza|полтора часа|一个半小时|1時間半|一時間半|한 ?시간 ?반|डेढ़ घंटे|डेढ़ घंटा", 5400),
    (r"half an? hour|half[- ]hour|(?<![\d/])(?:1/2|½) ?(?:h|hour|hora|heure|stunde|ora)|media hora|(?:une )?demi-heure|(?:eine )?halbe stunde|meia hora|mezz'? ?ora|半个?小时|半時間|полчаса|반 ?시간|आधे घंटे|आधा घंटा", 1800),
    (r"(?:a )?quarter of an hour|(?:un )?cuarto de hora|(?:un )?quart d'heure|(?:eine )?viertelstunde|(?:um )?quarto de hora|(?:un )?quarto d'ora|четверть часа|一刻钟", 900),
    (r"half a minute|medio minuto|(?:une )?demi-minute|(?:eine )?halbe minute|meio minuto|mezzo minuto|полминуты|半分钟", 30),
    (r"(?:a )?couple of minutes|un par de minutos|(?:ein )?paar minuten|deux petites minutes|пар[ау] минут", 120),
    (r"(?:one|an) hour|una hora|une heure|eine(?:r)? stunde|uma hora|un'ora|(?:один )?час", 3600),
    (r"(?:one|a) minute|un minuto|une minute|eine(?:r)? minute|um minuto|минут[уа]|минутку", 60),
)  # fmt: skip
_NUMBER = r"\d+(?:\.\d+)?"
# A separator is no part of a number, so that a list is read in one way only, and in little time.
_SEPARATOR = (
    r"(?:[\s,;/&%、،]|th\b|st\b|nd\b|rd\b|percent\b|and\b|y\b|et\b|und\b|e\b|и\b|और|和|と|%|％|-(?=\d)|–(?=\d))+"
)
_LIST = rf"{_NUMBER}(?:{_SEPARATOR}{_NUMBER})*"
# What takes time in the table's world is no limit of ours: "more than 30 minutes late", "within 48 hours of surgery".
_NOT_OURS = re.compile(
    r"(?:more|less|longer|later|shorter|fewer|greater|over|above|below|delayed|late|exceeds?|at least|past|last|next|first|every|"
    r"plus|mehr|menos|moins|mas|mais|piu|более|больше)(?: than| de| di| as| als| que)?(?: the)?\s*(?:by )?$"
)
_AFTERWARDS = re.compile(
    r"\s*(?:of (?:surgery|admission|discharge|arrival|landing|order\w*)|late\b|delay|ahead|after\b|before\b|ago\b|old\b|から|迟|ते)"
)
_HAPPENS = re.compile(
    r"(?:die|dies|return\w*|arriv\w*|deliver\w*|readmit\w*|happen\w*|occur\w*|fail\w*)\b[^.,;?!？！。\n]{0,20}$"
)
MAX_ABBREVIATION = 4
# A metric that is spoken of to be turned down: "instead of RMSE, MAE".
_BETTER_NOT_BEFORE = re.compile(
    r"(?:instead of|rather than|not (?:by|on|the|with)|statt|anstatt|anstelle (?:von|der|des)|nicht|au lieu de|plutot que|"
    r"en (?:vez|lugar) de|em vez de|invece (?:di|che)|вместо|а не|而不是|不要用|不用|不看) ?(?:the |el |la |le |die |der |l')?\Z"
)
_BETTER_NOT_AFTER = re.compile(
    r" ?(?:の代わり|ではな[くい]|じゃな[くい]|で(?:は)?なく|대신|말고|[이가] ?아니라|के बजाय)|"
    r"\s+(?:on\W+no wait|or no,|bringt n|nutzt n|hilft n|is (?:no use|useless|misleading|meaningless)|ne sert|no sirve|nao serve|non serve)"
)


def find_time(found: Constraints) -> None:
    """Read a time limit."""
    text = folded(found.rest)
    clock = re.search(r"(?<![\w.^])(\d{1,3}) ?(?:h|시간|小时|時間) ?([0-5]\d)(?!\w| ?%)", text)
    if clock:
        _set_time(found, 3600 * int(clock[1]) + 60 * int(clock[2]), clock.start(), clock.end())
        return
    for pattern, seconds in _FIXED:
        match = phrases.compiled([pattern]).search(text)
        if match and _is_ours(text, match):
            more, end = _smaller_units(text, match.end(), seconds)
            _set_time(found, seconds + more, match.start(), end)
            return
    # "5s" is five seconds, but "as" is no "a s".
    words = "|".join(sorted(map(re.escape, _NUMBERS), key=len, reverse=True))
    for pattern, unit in _UNITS:
        number = rf"(?:(?<![^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3])(?<![.^])(-?\d+(?:[.,]\d+)?)|(?<![^\W\u3400-\u9fff\uac00-\ud7a3])({words})(?=[\s\-\u3400-\u9fff\uac00-\ud7a3]))"
        for match in re.finditer(rf"{number}[\s-]*(?:{pattern})(?![a-zа-я0-9_])", text):
            # Of Portuguese "a hora" is the hour, and "uma hora" one.
            if not _is_ours(text, match) or re.match(r"a[\s-]+horas?\b", match.group()):
                continue
            amount = float(match[1].replace(",", ".")) if match[1] else _NUMBERS[match[2]]
            more, end = _smaller_units(text, match.end(), unit)
            _set_time(found, round(min(amount * unit, MAX_SECONDS)) + more, match.start(), end)
            return


def _is_ours(text: str, match: re.Match[str]) -> bool:
    before = text[: match.start()]
    if _AFTERWARDS.match(text, match.end()):
        return False
    # "no more than 5 minutes", "never longer than" limit us after all.
    if re.search(
        r"\b(?:no|not|never|don't (?:take|spend|train|use)|keep (?:it|this)|finish\w*|done|nicht|kein\w*|no|pas|non|nao|не)\b[^.,;?!？！。\n]{0,24}$",
        before,
    ):
        return True
    return _NOT_OURS.search(before) is None and _HAPPENS.search(before) is None


def _smaller_units(text: str, start: int, unit: int) -> tuple[int, int]:
    """Read on after "1 hour": the seconds of "and 30 minutes", and where they end."""
    seconds, end = 0, start
    for pattern, smaller in _UNITS:
        more = re.compile(rf"[\s,]*(?:(?:and|und|et|y|e|и)\s+)?(\d{{1,4}})[\s-]*(?:{pattern})(?![a-zа-я0-9])").match(
            text, end
        )
        if smaller < unit and more:
            seconds, end = seconds + int(more[1]) * smaller, more.end()
    return seconds, end


def _set_time(found: Constraints, seconds: int, start: int, end: int) -> None:
    found.time_limit_s = seconds
    found.note("time_limit_s", str(seconds), start, end)


def find_metric(found: Constraints, profile: TableProfile) -> None:
    """Read the metric; a word of a metric that is a column's name speaks of the column."""
    text = folded(found.rest)
    names = {folded(column.name.strip()) for column in profile.columns}
    for metric in phrases.tables()["metrics"]:
        if metric == "passing":
            continue
        for match in phrases.pattern("metrics", metric).finditer(text):
            said = found.rest[match.start() : match.end()]
            if match.group() in names or _in_a_name(text, match, names) or _is_another_word(match.group(), said):
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
    return len(said) <= MAX_ABBREVIATION and said.isalpha() and said.casefold() != folded_word


def _in_a_name(text: str, match: re.Match[str], names: set[str]) -> bool:
    return any(
        match.group() in name and (at := text.find(name)) >= 0 and at <= match.start() < at + len(name)
        for name in names
        if len(name) > len(match.group())
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
    """Read quantile levels: listed, or the two ends of an interval."""
    # "0,1, 0,5 y 0,9": a decimal comma is one before a digit.
    text = re.sub(r"(?<![\d.,])0,(?=\d)", "0.", folded(found.rest))
    match = phrases.pattern("quantiles", "words").search(text) or re.search(
        r"\bp\d{1,2}(?:\W+(?:and\W+)?p\d{1,2})+", text
    )
    if match is None:
        bare = re.search(r"(?<![\d.])(\d{1,2})(?:/|, ?)50(?:/|, ?)(\d{2})(?![\d.])", text)
        if bare is None:
            return
        match = bare
    start, end = match.span()
    before = re.search(rf"(?<![\d.]){_LIST}(?:{_SEPARATOR})?\Z", text[:start])
    after = re.compile(rf"\s*(?:of|at|del?|des|du|von|di|:|в|=)?\s*{_LIST}(?:\s*[%％])?").match(text, end)
    interval = re.search(r"interv|band|range|区间|区間|구간|интервал", match.group()) is not None
    start, end = before.start() if before else start, after.end() if after and not (before and interval) else end
    said = text[start:end]
    numbers = [float(n) for n in re.findall(_NUMBER, said)]
    levels = sorted({round(n / 100 if n >= 1 else n, 6) for n in numbers if 0 < n < 100})
    if interval and not levels and re.search(r"training|time|zeit", text[end : end + 12]):
        return
    if len(levels) == 1 and interval:
        spare = (1 - levels[0]) / 2
        levels = [round(spare, 4), 0.5, round(1 - spare, 4)]
    found.quantile_levels = tuple(levels) or DEFAULT_LEVELS
    words = ", ".join(str(level) for level in found.quantile_levels)
    found.note("quantile_levels", words, start, end)
