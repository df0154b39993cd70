"""What a sentence asks besides the target: columns to leave out or to keep to, time, metric, quality, split."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from genie_widgets.intent.words import Span
from genie_widgets.schema import Evidence, TableProfile
from genie_widgets.schema.plan import Validation

MAX_QUOTE = 80
_BLANKED = re.compile(r"\s{2,}")


class EmptyMeaning(NamedTuple):
    """What a sentence says of empty answers: the word, whether it is surely a meaning, and the words that say so."""

    word: str
    is_sure: bool
    quote: str


@dataclass
class Constraints:
    """What was asked, each with the words that ask it.

    Attributes
    ----------
    rest : str
        The sentence with the words blanked out that are read.
    whole : str
        The sentence as it was before columns to leave out, or to keep to, were sought.
    units : list of (span, list of str)
        Where it speaks of columns, and of which.
    ignore, features : list of str
        Columns to leave out; the only columns to learn from.
    shared : set of str
        Columns that were told together by a word of their names ("the other scores"): the target may be one of them.
    by_role : set of str
        Columns that no phrase left out or kept to, but a classifier of what stands around them.
    time_limit_s, metric, quality, quantile_levels, validation
        As in `Plan`; None or empty where nothing is said.
    metric_in_passing : bool
        Whether the metric may be no more than a manner of speaking ("with high accuracy").
    empty_meaning : EmptyMeaning or None
        What an empty cell of the target stands for.
    unmatched : list of (str, str)
        Field and words of columns that the table does not have.
    later : str
        Words that leave out what is recorded later, without naming it.
    contrary : tuple of str
        Two wishes that exclude each other, in the sentence's words.
    evidence : list of Evidence
        For every wish.
    """

    rest: str
    whole: str = ""
    units: list[tuple[Span, list[str]]] = field(default_factory=list)
    ignore: list[str] = field(default_factory=list)
    features: list[str] = field(default_factory=list)
    shared: set[str] = field(default_factory=set)
    by_role: set[str] = field(default_factory=set)
    time_limit_s: int | None = None
    metric: str | None = None
    metric_in_passing: bool = False
    quality: str | None = None
    quantile_levels: tuple[float, ...] = ()
    validation: Validation | None = None
    empty_meaning: EmptyMeaning | None = None
    unmatched: list[tuple[str, str]] = field(default_factory=list)
    later: str = ""
    contrary: tuple[str, ...] = ()
    evidence: list[Evidence] = field(default_factory=list)

    def without_target(self, target: str) -> None:
        """Take the target out of the columns to leave out, or to keep to, if it came there only beside others."""
        for names in (self.ignore, self.features):
            if target in names and target in self.shared and len(names) > 1:
                names.remove(target)

    def take(self, field: str, name: str) -> None:
        """Leave a column out, or keep to it; with the words that speak of it, or those around what is blanked out."""
        getattr(self, field).append(name)
        span = next((span for span, columns in self.units if name in columns), None)
        said = self.whole[slice(*span)] if span else max(_BLANKED.split(self.whole), key=len)
        quote = said.strip(" ,")[:MAX_QUOTE]
        self.evidence.append(Evidence(field=field, value=name, source="prompt", quote=quote))

    def give_back(self, field: str, names: list[str]) -> None:
        """Take columns that were found wrongly out of those to leave out, or to keep to."""
        own: list[str] = getattr(self, field)
        own[:] = [name for name in own if name not in names]
        kept = []
        for item in self.evidence:
            # A name may hold a comma itself.
            values = [item.value] if item.value in names else item.value.split(", ")
            told = [name for name in values if item.field != field or name not in names]
            if told:
                kept.append(item.model_copy(update={"value": ", ".join(told)}))
        self.evidence = kept

    def note(self, name: str, value: str, start: int, end: int, blank: bool = True) -> None:
        """Take the words at a place as evidence, and blank them out of the rest."""
        quote = self.rest[start:end].strip(" ,")
        self.evidence.append(Evidence(field=name, value=value, source="prompt", quote=quote))
        if blank:
            self.blank(start, end)

    def blank(self, start: int, end: int) -> None:
        """Blank words out of the rest; places stay."""
        self.rest = self.rest[:start] + " " * (end - start) + self.rest[end:]


def find_constraints(prompt: str, profile: TableProfile) -> Constraints:
    """Find what a sentence asks besides its target.

    Parameters
    ----------
    prompt : str
        The sentence.
    profile : TableProfile
        The columns it may speak of.

    Returns
    -------
    Constraints
        With the evidence for each; the words used are blanked out in `rest`.
    """
    from genie_widgets.intent.clauses import find_columns
    from genie_widgets.intent.empty_cells import find_empty_meaning
    from genie_widgets.intent.splits import find_validation
    from genie_widgets.intent.time_limits import find_time
    from genie_widgets.intent.wishes import find_metric, find_quality, find_quantiles

    found = Constraints(rest=prompt)
    # First of all: "blank means no" leaves nothing out.
    find_empty_meaning(found, profile)
    find_time(found, profile)
    find_quantiles(found)
    find_validation(found, profile)
    find_metric(found, profile)
    find_quality(found)
    found.whole = found.rest
    find_columns(found, profile)
    return found
