"""Which columns a piece of a sentence speaks of: by name, by a word that several share, by what they hold."""

from __future__ import annotations

import re
from itertools import pairwise

from genie_widgets.intent.kinds import columns_of_kind, kind_of, kinds_in
from genie_widgets.intent.mentions import Mention, Reading
from genie_widgets.intent.words import STOP_WORDS, Span, name_parts, words_of
from genie_widgets.schema import TableProfile

NEEDED, WHOLE = 0.5, 0.9
# Of a list: the likeliest by so much, in so few words.
LIKELY, AHEAD, MAX_SAID = 0.35, 0.1, 3
# Met as a whole, by what it means, and others by so much less.
MEANT, APART = 0.75, 0.15
# Before the word that leaves it out, where much else may stand: one word of the name is met for sure.
MET = 0.55
# As surely as the surest, or nearly: "both names".
ALIKE, ALIKE_OF_MANY = 0.02, 0.15
# Columns that share a word: as surely as the surest or nearly; so many may be meant by one word in the singular, and in the plural.
FAMILY, FAMILY_OF_ONE, FAMILY_NEAR, FAMILY_NEAR_OF_COLUMNS = 0.6, 0.8, 0.12, 0.2
MAX_ALIKE, MAX_FAMILY = 3, 12
# Parts of a name that stand farther apart are not said as one.
MAX_APART = 40
_MANY = re.compile(
    r"\b(?:all|any|both|every|columns|fields|features|variables|ones|todas?|todos|toutes?|tous|alle|tutti|tutte|все)\b|\w{3,}s\b|所有|全部|すべて|全て|모든|सभी"
)
THESE = re.compile(
    r"\b(?:features?|columns?|variables?|fields?|attributes?|alone|columnas?|variables?|colonnes?|spalten?|merkmale?|colunas?|colonne|колон\w+|столбц\w+|признак\w+)\b|列|特征|字段|特徴|컬럼|열|변수|कॉलम"
)
# "All the histogram stuff" says no more than "histogram".
_THINGS = re.compile(
    r"stuff|things?|bits?|parts?|info|information|data|details?|ones|figures?|values?|readings?|measurements?"
)
# A class of the target is no column, unless one is called that.
_CLASS = re.compile(r"class(?:es)?|klassen?|clases?|classi|класс\w*|类别?|クラス|클래스|वर्ग")
RANGE = re.compile(
    r"[\s\"'`“”]*(?:to|through|thru|until|up to|-|–|—|~|bis|a|à|hasta|ate|fino a|по|до|至|到|から|〜|부터|से)[\s\"'`“”]*"
)
_COUNTS = re.compile(
    r"all|any|both|every|other|others|two|three|four|five|\d|todas?|todos|ambos|ambas|dos|tres|toutes?|tous|deux|trois|autres|"
    r"alle|beide\w*|zwei|drei|andere\w*|tutt[ie]|due|tre|entramb[ie]|dois|duas|outr[oa]s|все|оба|обе|два|две|три"
)
_COUNTED = re.compile(rf"\b(?:{_COUNTS.pattern})\s+$")


class Spoken:
    """A sentence that has been read, asked what its pieces name.

    Parameters
    ----------
    reading : Reading
        The sentence.
    profile : TableProfile
        The columns.
    shared : set of str
        Filled with the columns that were told together by a word of their names.
    """

    def __init__(self, reading: Reading, profile: TableProfile, shared: set[str]) -> None:
        self._reading = reading
        self._profile = profile
        self._shared = shared

    @property
    def text(self) -> str:
        """The sentence."""
        return self._reading.text

    def units(self) -> list[tuple[Span, list[str]]]:
        """Find every place where columns are spoken of, and which: the longest names first, none within another."""
        text = self._reading.folded
        found = [
            (mention.literal, mention.end - mention.start, mention.score, (mention.start, mention.end))
            for column in self._reading.parts
            for mention in self._reading.mentions_of(column)
            if mention.score >= NEEDED and (mention.literal or _is_one(text[mention.start : mention.end]))
        ]
        found += [
            (False, hit.end - hit.start, 0.5 * hit.score, (hit.start, hit.end))
            for hits in self._reading.hits.values()
            for hit in hits
            if hit.score >= (FAMILY if _COUNTED.search(text, 0, hit.start) else FAMILY_OF_ONE)
        ]
        found += [(True, end - start, 1.0, (start, end)) for start, end in kinds_in(text)]
        kept: list[Span] = []
        for literal, *_, (start, end) in sorted(found, reverse=True):
            said = text[start:end]
            # "Features" are not MiscFeature.
            is_none = THESE.fullmatch(said) or (not literal and _CLASS.fullmatch(said))
            if all(end <= low or high <= start for low, high in kept) and not is_none:
                kept.append((start, end))
        named = [((start, end), self.resolve(start, end, NEEDED)) for start, end in sorted(kept)]
        return [(span, names) for span, names in named if names]

    def resolve(self, start: int, end: int, needed: float, *, backwards: bool = False) -> list[str]:
        """Name the columns that a piece speaks of: mostly one."""
        piece = self._reading.folded[start:end]
        whole = self.whole_names(start, end)
        kind = kind_of(piece)
        if kind is not None and not whole:
            return self.in_order(columns_of_kind(kind, piece, self._profile))
        if whole:
            return [m.column for m in whole]
        near = [m for m in self._reading.mentions(start, end) if m.score >= needed]
        many = _MANY.search(piece) is not None
        alone = self._alone(start, end, near) if needed < WHOLE and not many else ""
        if alone:
            return [alone]
        # "The acid columns" are those of acidity, too.
        near_ones = FAMILY_NEAR_OF_COLUMNS if many and THESE.search(piece) else FAMILY_NEAR
        family = self._family(start, end, FAMILY if many else FAMILY_OF_ONE, near_ones) if needed < WHOLE else []
        if len(family) > 1 and (many or len(family) <= MAX_ALIKE) and not any(m.score >= WHOLE for m in near):
            self._shared.update(family)
            return family
        if not near:
            return family if len(family) == 1 else []
        sure = _apart([m for m in near if m.score >= WHOLE])
        if len(sure) > 1:
            return [m.column for m in sure]
        if backwards:
            # The nearest to the word that follows is meant.
            near.sort(key=lambda m: (-round(m.score, 1), -m.end))
        alike = [m.column for m in near if m.score >= near[0].score - (ALIKE_OF_MANY if many else ALIKE)]
        return alike if many or len(alike) <= MAX_ALIKE else alike[:1]

    def _alone(self, start: int, end: int, near: list[Mention]) -> str:
        """Name the one column whose name holds all the words of a piece, or that alone is met as a whole; else nothing."""
        said = {w.plain for w in words_of(self._reading.text[start:end]) if w.plain not in STOP_WORDS}
        holding = [column for column in self._reading.parts if said and said <= {*name_parts(column)}]
        if len(holding) == 1:
            return holding[0]
        if not holding and near and near[0].score >= MEANT and all(m.score < near[0].score - APART for m in near[1:]):
            return near[0].column
        return ""

    def in_short(self, start: int, end: int, *, backwards: bool = False) -> list[str]:
        """Name the columns of a piece of a list: those that it speaks of, or the likeliest one."""
        named = self.resolve(start, end, NEEDED, backwards=backwards)
        return named or self._likely(start, end, MET if backwards else 0.0)

    def _likely(self, start: int, end: int, met: float) -> list[str]:
        """Name the one column that a short piece of a list speaks of more than of any other, if not surely."""
        words = [word for word in words_of(self._reading.text[start:end]) if word.plain not in STOP_WORDS]
        if not 0 < len(words) <= MAX_SAID:
            return []
        near = [m for m in self._reading.mentions(start, end) if m.score >= LIKELY and m.best >= met]
        if not near or (len(near) > 1 and near[1].score > near[0].score - AHEAD):
            return []
        return [near[0].column]

    def _family(self, start: int, end: int, needed: float, near: float) -> list[str]:
        """Name the columns that share what a piece says: of "both names" first_name and last_name."""
        said = [
            (start + word.start, start + word.end)
            for word in words_of(self._reading.text[start:end])
            if word.plain not in STOP_WORDS and not any(r.fullmatch(word.plain) for r in (_COUNTS, THESE, _THINGS))
        ]
        members: dict[str, tuple[int, float]] = {}
        for column, parts in self._reading.parts.items():
            hits = [(hit, part) for part in parts for hit in self._reading.hits.get(part, ()) if hit.score >= needed]
            met = [
                [(hit.score, part) for hit, part in hits if hit.start <= low and high <= hit.end] for low, high in said
            ]
            if met and all(met):
                members[column] = len({max(one)[1] for one in met}), min(max(one)[0] for one in met)
        if not members or len(members) > MAX_FAMILY:
            return []
        # "living area" is two parts of GrLivArea, and only one of LotArea.
        most = max(n for n, _ in members.values())
        best = max(score for n, score in members.values() if n == most)
        return [column for column, (n, score) in members.items() if n == most and score >= best - near]

    def whole_names(self, start: int, end: int) -> list[Mention]:
        """Find the columns whose whole names stand here; a name within a longer one is not meant."""
        found = [
            mention
            for column in self._reading.literals
            for mention in self._reading.mentions_of(column, ((start, end),))
            if mention.literal
        ]
        return _apart(found)

    def range(self, start: int, end: int) -> list[str]:
        """Read "V1 to V5": the columns from one to the other, in the table's order."""
        found = sorted(self.whole_names(start, end), key=lambda m: m.start)
        order = {name: place for place, name in enumerate(self._profile.column_names)}
        names: list[str] = []
        for one, other in pairwise(found):
            between = self._reading.folded[one.end : other.start]
            if RANGE.fullmatch(between) and order[one.column] < order[other.column]:
                names += self._profile.column_names[order[one.column] : order[other.column] + 1]
        return names

    def in_order(self, names: list[str]) -> list[str]:
        """Bring names to the table's order, each once."""
        return [name for name in self._profile.column_names if name in names]


def _is_one(said: str) -> bool:
    """Whether what is met between the first and the last part of a name can be one name: no list, no two sentences."""
    return len(said) <= MAX_APART and not re.search(r"[,;:?!()。，、；]|[.]\s", said)


def _apart(found: list[Mention]) -> list[Mention]:
    """Keep the longest of mentions that overlap."""
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start - m.end, -m.score)):
        if all(mention.end <= other.start or other.end <= mention.start for other in kept):
            kept.append(mention)
    return kept
