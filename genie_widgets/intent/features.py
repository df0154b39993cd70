"""The evidence for each column as a target, as numbers: what the ranker joins."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from genie_widgets.intent import phrases
from genie_widgets.intent.asked_about import asked_about
from genie_widgets.intent.facts import is_no_target, says_yes_or_nothing
from genie_widgets.intent.lexicon import TARGET, concepts_of, lexicon, terms_of
from genie_widgets.intent.mentions import Hit, Mention, Reading
from genie_widgets.intent.reading import read, significant_parts, spoken_values
from genie_widgets.intent.short_forms import meanings_of
from genie_widgets.intent.vectors import row_of, vectors_of
from genie_widgets.intent.words import STOP_WORDS, Span
from genie_widgets.schema import ColumnProfile, TableProfile

Matrix = npt.NDArray[np.float64]
FORMS = ("amount", "count", "whether", "which")
# Nearness of two unlike words in the vectors; only what is above it means something.
VECTOR_FLOOR = 0.35
_QUOTES = "\"'`“‘「*«"


@dataclass(frozen=True)
class Evidences:
    """What speaks for each column.

    Attributes
    ----------
    matrix : array, shape (n_columns, n_features)
        One row for each column, in the table's order.
    world : array, shape (n_world_features,)
        What the sentence as a whole says about whether any column is meant.
    mentions : list of Mention or None
        Where each column is spoken of.
    """

    matrix: Matrix
    world: Matrix
    mentions: list[Mention | None]


@dataclass(frozen=True)
class _Places:
    """Where the sentence asks, and where it tells what is known."""

    ask: tuple[tuple[int, int], ...]
    help: tuple[tuple[int, int], ...]
    beside: tuple[tuple[int, int], ...]
    target: tuple[tuple[int, int], ...]
    content: tuple[int, ...]

    def words_between(self, start: int, end: int) -> int:
        return sum(start <= place < end for place in self.content)


def forms_of(text: str) -> dict[str, bool]:
    """Tell what kind of thing a folded text asks for."""
    return {form: phrases.pattern("forms", form).search(text) is not None for form in FORMS}


def evidence_for(text: str, profile: TableProfile) -> Evidences:
    """Gather the evidence for each column.

    Parameters
    ----------
    text : str
        The sentence; what asks for something else than the target is blanked out.
    profile : TableProfile
        The columns.

    Returns
    -------
    Evidences
        Numbers for the ranker, and the places for the reader.
    """
    reading = read(text, profile)
    places = _places(reading)
    forms = forms_of(reading.folded)
    about = asked_about(reading)
    mentioned = [about.without(reading.mentions_of(column.name), column.name) for column in profile.columns]
    chosen = [_best(mentions, places) for mentions in mentioned]
    values = [spoken_values(reading, column) for column in profile.columns]
    scores = np.array([0.0 if mention is None else mention.score for mention in chosen])
    said = np.array([max((hit.score for hit in hits), default=0.0) for hits in values])
    meaning = _meaning(reading, profile, about.rows)
    titles = _in_title(profile)
    strongest = np.maximum(scores, 0.7 * said)
    rising = np.sort(strongest)
    well_met = [mention for mention in chosen if mention is not None and mention.score > 0.5]
    rows = []
    for i, column in enumerate(profile.columns):
        # The strongest of the others, and how many of them come as close.
        other = rising[-2:][0 if strongest[i] == rising[-1] else -1] if len(rising) > 1 else 0.0
        n_close = len(rising) - int(np.searchsorted(rising, strongest[i] - 0.08)) - 1
        rows.append(
            [
                *_name(chosen[i], reading, column),
                *_place(chosen[i], places, reading, well_met),
                *_values(values[i]),
                meaning[i, 0],
                meaning[i, 1],
                titles[i],
                strongest[i] - other,
                1 / (1 + n_close) if strongest[i] > 0.2 else 0.0,
                *_kind(column, i, len(profile.columns), forms, float(rising[-1])),
            ]
        )
    mentions = [
        _value_mention(column, hits) if (mention is None or mention.score < 0.5) and hits else mention
        for column, mention, hits in zip(profile.columns, chosen, values, strict=True)
    ]
    first, second = float(rising[-1]), float(rising[-2]) if len(rising) > 1 else 0.0
    n_content = len(places.content)
    world = [
        1.0,
        1 - first,
        first - second,
        float(meaning[:, 0].max()),
        float(any(forms.values())),
        float(bool(places.ask)),
        math.log1p(n_content),
        float(n_content == 0),
        float((strongest >= first - 0.05).sum() > 1),
    ]
    return Evidences(np.array(rows, dtype=float), np.array(world), mentions)


def _value_mention(column: ColumnProfile, hits: list[Hit]) -> Mention | None:
    hit = hits[0]
    return Mention(column.name, hit.score, hit.start, hit.end)


def _places(reading: Reading) -> _Places:
    def spans(name: str) -> tuple[tuple[int, int], ...]:
        return tuple(match.span() for match in phrases.pattern("cues", name).finditer(reading.folded))

    content = tuple(word.start for word in reading.words if word.plain not in STOP_WORDS)
    return _Places(spans("ask"), spans("help"), spans("beside"), spans("target"), content)


def _best(mentions: list[Mention], places: _Places) -> Mention | None:
    """Of several places where a column is spoken of take the one that asks for it."""
    return max(mentions, key=lambda m: m.score + 0.3 * _asked(m, places) - 0.2 * _helped(m, places), default=None)


def _asked(mention: Mention, places: _Places) -> float:
    before = [end for _, end in places.ask if end <= mention.start]
    return math.exp(-0.6 * places.words_between(before[-1], mention.start)) if before else 0.0


def _asked_after(mention: Mention, places: _Places) -> float:
    after = [start for start, _ in places.ask if start >= mention.end - 1]
    return math.exp(-0.6 * places.words_between(mention.end, after[0])) if after else 0.0


def _helped(mention: Mention, places: _Places) -> float:
    """Whether what is known is told here: after "from", and not asked for since."""
    before = [end for _, end in places.help if end <= mention.start]
    if not before:
        return 0.0
    asked = [start for start, end in places.ask if end <= mention.start and start >= before[-1]]
    return 0.3 if asked else 1.0


def _name(mention: Mention | None, reading: Reading, column: ColumnProfile) -> list[float]:
    if mention is None:
        return [0.0] * 6
    covered = [w for w in reading.words if w.plain not in STOP_WORDS]
    inside = sum(mention.start <= word.start and word.end <= mention.end for word in covered)
    long = len(significant_parts(column.name)) > 1
    return [
        mention.score,
        mention.best,
        float(mention.literal),
        float(mention.literal and long),
        float(mention.score > 0.97),
        inside / max(1, len(covered)),
    ]


def _place(mention: Mention | None, places: _Places, reading: Reading, others: list[Mention]) -> list[float]:
    if mention is None:
        return [0.0] * 9
    weight = mention.score
    explicit = any(
        0 <= mention.start - end <= 14 or 0 <= start - mention.end <= 8
        for start, end in places.target
        if not (start >= mention.start and end <= mention.end)
    )
    beside = [end for _, end in places.beside if end <= mention.start]
    near_beside = bool(beside) and mention.start - beside[-1] <= 12
    first = all(mention.start <= other.start for other in others)
    sentence = reading.folded[: mention.start].count(".") + reading.folded[: mention.start].count("?")
    return [
        weight * _asked(mention, places),
        weight * _asked_after(mention, places),
        weight * _helped(mention, places),
        weight * near_beside,
        weight * explicit,
        weight * first,
        weight * (mention.start == 0 or not reading.folded[: mention.start].strip()),
        weight * (reading.folded[: mention.start].strip()[-1:] in _QUOTES and mention.start > 0),
        weight * min(sentence, 3) / 3,
    ]


def _values(hits: list[Hit]) -> list[float]:
    best = max((hit.score for hit in hits), default=0.0)
    return [best, float(len(hits) > 1)]


def _kind(column: ColumnProfile, place: int, n: int, forms: dict[str, bool], strongest: float) -> list[float]:
    known = lexicon()
    concepts = {c for part in significant_parts(column.name) for c, w in concepts_of(part) if w >= 0.9}
    target = float(any(known.heads[c] == TARGET for c in concepts)) if len(significant_parts(column.name)) < 3 else 0.0
    outcome = float(any(c < known.n_outcomes for c in concepts))
    numeric = column.kind in ("number", "integer") and column.n_distinct > 10
    binary = column.n_distinct == 2 or says_yes_or_nothing(column)
    few = not binary and column.n_distinct <= 20 and column.kind in ("category", "integer", "boolean")
    useless = is_no_target(column)
    last, first = float(place == n - 1), float(place == 0)
    unnamed = 1 - strongest
    return [
        target,
        outcome,
        last,
        first,
        float(useless),
        float(column.kind in ("date", "text") or column.mean_length > 25),
        float(column.kind == "category" and column.n_distinct > 20),
        float(binary),
        float(few),
        float(numeric),
        unnamed * target,
        unnamed * outcome,
        unnamed * last,
        unnamed * last * target,
        unnamed * binary * forms["whether"],
        unnamed * numeric * forms["amount"],
        unnamed * last * binary,
        unnamed * last * float(numeric),
        float(forms["amount"] and numeric),
        float(forms["amount"] and (binary or few)),
        float(forms["count"] and numeric and column.kind == "integer"),
        float(forms["whether"] and binary),
        float(forms["whether"] and numeric),
        float(forms["which"] and few),
        float(forms["which"] and numeric),
        float(forms["which"] and binary),
    ]


@lru_cache(maxsize=5_000)
def _name_rows(name: str) -> tuple[int, ...]:
    """Rows of the vectors for a name's parts; of a foreign part, or a short form, those of what it means."""
    meant: list[str] = []
    for part in significant_parts(name):
        telling = [word for words in meanings_of(part)[:1] for word in words if word not in STOP_WORDS]
        meant.extend(telling or [part])
    return _rows_of(tuple(meant))


def _rows_of(parts: tuple[str, ...]) -> tuple[int, ...]:
    rows: list[int] = []
    for part in parts:
        row = row_of(part) if part.isascii() and part.isalpha() and len(part) > 1 else None
        if row is not None:
            rows.append(row)
        else:
            heads = [lexicon().heads[c] for c, w in concepts_of(part) if w >= 0.75][:2]
            rows.extend(r for r in map(row_of, heads) if r is not None)
    return tuple(dict.fromkeys(rows))


def _meaning(reading: Reading, profile: TableProfile, apart: tuple[Span, ...]) -> Matrix:
    """Nearness in meaning of each name to the words of the text: of its nearest word, and on the whole."""
    result = np.zeros((len(profile.columns), 2))
    words = [w for w in reading.words if not any(start <= w.start and w.end <= end for start, end in apart)]
    said = _rows_of(tuple(dict.fromkeys(w.plain for w in words if w.plain not in STOP_WORDS)))
    heads = [lexicon().heads[c] for term in terms_of(words) for c, w in term.concepts if w >= 0.75]
    asked = tuple(dict.fromkeys([*said, *(r for r in map(row_of, heads) if r is not None)]))
    names = [_name_rows(column.name) for column in profile.columns]
    flat = [row for rows in names for row in rows]
    if not asked or not flat:
        return result
    nearness = np.maximum(vectors_of(flat) @ vectors_of(list(asked)).T - VECTOR_FLOOR, 0) / (1 - VECTOR_FLOOR)
    at = 0
    for i, rows in enumerate(names):
        if rows:
            part = nearness[at : at + len(rows)]
            best = part.max(axis=1)
            result[i] = best.max(), best.mean()
        at += len(rows)
    return result


def _in_title(profile: TableProfile) -> list[float]:
    """How far each column is named in the file's name."""
    title = re.sub(r"\.\w{2,7}$", "", profile.name)
    if not title:
        return [0.0] * len(profile.columns)
    spaced = " ".join(significant_parts(title))
    named = read(spaced, profile)
    found = [next(iter(named.mentions_of(column.name)), None) for column in profile.columns]
    return [0.0 if mention is None else mention.score for mention in found]
