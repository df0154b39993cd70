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

from genie_widgets.evaluate.bootstrap import intervals
from genie_widgets.evaluate.rows import ClassRows, Floats, Rows
from genie_widgets.schema import Decision, Expected, GenieError, Problem

# With fewer rows of either class, the cheapest threshold on the rows is mostly luck.
LEAST_TO_TUNE = 30
FOLDS = 10
NEVER = math.nextafter(1.0, 2.0)
_COST = "Cost of 1,000 rows"

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
            raise _refused("Decide by costs, by a capacity or by a threshold.", "Fill in one of the three ways only.")
        if by_cost:
            costs = (self.cost_missed, self.cost_false_alarm)
            if not all(cost is not None and math.isfinite(cost) and cost >= 0 for cost in costs) or not any(costs):
                raise _refused(
                    "Both costs are needed: of a missed positive and of a false alarm.",
                    "Give two numbers of 0 or more, at least one of them above 0.",
                )
        if self.capacity is not None and (self.capacity < 1 or (self.of_rows or 0) < 1):
            raise _refused("The capacity must be at least 1 row of at least 1.", "Give whole numbers above 0.")
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise _refused("A threshold is a probability.", "Give a number from 0 to 1.")


def _refused(title: str, remedy: str) -> GenieError:
    return GenieError(Problem(code="decision-unclear", title=title, remedy=remedy, culprit="decision"))


def decide(rows: ClassRows, wish: Wish, *, groups: NDArray[np.intp] | None = None, seed: int = 0) -> Decision:
    """Choose a threshold, and say what to expect of it.

    Parameters
    ----------
    rows : ClassRows
        Untouched rows with probabilities and a positive class; `predicted` as it was before.
    wish : Wish
        What it is to follow from.
    groups : ndarray of int, shape (n,), optional
        Where whole groups were kept apart: they stay together in folds, and intervals draw groups.
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
                title="A threshold needs a model of two classes with scored rows, and this run has none.",
                remedy="Ask a yes-or-no question of the table to decide by costs or by a capacity.",
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
        expected=_expected(wish, truth, alarm, rows.predicted == rows.positive, groups, seed),
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


def _expected(
    wish: Wish, truth: Mask, alarm: Mask, before: Mask, groups: NDArray[np.intp] | None, seed: int
) -> tuple[Expected, ...]:
    positive, alarms = truth.astype(float), alarm.astype(float)
    hit = positive * alarms

    def share(top: Floats, bottom: Floats) -> Callable[[Floats], Floats]:
        def of(weights: Floats) -> Floats:
            below = weights @ bottom
            return np.asarray(np.divide(weights @ top, below, out=np.full(len(weights), np.nan), where=below > 0))

        return of

    everything = np.ones(len(truth))
    figures: dict[str, tuple[str, Callable[[Floats], Floats]]] = {
        "alarms": ("Share of the rows that are alarms", share(alarms, everything)),
        "precision": ("Share of the alarms that are right", share(hit, alarms)),
        "recall": ("Share of the positives that are found", share(hit, positive)),
    }
    if wish.capacity is not None:
        precision, base = figures["precision"][1], share(positive, everything)
        figures["lift"] = ("Times as many as by chance", lambda weights: precision(weights) / base(weights))
    if wish.cost_missed is not None and wish.cost_false_alarm is not None:
        missed, false = wish.cost_missed, wish.cost_false_alarm

        def cost(acted: Floats) -> Callable[[Floats], Floats]:
            return share(1000 * (missed * positive * (1 - acted) + false * (1 - positive) * acted), everything)

        figures["cost_per_1000"] = (_COST, cost(alarms))
        figures["cost_per_1000_none"] = (f"{_COST} without any alarm", cost(np.zeros(len(truth))))
        figures["cost_per_1000_all"] = (f"{_COST} with an alarm for every row", cost(everything))
        figures["cost_per_1000_before"] = (f"{_COST} with the model's own threshold", cost(before.astype(float)))
    bounds = intervals({name: of for name, (_, of) in figures.items()}, len(truth), seed=seed, groups=groups)
    ones = np.ones((1, len(truth)))
    found = []
    for name, (label, of) in figures.items():
        value = float(of(ones)[0])
        if math.isfinite(value):
            low, high = bounds.get(name, (None, None))
            found.append(Expected(name=name, label=label, value=value, low=low, high=high))
    return tuple(found)


def _words(decision: Decision, *, tuned: bool) -> tuple[str, ...]:
    by_name = {figure.name: figure for figure in decision.expected}
    positive = decision.positive
    if decision.threshold > 1:
        first = f"No row is taken for {positive!r}: whatever the model says, acting on it would cost more."
    elif decision.threshold == 0:
        first = f"Every row is taken for {positive!r}."
    else:
        first = f"A row is taken for {positive!r} from a probability of {decision.threshold:.1%} on."
    said = [first, _outcome(decision, by_name)]
    if decision.rule == "cost" and "cost_per_1000" in by_name:
        said.append(_cost_words(by_name))
        if not tuned:
            said.append(
                "There are too few untouched rows of one class to look for the cheapest threshold: this is the one "
                "that true probabilities would ask for."
            )
    if decision.rule != "threshold":
        said.append(
            f"What to expect was measured on {decision.n_rows:,} untouched rows, each decided by a threshold that was "
            "chosen without it."
        )
    return tuple(sentence for sentence in said if sentence)


def _outcome(decision: Decision, by_name: dict[str, Expected]) -> str:
    precision, recall = by_name.get("precision"), by_name.get("recall")
    if precision is None or recall is None:
        return ""
    if decision.capacity is not None and decision.of_rows is not None:
        acted = min(decision.capacity, decision.of_rows)
        lift = by_name.get("lift")
        found = f"Of the {acted:,} rows of {decision.of_rows:,} acted on, about {_count(precision, acted)} are right"
        than = f", {lift.value:.1f} times as many as by chance" if lift is not None else ""
        return f"{found}{than}; that reaches {_share(recall)} of all {decision.positive!r}."
    alarms = by_name["alarms"]
    return (
        f"{_share(alarms)} of the rows become alarms, {_share(precision)} of which are right, "
        f"and {_share(recall)} of all {decision.positive!r} are found."
    )


def _cost_words(by_name: dict[str, Expected]) -> str:
    cost = by_name["cost_per_1000"]
    others = ", ".join(
        f"{by_name[name].value:,.0f} {by_name[name].label.removeprefix(_COST).strip()}"
        for name in ("cost_per_1000_none", "cost_per_1000_all", "cost_per_1000_before")
        if name in by_name
    )
    cheapest = min(by_name["cost_per_1000_none"].value, by_name["cost_per_1000_all"].value)
    worth = "" if cost.value < cheapest else " The model saves nothing over treating every row alike."
    between = "" if cost.low is None else f" (95% interval {cost.low:,.0f} to {cost.high:,.0f})"
    return f"Expect a cost of {cost.value:,.0f} for 1,000 rows{between}; it would be {others}.{worth}"


def _share(figure: Expected) -> str:
    # An interval of one number says nothing: every row, or none.
    plain = figure.low is None or figure.low == figure.high
    return f"{figure.value:.0%}" + ("" if plain else f" ({figure.low:.0%} to {figure.high:.0%})")


def _count(figure: Expected, rows: int) -> str:
    if figure.low is None or figure.high is None:
        return f"{figure.value * rows:,.0f}"
    return f"{figure.value * rows:,.0f} ({figure.low * rows:,.0f} to {figure.high * rows:,.0f})"
