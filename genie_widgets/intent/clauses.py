"""Lists of columns in a sentence: those to leave out, and those to keep to; before or after the word that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from genie_widgets.intent import phrases
from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.lists import ARTICLES, AT_A_TIME, SEPARATORS
from genie_widgets.intent.mentions import Mention
from genie_widgets.intent.reading import read
from genie_widgets.intent.sorting import take_by_role
from genie_widgets.intent.spoken import NEEDED, RANGE, THESE, WHOLE, Spoken
from genie_widgets.intent.words import STOP_WORDS, Span, words_of
from genie_widgets.schema import TableProfile

# More words than these are no column's name.
MAX_STRAY = 4
MAX_SKIPPED = 3
_SENTENCE_END = re.compile(r"[.;!?](?=\s|$)|[?!;](?=[\u3040-\u9fff\uac00-\ud7a3])|[。；！？।\n]|…| - | – |\((?=\w)|\)")
# "..., but": no list that ends after it begins before.
_TURN = re.compile(r"[,，、]\s*(?:(?:but|pero|mais|aber|mas|ma|но|लेकिन|पर|मगर)(?=\s)|但|不过)")
# After these, too, anything may be denied.
_NEGATION = re.compile(r"(?:not|nothing|we|niente|nessun|nada|ni|pas|rien|weder|nichts|ни|никаких)\b")
# "Only what we know without a lab: age and sex": which columns these are is told behind.
_TOLD_BEHIND = re.compile(r"[^.;!?:\n]{3,60}:\s")
_BRACKETS = re.compile(r"\([^()]{2,120}\)")
_OPEN_LIST = re.compile(
    r"\b(?:such as|like|including|other|others|various|different|several|many|etc|e\.g|all|every|everything|any|"
    r"otr[oa]s|autres?|andere\w*|outr[oa]s|altri|altre|други\w+|остальн\w+|only)\b|等|其他|など|他の|다른|기타|अन्य"
)
# What follows one of these is said of the columns before it.
_TELLS = re.compile(
    r"\b(?:is|are|was|were|comes?|gets?|got|happens?|exists?|only|would|will|makes?|follows?|leaks?|gives?|adds?|tells?|"
    r"says?|reveals?|defines?|contains?|depends?|means?|which|that|ist|sind|wird|werden|kommt|kommen|steh\w+|kennt|weiss|verrat\w*|"
    r"es|son|se|est|sont|on|vient|viennent|e|sao|vem|sono|viene|vengono)\b"
)
_WONDERS = re.compile(
    r"\b(?:whether|if|ob|wenn|si|se|s.il|если|ли)\b|^\W*(?:will|would|is|are|does|do|did|can|wird|werden|ist|sind)\b|是否|会不会|かどうか"
)
# What is said of inputs, and of nothing that happens.
_OF_MODELS = re.compile(
    r"us(?:ed?|ing|at|ar|ad)|includ|consider|known|model|input|feature|count|matter|play|influenc|allowed|it|them|those"
)
_WHETHER = frozenset("whether if ob si se do does that".split())
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
    spoken = clauses.spoken
    clauses.forward("only", "features")
    clauses.backward("only_after", "features")
    clauses.forward("ignore", "ignore")
    clauses.backward("ignore_after", "ignore")
    if not found.features:
        clauses.listed()
    take_by_role(spoken, found, profile)


class _Clauses:
    """The sentence as it is being read; what is read is blanked out.

    Attributes
    ----------
    spoken : Spoken
        What is left of it.
    """

    def __init__(self, found: Constraints, profile: TableProfile) -> None:
        self._found = found
        self._profile = profile
        self._told: list[Span] = []
        self._reread()
        self._named = sorted(
            span for spans in self._reading.literals.values() for span in spans if span[1] - span[0] > 2
        )
        self._told = self._told_in_brackets()
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
        # "the days in stock (Standtage)": what stands in brackets is the name of what stands before.
        glosses = {place for low, high in self._named if self._is_bracketed(low, high) for place in (low - 1, high)}
        glosses |= {place for span in self._told for place in span}
        return [
            m.span()
            for m in _SENTENCE_END.finditer(self._reading.folded)
            if not self._is_in_name(*m.span()) and m.start() not in glosses
        ]

    def _told_in_brackets(self) -> list[Span]:
        """Find "the coordinates (utm_x, utm_y)": brackets that tell which columns are meant, each a name."""
        found = []
        for match in _BRACKETS.finditer(self._reading.folded):
            if any(low <= match.start() < high for low, high in self._named):
                continue
            pieces = [span for span in self._pieces(match.start() + 1, match.end() - 1) if self._says_something(*span)]
            if pieces and all(self._left_over(*span, self.spoken.resolve(*span, WHOLE)) == 0 for span in pieces):
                found.append((match.start(), match.end() - 1))
        return found

    def _says_something(self, low: int, high: int) -> bool:
        return _says_something(self._reading.text[low:high]) or bool(self.spoken.whole_names(low, high))

    def _is_bracketed(self, low: int, high: int) -> bool:
        return self._reading.text[max(0, low - 1) : low] == "(" and self._reading.text[high : high + 1] == ")"

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
        turns = [m.span() for m in _TURN.finditer(self._reading.folded)]
        starts = [high for _, high in (*self._borders(), *turns, *self._done) if high <= end]
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
            told = _TOLD_BEHIND.match(self._reading.folded, start) if field == "features" and not names else None
            if told is not None:
                names, low, high, stray = self._list(told.end(), self._after(told.end(), []), skips=False)
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
            if field == "ignore" and self._wonders(low, match):
                continue
            openers = ("listed", "only_open") if field == "features" else ("ignore_open",)
            opened = [m.end() for opener in openers for m in self._cues(opener) if low <= m.start() < match.start()]
            low = max(opened) if opened else low
            names, first, complete = self._list_back(low, match.start())
            if field == "features" and AT_A_TIME.search(self._reading.folded, low, first):
                continue
            if field == "ignore" and not opened:
                names, first = self._without_target(names, first, match)
            if names and (field == "ignore" or complete):
                self._take(field, names, first, match.end())
        self._reread()

    def _wonders(self, low: int, match: re.Match[str]) -> bool:
        """Whether a word tells what may happen ("whether the email is junk"), and not what is left out."""
        piece = re.split(r"[,，、]", self._reading.folded[low : match.start()])[-1]
        return _WONDERS.search(piece) is not None and _OF_MODELS.search(match.group()) is None

    def _without_target(self, names: list[str], first: int, match: re.Match[str]) -> tuple[list[str], int]:
        """Give back the first of "price, id and name don't count" where nothing else is said: it is asked for."""
        around = self._reading.text[:first] + self._reading.text[match.end() :]
        comma = re.compile(r"[^,，、]*[,，、]").match(self._reading.text, first)
        if len(names) < 2 or _says_something(around) or comma is None:
            return names, first
        asked = self.spoken.resolve(first, comma.end() - 1, WHOLE)
        others = [name for name in names if name not in asked]
        return (others, comma.end()) if len(asked) == 1 and others else (names, first)

    def listed(self) -> None:
        """Read "from A, B and C": a limit where columns, and nothing else, are listed, each in few words."""
        for match in self._cues("listed"):
            start = match.end()
            end = self._after(start, [])
            clause = self._reading.folded[start:end]
            if _OPEN_LIST.search(clause):
                continue
            pieces = list(self._pieces(start, end))
            resolved = [(high, self._listed(low, high)) for low, high in pieces]
            kept: list[str] = []
            last = start
            for end_of_piece, names in resolved:
                if not names:
                    break
                kept += names
                last = end_of_piece
            whole = len(resolved) > 0 and last == resolved[-1][0]
            kept = list(dict.fromkeys(kept))
            surely = [name for low, high in pieces for name in self.spoken.resolve(low, high, WHOLE)]
            one_by_one = len(kept) > 1 and len(pieces) > 1
            if whole and (one_by_one or (set(surely) >= set(kept) and (len(kept) > 1 or THESE.search(clause)))):
                self._take("features", kept, match.start(), last)
                break
        self._reread()

    def _listed(self, low: int, high: int) -> list[str]:
        """Name the columns of a piece of a list, by their whole names or in few words."""
        names = self.spoken.resolve(low, high, WHOLE)
        if names:
            return names if self._left_over(low, high, names) == 0 else []
        short = len(self._reading.folded[low:high].split()) <= MAX_STRAY
        return self.spoken.in_short(low, high) if short else []

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
            and not THESE.fullmatch(word.plain)
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
        self.spoken = Spoken(self._reading, self._profile, self._found.shared)

    def _pieces(self, start: int, end: int, *, opening: bool = False) -> Iterator[Span]:
        """Split at commas and "and", and where brackets that hold a list open, but not within a column's name."""
        at = start
        found = [m.span() for m in SEPARATORS.finditer(self._reading.folded, start, end)]
        found += [(low, low + 1) for low, _ in self._told if opening and start <= low < end]
        for low, high in sorted(found):
            if self._is_in_name(low, high):
                continue
            yield at, low
            at = high
        yield at, end

    def _list(self, start: int, end: int, *, skips: bool) -> tuple[list[str], int, int, str]:
        """Read a list from its beginning: the columns, where they begin and end, and first words that name none."""
        ranged = self.spoken.range(start, end)
        names: list[str] = list(ranged)
        last, stray = start, ""
        for low, high in self._pieces(start, end):
            piece = self._reading.text[low:high]
            if not self._says_something(low, high):
                continue
            told = phrases.pattern("cues", "target").search(self._reading.folded, low, high)
            if told and not names:
                continue  # "excluding the target x and ..."
            if told and not self._is_in_name(*told.span()):
                break  # "..., target x"
            run = self._run(low, high)
            resolved = self.spoken.in_short(low, run)
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
        return self.spoken.in_order(names), last, last, stray

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
        return sorted(self.spoken.whole_names(start, end), key=lambda m: m.start)

    def _is_link(self, one: Mention, other: Mention) -> bool:
        """Whether what stands between two names goes on with the list: nothing, "the", "column", or "to"."""
        between = self._reading.folded[one.end : other.start]
        if RANGE.fullmatch(between):
            names = self._profile.column_names
            return names.index(one.column) < names.index(other.column)
        return all(word.plain in ARTICLES or THESE.fullmatch(word.plain) for word in words_of(between))

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
        names: list[str] = list(self.spoken.range(start, end))
        first, complete = end, True
        # "What we know later (a, b) must go": the list begins at the bracket.
        for low, high in reversed(list(self._pieces(start, end, opening=True))):
            piece = self._reading.text[low:high]
            if not self._says_something(low, high) or _LOOKS_BACK.match(phrases.folded(piece)):
                continue
            run = self._run_back(low, high)
            subject = self._subject(run, high)
            asks = self._verb(run, subject)
            resolved = [] if names and asks else self.spoken.in_short(run, subject, backwards=True)
            if not resolved:
                complete = False
                break
            names += [name for name in resolved if name not in names]
            begins = self._start_of(resolved, run, subject)
            first = min(first, begins)
            if run > low or self._verb(low, begins):
                break
        return self.spoken.in_order(names), first, complete

    def _subject(self, low: int, high: int) -> int:
        """Where the subject ends of "the calls come after delivery": what is told of it is not meant."""
        for match in _TELLS.finditer(self._reading.folded, low, high):
            if not self._is_in_name(*match.span()) and self.spoken.resolve(low, match.start(), NEEDED):
                return match.start()
        return high

    def _verb(self, low: int, high: int) -> bool:
        """Whether a piece asks for something before it names its column: no list goes on before that."""
        asks = phrases.pattern("cues", "ask").finditer(self._reading.folded, low, high)
        # "..., or whether somebody is foreign" goes on with a list.
        return any(match.group() not in _WHETHER for match in asks)


def _says_something(piece: str) -> bool:
    return any(word.plain not in STOP_WORDS for word in words_of(piece))


def _is_weak(match: re.Match[str], field: str) -> bool:
    """Whether what follows may be no column at all: after one word ("nur", "seulement"), or "forget about money"."""
    said = match.group().strip()
    return (
        said.startswith(("forget", "avoid"))
        or _NEGATION.match(said) is not None
        or said.split()[-1] in ("no", "not")
        or (field == "features" and " " not in said and said.isascii())
    )


def _pronoun(clause: str) -> bool:
    return re.match(phrases.tables()["constraints"]["pronoun"][0], clause) is not None
