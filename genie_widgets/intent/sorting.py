"""Columns that no list of phrases has sorted out: taken by the role that the sentence gives them."""

from __future__ import annotations

import re

from genie_widgets.intent.constraints import MAX_QUOTE, Constraints
from genie_widgets.intent.lists import AT_A_TIME
from genie_widgets.intent.phrases import folded, pattern
from genie_widgets.intent.roles import classifier
from genie_widgets.intent.spoken import Spoken
from genie_widgets.intent.target import is_clear, rank_targets, read_first
from genie_widgets.intent.words import Span
from genie_widgets.schema import TableProfile

# From this probability on a column is taken.
SURE = 0.8
# A target that is named so surely is no other column.
SPOKEN = 0.7
_CLAUSE_END = re.compile(r"[.;!?。；！？।\n]")


def take_by_role(spoken: Spoken, found: Constraints, profile: TableProfile) -> None:
    """Take the columns to leave out, and to keep to, that the phrases have not found.

    Parameters
    ----------
    spoken : Spoken
        The sentence as it was before columns were sought.
    found : Constraints
        What is left of it, and what was found; more is entered.
    profile : TableProfile
        The columns.
    """
    text, units = spoken.text, spoken.units()
    found.units = units
    named = {*found.ignore, *found.features}
    asked_for: set[str] | None = None
    leaving = _leaving_out(text)
    for place, (here, columns) in enumerate(units):
        low, high = here
        if named.issuperset(columns) or not found.rest[low:high].strip():
            continue
        if any(start <= low and high <= end for start, end in leaving):
            continue
        others = [span for i, (span, _) in enumerate(units) if i != place]
        probabilities = classifier().probabilities(text, here, others)
        role = max(probabilities, key=lambda name: probabilities[name])
        if role == "neither" or probabilities[role] < SURE:
            continue
        if role == "features" and any(field == role for field, _ in found.unmatched):
            continue  # of a list that the table does not have, the planner asks
        if role == "features" and AT_A_TIME.search(folded(text), 0, low):
            continue
        if asked_for is None:
            # What is asked for is not left out, however it is said.
            ranked = rank_targets(read_first(found.rest, profile), profile)
            asked_for = {c.column for c in ranked[:1] if is_clear(ranked) and c.spoken > SPOKEN}
        fresh = [name for name in columns if name not in named | asked_for]
        if not fresh:
            continue
        found.by_role.update(fresh)
        into: list[str] = getattr(found, role)
        into += [name for name in profile.column_names if name in fresh and name not in into]
        found.note(role, ", ".join(fresh), *_clause(found.rest, here, others), blank=False)
        found.blank(low, high)


def _leaving_out(text: str) -> list[Span]:
    """Find the words that say that something is left out: "leave it out" speaks of nobody who leaves."""
    small = folded(text)
    return [
        match.span()
        for name in ("ignore", "ignore_open", "ignore_after")
        for match in pattern("constraints", name).finditer(small)
    ]


def _clause(text: str, here: Span, others: list[Span]) -> Span:
    """Give the sentence around a column, or the column alone where the sentence speaks of others, too."""
    small, (low, high) = folded(text), here
    before = [match.end() for match in _CLAUSE_END.finditer(small, 0, low)]
    after = _CLAUSE_END.search(small, high)
    start, end = before[-1] if before else 0, after.start() if after else len(text)
    start += len(text[start:end]) - len(text[start:end].lstrip())
    alone = not any(start < other_end and other_start < end for other_start, other_end in others)
    # What has been read before is blanked out: such a clause is no quotation.
    whole = alone and end - start <= MAX_QUOTE and "  " not in text[start:end]
    return (start, end) if whole else here
