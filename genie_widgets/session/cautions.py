"""What the rows say against a plan, and what a person can do about it: act, or decide otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genie_widgets.language import mark, plural, tr
from genie_widgets.schema import Answer, Plan, Problem, Validation
from genie_widgets.schema.base import Value
from genie_widgets.schema.plan import RowsLeftOut
from genie_widgets.schema.problem import Severity
from genie_widgets.session.state import SessionState, Stage

if TYPE_CHECKING:
    import pandas as pd

    from genie_widgets.data import Entities, Leak, Table, TimeOrder

CODE, ENTITIES, TIME_ORDER = "leak", "repeated-entities", "time-order"
REPEATED, RARE, THINNED = "duplicate-rows", "rare-classes", "thinned-classes"
# A class with fewer rows left in a sample of a file is worth reading the file again.
FEW_OF_A_CLASS = 200
NEARLY_EMPTY, MORE_NEARLY_EMPTY = "nearly-empty-column", "more-nearly-empty-columns"
DRIFT = "rows-differ"
# So many columns are warned of one by one.
MOST_NEARLY_EMPTY = 4
_OURS = (CODE, ENTITIES, TIME_ORDER, REPEATED, RARE, THINNED, NEARLY_EMPTY, MORE_NEARLY_EMPTY)
GAPS, VALUE_OR_EMPTY = "plan-target-gaps", "plan-target-value-or-empty"
_EMPTY = (GAPS, VALUE_OR_EMPTY)
# What can be done about such rows: take them back, leave them out, keep them.
_WORDS_FOR_ROWS: dict[RowsLeftOut, tuple[str, str, str]] = {
    "repeated": (mark("Put repeated rows back"), mark("Leave out repeated rows"), mark("Keep repeated rows")),
    "rare classes": (mark("Put rare classes back"), mark("Leave out rare classes"), mark("Keep rare classes")),
}
_ROWS: dict[str, RowsLeftOut] = {REPEATED: "repeated", RARE: "rare classes"}
# Told of the table, and true of whatever is learned from it.
_OF_THE_TABLE = "sampled"
_USELESS = ("id", "constant", "empty")
_NUMBERS = ("regression", "quantile")
# Measures by which a rare class counts as much as the others.
_FAIR = (
    *("balanced_accuracy", "f1", "f1_macro", "average_precision", "mcc", "quadratic_kappa"),
    *("recall", "precision", "roc_auc_ovo_macro"),
)


class Remedy(Value):
    """One thing that a person can do about a warning.

    Attributes
    ----------
    about : str
        The key of the warning.
    words : str
        What its button says.
    leave_out : str
        The column to leave out; empty for none.
    validation : Validation or None
        How to keep rows apart instead.
    metric : str or None
        What to judge by instead.
    rows_left_out : tuple of {"repeated", "rare classes"} or None
        The rows to leave out instead.
    empty_target : str or None
        What empty cells of the target mean instead.
    stratify_by : str
        The column whose rare classes the file is read again for; empty for none.
    accept : str
        The warning that becomes a note; empty for none.
    accept_drift : str
        The column in which new rows may differ; empty for none.
    """

    about: str = ""
    words: str
    leave_out: str = ""
    validation: Validation | None = None
    metric: str | None = None
    rows_left_out: tuple[RowsLeftOut, ...] | None = None
    empty_target: str | None = None
    stratify_by: str = ""
    accept: str = ""
    accept_drift: str = ""


class Cautions:
    """Adds warnings from the rows to plans of one table; what was found for a target is remembered."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, bool, str], list[Leak]] = {}
        self._rare: dict[tuple[str, str], pd.Series[int]] = {}
        self._structure: dict[str, tuple[Entities | None, TimeOrder | None]] = {}

    def added(self, answer: Answer, table: Table | None) -> Answer:
        """Give the answer with its warnings; questions, refusals and plans without their table are as they were."""
        if answer.status != "plan" or table is None:
            return answer
        used = set(answer.feature_columns(table.columns))
        leaks = [leak for leak in self._leaks(answer, table) if leak.column in used]
        others = [problem for problem in answer.problems if problem.code not in (*_OURS, _OF_THE_TABLE)]
        told = [problem for problem in table.profile.problems if problem.code == _OF_THE_TABLE]
        found = (
            *others,
            *told,
            *(_problem(leak, answer) for leak in leaks),
            *_nearly_empty(used, table),
            *_repeated_rows(answer, table),
            *_thinned_classes(answer, table),
            *self._rare_classes(answer, table),
            *self._dependent_rows(answer, table),
        )
        return answer.model_copy(update={"problems": tuple(_as_decided(problem, answer) for problem in found)})

    def _leaks(self, plan: Plan, table: Table) -> list[Leak]:
        from genie_widgets.data import find_leaks
        from genie_widgets.evaluate import with_target_filled

        key = (plan.target, plan.problem_type in _NUMBERS, plan.empty_target)
        if key not in self._found:
            columns = [c.name for c in table.profile.columns if c.kind not in _USELESS]
            self._found[key] = find_leaks(with_target_filled(table.frame, plan), plan.target, columns, is_number=key[1])
        return self._found[key]

    def _rare_classes(self, plan: Plan, table: Table) -> list[Problem]:
        from genie_widgets.evaluate import RARE_ROWS, rare_classes, with_target_filled

        if plan.problem_type != "multiclass" or plan.target not in table.frame.columns:
            return []
        key = (plan.target, plan.empty_target)
        if key not in self._rare:
            self._rare[key] = rare_classes(with_target_filled(table.frame[[plan.target]], plan)[plan.target])
        rare = self._rare[key]
        if rare.empty:
            return []
        named = ", ".join(str(name)[:40] for name in rare.index[:3]) + (", …" if len(rare) > 3 else "")
        title = plural(
            "One class of {target} with fewer than {least} rows ({names}): {n_rows:,} rows in all.",
            "{n:,} classes of {target} with fewer than {least} rows ({names}): {n_rows:,} rows in all.",
            len(rare),
            target=plan.target,
            least=RARE_ROWS,
            names=named,
            n_rows=int(rare.sum()),
        )
        return [
            _about_rows(
                RARE,
                "rare classes" in plan.rows_left_out,
                title,
                tr("So few are hardly learned, and their score is luck. Left out, they are never predicted."),
                plan.target,
                "target",
            )
        ]

    def _dependent_rows(self, plan: Plan, table: Table) -> list[Problem]:
        """Warn of rows that belong together, unless somebody has said how they are kept apart."""
        from genie_widgets.data import find_entities, find_time_order

        if plan.validation != Validation() or any(
            item.field == "validation" and item.source != "default" for item in plan.evidence
        ):
            return []
        if plan.target not in self._structure:
            self._structure[plan.target] = (
                find_entities(table.frame, table.profile, plan.target),
                find_time_order(table.frame, table.profile, plan.target),
            )
        entities, order = self._structure[plan.target]
        told = []
        if entities is not None:
            told.append(
                _warning(
                    ENTITIES,
                    plural(
                        "{column} has {n_values:,} values in {n:,} row: the model may be scored on those that it has "
                        "learned.",
                        "{column} has {n_values:,} values in {n:,} rows: the model may be scored on those that it has "
                        "learned.",
                        entities.n_rows,
                        column=entities.column,
                        n_values=entities.n_values,
                    ),
                    tr(
                        "If new rows will be of others, keep each {column} together: at random the score looks better "
                        "than it will be.",
                        column=entities.column,
                    ),
                    entities.column,
                )
            )
        if order is not None:
            told.append(
                _warning(
                    TIME_ORDER,
                    tr(
                        "The rows follow {column}, from {first} to {last}.",
                        column=order.column,
                        first=order.first,
                        last=order.last,
                    ),
                    tr(
                        "If new rows will be later ones, score on the latest rows: at random the score looks better "
                        "than it will be."
                    ),
                    order.column,
                )
            )
        return told


def remedies(plan: Plan) -> tuple[Remedy, ...]:
    """List what can be done about a plan's warnings: for each one button that acts, and one that decides otherwise."""
    return tuple(
        remedy.model_copy(update={"about": problem.key})
        for problem in plan.problems
        for remedy in _remedies(problem, plan)
    )


def drift_remedies(state: SessionState) -> tuple[Remedy, ...]:
    """List what can be done about predicted rows that differ from those learned from: for each act, or go on."""
    offered: list[Remedy] = []
    for problem in state.predictions.problems if state.predictions is not None else ():
        if problem.code == DRIFT and problem.severity == "warning":
            if state.stage != Stage.TRAINING:
                words = tr("Plan again without {column}", column=problem.culprit)
                offered.append(Remedy(about=problem.key, words=words, leave_out=problem.culprit))
            words = tr("Use the predictions despite {column}", column=problem.culprit)
            offered.append(Remedy(about=problem.key, words=words, accept_drift=problem.culprit))
    return tuple(offered)


def _remedies(problem: Problem, plan: Plan) -> tuple[Remedy, ...]:
    column, key = problem.culprit, problem.key
    if problem.code in _ROWS:
        return _about_these_rows(problem, plan, _ROWS[problem.code])
    if problem.code in _EMPTY:
        return _about_empty_cells(problem, plan)
    if problem.severity != "warning":
        return ()
    match problem.code:
        case "leak" | "nearly-empty-column":
            return (
                Remedy(words=tr("Leave out {column}", column=column), leave_out=column),
                Remedy(words=tr("Keep {column}", column=column), accept=key),
            )
        case "repeated-entities":
            return (
                Remedy(
                    words=tr("Keep each {column} together", column=column),
                    validation=Validation(kind="group", column=column),
                ),
                Remedy(words=tr("Split rows of one {column} at random", column=column), accept=key),
            )
        case "time-order":
            return (
                Remedy(
                    words=tr("Score on the latest rows"),
                    validation=Validation(kind="time", column=column),
                ),
                Remedy(words=tr("Score on rows of any time"), accept=key),
            )
        case "thinned-classes":
            return (
                Remedy(words=tr("Take more rows of rare classes of {column}", column=column), stratify_by=column),
                Remedy(words=tr("Go on with these rows"), accept=key),
            )
        case "plan-imbalance" if plan.metric not in _FAIR:
            return (
                Remedy(words=tr("Judge by balanced accuracy"), metric="balanced_accuracy"),
                Remedy(words=tr("Leave the measure as it is"), accept=key),
            )
    return ()


def _about_these_rows(problem: Problem, plan: Plan, rows: RowsLeftOut) -> tuple[Remedy, ...]:
    put_back, leave_out, keep = map(tr, _WORDS_FOR_ROWS[rows])
    if rows in plan.rows_left_out:
        others = tuple(other for other in plan.rows_left_out if other != rows)
        return (Remedy(words=put_back, rows_left_out=others),)
    leaving_out = Remedy(words=leave_out, rows_left_out=(*plan.rows_left_out, rows))
    if problem.severity != "warning":
        return (leaving_out,)
    return (leaving_out, Remedy(words=keep, accept=problem.key))


def _about_empty_cells(problem: Problem, plan: Plan) -> tuple[Remedy, ...]:
    from genie_widgets.intent import EMPTY_CLASS, opposite_of

    if problem.code == VALUE_OR_EMPTY:
        meaning = opposite_of(problem.value)
        return (Remedy(words=tr("Empty means {value}", value=meaning), empty_target=meaning),)
    accepted = "" if problem.key in plan.accepted else problem.key
    leaving_out = Remedy(words=tr("Leave these rows out"), empty_target="", accept=accepted)
    if plan.empty_target:
        return (leaving_out,)
    meaning = "0" if plan.problem_type in _NUMBERS else EMPTY_CLASS
    is_number = plan.problem_type in _NUMBERS
    words = tr("Empty means {value}", value=meaning) if is_number else tr("Empty is an answer of its own")
    otherwise = Remedy(words=words, empty_target=meaning)
    return (leaving_out, otherwise) if problem.severity == "warning" else (otherwise,)


def _as_decided(problem: Problem, plan: Plan) -> Problem:
    """Make a note of a warning that a person has set aside; the verdict still knows of it."""
    return problem.set_aside() if problem.severity == "warning" and problem.key in plan.accepted else problem


def _problem(leak: Leak, plan: Plan) -> Problem:
    return Problem(
        code=CODE,
        title=tr(
            "{column} alone removes {share:.0%} of the error: it may give {target} away.",
            column=leak.column,
            share=leak.strength,
            target=plan.target,
        ),
        remedy=tr("Leave it out if it is only known after the outcome, or is the outcome in other words."),
        culprit=leak.column,
        severity="warning",
        field="ignore",
    )


def _nearly_empty(used: set[str], table: Table) -> list[Problem]:
    found = [problem for problem in table.profile.problems if problem.code == NEARLY_EMPTY and problem.culprit in used]
    told = [
        problem.model_copy(
            update={
                "severity": "warning",
                "field": "ignore",
                "remedy": tr("Leave it out if its few values are known too rarely, or only afterwards."),
            }
        )
        for problem in found[:MOST_NEARLY_EMPTY]
    ]
    more = len(found) - len(told)
    if more:
        title = plural(
            "{n:,} more column is missing in nearly all rows.",
            "{n:,} more columns are missing in nearly all rows.",
            more,
        )
        remedy = tr("The table's own description names each.")
        told.append(Problem(code=MORE_NEARLY_EMPTY, title=title, remedy=remedy, severity="info", field="ignore"))
    return told


def _repeated_rows(plan: Plan, table: Table) -> list[Problem]:
    n, looked_at = table.profile.n_duplicate_rows, table.profile.n_sampled
    if not n:
        return []
    if looked_at < table.profile.n_rows:
        title = plural(
            "{n:,} of {n_rows:,} rows looked at repeats an earlier one in every column.",
            "{n:,} of {n_rows:,} rows looked at repeat an earlier one in every column.",
            n,
            n_rows=looked_at,
        )
    else:
        title = plural(
            "{n:,} of {n_rows:,} rows repeats an earlier one in every column.",
            "{n:,} of {n_rows:,} rows repeat an earlier one in every column.",
            n,
            n_rows=looked_at,
        )
    return [
        _about_rows(
            REPEATED,
            "repeated" in plan.rows_left_out,
            title,
            tr("If they are one thing counted twice, leave them out: the score would look better than it is."),
            "",
            "validation",
        )
    ]


def _thinned_classes(plan: Plan, table: Table) -> list[Problem]:
    """Warn of classes that lost rows when the file was sampled, and are left with few."""
    profile = table.profile
    layout, in_file = profile.layout, profile.n_rows_in_file
    if layout is None or not layout.can_be_stratified or in_file is None or layout.asked.stratify_by == plan.target:
        return []
    n_least = plan.target_facts(profile).min_count
    if plan.problem_type not in ("binary", "multiclass") or n_least >= FEW_OF_A_CLASS:
        return []
    return [
        _warning(
            THINNED,
            tr(
                "The rarest class of {target} has {n:,} of the {n_rows:,} rows that were taken; the file has "
                "{in_file:,} rows, and so more of it.",
                target=plan.target,
                n=n_least,
                n_rows=profile.n_rows,
                in_file=in_file,
            ),
            tr("Rare classes are learned from few rows: read the file again, and take more of theirs."),
            plan.target,
        ).model_copy(update={"field": "target"})
    ]


def _about_rows(code: str, left_out: bool, title: str, remedy: str, culprit: str, field: str) -> Problem:
    """Warn of rows, or note that they are left out: the verdict knows of it, too."""
    if left_out:
        title = f"{title} {tr('They are left out.')}"
        remedy = tr("They are neither learned from nor scored.")
    severity: Severity = "info" if left_out else "warning"
    return Problem(code=code, title=title, remedy=remedy, culprit=culprit, severity=severity, field=field)


def _warning(code: str, title: str, remedy: str, column: str) -> Problem:
    return Problem(code=code, title=title, remedy=remedy, culprit=column, severity="warning", field="validation")
