"""Which column is asked for: the evidence joined by the ranker, and the probability that decides whether to ask."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from genie_widgets.intent.commanded import says_more, without_context
from genie_widgets.intent.features import Evidences, Matrix, evidence_for
from genie_widgets.intent.mentions import Mention
from genie_widgets.intent.phrases import folded, pattern
from genie_widgets.intent.ranker import ranker
from genie_widgets.intent.words import Span
from genie_widgets.language import tr
from genie_widgets.schema import Evidence, TableProfile

# From this probability on the sentence is not read a second time; of a column that alone is named, outright, a lower one is enough.
SURE_AT_FIRST, SURE_IF_NAMED = 0.9, 0.6
# From this probability on a column is proposed without asking.
SURE = 0.5
# The next must not be nearly as probable.
AHEAD = 0.15
# Where the same words speak of another column as surely,
SURE_OF_A_TWIN, ALIKE = 0.7, 0.02
# Without a word that speaks of it, it must be more probable,
SURE_UNSPOKEN = 0.55
# and by so much if the first reading found another one likelier.
DISAGREED = 0.1
# What speaks of a column so surely names it.
NAMED, ALSO_NAMED = 0.95, 0.5
# A column whose whole name alone stands there, and that is the likeliest of all, is meant though a wish was less probable.
LEAST_IF_ALONE, SHARE_IF_ALONE = 0.02, 0.5
# So probably no column is meant that their order says nothing.
NONE_MEANT = 0.9
# A column that stands beside another like it, both asked for, is not the only one.
SPOKEN = 0.85
# So probable at least is a column that is asked for beside another.
LEAST_TOGETHER = 0.04
# "Rentals per hour" asks for no hour.
AS_A_UNIT = 0.05
_BY_TIME = re.compile(
    r"\b(?:per|pro|por|par|je)\s+(?:hour|day|week|month|year|minute|hora|d[ií]a|semana|m[eê]s|a[nñ]o|heure|jour|semaine|mois|"
    r"stunde|tag|woche|monat|jahr|ora|giorno|settimana|mese|anno)s?\b",
    re.IGNORECASE,
)
MAX_CANDIDATES = 5


@dataclass(frozen=True)
class Candidate:
    """A column that may be the target.

    Attributes
    ----------
    column : str
        The column.
    score : float
        How probably it is meant.
    quote : str
        The words that speak of it, if any do.
    named : bool
        Whether any do.
    spoken : float
        How surely they do.
    start, end : int
        Where they stand.
    agreed : bool
        Whether no other was likelier when the sentence was read first.
    is_unit : bool
        Whether it is only what is counted by ("per hour").
    """

    column: str
    score: float
    quote: str
    named: bool
    spoken: float = 0.0
    start: int = -1
    end: int = -1
    agreed: bool = True
    is_unit: bool = False


@dataclass(frozen=True)
class FirstReading:
    """What the ranker makes of a sentence.

    Attributes
    ----------
    text : str
        The sentence without its constraints.
    evidence : Evidences
        What it saw.
    probabilities : array, shape (n_columns + 1,)
        Of each column, and last of none.
    """

    text: str
    evidence: Evidences
    probabilities: Matrix

    @property
    def best(self) -> Mention | None:
        """Where the likeliest column is spoken of, if it is."""
        mentions = self.evidence.mentions
        return mentions[int(self.probabilities[:-1].argmax())] if mentions else None

    @property
    def best_span(self) -> list[Span]:
        """The place of `best`; empty where there is none."""
        return [] if self.best is None else [(self.best.start, self.best.end)]

    @property
    def leaves_doubt(self) -> bool:
        """Whether the sentence should be read a second time, however little it says."""
        spoken = sorted((mention.score if mention else 0.0 for mention in self.evidence.mentions), reverse=True)
        best = self.best
        alone = best is not None and best.score > NAMED and (len(spoken) == 1 or spoken[1] < ALSO_NAMED)
        return float(self.probabilities[:-1].max(initial=0.0)) < (SURE_IF_NAMED if alone else SURE_AT_FIRST)


def read_first(text: str, profile: TableProfile) -> FirstReading:
    """Read a sentence as the ranker does.

    Parameters
    ----------
    text : str
        The sentence without its constraints.
    profile : TableProfile
        The columns.

    Returns
    -------
    FirstReading
        Of all columns.
    """
    evidence = evidence_for(without_context(text, profile), profile)
    return FirstReading(text, evidence, ranker().probabilities(evidence))


def rank_targets(first: FirstReading, profile: TableProfile, again: Matrix | None = None) -> list[Candidate]:
    """Rank the columns as targets, best first.

    Parameters
    ----------
    first : FirstReading
        What the ranker made of the sentence.
    profile : TableProfile
        The columns.
    again : array of shape (n_columns + 1,) or None
        The probabilities by the second reading, where there was one.

    Returns
    -------
    list of Candidate
        All columns, most probable first.
    """
    once = first.probabilities
    agreed = once[:-1] >= once[:-1].max(initial=0.0)
    probabilities = once if again is None else again.copy()
    if again is not None and again[-1] >= NONE_MEANT:
        # Of columns that nothing speaks of the first reading knows better which are asked for.
        probabilities[:-1] = once[:-1] * (1 - again[-1]) / max(once[:-1].sum(), 1e-9)
    units = [match.span() for match in _BY_TIME.finditer(first.text)]
    ranked = []
    for i, (column, mention) in enumerate(zip(profile.columns, first.evidence.mentions, strict=True)):
        made = Candidate(column.name, float(probabilities[i]), "", False, agreed=bool(agreed[i]))
        if mention is not None:
            start, end = mention.start, mention.end
            quote = first.text[start:end].strip()
            made = replace(made, quote=quote, named=True, spoken=mention.score, start=start, end=end)
            if any(low <= start < high and end <= high for low, high in units):
                made = replace(made, score=AS_A_UNIT * made.score, is_unit=True)
        ranked.append(made)
    ranked = _by_whole_names(ranked)
    order = np.argsort([-candidate.score for candidate in ranked], kind="stable")
    return [ranked[i] for i in order]


def _by_whole_names(ranked: list[Candidate]) -> list[Candidate]:
    """Give to a column whose name stands there as the table writes it ("koi_pdisposition") what one like it has by that."""
    whole = [c for c in ranked if c.spoken >= 1.0 and c.quote == c.column and "_" in c.column]
    if not whole:
        return ranked
    owners = {
        c.column: own.column
        for own in whole
        for c in ranked
        if c.named and c.spoken < NAMED and own.start <= c.start and c.end <= own.end
    }
    gained: defaultdict[str, float] = defaultdict(float)
    for candidate in ranked:
        gained[owners.get(candidate.column, candidate.column)] += candidate.score
    return [replace(candidate, score=gained[candidate.column]) for candidate in ranked]


def is_clear(ranked: list[Candidate]) -> bool:
    """Whether the first candidate is sure enough to be proposed without asking."""
    if not ranked:
        return False
    if _is_alone(ranked):
        best, of_all = ranked[0].score, sum(candidate.score for candidate in ranked)
        if best >= max(LEAST_IF_ALONE, SHARE_IF_ALONE * of_all):
            return True
    least = SURE if ranked[0].spoken > 0.4 else SURE_UNSPOKEN
    if _has_a_twin(ranked):
        least = max(least, SURE_OF_A_TWIN)
    if ranked[0].score < least + (0 if ranked[0].agreed else DISAGREED):
        return False
    return len(ranked) == 1 or ranked[0].score - ranked[1].score >= AHEAD


def _is_alone(ranked: list[Candidate]) -> bool:
    """Whether the first candidate's whole name stands in the sentence, and no other is spoken of outside of it."""
    best, *others = ranked
    return (
        best.spoken >= 1.0
        and not best.is_unit
        and all(other.spoken < ALSO_NAMED or (best.start <= other.start and other.end <= best.end) for other in others)
        and not _has_a_twin(ranked)
    )


def _has_a_twin(ranked: list[Candidate]) -> bool:
    """Whether the words that speak of the first candidate speak of another one just as surely ("the type": of two)."""
    best, *others = ranked
    return best.named and any(
        other.named and (other.start, other.end) == (best.start, best.end) and other.spoken >= best.spoken - ALIKE
        for other in others
    )


def asked_together(ranked: list[Candidate], text: str) -> list[Candidate]:
    """Give the columns that a sentence asks for at once ("the load and the price"); fewer than two if it does not."""
    best = ranked[0]
    named = sorted((c for c in ranked if c.spoken >= SPOKEN), key=lambda c: c.start)
    # Of "predict the plan or the price", where nothing else is said, both are asked for, however much likelier one is.
    least = LEAST_TOGETHER if says_more(text, [(c.start, c.end) for c in named]) else 0.0
    spoken = [c for c in named if c.score >= least]
    if best not in spoken:
        return []
    together = [best]
    small = folded(text)
    for one, other in pairwise(spoken):
        between = small[one.end : other.start].strip(" \n\t\"'`*.")
        joined = pattern("together", "and").fullmatch(between) is not None or between in ("and the", "et la", "et le")
        if joined and one.start >= 0 and one.end <= other.start and best in (one, other):
            together.append(other if one is best else one)
    return together


def target_evidence(best: Candidate, profile: TableProfile) -> Evidence:
    """Say why a column is the target: the words that speak of it, or what the table says."""
    if best.named and best.quote:
        return Evidence(field="target", value=best.column, source="prompt", quote=best.quote)
    is_last = best.column == profile.columns[-1].name
    quote = (
        tr("the last column that fits the question best") if is_last else tr("the column that fits the question best")
    )
    return Evidence(field="target", value=best.column, source="data", quote=quote)
