"""Columns that a sentence speaks of by what they hold: "the ids", "any free text", "las fechas"."""

from __future__ import annotations

import re
from functools import lru_cache

from genie_widgets.intent.words import name_parts, words_of
from genie_widgets.schema import TableProfile

_PLURALS = {
    "text": r"texts|free[- ]?text|(?:free[- ]?)?text (?:columns?|fields?)|free[- ]?form (?:columns?|fields?|text)|"
    r"textos(?: libres)?|textes(?: libres)?|freitexte?|textspalten|testi(?: liberi)?|textos livres|"
    r"тексты|文本列|文本字段|自由記述|텍스트 ?(?:열|컬럼)",
    "date": r"dates|date (?:columns|fields)|timestamps|fechas|datumsspalten|datumsangaben|datas|даты|日期列|日期字段|日付列|날짜 ?(?:열|컬럼)들?",
    "id": r"ids|identifiers|id (?:columns|fields)|identificadores|identifiants|kennungen|ids-spalten|identificativi|"
    r"идентификаторы|айди",
    "constant": r"constant (?:columns|fields)",
}
_SINGULARS = {
    "id": r"id|ids?[- ]?(?:column|field|number|nummer|spalte)|identifier|identificador|identifiant|kennung|identificativo|"
    r"идентификатор\w{0,2}|ид|编号|序号|标识符?|識別子|番号|아이디|식별자|आईडी|पहचान",
    "index": r"(?:row )?index(?: (?:column|field))?|row (?:number|no|id)|unnamed(?: (?:index|column))?|indice|numero de (?:fila|linha)|"
    r"numero de ligne|zeilennummer|numero di riga|номер строки|行号|行番号",
}
_ROW_COUNTERS = (
    *(("row", said) for said in ("id", "number", "num", "no", "names")),
    ("rownames",),
    ("行号",),
    ("行", "号"),
)
_LEADS = re.compile(
    r"^(?:(?:the|an?|any|all|every|my|our|that|this|those|these|el|la|los|las|le|les|l|der|die|das|den|il|lo|gli|i|o|a|os|as|"
    r"todas?|todos|alle|jede\w*|tous|toutes|tutt[ei]|su|son|sua|seine?|suo|unnamed|unique|raw|plain|de|d|sorts? of|kinds? of)[\s'’]+)+"
)
_TAIL = re.compile(
    r"[\s\"'`.,:;!?)]*(?:(?:in general|in it|in there|as well|too|please|pls|bitte|por favor|per favore|tambien|aussi|auch|"
    r"anche|tambem|列|字段)\s*)*$"
)


def kind_of(piece: str) -> str | None:
    """Tell the kind of column that a folded piece of a sentence names, where it names nothing else.

    Returns
    -------
    str or None
        "text", "date", "constant", "ids", "id" (one) or "index".
    """
    bare = _TAIL.sub("", _LEADS.sub("", piece.strip(" \t\n\"'`([")))
    for kind, said in _PLURALS.items():
        if re.fullmatch(said, bare):
            return "ids" if kind == "id" else kind
    for kind, said in _SINGULARS.items():
        if re.fullmatch(said, bare):
            return kind
    return None


def kinds_in(text: str) -> list[tuple[int, int]]:
    """Find the places where a folded sentence names a kind of column."""
    return [match.span() for match in _anywhere().finditer(text)]


@lru_cache(maxsize=1)
def _anywhere() -> re.Pattern[str]:
    said = "|".join((*_PLURALS.values(), *_SINGULARS.values()))
    return re.compile(rf"(?<![\w-])(?:{said})(?![\w-])")


def columns_of_kind(kind: str, piece: str, profile: TableProfile) -> list[str]:
    """Give the columns of a kind, by what they hold or by a word of their names."""
    if kind == "index":
        called = [c.name for c in profile.columns if _counts_rows(name_parts(c.name))]
        return called or [c.name for c in profile.columns[:1] if c.kind == "id"]
    if kind in ("id", "ids"):
        held = [c.name for c in profile.columns if c.kind == "id"]
        called = [c.name for c in profile.columns if "id" in name_parts(c.name)]
        return [*held, *called] if kind == "ids" else held or called
    words = {word.stem for word in words_of(piece)}
    return [
        c.name
        for c in profile.columns
        if c.kind == kind or (kind == "date" and words & {w.stem for w in words_of(" ".join(name_parts(c.name)))})
    ]


def _counts_rows(parts: tuple[str, ...]) -> bool:
    """Whether a name says that its column only counts the rows, or is none at all."""
    return parts[:1] in (("unnamed",), ("index",), ("rownum",)) or parts in _ROW_COUNTERS
