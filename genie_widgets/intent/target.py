"""Which column is asked for: evidence joined into a score for each, and a margin that decides whether to ask."""

from __future__ import annotations

import re
from dataclasses import dataclass

from genie_widgets.intent.mentions import Mention, mentions
from genie_widgets.intent.words import name_parts
from genie_widgets.schema import ColumnProfile, TableProfile

# Names that tables give to what is to be predicted.
_TARGET_NAME = re.compile(
    r"^(?:target|label|class|y|outcome|result|response|churn(?:ed)?|survived|status|default|quality|species|exited|attrition)$",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\b(?:predict\w*|forecast\w*|estimat\w+|classif\w+|guess\w*|model|which|whether|will|who|how (?:much|many|long|high|warm|likely)|what|is|are|does|"
    r"probability of|chance of|likelihood of|risk of|target(?: is)?|find out|know|"
    r"predecir|predice|prediga|cual|prevoir|predire|quel\w*|vorhersag\w*|welche\w*|prever|preveja|qual[ei]?|prevedi)\b|预测|予測|예측|предска\w+|спрогноз\w+|अनुमान",
    re.IGNORECASE,
)
_HELPING = re.compile(r"\b(?:from|using|based on|given|with|by|per|for each|at|among|of all)\b", re.IGNORECASE)
MIN_SCORE, MIN_MARGIN = 0.5, 0.12
MAX_CANDIDATES = 5


@dataclass(frozen=True)
class Candidate:
    """A column that may be the target, and how surely."""

    column: str
    score: float
    quote: str
    named: bool


def rank_targets(text: str, profile: TableProfile) -> list[Candidate]:
    """Rank the columns as targets, best first.

    Parameters
    ----------
    text : str
        The sentence without its constraints.
    profile : TableProfile
        The columns.

    Returns
    -------
    list of Candidate
        All columns that can be predicted, best first.
    """
    spoken = {mention.column: mention for mention in mentions(text, profile)}
    last = profile.columns[-1].name
    ranked = []
    for column in profile.columns:
        mention = spoken.get(column.name)
        score = 0.0
        if mention is not None:
            score = 0.75 * mention.score + _place(text, mention) + _fit(text, column)
        if _TARGET_NAME.match("_".join(name_parts(column.name))) or _TARGET_NAME.match(column.name):
            score += 0.12
        if column.name == last:
            score += 0.06
        if column.kind in ("id", "constant", "empty"):
            score *= 0.3
        elif column.kind in ("date", "text"):
            score *= 0.7
        quote = text[mention.start : mention.end].strip() if mention is not None else ""
        ranked.append(Candidate(column.name, score, quote, mention is not None))
    return sorted(ranked, key=lambda candidate: -candidate.score)


def _place(text: str, mention: Mention) -> float:
    """Score the place: right after a word that asks is the target; after "from" or "given" it is a feature."""
    before = text[: mention.start]
    asked = [match.end() for match in _ASKING.finditer(before)]
    helped = [match.end() for match in _HELPING.finditer(before)]
    if helped and (not asked or helped[-1] > asked[-1]):
        return -0.15
    if not asked:
        return 0.0
    distance = len(before[asked[-1] :].split())
    return 0.2 / (1 + 0.25 * distance)


def _fit(text: str, column: ColumnProfile) -> float:
    """Score the kind: "how much" asks for a number, "which" and "whether" for a class."""
    number = column.kind in ("number", "integer")
    if re.search(
        r"\bhow (?:much|many|long|high|warm|hot|big|old)|cuant|combien|wie ?viel|quant[oai]", text, re.IGNORECASE
    ):
        return 0.1 if number and column.n_distinct > 10 else -0.1
    if re.search(r"\b(?:whether|will|is it|are they|does|who|which)\b", text, re.IGNORECASE):
        return 0.08 if column.kind in ("boolean", "category") or column.n_distinct <= 10 else 0.0
    return 0.0


def is_clear(ranked: list[Candidate]) -> bool:
    """Whether the first candidate is sure enough to be proposed without asking."""
    if not ranked or not ranked[0].named or ranked[0].score < MIN_SCORE:
        return False
    return len(ranked) == 1 or ranked[0].score - ranked[1].score >= MIN_MARGIN
