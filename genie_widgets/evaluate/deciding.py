"""The threshold of two classes: chosen by what mistakes cost or by how many rows can be acted on, and judged honestly.

A threshold that was chosen on the same rows that it is judged on looks better than it is. So the rows are cut into
folds, the threshold of each fold is chosen on the other folds, and what is expected comes from those decisions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from genie_widgets.evaluate.intervals import LeftOut, Scale, interval
from genie_widgets.evaluate.rows import ClassRows, Floats, Rows
from genie_widgets.language import figure as written
from genie_widgets.language import mark, plural, tr
from genie_widgets.schema import Decision, Expected, GenieError, Problem

# With fewer rows of either class, the cheapest threshold on the rows is mostly luck.
LEAST_TO_TUNE = 30
FOLDS = 10
NEVER = math.nextafter(1.0, 2.0)

Chosen = Callable[[NDArray[np.bool_], Floats], float]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Wish:
    """What a person wants the threshold to follow from; exactly one of the three ways is filled.

    Attributes
    ----------
    cost_missed, cost_false_alarm : float or None
        Both, at least 0, not both 0.
    capacity, of_rows : int or None
        Rows that can be acted on, of a list of so many.
    threshold : float or None
        A number in [0, 1].
    """

    cost_missed: float | None = None
    cost_false_alarm: float | None = None
    capacity: int | None = None
    of_rows: int | None = None
    threshold: float | None = None

    def check(self) -> None:
        """Refuse a wish that says nothing, or too much.

        Raises
        ------
        GenieError
            With what to do.
        """
        by_cost = self.cost_missed is not None or self.cost_false_alarm is not None
        if sum((by_cost, self.capacity is not None, self.threshold is not None)) != 1:
            raise _refused(
                tr("Decide by costs, by a capacity or by a threshold."), tr("Fill in one of the three ways only.")
            )
        if by_cost:
            costs = (self.cost_missed, self.cost_false_alarm)
            if not all(cost is not None and math.isfinite(cost) and cost >= 0 for cost in costs) or not any(costs):
                raise _refused(
                    tr("Both costs are needed: of a missed positive and of a false alarm."),
                    tr("Give two numbers of 0 or more, at least one of them above 0."),
                )
        if self.capacity is not None and (self.capacity < 1 or (self.of_rows or 0) < 1):
            raise _refused(tr("The capacity must be at least 1 row of at least 1."), tr("Give whole numbers above 0."))
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise _refused(tr("A threshold is a probability."), tr("Give a number from 0 to 1."))


def _refused(title: str, remedy: str) -> GenieError:
    return GenieError(Problem(code="decision-unclear", title=title, remedy=remedy, culprit="decision"))


def decide(
    rows: ClassRows, wish: Wish, *, groups: NDArray[np.intp] | None = None, widened: float = 1.0, seed: int = 0
) -> Decision:
    """Choose a threshold, and say what to expect of it.

    Parameters
    ----------
    rows : ClassRows
        Untouched rows with probabilities and a positive class; `predicted` as it was before.
    wish : Wish
        What it is to follow from.
    groups : ndarray of int, shape (n,), optional
        Where whole groups were kept apart: they stay together in folds, and intervals are those of so many.
    widened : float
        By how much standard errors are larger than the rows alone tell; see `scored.widened`.
    seed : int
        Same seed, same folds and intervals.

    Returns
    -------
    Decision

    Raises
    ------
    GenieError
        If the wish is unclear, or the rows have no two classes.
    """
    wish.check()
    if rows.probabilities is None or rows.positive is None or len(rows) == 0:
        raise GenieError(
            Problem(
                code="no-two-classes",
                title=tr("A threshold needs a model of two classes with scored rows, and this run has none."),
                remedy=tr("Ask a yes-or-no question of the table to decide by costs or by a capacity."),
                culprit="decision",
            )
        )
    truth, score = rows.truth == rows.positive, rows.probabilities[:, rows.positive]
    choose = _chooser(wish, truth)
    threshold = choose(truth, score)
    alarm = _cross_fitted(choose, truth, score, groups, seed) if wish.threshold is None else score >= threshold
    negative = next(label for code, label in enumerate(rows.labels) if code != rows.positive)
    made = Decision(
        rule="cost" if wish.cost_missed is not None else "capacity" if wish.capacity is not None else "threshold",
        threshold=threshold,
        positive=rows.labels[rows.positive],
        negative=negative,
        cost_missed=wish.cost_missed,
        cost_false_alarm=wish.cost_false_alarm,
        capacity=wish.capacity,
        of_rows=wish.of_rows,
        n_rows=len(rows),
        expected=_expected(
            wish,
            truth,
            alarm,
            rows.predicted == rows.positive,
            LeftOut(len(truth), groups=groups, seed=seed, widened=widened),
        ),
    )
    return made.model_copy(update={"words": _words(made, tuned=_is_tuned(truth))})


def decided(rows: ClassRows, threshold: float) -> ClassRows:
    """Give the rows with the classes that a threshold predicts."""
    assert rows.probabilities is not None
    assert rows.positive is not None
    negative = next(code for code in range(len(rows.labels)) if code != rows.positive)
    alarm = rows.probabilities[:, rows.positive] >= threshold
    return replace(rows, predicted=np.where(alarm, rows.positive, negative))


def at_decision(rows: Rows, decision: Decision | None) -> Rows:
    """Give rows as they are predicted after a decision; as they are where there is none."""
    if decision is None or not isinstance(rows, ClassRows):
        return rows
    return decided(rows, decision.threshold)


def _is_tuned(truth: Mask) -> bool:
    return min(int(truth.sum()), int((~truth).sum())) >= LEAST_TO_TUNE


def _chooser(wish: Wish, truth: Mask) -> Chosen:
    if wish.threshold is not None:
        given = wish.threshold
        return lambda _truth, _score: given
    if wish.capacity is not None and wish.of_rows is not None:
        share = min(1.0, wish.capacity / wish.of_rows)
        return lambda _truth, score: _of_share(score, share)
    missed, false = wish.cost_missed or 0.0, wish.cost_false_alarm or 0.0
    if not _is_tuned(truth):
        # What true probabilities would ask for: an alarm where its expected cost is the smaller one.
        return lambda _truth, _score: false / (missed + false)
    return lambda known, score: _cheapest(known, score, missed, false)


def _levels(score: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Give numbers of alarms that thresholds can make (0 first), and a threshold for each, between the scores."""
    ordered = np.sort(score)[::-1]
    last = np.flatnonzero(np.concatenate([ordered[1:] != ordered[:-1], [True]]))
    between = (ordered[last[:-1]] + ordered[last[:-1] + 1]) / 2
    # Two neighbours may be so close that nothing lies between them: the upper one then decides alike.
    between = np.where(between > ordered[last[:-1] + 1], between, ordered[last[:-1]])
    return np.concatenate([[0], last + 1]), np.concatenate([[NEVER], between, [0.0]])


def _of_share(score: Floats, share: float) -> float:
    counts, thresholds = _levels(score)
    wanted = max(1, math.floor(share * len(score) + 1e-9))
    return float(thresholds[np.searchsorted(counts, wanted, side="right") - 1])


def _cheapest(truth: Mask, score: Floats, missed: float, false: float) -> float:
    counts, thresholds = _levels(score)
    hits = np.concatenate([[0], np.cumsum(truth[np.argsort(-score, kind="stable")])])[counts]
    cost = missed * (truth.sum() - hits) + false * (counts - hits)
    # Among equals the middle one: it is the farthest from where it gets worse.
    best = np.flatnonzero(np.isclose(cost, cost.min(), rtol=1e-12, atol=0))
    return float(thresholds[best[len(best) // 2]])


def _cross_fitted(choose: Chosen, truth: Mask, score: Floats, groups: NDArray[np.intp] | None, seed: int) -> Mask:
    rng = np.random.default_rng(seed)
    if groups is not None:
        fold = rng.permutation(int(groups.max()) + 1)[groups] % FOLDS
    else:
        # Within each class in turn, so that every fold has its share of both.
        fold = np.empty(len(truth), dtype=np.intp)
        for part in (truth, ~truth):
            fold[part] = rng.permutation(int(part.sum())) % FOLDS
    alarm = np.zeros(len(truth), dtype=bool)
    for number in range(FOLDS):
        asked = fold == number
        if asked.any() and not asked.all():
            alarm[asked] = score[asked] >= choose(truth[~asked], score[~asked])
        else:
            alarm[asked] = score[asked] >= choose(truth, score)
    return alarm


def _expected(wish: Wish, truth: Mask, alarm: Mask, before: Mask, left_out: LeftOut) -> tuple[Expected, ...]:
    positive, alarms = truth.astype(float), alarm.astype(float)
    hit = positive * alarms

    def share(top: Floats, bottom: Floats) -> Callable[[Floats], Floats]:
        def of(weights: Floats) -> Floats:
            below = weights @ bottom
            return np.asarray(np.divide(weights @ top, below, out=np.full(len(weights), np.nan), where=below > 0))

        return of

    everything = np.ones(len(truth))
    size = Scale("size")
    figures: dict[str, tuple[str, Callable[[Floats], Floats], Scale]] = {
        "alarms": (mark("Share of the rows that are alarms"), share(alarms, everything), Scale("share")),
        "precision": (mark("Share of the alarms that are right"), share(hit, alarms), Scale("share", (alarm,))),
        "recall": (mark("Share of the positives that are found"), share(hit, positive), Scale("share", (truth,))),
    }
    if wish.capacity is not None:
        precision, base = figures["precision"][1], share(positive, everything)
        of_both = Scale("size", (alarm, truth))
        figures["lift"] = (
            mark("Times as many as by chance"),
            lambda weights: precision(weights) / base(weights),
            of_both,
        )
    if wish.cost_missed is not None and wish.cost_false_alarm is not None:
        missed, false = wish.cost_missed, wish.cost_false_alarm

        def cost(acted: Floats) -> Callable[[Floats], Floats]:
            return share(1000 * (missed * positive * (1 - acted) + false * (1 - positive) * acted), everything)

        costs = {
            "cost_per_1000": (mark("Cost of 1,000 rows"), alarms),
            "cost_per_1000_none": (mark("Cost of 1,000 rows without any alarm"), np.zeros(len(truth))),
            "cost_per_1000_all": (mark("Cost of 1,000 rows with an alarm for every row"), everything),
            "cost_per_1000_before": (
                mark("Cost of 1,000 rows with the model's own threshold"),
                before.astype(float),
            ),
        }
        figures |= {name: (label, cost(acted), size) for name, (label, acted) in costs.items()}
    ones = np.ones((1, len(truth)))
    found = []
    for name, (label, of, scale) in figures.items():
        value = float(of(ones)[0])
        if math.isfinite(value):
            low, high = interval(of, scale, left_out) or (None, None)
            found.append(Expected(name=name, label=tr(label), value=value, low=low, high=high))
    return tuple(found)


def _words(decision: Decision, *, tuned: bool) -> tuple[str, ...]:
    by_name = {figure.name: figure for figure in decision.expected}
    positive = decision.positive
    if decision.threshold > 1:
        first = tr(
            "No row is taken for {positive!r}: whatever the model says, acting on it would cost more.",
            positive=positive,
        )
    elif decision.threshold == 0:
        first = tr("Every row is taken for {positive!r}.", positive=positive)
    else:
        first = tr(
            "A row is taken for {positive!r} from a probability of {threshold:.1%} on.",
            positive=positive,
            threshold=decision.threshold,
        )
    said = [first, _outcome(decision, by_name)]
    if decision.rule == "cost" and "cost_per_1000" in by_name:
        said.append(_cost_words(by_name))
        if not tuned:
            said.append(
                tr(
                    "There are too few untouched rows of one class to look for the cheapest threshold: this is the "
                    "one that true probabilities would ask for."
                )
            )
    if decision.rule != "threshold":
        said.append(
            plural(
                "What to expect was measured on {n:,} untouched row, decided by a threshold that was chosen without "
                "it.",
                "What to expect was measured on {n:,} untouched rows, each decided by a threshold that was chosen "
                "without it.",
                decision.n_rows,
            )
        )
    return tuple(sentence for sentence in said if sentence)


def _outcome(decision: Decision, by_name: dict[str, Expected]) -> str:
    precision, recall = by_name.get("precision"), by_name.get("recall")
    if precision is None or recall is None:
        return ""
    if decision.capacity is not None and decision.of_rows is not None:
        acted = min(decision.capacity, decision.of_rows)
        lift = by_name.get("lift")
        return tr(
            _REACHED if lift is None else _REACHED_WITH_LIFT,
            n_acted=acted,
            of_rows=decision.of_rows,
            right=_count(precision, acted),
            lift=0.0 if lift is None else lift.value,
            share=_share(recall),
            positive=decision.positive,
        )
    return tr(
        "{alarms} of the rows become alarms, {right} of which are right, and {found} of all {positive!r} are found.",
        alarms=_share(by_name["alarms"]),
        right=_share(precision),
        found=_share(recall),
        positive=decision.positive,
    )


_REACHED = mark(
    "Of the {n_acted:,} rows of {of_rows:,} acted on, about {right} are right; that reaches {share} of all "
    "{positive!r}."
)
_REACHED_WITH_LIFT = mark(
    "Of the {n_acted:,} rows of {of_rows:,} acted on, about {right} are right, {lift:.1f} times as many as by chance; "
    "that reaches {share} of all {positive!r}."
)


def _cost_words(by_name: dict[str, Expected]) -> str:
    cost = by_name["cost_per_1000"]
    others = ", ".join(tr(message, cost=by_name[name].value) for name, message in _OTHERWISE.items() if name in by_name)
    cheapest = min(by_name["cost_per_1000_none"].value, by_name["cost_per_1000_all"].value)
    said = tr(
        _COST if cost.low is None else _COST_BETWEEN, cost=cost.value, low=cost.low, high=cost.high, otherwise=others
    )
    if cost.value < cheapest:
        return said
    return f"{said} {tr('The model saves nothing over treating every row alike.')}"


_COST = mark("Expect a cost of {cost:,.0f} for 1,000 rows; it would be {otherwise}.")
_COST_BETWEEN = mark(
    "Expect a cost of {cost:,.0f} for 1,000 rows (95% interval {low:,.0f} to {high:,.0f}); it would be {otherwise}."
)
# What stands in the place of "otherwise".
_OTHERWISE = {
    # Translators: follows "Expect a cost of 50 for 1,000 rows; it would be"
    "cost_per_1000_none": mark("{cost:,.0f} without any alarm"),
    # Translators: follows "Expect a cost of 50 for 1,000 rows; it would be"
    "cost_per_1000_all": mark("{cost:,.0f} with an alarm for every row"),
    # Translators: follows "Expect a cost of 50 for 1,000 rows; it would be"
    "cost_per_1000_before": mark("{cost:,.0f} with the model's own threshold"),
}


def _share(figure: Expected) -> str:
    # An interval of one number says nothing: every row, or none.
    plain = figure.low is None or figure.low == figure.high
    if plain:
        return written(figure.value, ".0%")
    return tr("{share:.0%} ({low:.0%} to {high:.0%})", share=figure.value, low=figure.low, high=figure.high)


def _count(figure: Expected, rows: int) -> str:
    if figure.low is None or figure.high is None:
        return written(figure.value * rows, ",.0f")
    low, high = figure.low * rows, figure.high * rows
    return tr("{count:,.0f} ({low:,.0f} to {high:,.0f})", count=figure.value * rows, low=low, high=high)
