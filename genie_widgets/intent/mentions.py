"""Where a text speaks of a table's columns: hits of the parts of their names, joined to mentions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from genie_widgets.intent.words import Word


@dataclass(frozen=True)
class Mention:
    """A column that is spoken of.

    Attributes
    ----------
    column : str
        The column.
    score : float
        How surely, from 0 to 1; 1 is its whole name.
    start, end : int
        Where the words stand in the text.
    literal : bool
        Whether its whole name stands there as it is.
    best : float
        How surely its best word is met.
    """

    column: str
    score: float
    start: int
    end: int
    literal: bool = False
    best: float = 0.0


@dataclass(frozen=True)
class Hit:
    """A part of a name met in the text."""

    score: float
    start: int
    end: int


@dataclass
class Reading:
    """A text and, for each column, where its name's parts are met; made by `read`."""

    text: str
    folded: str
    words: list[Word]
    hits: dict[str, list[Hit]] = field(default_factory=dict)
    literals: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    wholes: dict[str, list[Hit]] = field(default_factory=dict)
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)

    def mentions_of(self, column: str, spans: Iterable[tuple[int, int]] | None = None) -> list[Mention]:
        """Find where a column is spoken of, surest first; only within `spans` where they are given."""
        within = None if spans is None else tuple(spans)
        found = [
            Mention(column, 1.0, start, end, True, 1.0)
            for start, end in self.literals.get(column, ())
            if _inside(start, end, within)
        ]
        found += [
            Mention(column, hit.score, hit.start, hit.end, False, hit.score)
            for hit in self.wholes.get(column, ())
            if _inside(hit.start, hit.end, within)
        ]
        taken = {(mention.start, mention.end) for mention in found}
        parts = self.parts[column]
        near = {part: [h for h in self.hits.get(part, ()) if _inside(h.start, h.end, within)] for part in parts}
        anchors = sorted((hit for part in parts for hit in near[part]), key=lambda hit: (-hit.score, hit.start))
        for anchor in anchors[:6]:
            mention = self._around(column, parts, near, anchor)
            if (mention.start, mention.end) not in taken:
                taken.add((mention.start, mention.end))
                found.append(mention)
        return sorted(found, key=lambda mention: -mention.score)

    def _around(self, column: str, parts: tuple[str, ...], near: dict[str, list[Hit]], anchor: Hit) -> Mention:
        """Join the hit of each part that stands nearest to the anchor."""
        total = sum(self.weights[part] for part in parts)
        got, best, start, end = 0.0, 0.0, anchor.start, anchor.end
        used: set[int] = set()
        for part in parts:
            choices = [h for h in near[part] if abs(h.start - anchor.start) <= 60 and h.start not in used]
            if not choices:
                # Two parts of a name may mean the same word ("sales amount"): it counts once in full.
                continue
            hit = max(choices, key=lambda h: h.score - abs(h.start - anchor.start) / 200)
            used.add(hit.start)
            got += self.weights[part] * hit.score
            # A part that many names share, or a unit, tells little.
            telling = 1.0 if len(parts) == 1 else min(1.0, 0.4 + 0.6 * self.weights[part])
            best = max(best, hit.score * telling)
            start, end = min(start, hit.start), max(end, hit.end)
        score = got / total
        if end - start > 60:
            score *= 0.8
        # A whole name needs its whole: parts alone are worth less than their share.
        if score < 0.99 and len(parts) > 1:
            score = max(best * (0.45 + 0.55 * min(1.0, score / max(best, 0.01))), 0.0)
        return Mention(column, score, start, end, False, best)

    def mentions(self, start: int, end: int) -> list[Mention]:
        """Find the columns that a piece of the text speaks of, surest first, each once."""
        found = [next(iter(self.mentions_of(column, ((start, end),))), None) for column in self.parts]
        kept = [mention for mention in found if mention is not None]
        return sorted(kept, key=lambda mention: (-mention.score, -len(mention.column)))


def _inside(start: int, end: int, spans: tuple[tuple[int, int], ...] | None) -> bool:
    return spans is None or any(low <= start and end <= high for low, high in spans)
