"""A sentence that changes a plan: "also drop zip", "use F1 instead", "no, the other one"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from genie_widgets.intent import follow_up_words as said_words
from genie_widgets.intent.build import build_plan
from genie_widgets.intent.constraints import Constraints, find_constraints
from genie_widgets.intent.edit import PART, change_plan
from genie_widgets.intent.grammar import plan_from_prompt
from genie_widgets.intent.join import added, suggested, with_failure
from genie_widgets.intent.join import repaired as repaired_name
from genie_widgets.intent.llm import LLMFailedError, Stopper, ask_llm, planned_exchange
from genie_widgets.intent.words import is_near, name_parts, words_of
from genie_widgets.language import tr
from genie_widgets.schema import (
    Answer,
    Evidence,
    GenieError,
    LLMExchange,
    LLMSettings,
    Plan,
    Problem,
    Question,
    TableProfile,
    Validation,
)

MAX_CHARACTERS = 2_000
MAX_CANDIDATES = 5


def revise_plan(
    plan: Plan,
    profile: TableProfile,
    text: str,
    *,
    prompt: str = "",
    llm: LLMSettings | None = None,
    on_exchange: Callable[[LLMExchange], object] | None = None,
    stopper: Stopper | None = None,
) -> Answer:
    """Change a plan as a sentence asks; all that it does not speak of stays.

    Parameters
    ----------
    plan : Plan
        The plan as it stands.
    profile : TableProfile
        The table it is for.
    text : str
        The sentence.
    prompt : str
        The sentence that led to the plan: it tells what "the other one" is.
    llm : LLMSettings or None
        A language model to ask as well.
    on_exchange : callable, optional
        Told of what is sent and what it took.
    stopper : Stopper, optional
        Ends the asking early.

    Returns
    -------
    Plan, Question or Refusal
        A question where it is not clear which column is meant.

    Raises
    ------
    GenieError
        If the sentence changes nothing.
    """
    text = text[:MAX_CHARACTERS].strip()
    own = _own(plan, profile, text, prompt) if text else None
    if llm is not None and text:
        planned = planned_exchange(profile, text, llm, plan=plan)
        try:
            said = ask_llm(planned, llm, on_exchange=on_exchange, stopper=stopper)
        except LLMFailedError as failure:
            if own is not None:
                return with_failure(own, str(failure))
            raise _not_understood(tr("The language model was of no help: {reason}.", reason=str(failure))) from None
        own = _joined(plan, own, said, profile, text)
    if own is None:
        raise _not_understood()
    return own


def _own(plan: Plan, profile: TableProfile, text: str, prompt: str) -> Answer | None:
    """Read the sentence without help; None where it changes nothing."""
    asked = _Asked(plan, profile)
    rest = asked.take_back(said_words.COMMA.sub(";", text))
    rest = asked.constraints(rest)
    answer = asked.target(rest, prompt)
    if answer is not None:
        return answer
    if not asked.changes:
        return None
    return _with_rest(change_plan(plan, profile, asked.changes, asked.evidence), rest)


def _with_rest(plan: Plan, rest: str) -> Plan:
    """Tell what was not understood of a sentence that was understood in part: a wish is not dropped in silence."""
    clauses = (clause.strip() for clause in re.split(r"[.,;!?\n。]", rest))
    left = [clause for clause in clauses if said_words.OPENING.search(clause)]
    if not left:
        return plan
    note = Problem(
        code=PART,
        title=tr('Not understood: "{words}".', words="; ".join(left)[:120]),
        remedy=tr("Say it with a column's name as the table writes it, or press the column."),
        severity="warning",
        field="ignore",
    )
    return plan.model_copy(update={"problems": (*plan.problems, note)})


def _joined(plan: Plan, own: Answer | None, said: Any, profile: TableProfile, text: str) -> Answer | None:
    """Join what the model would change; another target is a question, all else needs the sentence's words."""
    picks = [name for name in (repaired_name(c, profile) for c in (said.target, *said.candidates) if c) if name]
    if own is not None and own.status != "plan":
        return suggested(own, picks, profile) if own.status == "question" else own
    base = plan if own is None else own
    if said.status == "refusal":
        return own
    if picks and picks[0] != base.target:
        text = tr("Should {column} be predicted still, or another column?", column=base.target)
        return suggested(Question(text=text, candidates=(base.target,)), picks, profile)
    made = added(base, said, profile, text, before=plan)
    return made if made.changes_since(plan) else own


@dataclass
class _Asked:
    """What a sentence changes in a plan, with its words."""

    plan: Plan
    profile: TableProfile
    changes: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)

    def _set(self, name: str, value: Any, quote: str, shown: str = "") -> None:
        self.changes[name] = value
        words = shown or (", ".join(map(str, value)) if isinstance(value, tuple) else str(value))
        self.evidence[name] = Evidence(field=name, value=words, source="prompt", quote=quote.strip(" ,.;"))

    def take_back(self, text: str) -> str:
        """Read what is to be used again ("keep zip", "don't ignore zip"); give the sentence without those words."""
        everything = said_words.EVERY_COLUMN.search(text)
        if everything and not said_words.OPENING.search(text[: everything.start()]):
            if self.plan.features is not None:
                self._set("features", None, everything.group(), "all columns")
            if self.plan.asked_to_ignore:
                kept = tuple(name for name in self.plan.ignore if name not in self.plan.asked_to_ignore)
                self._set("ignore", kept, everything.group())
            text = _blank(text, *everything.span())
        for _ in range(10):
            match = said_words.TAKE_BACK.search(text)
            if match is None:
                break
            text = self._use_again(text, match)
        return text

    def _use_again(self, text: str, match: re.Match[str]) -> str:
        """Take one such clause: the columns stand behind its words, or, in some languages, before them."""
        stop = said_words.CLAUSE.search(text, match.end())
        end = stop.start() if stop else len(text)
        begin = max((m.end() for m in said_words.CLAUSE.finditer(text, 0, match.start())), default=0)
        behind, before = text[match.end() : end], text[begin : match.start()]
        for words, span in ((behind, (match.start(), end)), (before, (begin, match.end()))):
            named = find_constraints(f"ignore {words}", self.profile).ignore
            if named:
                self._use(named, text[slice(*span)])
                return _blank(text, *span)
        return _blank(text, *match.span())

    def _use(self, named: list[str], quote: str) -> None:
        ignore = self.changes.get("ignore", self.plan.ignore)
        if set(named) & set(ignore):
            self._set("ignore", tuple(name for name in ignore if name not in named), quote)
        features = self.changes.get("features", self.plan.features)
        fresh = [name for name in named if name not in (features or ()) and name != self.plan.target]
        if features is not None and fresh:
            self._set("features", (*features, *fresh), quote)

    def constraints(self, text: str) -> str:
        """Read wishes as the embedded planner reads them; give the sentence without their words."""
        found = find_constraints(text, self.profile)
        quotes = {item.field: item.quote for item in found.evidence}
        if found.features:
            self._set("features", tuple(found.features), quotes.get("features", ""))
            if set(found.features) & set(self.plan.ignore):
                self.changes["ignore"] = tuple(n for n in self.plan.ignore if n not in found.features)
        dropped = [name for name in found.ignore if name not in self.changes.get("ignore", self.plan.ignore)]
        if dropped:
            ignore = self.changes.get("ignore", self.plan.ignore)
            quote = quotes.get("ignore", "")
            self._set("ignore", (*ignore, *dropped), quote, ", ".join(dropped))
        # What a wish means for this target is the planner's to say: F1 of three classes is their mean.
        evidence = Evidence(field="target", value=self.plan.target, source="prompt")
        meant = build_plan(self.profile, text, self.plan.target, found, evidence)
        if found.metric is not None:
            self._set("metric", self._metric(found, meant), quotes.get("metric", ""))
        if found.quantile_levels:
            self._set("quantile_levels", found.quantile_levels, quotes.get("quantile_levels", ""))
            self._set("problem_type", "quantile", quotes.get("quantile_levels", ""))
        if found.time_limit_s is not None:
            self._set("time_limit_s", found.time_limit_s, quotes.get("time_limit_s", ""))
        if found.quality is not None:
            self._set("quality", found.quality, quotes.get("quality", ""))
        if found.empty_meaning is not None and meant.empty_target:
            self._set("empty_target", meant.empty_target, found.empty_meaning.quote)
        if found.validation is not None:
            kind, column = found.validation.kind, found.validation.column
            self._set("validation", found.validation, quotes.get("validation", ""), f"{kind} by {column}")
        elif self.plan.validation.kind != "random" and (random := said_words.RANDOM.search(found.rest)):
            self._set("validation", Validation(), random.group(), "random")
        self._class(found.rest, meant)
        same = [name for name, value in self.changes.items() if value == getattr(self.plan, name)]
        for name in same:
            del self.changes[name], self.evidence[name]
        return found.rest

    def _metric(self, found: Constraints, meant: Plan) -> str:
        """Translate a metric for the plan's own problem type, which a person may have set."""
        return meant.metric if meant.problem_type == self.plan.problem_type else str(found.metric)

    def _class(self, rest: str, meant: Plan) -> None:
        if self.plan.problem_type != "binary":
            return
        values = [item.value for item in self.plan.target_facts(self.profile).top_values]
        other = said_words.OTHER_CLASS.search(rest)
        if other and len(values) == 2:
            flipped = next(value for value in values if value != self.plan.positive_class)
            self._set("positive_class", flipped, other.group())
            return
        said = {word.plain for word in words_of(rest)}
        if meant.positive_class is None or meant.positive_class.strip().casefold() not in said:
            return
        if len(meant.positive_class) > 3 and meant.positive_class != self.plan.positive_class:
            start = rest.casefold().find(meant.positive_class.strip().casefold())
            self._set("positive_class", meant.positive_class, rest[start : start + len(meant.positive_class)])

    def target(self, rest: str, prompt: str) -> Answer | None:
        """Read whether another column is meant; an answer where that cannot be settled without asking."""
        if "positive_class" in self.changes:
            return None
        other = None if self.changes else said_words.OTHER_ONE.search(rest)
        if other is not None:
            rest = _blank(rest, *other.span())
            if not find_constraints(f"ignore {rest}", self.profile).ignore:
                return self._other_one(prompt)
        cue = said_words.TARGET.search(rest)
        named = _blank(rest, *cue.span()) if cue else rest
        if cue is None and self.changes:
            return None
        found = plan_from_prompt(self.profile, f"predict {named}".strip())
        if found.status == "plan" and found.target != self.plan.target:
            self._new_target(found)
        elif found.status == "question" and (close := _named_in(named, found.candidates)):
            return found.model_copy(update={"candidates": _first(close, found.candidates)})
        elif found.status == "refusal" and not self.changes:
            return found
        return None

    def _new_target(self, found: Plan) -> None:
        self._set("target", found.target, _words_of_target(found))
        ignore = self.changes.get("ignore", self.plan.ignore)
        if found.target in ignore:
            self.changes["ignore"] = tuple(name for name in ignore if name != found.target)

    def _other_one(self, prompt: str) -> Answer:
        """Find what else the first sentence may have meant: one column is taken, several are asked for."""
        prompt = prompt or _words_of_target(self.plan)
        asked = plan_from_prompt(self.profile, prompt)
        if asked.status != "question":
            asked = plan_from_prompt(self.profile, "")
        offered = asked.candidates if asked.status == "question" else self.profile.column_names[-MAX_CANDIDATES:]
        others = tuple(name for name in offered if name != self.plan.target)
        close = [name for name in _named_in(prompt, offered) if name != self.plan.target]
        if len(close) == 1:
            return change_plan(self.plan, self.profile, {"target": close[0]}, {"target": _meant(close[0])})
        text = tr("Which column should be predicted instead of {column}?", column=self.plan.target)
        return Question(text=text, candidates=_first(close, others))


def _words_of_target(plan: Plan) -> str:
    """Give the person's own words for the target; empty where it was found otherwise."""
    return next((item.quote for item in plan.evidence if (item.field, item.source) == ("target", "prompt")), "")


def _meant(column: str) -> Evidence:
    return Evidence(field="target", value=column, source="user", quote=tr("the other one"))


def _first(names: list[str], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*names, *others)))[:MAX_CANDIDATES]


def _named_in(text: str, columns: tuple[str, ...]) -> list[str]:
    """Tell which of these columns share a word with the text."""
    said = [word.plain for word in words_of(text) if len(word.plain) > 2]
    return [
        name
        for name in columns
        if any(is_near(word, part) for part in (*name_parts(name), "".join(name_parts(name))) for word in said)
    ]


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _not_understood(more: str = "") -> GenieError:
    return GenieError(
        Problem(
            code="follow-up-not-understood",
            title=f"{tr('This sentence changes nothing in the plan.')} {more}".strip(),
            # Translators: the words between the marks are changes that Genie understands, in your language as well
            remedy=tr('Say it as in "also ignore the id", "use F1 instead", "10 minutes" or "predict income instead".'),
            culprit="change",
            severity="warning",
        )
    )
