"""What is no prediction of a column: told from the words of the task, with what Genie can do instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from genie_widgets.intent import phrases
from genie_widgets.intent.facts import USELESS_KINDS
from genie_widgets.intent.reading import read
from genie_widgets.intent.requests import classifier, masked_request
from genie_widgets.language import mark, tr
from genie_widgets.schema import Refusal, TableProfile

# So probable must it be that no prediction is asked for, before a plan is refused, or asked about.
REFUSED, DOUBTED = 0.6, 0.75
# Below this the words of a task ("total", "segment") stand for something else.
POSSIBLE = 0.25
# A talk, or another task, that may as well be a vague request is one: what to predict is asked.
PERHAPS_VAGUE, OFTEN_VAGUE = 0.03, 0.3
# What the reader's judgement counts, beside that of the words alone.
READ = 0.6
# Read as a request of this kind wherever it stands; the others only where nothing is asked to be predicted.
_ANYWHERE = ("clustering", "survival", "causal")
_UNLESS_PREDICTED = ("editing", "anomalies", "recommending", "writing")
# The whole request, or its beginning.
_WHOLE = ("chat",)
_BEGINNING = ("reporting",)
_TEXTS = {
    "clustering": mark("This asks for finding groups of rows, which Genie does not do."),
    "causal": mark(
        "This asks for what causes something, or what would happen if something were done, which Genie does not do."
    ),
    "survival": mark(
        "This asks for the time until something happens, for rows where it has not happened yet, which Genie does not do."
    ),
    "editing": mark("This asks for changing the table, which Genie does not do."),
    "anomalies": mark("This asks for finding odd rows, which Genie does not do."),
    "recommending": mark("This asks for recommending things, which Genie does not do."),
    "writing": mark("This asks for writing text or code, which Genie does not do."),
    "chat": mark("This asks for a talk, which Genie does not do."),
    "reporting": mark("This asks for a summary or a picture of the table, which Genie does not do."),
    "forecasting": mark("This asks for a forecast of times that are not in the table yet, which Genie does not do."),
}
_PREDICTS = re.compile(
    r"\b(?:predict|classif|forecast|estimat|regress|model (?:for|that|to)|train a)\w*|predec|predic|predire|prevoi|prediz|vorhers|prever|prevedi|preved|предска|спрогноз|预测|予測|예측|अनुमान|भविष्यवाणी"
)


def find_refusal(text: str, profile: TableProfile) -> Refusal | None:
    """Refuse what is no prediction; None where it may be one.

    Parameters
    ----------
    text : str
        The sentence.
    profile : TableProfile
        The table: a word that names a column is no task.

    Returns
    -------
    Refusal or None
        With what Genie can do with this table instead.
    """
    small = phrases.folded(text).strip()
    predicts = _PREDICTS.search(small) is not None
    reasons = [
        *((reason, "search") for reason in _ANYWHERE),
        *(() if predicts else ((reason, "search") for reason in _UNLESS_PREDICTED)),
        *((reason, "fullmatch") for reason in _WHOLE),
        *(() if predicts else ((reason, "match") for reason in _BEGINNING)),
    ]
    spans: list[tuple[int, int]] | None = None
    for reason, how in reasons:
        expression = phrases.pattern("refusals", reason)
        said = small.strip(" .!?¡¿,。！？") if how != "search" else small
        match = getattr(expression, how)(said)
        if match is None:
            continue
        if spans is None:
            spans = [span for places in read(small, profile).literals.values() for span in places]
        if how == "search" and any(low <= match.start() and match.end() <= high for low, high in spans):
            continue
        # "Total cup points": the words that begin a column's name count nothing up.
        if how == "match" and any(low == 0 and high > len(match.group().split()[0]) for low, high in spans):
            continue
        return refusal(reason, profile)
    return None


@dataclass(frozen=True)
class Suspicion:
    """How probable it is that a sentence asks for no prediction.

    Attributes
    ----------
    reason : str
        What it would ask for instead.
    probability : float
        Of everything that is refused, taken together.
    vague : float
        Of a sentence that says nothing of what is wanted.
    """

    reason: str
    probability: float
    vague: float

    @property
    def is_possible(self) -> bool:
        """Whether it may be so, where words of another task stand there."""
        return self.probability >= POSSIBLE

    @property
    def refuses(self) -> bool:
        """Whether it is as good as sure."""
        may_be_vague = self.vague >= (PERHAPS_VAGUE if self.reason == "chat" else OFTEN_VAGUE)
        return self.probability >= REFUSED and not may_be_vague

    @property
    def doubts(self) -> bool:
        """Whether it is too probable to plan without asking."""
        return self.probability + self.vague >= DOUBTED


def suspicion_of(rest: str, profile: TableProfile, read_: Mapping[str, float]) -> Suspicion:
    """Judge what kind of thing is asked by how it is asked.

    Parameters
    ----------
    rest : str
        The sentence without its constraints.
    profile : TableProfile
        The table: what names its columns is not what is judged.
    read_ : mapping
        The probability of each kind of request by the reader, from `rereading`.

    Returns
    -------
    Suspicion
        As two classifiers see it that have learned from sentences of many people: one by words, one that reads.
    """
    by_words = classifier().probabilities(masked_request(rest, profile))
    chances = {kind: (1 - READ) * chance + READ * read_[kind] for kind, chance in by_words.items()}
    refused = {kind: chance for kind, chance in chances.items() if kind in _TEXTS}
    return Suspicion(max(refused, key=lambda kind: refused[kind]), sum(refused.values()), chances["vague"])


def is_greeting(text: str) -> bool:
    """Whether a request is no more than a greeting."""
    said = phrases.folded(text).strip(" .!?¡¿,。！？~")
    return phrases.pattern("refusals", "greeting").fullmatch(said) is not None


def speaks_of_later(text: str, profile: TableProfile) -> bool:
    """Whether a time to come is named that is no column's name ("the next 30 days", "tomorrow's")."""
    small = phrases.folded(text)
    for match in phrases.pattern("refusals", "forecasting").finditer(small):
        words = re.findall(r"\w+", match.group())
        named = any(
            all(word.rstrip("s'") in phrases.folded(column.name) for word in words) for column in profile.columns
        )
        if not named:
            return True
    return False


def is_series(text: str) -> bool:
    """Whether a forecast of a time series is asked for."""
    return phrases.pattern("refusals", "series").search(phrases.folded(text)) is not None


def refusal(reason: str, profile: TableProfile, likely: str | None = None) -> Refusal:
    """Refuse, and say what this table can be used for."""
    examples = [likely] if likely else [c.name for c in reversed(profile.columns) if c.kind not in USELESS_KINDS][:1]
    text = tr(_TEXTS[reason])
    if examples:
        # Translators: the words between the marks are a request that Genie understands, in your language as well
        offer = tr('Genie can predict a column of this table, for example: "predict {column}".', column=examples[0])
        text = f"{text} {offer}"
    return Refusal(text=text, reason=reason)
