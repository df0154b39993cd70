"""What an empty answer means, as people say it: "blank means no", "leer heißt nein", "空白表示没有"."""

from __future__ import annotations

import re

from genie_widgets.intent.constraints import Constraints, EmptyMeaning
from genie_widgets.intent.facts import opposite_of
from genie_widgets.intent.phrases import folded
from genie_widgets.schema import ColumnProfile, TableProfile, finite_number

# In each language: words for empty cells, and what follows them before the meaning. The second list is said of other
# things as well, so that its meaning must be a value that is known.
_LANGUAGES = (
    (
        r"(?:blanks?|empty|missing|nulls?|no value)(?: (?:cells?|values?|fields?|entries|answers?|ones?))?",
        r"means?|=|counts? as|counted as|stands? for|should (?:count as|mean)",
        r"is|are|as|should be",
    ),
    (
        r"(?:celdas? |campos? )?(?:vaci[oa]s?|en blanco|sin valor)",
        r"significan?|=|quieren? decir|cuentan? como|equivalen? a",
        r"es|son|como",
    ),
    (
        r"(?:cellules? |cases? |champs? )?(?:vides?|manquante?s?)",
        r"signifient?|=|ve(?:ut|ulent) dire|compten?t? comme|equivau(?:t|x) a",
        r"est|sont|comme",
    ),
    (
        r"(?:leere?[rns]?|fehlende?[rns]?)(?: (?:zellen?|felder|feld|werte?|antworten?))?",
        r"bedeute(?:t|n)|=|hei(?:ss|ß)(?:t|en)|z(?:a|ä)hl(?:t|en) als|steh(?:t|en) f(?:u|ü)r",
        r"ist|sind|als",
    ),
    (
        r"(?:celulas? |campos? )?(?:vazi[oa]s?|em branco)",
        r"significam?|=|quer(?:em)? dizer|contam? como",
        r"e|sao|como",
    ),
    (
        r"(?:celle |cella |campi |campo )?(?:vuot[oaie]|mancant[ei])",
        r"significa(?:no)?|=|vuol dire|vogliono dire|conta(?:no)? come",
        r"e|sono|come",
    ),
    (r"пуст\w+(?: ячейк\w+| значени\w+)?|пропуск\w*", r"значит|значат|означа\w+|=|считать", r"это|—|-"),
    (r"(?:空白|空值|空格|空的|缺失值?|没填)(?:单元格)?", r"表示|代表|意味着|=|等于|算作?|就是|即", r"是"),
    (r"空欄|空白|空のセル", r"は(?=[^。]{1,12}(?:の意味|を意味|とする|扱い|とみな))|=", r"は"),
    (r"빈 ?칸|공란|빈 ?값|빈 셀", r"(?:은|는|이)? ?=|(?:은|는)(?=[^.]{1,12}(?:을 의미|를 의미|뜻|로 간주))", r"은|는"),
    (r"खाली(?: सेल| खाने?| मान)?", r"का (?:मतलब|अर्थ)|=|यानी", r"है"),
)
_QUOTED = "[\"'“”«»„‘’「」]"
# No letters only: vowel signs of Hindi are none to Python.
_WORD = "[^\\s=<>,;:.?!\"'“”«»„‘’「」()。，；：！？、]+(?:[.,]\\d+)?"
_MEANING = rf"(?:{_QUOTED}(?P<quoted>[^\"'“”«»„‘’「」\n]{{1,40}}){_QUOTED}|(?P<word>{_WORD}))"
_SPEAKS = [
    re.compile(rf"(?<!\w)(?P<cells>{cells})\s*(?:(?P<sure>{sure})|(?P<weak>{weak}))\s*{_MEANING}")
    for cells, sure, weak in _LANGUAGES
]


def find_empty_meaning(found: Constraints, profile: TableProfile) -> None:
    """Read what an empty answer means; words that are a column's name speak of the column."""
    text = folded(found.rest)
    names = {folded(column.name.strip()) for column in profile.columns}
    for match in (match for speaks in _SPEAKS for match in speaks.finditer(text)):
        if names & {match["cells"], *match["cells"].split()}:
            continue
        group = "quoted" if match["quoted"] else "word"
        word = found.rest[match.start(group) : match.end(group)].strip()
        is_sure = match["sure"] is not None or match["quoted"] is not None
        if is_sure or _is_an_answer(word, profile):
            found.empty_meaning = EmptyMeaning(word, is_sure, found.rest[match.start() : match.end()])
            found.blank(match.start(), match.end())
            return


def _is_an_answer(word: str, profile: TableProfile) -> bool:
    """Whether a word is a value of a column with gaps, or its opposite."""
    return any(
        word.casefold() in (counted.value.casefold(), opposite_of(counted.value).casefold())
        for column in profile.columns
        if column.n_missing
        for counted in column.top_values
    )


def meaning_for(said: EmptyMeaning, target: ColumnProfile) -> str:
    """Give the value that empty cells of a target stand for; an empty one where it cannot be what was said."""
    values = {counted.value.casefold(): counted.value for counted in target.top_values}
    word = said.word.casefold()
    if word in values:
        return values[word]
    if target.minimum is not None and target.kind != "boolean":
        return said.word if finite_number(said.word) is not None else ""
    opposites = {opposite_of(value).casefold(): opposite_of(value) for value in values.values()}
    if word in opposites:
        return opposites[word]
    return said.word if said.is_sure else ""
