"""A sentence read to its end: what is asked besides the target, which column is meant, and whether a prediction is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from genie_widgets.intent import phrases
from genie_widgets.intent.commanded import says_more, without_context
from genie_widgets.intent.constraints import Constraints, find_constraints
from genie_widgets.intent.features import Matrix
from genie_widgets.intent.lists import columns_in_lists
from genie_widgets.intent.reading import read, spoken_values
from genie_widgets.intent.refusals import Suspicion, suspicion_of
from genie_widgets.intent.rereading import Rereading, kinds_of_request, read_again
from genie_widgets.intent.roles import ROLES
from genie_widgets.intent.target import Candidate, FirstReading, is_clear, rank_targets, read_first
from genie_widgets.intent.wished import FEATURES, IGNORE, NEITHER, wishes_of
from genie_widgets.intent.words import STOP_WORDS, words_of
from genie_widgets.schema import TableProfile

# From this probability on a column is left out, or kept to, that the phrases did not find; below the second one they found
# it wrongly.
TAKEN = {IGNORE: 0.75, FEATURES: 0.7}
KEPT = {IGNORE: 0.2, FEATURES: 0.2}
# Of those that only a classifier found, without a phrase.
KEPT_BY_ROLE = {IGNORE: 0.6, FEATURES: 0.6}
# Below this probability of no wish, what is wished of a column counts against its being the target; but it counts so much
# at least, however sure the wish is: people contradict themselves.
WISHED_BELOW, OPEN_AT_LEAST = 0.5, 0.25
# So many columns beside each other are a list.
LEAST_LIST = 2
# Names that are no words, and what then is left of another column's probability.
_CODE, IN_DOUBT = re.compile(r"(?=\S{5})[^\W\d]\w*_\w*\w"), 0.45
# "What is the price?" may ask for a figure of the table, or for a prediction of it.
_MAY_ASK_FOR_A_COLUMN = ("reporting", "chat")


@dataclass(frozen=True)
class Heard:
    """What a sentence says.

    Attributes
    ----------
    asked : Constraints
        What is asked besides the target.
    ranked : list of Candidate
        The columns as targets, most probable first.
    suspicion : Suspicion
        How probable it is that no prediction is asked for.
    """

    asked: Constraints
    ranked: list[Candidate]
    suspicion: Suspicion


def hear(text: str, profile: TableProfile) -> Heard:
    """Read a sentence: by words first, and where that leaves doubt as a whole beside the columns.

    Parameters
    ----------
    text : str
        The sentence.
    profile : TableProfile
        The columns.

    Returns
    -------
    Heard
        Nothing is decided yet.
    """
    asked = find_constraints(text, profile)
    first = read_first(asked.rest, profile)
    again = _again(asked, first, profile)
    # "Predict the species, ignore the island": what is said besides concerns the rest, and casts no doubt on the name.
    is_outright = not first.leaves_doubt and not says_more(asked.rest, first.best_span)
    ranked = rank_targets(first, profile, None if again is None or is_outright else _open_ones(again))
    ranked = _of_one_column(ranked, first, profile)
    ranked = _of_code(ranked, first, asked, profile)
    if again is not None:
        _settle(asked, again, ranked, profile)
    # Where something is outright to be predicted, what is said around that is no request.
    said = without_context(asked.whole, profile)
    kinds = again.kinds if again is not None and said == asked.whole else kinds_of_request(said, profile.column_names)
    suspicion = suspicion_of(asked.rest, profile, kinds)
    if suspicion.reason in _MAY_ASK_FOR_A_COLUMN and _names_only(asked.rest, ranked):
        suspicion = replace(suspicion, probability=0.0, vague=0.0)
    return Heard(asked, ranked, suspicion)


def _names_only(text: str, ranked: list[Candidate]) -> bool:
    """Whether nothing but the likeliest column's whole name is said ("what is the airport name?")."""
    if not ranked or ranked[0].spoken < 1.0:
        return False
    return not says_more(text, [(ranked[0].start, ranked[0].end)])


def _again(asked: Constraints, first: FirstReading, profile: TableProfile) -> Rereading | None:
    """Read a second time, unless no more is said than to predict a column by its name."""
    if not asked.whole.strip() or not (first.leaves_doubt or says_more(asked.whole, first.best_span)):
        return None
    wishes = wishes_of(asked, profile)
    return read_again(asked, profile, first.evidence, first.probabilities, wishes)


def _of_one_column(ranked: list[Candidate], first: FirstReading, profile: TableProfile) -> list[Candidate]:
    """Put a column first whose name and values are all that is said ("who is on the pro plan?")."""
    named = [candidate for candidate in ranked[1:] if candidate.spoken >= 1.0]
    if not named:
        return ranked
    reading = read(first.text, profile)
    said = [(word.start, word.end) for word in reading.words if word.plain not in STOP_WORDS]
    for candidate in named:
        hits = spoken_values(reading, profile.column(candidate.column))
        spans = [(candidate.start, candidate.end), *((hit.start, hit.end) for hit in hits)]
        if hits and all(any(low <= start and end <= high for low, high in spans) for start, end in said):
            own = replace(candidate, score=ranked[0].score, agreed=True)
            others = [replace(c, score=min(c.score, candidate.score)) for c in ranked if c is not candidate]
            return [own, *others]
    return ranked


def _of_code(
    ranked: list[Candidate], first: FirstReading, asked: Constraints, profile: TableProfile
) -> list[Candidate]:
    """Doubt a column of like words where another's name stands as only a table writes it ("(koi_pdisposition)")."""
    literals = read(first.text, profile).literals
    coded = [
        name for name in literals if _CODE.fullmatch(name.strip()) and name not in (*asked.ignore, *asked.features)
    ]
    if len(coded) != 1 or ranked[0].column in literals or all(c.column != coded[0] for c in ranked):
        return ranked
    best = min(ranked[0].score, IN_DOUBT)
    own = next(candidate for candidate in ranked if candidate.column == coded[0])
    others = [c for c in ranked[1:] if c is not own]
    return [replace(ranked[0], score=best), replace(own, score=max(own.score, best - 0.01)), *others]


def _open_ones(again: Rereading) -> Matrix:
    """Give the probabilities of the columns as the target: what is left out, or kept to, hardly contends for it."""
    columns = again.columns.copy()
    free = again.roles[:, NEITHER]
    open_ = np.where(free < WISHED_BELOW, np.maximum(free, OPEN_AT_LEAST), 1.0)
    # "The math score, but not from the other scores" speaks of the target as of what is left out.
    open_[columns[:-1].argmax()] = 1.0
    columns[:-1] *= open_
    made: Matrix = columns / columns.sum()
    return made


def _settle(asked: Constraints, again: Rereading, ranked: list[Candidate], profile: TableProfile) -> None:
    """Bring the columns to leave out, and to keep to, in line with what was read."""
    names = profile.column_names
    likeliest = ranked[0].column if ranked else None
    target = likeliest if is_clear(ranked) else None
    # What a phrase tells of without a name ("age to plan", "everything but") is not in what is read of a column.
    named = {name for _, columns in asked.units for name in columns}
    for role in (IGNORE, FEATURES):
        field = ROLES[role]
        found: list[str] = getattr(asked, field)
        chances = {names[i]: float(again.roles[i, role]) for i in again.read}
        wrong = [
            name
            for name in chances
            if name in named & {*found} and chances[name] < (KEPT_BY_ROLE if name in asked.by_role else KEPT)[role]
        ]
        if role == FEATURES:
            chances |= _of_whole_lists(asked, chances, likeliest)
        fresh = [
            name for name in names if name not in found and name != target and chances.get(name, 0.0) > TAKEN[role]
        ]
        asked.give_back(field, [name for name in wrong if not _is_outright(asked, role, name)])
        if role == FEATURES and any(unmatched == field for unmatched, _ in asked.unmatched):
            continue  # of a list that the table does not have, the planner asks
        if role == FEATURES and not found and _tells_of_columns(asked, fresh):
            continue
        for name in fresh:
            asked.take(field, name)


def _of_whole_lists(asked: Constraints, chances: dict[str, float], target: str | None) -> dict[str, float]:
    """Give each column of a list what its columns have on average: a list is kept to as a whole, or not at all."""
    lists = [[name for name in listed if name != target] for listed in columns_in_lists(asked.whole, asked.units)]
    return {
        name: sum(chances.get(each, 0.0) for each in listed) / len(listed)
        for listed in lists
        if len(listed) >= LEAST_LIST
        for name in listed
    }


def _is_outright(asked: Constraints, role: int, name: str) -> bool:
    """Whether a column stands right behind a word that leaves it out, or keeps to it ("T sans le mois")."""
    small = phrases.folded(asked.whole)
    cues = [m.end() for m in phrases.pattern("constraints", "ignore" if role == IGNORE else "only").finditer(small)]
    begins = [start for (start, _), columns in asked.units if columns == [name]]
    return any(
        start >= end and all(word.plain in STOP_WORDS for word in words_of(small[end:start]))
        for start in begins
        for end in cues
    )


def _tells_of_columns(asked: Constraints, names: list[str]) -> bool:
    """Whether columns are no more than told of: "information including breed and colour" limits nothing."""
    small = phrases.folded(asked.whole)
    first = min((start for (start, _), columns in asked.units if {*columns} & {*names}), default=-1)
    last = max((end for (_, end), columns in asked.units if {*columns} & {*names}), default=len(small))
    if phrases.pattern("constraints", "and_so_on").match(small, last) is not None:
        return True
    before = [m.end() for m in phrases.pattern("constraints", "tells_of").finditer(small) if m.end() <= first]
    return bool(before) and not any(sign in small[before[-1] : first] for sign in ".;?!。")
