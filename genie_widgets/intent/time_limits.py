"""Time limits, as people say them; a time of the table's own world is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from genie_widgets.intent import phrases
from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.phrases import folded
from genie_widgets.schema import TableProfile

# Longer than any time limit can be: whatever is asked beyond it is refused by the checks alike.
MAX_SECONDS = 10**9
_DAY = 24 * 3600
# A clause with no more words than these beside the time says nothing but the time.
FEW_WORDS = 2
_NUMBER_WORDS = {
    1: "a an one un una uno une ein eine einen einer um uma один одну одна одной 一 일 한 एक ek",
    1.5: "anderthalb eineinhalb полтора полторы полутора डेढ़ डेढ़",
    2: "two couple dos deux zwei dois duas due два две двух 二 两 兩 이 두 दो",
    2.5: "zweieinhalb ढाई ढाई",
    3: "three tres trois drei tre три трех 三 삼 세 तीन",
    3.5: "dreieinhalb",
    4: "four cuatro quatre vier quatro quattro четыре четырех 四 사 네 चार",
    5: "five cinco cinq funf foif cinque пять пяти 五 오 다섯 पांच पाँच paanch panch",
    6: "six seis sechs sei шесть шести 六 육 छह",
    7: "seven siete sept sieben sete sette семь семи 七 칠 सात",
    8: "eight ocho huit acht oito otto восемь восьми 八 팔 आठ",
    9: "nine nueve neuf neun nove девять девяти 九 구 नौ",
    10: "ten diez dix zehn dez dieci десять десяти 十 십 열 दस",
    12: "twelve doce douze zwolf doze dodici двенадцать двенадцати 十二 십이 बारह",
    15: "fifteen quince quinze funfzehn quindici пятнадцать пятнадцати 十五 십오 पंद्रह पन्द्रह pandrah",
    20: "twenty veinte vingt zwanzig vinte venti двадцать двадцати 二十 이십 बीस bees",
    25: "twenty-five veinticinco vingt-cinq funfundzwanzig venticinque 二十五 이십오 पच्चीस",
    30: "thirty treinta trente dreissig dreißig trinta trenta тридцать тридцати 三十 삼십 तीस tees",
    40: "forty cuarenta quarante vierzig quarenta quaranta сорок сорока 四十 사십 चालीस",
    45: "forty-five quarantacinque quarante-cinq 四十五 사십오 पैंतालीस",
    50: "fifty cincuenta cinquante funfzig cinquenta cinquanta пятьдесят 五十 오십 पचास",
    60: "sixty sesenta soixante sechzig sessenta sessanta шестьдесят 六十 육십 साठ",
    90: "ninety noventa quatre-vingt-dix neunzig novanta девяносто 九十 구십 नब्बे",
}
_NUMBERS = {word: number for number, words in _NUMBER_WORDS.items() for word in words.split()}
_UNITS = (
    (
        r"hours?|hrs?|h|horas?|horitas?|horinhas?|heures?|stunden?|stundchen|std|or[ae]|oretta|час(?:а|ов|ик|у)?|ghant[aeo]|小时|個小時|个小时|時間|시간|घंटे|घंटा|घण्टे",
        3600,
    ),
    (
        r"minutes?|mins?|min|m|minutos?|minutitos?|minuten?|minut[oie]|minutin[oie]|minuty|dakika|minutinh?os?|мин(?:ут(?:[аыу]|к[аиу]|очек)?)?|"
        r"分钟|分鐘|分(?=半)|(?<![一二三四五六七八九十两兩])分間?|분(?![봉야위류석포기할리])|मिनट",
        60,
    ),
    (r"seconds?|secs?|sec|s|segundos?|secondes?|sekunden?|sek|second[oi]|сек(?:унд[аыу]?)?|秒钟?|秒間?|초|सेकंड|सेकेंड", 1),
)
_HALF = r"(?:and a half|½|1/2|et demie?|y medi[ao]|e mei[ao]|e mezz[oa]|с половинои)"
# "une petite heure", "a good ten minutes", "eine gute Stunde"
_ABOUT = (
    r"(?:[\s-]+(?:petite?s?|bonnes?|gute?n?|knappe?n?|kurze?n?|volle?n?|kleine?n?|full|good|short|solid|whole|spare|lousy|"
    r"quick|meagre|buon[ae]?|brev[ei]|scars[ao]|unic[ao]|single))?"
)
_FIXED = (
    (["hour and a half", "hora y media", "heure et demie", "hora e meia", "ora e mezza", "一个半小时", "一個半小時"], 5400),
    (
        ["three[- ]quarters of an hour", "three quarter hour", "tres cuartos de hora", "trois quarts d'heure",
         "(?:eine )?drei ?viertel ?stunde", "tres quartos de hora", "tre quarti d'ora", "(?:три )?четверти часа", "三刻钟"],
        2700,
    ),
    (
        ["half an? hour", "(?:a )?half[- ]?hour", r"(?<![\d/])(?:1/2|½) ?(?:h|hour|hora|heure|stunde|ora)", "media hor(?:a|ita)",
         "(?:une )?(?:petite )?demi[- ]heure", "(?:ein|eine)? ?(?:kurze|gute|knappe)? ?halbe[sn]? (?:stunde|stundchen)", "meia hor(?:a|inha)",
         "mezz'? ?or(?:a|etta)", "пол ?часа", "полчасика", "半个?小时", "半個?小時", "aadh[ae] ghant[ae]", "半時間", "30分間", "반 ?시간", "आधे घंटे", "आधा घंटा", "आधे घण्टे"],
        1800,
    ),
    (
        ["(?:a )?quarter of an hour", "(?:a )?quarter[- ]hour", "(?:un )?cuarto de hora", "(?:un )?(?:petit )?quart d'heure",
         "(?:eine )?viertelstunde", "(?:ein )?viertelstundchen", "(?:um )?quarto de hora", "(?:un )?quarto d'ora", "четверть часа",
         "четверти часа", "一刻钟", "一刻鐘", "पंद्रह मिनट"],
        900,
    ),
    (["das minute"], 600),
    (["minute and a half", "minuto y medio", "minute et demie", "minuto e meio", "minuto e mezzo"], 90),
    (
        ["half a minute", "(?:a )?half[- ]minute", "medio minuto", "(?:une )?demi-minute", "(?:eine )?halbe minute", "meio minuto",
         "mezzo minuto", "пол ?минуты", "半分钟", "半分鐘", "आधा मिनट", "आधे मिनट"],
        30,
    ),
    (
        ["(?:a )?couple of minutes", "un par de minutos", "(?:ein )?paar minuten", "(?:une )?paire de minutes", "un paio di minuti",
         "um par de minutos", "пар[ау] минут", "пару минуток"],
        120,
    ),
)  # fmt: skip
# Russian says the unit first where the number is rough, or leaves the number out: "минут за пять", "не дольше минуты".
_UNIT_FIRST = (r"(?:минут|минуток)", 60), (r"(?:часа|часов|часика)", 3600)
_BARE = (
    (r"(?<!\w)(?:минут[уы]|минутк[уи]|минуточку)(?!\w)", 60),
    (r"(?<!\w)час(?:а|ик)?(?!\w)", 3600),
)
# A full stop after "max" ends no clause; nor does a colon, after "time limit".
_BREAK = re.compile(r"(?<!max)\.(?=\s|$)|[,;!?()\[\]\n—–、。，；！？；।]| - | -- ")
# A word that counts one is also an article: "beats a minute", "a second letter".
_ARTICLE = re.compile(r"(?:an?|un[ae]?|uno|uma?|eine[rn]?|ein)[\s-]")

_JOINED = re.compile(r"(?:^|\s)(?:in|within|at|a|for|pour|en|em|per|durante|dans|von|за|на|в|entro|pras|da|de)\s*\Z")
# "Will the soup be ready in ten minutes", "predict if the bus comes within five": no comma stands between.
_ASKS_WHETHER = re.compile(
    r"(?:^\s*(?:will|does|did|was|is|are|do|has|ist|wird)|\b(?:whether|if|which \w+|ob|si (?:el|la|le|les|los|un)|se (?:o|a|il|la)|"
    r"успеет ли|опоздает ли))\b.*\b(?:in|within|under|by|for|unter|en|em|dans|moins de|за) ?$|(?:能不能|是否)在?$"
)
# "the under 25s"
_AGES = re.compile(r"\b(?:the|of|among|for) (?:under|over) \d\ds\Z")
_SINGULAR, _NO_TIME = re.compile(r"(?:hour|minute|second)\Z"), re.compile(r"(?:19|20)\d0s\Z|\d\.\d+m\Z")
# Words that limit us, and tell of anything else as often.
_WEAK = re.compile(
    r"use|take|run|stop\w*|done|under|unter|finish\w*|try|please|pls|hai|ho|usa|tempo|tien\w+|donne\w*|lass\w*"
)
_STOPS = " .!?。\uff01"


class _Said(NamedTuple):
    seconds: int
    start: int
    end: int


def find_time(found: Constraints, profile: TableProfile) -> None:
    """Read a time limit: of several times the one that surely limits, else the first that may."""
    text = folded(found.rest)
    names = [folded(column.name.strip()) for column in profile.columns]
    best: tuple[int, int, int] | None = None
    chosen: _Said | None = None
    worldly: list[_Said] = []
    for said in _times(text):
        certainty = _certainty(text, said)
        if not certainty:
            # "Every 2 hours" is none, nor is the unit alone.
            worldly.append(said)
            continue
        if any(w.start < said.start <= w.end for w in worldly):
            continue
        if phrases.is_in_a_name(text, said.start, said.end, names):
            continue
        # Of two that begin at one place the longer one is what was said.
        rank = (-certainty, said.start, -said.end)
        if best is None or rank < best:
            best, chosen = rank, said
    if chosen is not None:
        found.time_limit_s = chosen.seconds
        found.note("time_limit_s", str(chosen.seconds), chosen.start, chosen.end)


def _times(text: str) -> Iterator[_Said]:
    for match in re.finditer(r"(?<![\w.^])(\d{1,3}) ?(?:h|시간|小时|時間) ?([0-5]\d)(?!\w| ?%)", text):
        yield _Said(3600 * int(match[1]) + 60 * int(match[2]), *match.span())
    for pattern, seconds in _fixed():
        for match in pattern.finditer(text):
            more, end = _smaller_units(text, match.end(), seconds)
            yield _Said(seconds + more, match.start(), end)
    for pattern, unit in _amounts():
        for match in pattern.finditer(text):
            said = _amount(text, match, unit)
            if said is not None:
                yield said
    for name, unit in _UNIT_FIRST:
        for match in re.finditer(rf"(?<!\w){name} (?:за |на |этак )?(\d+|[а-я]+)(?!\w)", text):
            number = float(match[1]) if match[1].isdigit() else _FOLDED_NUMBERS.get(match[1])
            if number:
                yield _Said(round(number * unit), *match.span())
    for name, unit in _BARE:
        for match in re.finditer(name, text):
            yield _Said(unit, *match.span())


@lru_cache(maxsize=1)
def _fixed() -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple((phrases.compiled(expressions), seconds) for expressions, seconds in _FIXED)


@lru_cache(maxsize=1)
def _amounts() -> tuple[tuple[re.Pattern[str], int], ...]:
    words = "|".join(sorted(map(re.escape, map(folded, _NUMBERS)), key=len, reverse=True))
    # "5s" is five seconds, but "as" is no "a s".
    number = (
        r"(?:(?<![^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3])(?<![.^$])(-?\d+(?:[.,]\d+)?)|"
        rf"(?<![^\W\u3400-\u9fff\uac00-\ud7a3])({words})(?=[\s\-\u3400-\u9fff\uac00-\ud7a3]|'or[ae]))"
    )
    return tuple(
        (
            re.compile(
                rf"{number}(\s*{_HALF}|个半|個半)?{_ABOUT}[\s-]*(?:'(?=or[ae]))?({unit})(\s*(?:{_HALF}|半钟?|반))?(?![a-zа-я0-9_])"
            ),
            seconds,
        )
        for unit, seconds in _UNITS
    )


_FOLDED_NUMBERS = {folded(word): number for word, number in _NUMBERS.items()}
# 이분 is also this person, 구분 a distinction; before 초 and 분 goes a blank, or a number of two signs.
_KOREAN_WORD = re.compile(r"(?:[일이삼사오육칠팔구]분|[일이삼사오육칠팔구] ?초)\Z")


def _amount(text: str, match: re.Match[str], unit: int) -> _Said | None:
    # Of Portuguese "a hora" is the hour, and "uma hora" one; "a second" is another, or no time at all.
    if re.match(r"a[\s-]+horas?\b", match.group()) or _KOREAN_WORD.match(match.group()):
        return None
    amount = float(match[1].replace(",", ".")) if match[1] else float(_FOLDED_NUMBERS[match[2]])
    if unit == 1 and match[2] and amount < 2:
        return None
    if len(match[4]) == 1 and match[4].isascii() and match[2]:
        return None
    amount += 0.5 * bool(match[3]) + 0.5 * bool(match[5])
    more, end = _smaller_units(text, match.end(), unit)
    return _Said(round(min(amount * unit, MAX_SECONDS)) + more, match.start(), end)


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


def _certainty(text: str, said: _Said) -> int:
    """Judge a time by its clause: 2 if it surely limits us, 1 if it may, 0 if it is of the table's world."""
    before, after = _BREAK.split(text[: said.start])[-1], _BREAK.split(text[said.end :])[0]
    if _pattern("world_after_always").match(after) or _AGES.search(before + text[said.start : said.end]):
        return 0
    worldly = (
        _pattern("world_before").search(before) or _pattern("world_after").match(after) or _ASKS_WHETHER.search(before)
    )
    if _says_limit(before, after, weakly=worldly is None):
        return 2
    if not before.strip() and not after.strip():
        return 2
    # "ICU within 72h", "next-day, 48h or economy": nobody waits so long unless they say so.
    if worldly or said.seconds >= _DAY:
        return 0
    is_last = not after.strip() and not text[said.end :].strip(_STOPS)
    return int(_may_limit(before, text[said.start : said.end], after, is_last))


def _says_limit(before: str, after: str, *, weakly: bool) -> bool:
    """Whether words around a time make it a limit; common ones ("use", "under", "please") only right beside it, if at all."""
    for match in _pattern("limit_before").finditer(before):
        if not _WEAK.fullmatch(match.group()) or (weakly and len(before[match.end() :].split()) <= FEW_WORDS):
            return True
    return any(
        not _WEAK.fullmatch(match.group()) or (weakly and not after[: match.start()].strip())
        for match in _pattern("limit_after").finditer(after)
    )


def _may_limit(before: str, said: str, after: str, is_last: bool) -> bool:
    """Judge a time whose clause has no word for a limit, and none against it."""
    is_article = _ARTICLE.match(said) is not None
    # "the five minute apgar", "a ten-minute slot"; "the 1980s", "2.2m listings"
    # But of Hindi "5 minute mein" is a limit.
    is_adjective = _SINGULAR.search(said) and re.match(r"[\s-]+(?!me(?:in)?\b)[a-z]", after)
    if not is_article and (is_adjective or _NO_TIME.search(said)):
        return False
    if len(before.split()) + len(after.split()) <= FEW_WORDS and not (before.strip() and is_article):
        return True
    is_joined = _JOINED.search(before) is not None
    if is_article and not is_joined:
        return False
    if re.search(r"\d ?[hms]\Z", said) or _pattern("question").search(before):
        return is_last and not is_joined
    return True


def _pattern(name: str) -> re.Pattern[str]:
    return phrases.pattern("time", name)
