"""The embedded planner: no key, no network, a few milliseconds."""

from __future__ import annotations

from genie_widgets.intent import phrases
from genie_widgets.intent.build import build_plan, fitting_metrics
from genie_widgets.intent.commanded import commanded_column
from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.facts import USELESS_KINDS, is_no_target, may_mean_no, said_kind, tells_time
from genie_widgets.intent.features import forms_of
from genie_widgets.intent.hearing import hear
from genie_widgets.intent.refusals import find_refusal, is_greeting, is_series, refusal, speaks_of_later
from genie_widgets.intent.target import (
    MAX_CANDIDATES,
    SPOKEN,
    Candidate,
    asked_together,
    is_clear,
    target_evidence,
)
from genie_widgets.language import mark, tr
from genie_widgets.schema import Answer, ColumnProfile, Problem, Question, TableProfile

MAX_PROMPT_CHARACTERS = 2_000
# Numbers of more different values than this are no classes.
MAX_NUMBER_CLASSES = 20
_WHY_NOT = {
    "id": mark("{column} names each row. Which column should be predicted instead?"),
    "constant": mark("{column} has one value. Which column should be predicted instead?"),
    "empty": mark("{column} has no values. Which column should be predicted instead?"),
}


def plan_from_prompt(profile: TableProfile, prompt: str) -> Answer:
    """Plan from a sentence alone.

    Parameters
    ----------
    profile : TableProfile
        The table's facts.
    prompt : str
        The sentence; of a very long one the first 2,000 characters are read.

    Returns
    -------
    Plan, Question or Refusal
        A question where the target is not clear; a refusal where no column is to be predicted.
    """
    text = prompt[:MAX_PROMPT_CHARACTERS]
    if is_greeting(text):
        return _question([], profile, text, tr("Hello. What should be predicted?"))
    heard = hear(text, profile)
    asked, ranked, suspicion = heard.asked, heard.ranked, heard.suspicion
    refused = find_refusal(text, profile) if suspicion.is_possible else None
    if refused is not None:
        return refused
    if suspicion.refuses:
        return refusal(suspicion.reason, profile)
    if ranked:
        asked.without_target(ranked[0].column)
    open_ranked = [c for c in ranked if c.column not in asked.ignore] or ranked
    if ranked and _is_later(text, ranked, profile):
        likely = ranked[0].column if is_clear(ranked) else None
        return refusal("forecasting", profile, likely)
    hopeless = _hopeless(ranked, profile)
    if hopeless is not None and may_mean_no(profile.column(hopeless.column)):
        asked.without_target(hopeless.column)
        # Its plan asks what an empty cell means.
        return build_plan(profile, text, hopeless.column, asked, target_evidence(hopeless, profile))
    if hopeless is not None:
        others = [c for c in open_ranked if c.column != hopeless.column]
        return _question(others, profile, text, _why_not(hopeless.column, profile))
    commanded = commanded_column(asked.rest, profile)
    if not is_clear(ranked) or commanded not in (None, ranked[0].column):
        first = [c for c in open_ranked if c.column == commanded]
        return _question([*first, *(c for c in open_ranked if c not in first)], profile, asked.rest)
    doubt = _doubt(text, profile, asked, ranked)
    if doubt is not None:
        return doubt
    best = ranked[0]
    if suspicion.doubts:
        words = tr(
            "It is not clear that a prediction is asked for. Should {column} be predicted, or another column?",
            column=best.column,
        )
        return _question(open_ranked, profile, text, words)
    plan = build_plan(profile, text, best.column, asked, target_evidence(best, profile))
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        note = Problem(
            code="prompt-cut",
            title=tr("The request is long: its first {n:,} characters were read.", n=MAX_PROMPT_CHARACTERS),
            remedy=tr("Check the plan, or say it in a sentence or two."),
            severity="warning",
        )
        plan = plan.model_copy(update={"problems": (*plan.problems, note)})
    return plan


def _is_later(text: str, ranked: list[Candidate], profile: TableProfile) -> bool:
    """Whether numbers of a time to come are asked for; whether something happens then is a class of today's rows."""
    if is_series(text):
        return True
    best = profile.column(ranked[0].column)
    return speaks_of_later(text, profile) and not (is_clear(ranked) and not _is_number(best))


def _is_number(column: ColumnProfile) -> bool:
    return column.kind in ("number", "integer") and column.n_distinct > MAX_NUMBER_CLASSES


def _doubt(text: str, profile: TableProfile, asked: Constraints, ranked: list[Candidate]) -> Question | None:
    """Ask where the target is clear, but something else is not."""
    best = ranked[0]
    column = profile.column(best.column)
    together = asked_together(ranked, asked.rest)
    if len(together) > 1:
        return _question(
            [*together, *(c for c in ranked if c not in together)],
            profile,
            text,
            tr(
                "A model predicts one column at a time; the request names {one} and {other}. Which one first?",
                one=together[0].column,
                other=together[1].column,
            ),
        )
    if best.column in asked.ignore:
        words = tr("{column} is both to be predicted and to be left out. What should be predicted?", column=best.column)
        return _question(ranked, profile, text, words)
    if asked.features == [best.column]:
        words = tr("{column} alone is to be used to predict itself. What should be predicted?", column=best.column)
        return _question(ranked, profile, text, words)
    both = [name for name in asked.features if name in asked.ignore]
    if both:
        words = tr("{column} is both to be used and to be left out. Which is meant?", column=both[0])
        return Question(text=words, candidates=tuple(asked.features)[:MAX_CANDIDATES], field="features")
    if phrases.pattern("together", "undecided").search(phrases.folded(text)):
        words = tr(
            "The request leaves open what to predict. Should it be {column}, or another column?", column=best.column
        )
        return _question(ranked, profile, text, words)
    missing = [words for field, words in asked.unmatched if field == "features"]
    if missing and not asked.features:
        words = tr(
            "The table has no column {missing!r} to learn from. Predict {target} from its other columns?",
            missing=missing[0],
            target=best.column,
        )
        return _question(ranked, profile, text, words)
    if _is_number(column) and _asks_for_classes(text):
        words = tr(
            "{column} is a number: the table has no classes of it. Predict the number, or a column that has them?",
            column=best.column,
        )
        return _question(ranked, profile, text, words)
    if asked.contrary:
        one, other = asked.contrary
        words = tr('"{one}" and "{other}" do not go together. Which counts more?', one=one, other=other)
        return Question(text=words, candidates=("fast", "best"), field="quality")
    return _metric_doubt(profile, text, asked, best)


def _metric_doubt(profile: TableProfile, text: str, asked: Constraints, best: Candidate) -> Question | None:
    kind, fitting = fitting_metrics(profile, text, best.column, asked)
    if not fitting:
        return None
    words = tr(
        "The metric {metric} does not fit: {column} makes it a {kind} problem. Which one instead?",
        metric=asked.metric,
        column=best.column,
        kind=said_kind(kind),
    )
    return Question(text=words, candidates=fitting[:MAX_CANDIDATES], field="metric")


def _asks_for_classes(text: str) -> bool:
    small = phrases.folded(text)
    forms = forms_of(small)
    return phrases.pattern("derived", "classes").search(small) is not None and (
        forms["whether"] or forms["which"] or "categor" in small or "classif" in small
    )


def _hopeless(ranked: list[Candidate], profile: TableProfile) -> Candidate | None:
    """Give the column that is asked for although it teaches nothing; None where another one may be meant."""
    spoken = sorted(ranked, key=lambda candidate: -candidate.spoken)
    if not spoken or profile.column(spoken[0].column).kind not in USELESS_KINDS or spoken[0].spoken < SPOKEN:
        return None
    first = spoken[0]
    # What is spoken of by a part of its name only is not another.
    others = [c for c in spoken[1:] if c.spoken >= 0.6 and not (first.start <= c.start and c.end <= first.end)]
    if profile.column(first.column).kind != "id":
        # An id beside it names whom the sentence is about, and no column that it asks for.
        return None if any(not is_no_target(profile.column(c.column)) for c in others) else first
    # "Which customers will leave?" speaks of the customers' id, and means another column.
    return None if others or (is_clear(ranked) and ranked[0].spoken < 0.4) else first


def _why_not(column: str, profile: TableProfile) -> str:
    return tr(_WHY_NOT[profile.column(column).kind], column=column)


def _question(ranked: list[Candidate], profile: TableProfile, text: str, words: str = "") -> Question:
    facts = {column.name: column for column in profile.columns}
    useful = [c for c in ranked if not is_no_target(facts[c.column])] or ranked
    named = [c for c in useful if c.spoken > 0.5]
    candidates = tuple(c.column for c in useful[:MAX_CANDIDATES])
    if not candidates:
        # Nothing is said of any: the table's end is where people put the outcome.
        candidates = tuple(c.name for c in reversed(profile.columns) if c.kind not in USELESS_KINDS)[:MAX_CANDIDATES]
    if not named:
        candidates = tuple(sorted(candidates, key=lambda name: tells_time(profile.column(name))))
    if not words:
        if not text.strip():
            words = tr("What should be predicted?")
        elif len(named) > 1:
            words = tr("Which of these columns should be predicted?")
        elif named:
            words = tr("Should {column} be predicted, or another column?", column=named[0].column)
        else:
            words = tr("No column of the table is clearly named in the request. Which one should be predicted?")
    return Question(text=words, candidates=candidates)
