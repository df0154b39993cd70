"""Lists of columns in a sentence: those to leave out, and those to keep to; before or after the word that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from genie_widgets.intent import phrases
from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.kinds import columns_of_kind, kind_of
from genie_widgets.intent.reading import Mention, read
from genie_widgets.intent.words import STOP_WORDS, words_of
from genie_widgets.schema import TableProfile

NEEDED, WHOLE = 0.5, 0.9
# As surely as the surest, or nearly: "both names".
ALIKE, ALIKE_OF_MANY = 0.02, 0.15
# More words than these are no column's name.
MAX_STRAY = 4
MAX_SKIPPED = 3
# Columns that share a word: as surely as the surest or nearly; so many may be meant by one word in the singular, and in the plural.
FAMILY, FAMILY_OF_ONE, FAMILY_NEAR = 0.6, 0.8, 0.12
MAX_ALIKE, MAX_FAMILY = 3, 12
Span = tuple[int, int]
_SENTENCE_END = re.compile(r"[.;!?](?=\s|$)|[?!;](?=[\u3040-\u9fff\uac00-\ud7a3])|[。；！？।\n]|…| - | – |\((?=\w)|\)")
_SEPARATORS = re.compile(
    r"[,、，/&+]|\b(?:and|or|nor|plus|as well as|also|too|y|e|o|u|et|ou|ni|nem|ne|und|oder|sowie|noch|и|или|а также|both)\b|"
    r"和|与|及|或|以及|と|や|및|(?<=[\w)\]])[와과랑](?=\s)|그리고|और|या|तथा"
)
_MANY = re.compile(
    r"\b(?:all|any|both|every|columns|fields|features|variables|ones|todas?|todos|toutes?|tous|alle|tutti|tutte|все)\b|\w{3,}s\b|所有|全部|すべて|全て|모든|सभी"
)
_OPEN_LIST = re.compile(
    r"\b(?:such as|like|including|other|others|various|different|several|many|etc|e\.g|all|every|everything|any|"
    r"otr[oa]s|autres?|andere\w*|outr[oa]s|altri|altre|други\w+|остальн\w+|only)\b|等|其他|など|他の|다른|기타|अन्य"
)
_THESE = re.compile(
    r"\b(?:features?|columns?|variables?|fields?|attributes?|alone|columnas?|variables?|colonnes?|spalten?|merkmale?|colunas?|colonne|колон\w+|столбц\w+|признак\w+)\b|列|特征|字段|特徴|컬럼|열|변수|कॉलम"
)
_ARTICLES = frozenset(
    "the a an my our this that these those not no nor neither either de del la el los las le les l des du der die das den "
    "dem ein eine il lo gli i o os as column columns".split()
)
_WHETHER = frozenset("whether if ob si se do does that".split())
_RANGE = re.compile(
    r"[\s\"'`“”]*(?:to|through|thru|until|up to|-|–|—|~|bis|a|à|hasta|ate|fino a|по|до|至|到|から|〜|부터|से)[\s\"'`“”]*"
)
_COUNTS = re.compile(
    r"all|any|both|every|other|others|two|three|four|five|\d|todas?|todos|ambos|ambas|dos|tres|toutes?|tous|deux|trois|autres|"
    r"alle|beide\w*|zwei|drei|andere\w*|tutt[ie]|due|tre|entramb[ie]|dois|duas|outr[oa]s|все|оба|обе|два|две|три"
)
_LOOKS_BACK = re.compile(
    r"^\W*(?:so|because|as|since|they|it|which|that|those|these|all|this|input|we|also|auch|bitte|please)?\W*(?:they|it|them|that|those|these)?\W*$"
)


def find_columns(found: Constraints, profile: TableProfile) -> None:
    """Find the columns to leave out and those to keep to."""
    later = phrases.pattern("constraints", "ignore_later").search(phrases.folded(found.rest))
    if later:
        end = re.compile(r"[^.;!?,\n]{0,60}").match(found.rest, later.end())
        found.later = found.rest[later.start() : end.end() if end else later.end()].strip()
        # With the words that open it: "don't use", "ignore".
        found.blank(later.start(), later.start() + len(found.later))
    clauses = _Clauses(found, profile)
    clauses.forward("only", "features")
    clauses.backward("only_after", "features")
    clauses.forward("ignore", "ignore")
    clauses.backward("ignore_after", "ignore")
    if not found.features:
        clauses.listed()


class _Clauses:
    """The sentence as it is being read; what is read is blanked out."""

    def __init__(self, found: Constraints, profile: TableProfile) -> None:
        self._found = found
        self._profile = profile
        self._reading = read(found.rest, profile)
        self._named = sorted(
            span for spans in self._reading.literals.values() for span in spans if span[1] - span[0] > 2
        )
        self._done: list[Span] = []

    def _is_in_name(self, start: int, end: int) -> bool:
        return any(low <= start and end <= high and (low, high) != (start, end) for low, high in self._named)

    def _cues(self, name: str) -> list[re.Match[str]]:
        text = self._reading.folded
        return [
            match
            for match in phrases.pattern("constraints", name).finditer(text)
            if not self._is_in_name(*match.span())
            and match.span() not in self._named
            and not any(low < match.end() and match.start() < high for low, high in self._done)
        ]

    def _borders(self) -> list[Span]:
        return [m.span() for m in _SENTENCE_END.finditer(self._reading.folded) if not self._is_in_name(*m.span())]

    def _after(self, start: int, others: list[int]) -> int:
        """Where the clause that begins at `start` ends."""
        text = self._reading.folded
        ends = [low for low, _ in self._borders() if low >= start] + [low for low in others if low >= start]
        stop = next(
            (
                m.start()
                for m in phrases.pattern("constraints", "clause_end").finditer(text, start)
                if not self._is_in_name(*m.span()) and m.span() not in self._named
            ),
            len(text),
        )
        return min([*ends, stop, len(text)])

    def _before(self, end: int) -> int:
        """Where the clause that ends at `end` begins."""
        starts = [high for _, high in self._borders() if high <= end] + [high for _, high in self._done if high <= end]
        return max([0, *starts])

    def forward(self, cue: str, field: str) -> None:
        """Read the columns that follow a word."""
        cues = self._cues(cue)
        others = sorted({m.start() for name in ("only", "ignore") for m in self._cues(name)})
        read_to = 0
        for match in cues:
            if match.start() < read_to:
                continue  # a second opening in a clause that is already read
            start = match.end()
            end = self._after(start, [place for place in others if place > match.start()])
            names, low, high, stray = self._list(start, end, skips=field == "ignore")
            if names:
                read_to = high
                self._take(field, names, match.start(), high)
                if stray and not _is_weak(match, field):
                    self._found.unmatched.append((field, stray))
                continue
            if _pronoun(self._reading.folded[start:end]):
                self._look_back(field, match.start(), end, match)
            elif stray and len(stray.split()) <= MAX_STRAY and not _is_weak(match, field):
                self._found.unmatched.append((field, stray))
                if field == "features":
                    self._found.blank(match.start(), low)
        self._reread()

    def _look_back(self, field: str, start: int, end: int, match: re.Match[str]) -> None:
        """Read "..., drop it": what it is stands before, in this sentence or the one before."""
        low = self._before(start)
        names, first, _ = self._list_back(low, start)
        if not names:
            low = self._before(max(0, low - 2))
            names, first, _ = self._list_back(low, start)
        if names:
            self._take(field, names, first, max(end, match.end()))

    def backward(self, cue: str, field: str) -> None:
        """Read the columns that stand before a word."""
        for match in self._cues(cue):
            low = self._before(match.start())
            openers = ("listed", "only_open") if field == "features" else ("ignore_open",)
            opened = [m.end() for opener in openers for m in self._cues(opener) if low <= m.start() < match.start()]
            low = max(opened) if opened else low
            names, first, complete = self._list_back(low, match.start())
            if field == "ignore" and not opened:
                names, first = self._without_target(names, first, match)
            if names and (field == "ignore" or complete):
                self._take(field, names, first, match.end())
        self._reread()

    def _without_target(self, names: list[str], first: int, match: re.Match[str]) -> tuple[list[str], int]:
        """Give back the first of "price, id and name don't count" where nothing else is said: it is asked for."""
        around = self._reading.text[:first] + self._reading.text[match.end() :]
        comma = re.compile(r"[^,，、]*[,，、]").match(self._reading.text, first)
        if len(names) < 2 or _says_something(around) or comma is None:
            return names, first
        asked = self._resolve(first, comma.end() - 1, WHOLE)
        others = [name for name in names if name not in asked]
        return (others, comma.end()) if len(asked) == 1 and others else (names, first)

    def listed(self) -> None:
        """Read "from A, B and C": a limit where columns, and nothing else, are listed by their whole names."""
        for match in self._cues("listed"):
            start = match.end()
            end = self._after(start, [])
            clause = self._reading.folded[start:end]
            if _OPEN_LIST.search(clause):
                continue
            pieces = list(self._pieces(start, end))
            resolved = [(low, high, self._resolve(low, high, WHOLE)) for low, high in pieces]
            kept: list[str] = []
            last = start
            for low, high, names in resolved:
                if not names or self._left_over(low, high, names) > 0:
                    break
                kept += names
                last = high
            whole = len(resolved) > 0 and last == resolved[-1][1]
            kept = list(dict.fromkeys(kept))
            if whole and (len(kept) > 1 or (kept and _THESE.search(clause))):
                self._take("features", kept, match.start(), last)
                break
        self._reread()

    def _left_over(self, low: int, high: int, names: list[str]) -> int:
        """Count the words of a piece that are no part of a column's name."""
        spans = [
            (m.start, m.end)
            for name in names
            for m in self._reading.mentions_of(name, ((low, high),))
            if m.score > NEEDED
        ]
        words = words_of(self._reading.text[low:high])
        return sum(
            word.plain not in STOP_WORDS
            and not _THESE.fullmatch(word.plain)
            and not any(s <= low + word.start and low + word.end <= e for s, e in spans)
            for word in words
        )

    def _take(self, field: str, names: list[str], start: int, end: int) -> None:
        into: list[str] = getattr(self._found, field)
        fresh = [name for name in names if name not in into]
        if fresh:
            into.extend(fresh)
            self._found.note(field, ", ".join(fresh), start, end)
        self._done.append((start, end))

    def _reread(self) -> None:
        self._reading = read(self._found.rest, self._profile)

    def _pieces(self, start: int, end: int) -> Iterator[Span]:
        """Split at commas and "and", but not within a column's name."""
        at = start
        for match in _SEPARATORS.finditer(self._reading.folded, start, end):
            if self._is_in_name(*match.span()):
                continue
            yield at, match.start()
            at = match.end()
        yield at, end

    def _list(self, start: int, end: int, *, skips: bool) -> tuple[list[str], int, int, str]:
        """Read a list from its beginning: the columns, where they begin and end, and first words that name none."""
        ranged = self._range(start, end)
        names: list[str] = list(ranged)
        last, stray = start, ""
        for low, high in self._pieces(start, end):
            piece = self._reading.text[low:high]
            if not _says_something(piece) and not self._whole_names(low, high):
                continue
            told = phrases.pattern("cues", "target").search(self._reading.folded, low, high)
            if told and not names:
                continue  # "excluding the target x and ..."
            if told and not self._is_in_name(*told.span()):
                break  # "..., target x"
            run = self._run(low, high)
            resolved = self._resolve(low, run, NEEDED)
            if not resolved:
                if not names and not stray:
                    stray = piece.strip(" \t\"'`.,:")
                    last = high
                if not skips or len(piece.split()) > MAX_SKIPPED or self._verb(low, high):
                    break
                continue  # one of a list that the table does not have: the others count
            if names and self._verb(low, self._start_of(resolved, low, run)):
                break  # "..., what will the price be?"
            names += [name for name in resolved if name not in names]
            last = self._end_of(resolved, low, run)
            if run < high:
                break  # "... for the price": no list goes on after that
        return self._in_order(names), last, last, stray

    def _run(self, start: int, end: int) -> int:
        """Where names end that stand one beside the other in a piece: another one after other words is not listed."""
        for one, other in pairwise(self._whole(start, end)):
            if not self._is_link(one, other):
                return one.end
        return end

    def _run_back(self, start: int, end: int) -> int:
        """Where such names begin that stand at the end of a piece."""
        for one, other in pairwise(reversed(self._whole(start, end))):
            if not self._is_link(other, one):
                return other.end
        return start

    def _whole(self, start: int, end: int) -> list[Mention]:
        return sorted(self._whole_names(start, end), key=lambda m: m.start)

    def _is_link(self, one: Mention, other: Mention) -> bool:
        """Whether what stands between two names goes on with the list: nothing, "the", "column", or "to"."""
        between = self._reading.folded[one.end : other.start]
        if _RANGE.fullmatch(between):
            names = self._profile.column_names
            return names.index(one.column) < names.index(other.column)
        return all(word.plain in _ARTICLES or _THESE.fullmatch(word.plain) for word in words_of(between))

    def _start_of(self, names: list[str], low: int, high: int) -> int:
        starts = [m.start for name in names for m in self._reading.mentions_of(name, ((low, high),))[:1]]
        return min(starts, default=low)

    def _end_of(self, names: list[str], low: int, high: int) -> int:
        ends = [m.end for name in names for m in self._reading.mentions_of(name, ((low, high),))[:1]]
        last = max(ends, default=high)
        # "the id column", "the ID.": what belongs to the noun goes with it.
        tail = re.compile(r"[\"'`”’)」]*(?:\s+(?:columns?|fields?|variables?|features?|too|as well))*").match(
            self._reading.text, last
        )
        return min(high, tail.end()) if tail else last

    def _list_back(self, start: int, end: int) -> tuple[list[str], int, bool]:
        """Read a list from its end: the columns, where they begin, and whether all before them was read."""
        names: list[str] = list(self._range(start, end))
        first, complete = end, True
        for low, high in reversed(list(self._pieces(start, end))):
            piece = self._reading.text[low:high]
            if (not _says_something(piece) and not self._whole_names(low, high)) or _LOOKS_BACK.match(
                phrases.folded(piece)
            ):
                continue
            run = self._run_back(low, high)
            asks = self._verb(run, high)
            resolved = [] if names and asks else self._resolve(run, high, NEEDED, backwards=True)
            if not resolved:
                complete = False
                break
            names += [name for name in resolved if name not in names]
            begins = self._start_of(resolved, run, high)
            first = min(first, begins)
            if run > low or self._verb(low, begins):
                break
        return self._in_order(names), first, complete

    def _verb(self, low: int, high: int) -> bool:
        """Whether a piece asks for something before it names its column: no list goes on before that."""
        asks = phrases.pattern("cues", "ask").finditer(self._reading.folded, low, high)
        # "..., or whether somebody is foreign" goes on with a list.
        return any(match.group() not in _WHETHER for match in asks)

    def _resolve(self, start: int, end: int, needed: float, *, backwards: bool = False) -> list[str]:
        """Name the columns that a piece speaks of: mostly one."""
        piece = self._reading.folded[start:end]
        whole = self._whole_names(start, end)
        kind = kind_of(piece)
        if kind is not None and not whole:
            return self._in_order(columns_of_kind(kind, piece, self._profile))
        if whole:
            return [m.column for m in whole]
        near = [m for m in self._reading.mentions(start, end) if m.score >= needed]
        many = _MANY.search(piece) is not None
        family = self._family(start, end, FAMILY if many else FAMILY_OF_ONE) if needed < WHOLE else []
        if len(family) > 1 and (many or len(family) <= MAX_ALIKE) and not any(m.score >= WHOLE for m in near):
            self._found.shared.update(family)
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

    def _family(self, start: int, end: int, needed: float) -> list[str]:
        """Name the columns that share what a piece says: of "both names" first_name and last_name."""
        said = [
            (start + word.start, start + word.end)
            for word in words_of(self._reading.text[start:end])
            if word.plain not in STOP_WORDS and not _COUNTS.fullmatch(word.plain) and not _THESE.fullmatch(word.plain)
        ]
        members: dict[str, tuple[int, float]] = {}
        for column, parts in self._reading.parts.items():
            hits = [(hit, part) for part in parts for hit in self._reading.hits.get(part, ()) if hit.score >= needed]
            met = [[(hit.score, part) for hit, part in hits if hit.start <= low and high <= hit.end] for low, high in said]
            if met and all(met):
                members[column] = len({max(one)[1] for one in met}), min(max(one)[0] for one in met)
        if not members or len(members) > MAX_FAMILY:
            return []
        # "living area" is two parts of GrLivArea, and only one of LotArea.
        most = max(n for n, _ in members.values())
        best = max(score for n, score in members.values() if n == most)
        return [column for column, (n, score) in members.items() if n == most and score >= best - FAMILY_NEAR]

    def _whole_names(self, start: int, end: int) -> list[Mention]:
        """Find the columns whose whole names stand here; a name within a longer one is not meant."""
        found = [
            mention
            for column in self._reading.literals
            for mention in self._reading.mentions_of(column, ((start, end),))
            if mention.literal
        ]
        return _apart(found)

    def _range(self, start: int, end: int) -> list[str]:
        """Read "V1 to V5": the columns from one to the other, in the table's order."""
        found = sorted(self._whole_names(start, end), key=lambda m: m.start)
        order = {name: place for place, name in enumerate(self._profile.column_names)}
        names: list[str] = []
        for one, other in pairwise(found):
            between = self._reading.folded[one.end : other.start]
            if _RANGE.fullmatch(between) and order[one.column] < order[other.column]:
                names += self._profile.column_names[order[one.column] : order[other.column] + 1]
        return names

    def _in_order(self, names: list[str]) -> list[str]:
        return [name for name in self._profile.column_names if name in names]


def _apart(found: list[Mention]) -> list[Mention]:
    """Keep the longest of mentions that overlap."""
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start - m.end, -m.score)):
        if all(mention.end <= other.start or other.end <= mention.start for other in kept):
            kept.append(mention)
    return kept


def _says_something(piece: str) -> bool:
    return any(word.plain not in STOP_WORDS for word in words_of(piece))


def _is_weak(match: re.Match[str], field: str) -> bool:
    """Whether what follows may be no column at all: after one word ("nur", "seulement"), or "forget about money"."""
    said = match.group().strip()
    return (
        said.startswith(("forget", "avoid"))
        or said.split()[-1] in ("no", "not")
        or (field == "features" and " " not in said and said.isascii())
    )


def _pronoun(clause: str) -> bool:
    return re.match(phrases.tables()["constraints"]["pronoun"][0], clause) is not None
