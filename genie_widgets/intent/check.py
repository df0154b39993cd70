"""What stands in a plan's way, judged from the table's facts alone; every planner's plan comes through here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from genie_widgets.intent.facts import said_kind
from genie_widgets.language import plural, tr
from genie_widgets.schema import METRICS, ColumnProfile, Plan, Problem, TableProfile

# Empty cells of the target: beside many values, and beside one only.
GAPS, VALUE_OR_EMPTY = "target-gaps", "target-value-or-empty"
MIN_ROWS = 20
MIN_TIME_S, MAX_TIME_S = 10, 24 * 3600
MAX_CLASSES = 100
MIN_ROWS_PER_CLASS = 5
MOST_NAMED = 6
IMBALANCE = 0.05


def check_plan(plan: Plan, profile: TableProfile) -> Plan:
    """Judge a plan against the table.

    Returns
    -------
    Plan
        The same plan; its `problems` of this check renewed, others (a planner's notes) kept.
    """
    notes = tuple(problem for problem in plan.problems if not problem.code.startswith("plan-"))
    return plan.model_copy(update={"problems": (*_problems(plan, profile), *notes)})


def _problem(
    code: str,
    field: str,
    title: str,
    remedy: str,
    severity: Literal["error", "warning", "info"] = "error",
    culprit: str = "",
    value: str = "",
) -> Problem:
    return Problem(
        code=f"plan-{code}", field=field, title=title, remedy=remedy, severity=severity, culprit=culprit, value=value
    )


def _problems(plan: Plan, profile: TableProfile) -> Iterator[Problem]:
    names = profile.column_names
    if plan.target not in names:
        yield _problem(
            "no-target",
            "target",
            tr("The table has no column {column}.", column=plan.target),
            tr("Choose one of its columns."),
            "error",
            plan.target,
        )
        return
    yield from _target(plan, profile, plan.target_facts(profile))
    yield from _columns(plan, names)
    if plan.problem_type not in METRICS[plan.metric].problem_types if plan.metric in METRICS else True:
        yield _problem(
            "metric-misfit",
            "metric",
            tr(
                "The metric {metric} does not fit a {kind} problem.",
                metric=plan.metric,
                kind=said_kind(plan.problem_type),
            ),
            tr("Choose another metric."),
            culprit=plan.metric,
        )
    if not MIN_TIME_S <= plan.time_limit_s <= MAX_TIME_S:
        yield _problem(
            "time-limit",
            "time_limit_s",
            tr("A time limit of {seconds} seconds is not possible.", seconds=plan.time_limit_s),
            tr("Give between {least} seconds and 24 hours.", least=MIN_TIME_S),
            culprit="time limit",
            value=str(plan.time_limit_s),
        )
    if plan.problem_type == "quantile" and not (
        plan.quantile_levels and all(0 < level < 1 for level in plan.quantile_levels)
    ):
        yield _problem(
            "quantiles",
            "quantile_levels",
            tr("The quantiles must lie between 0 and 1."),
            tr("Try 0.1, 0.5, 0.9."),
        )
    if plan.validation.column is not None and plan.validation.column not in names:
        yield _problem(
            "validation-column",
            "validation",
            tr("The table has no column {column} to split by.", column=plan.validation.column),
            tr("Choose one of its columns, or a random split."),
            culprit=plan.validation.column,
        )


def _target(plan: Plan, profile: TableProfile, column: ColumnProfile) -> Iterator[Problem]:
    labelled = profile.n_sampled - column.n_missing
    name = column.name
    if labelled == 0:
        yield _problem(
            "target-missing",
            "target",
            tr("{column} has no values.", column=name),
            tr("Choose a column that is filled in."),
            culprit=name,
        )
        return
    if column.n_distinct < 2:
        value = column.top_values[0].value if column.top_values else ""
        if column.n_missing and plan.problem_type in ("binary", "multiclass"):
            yield _problem(
                VALUE_OR_EMPTY,
                "target",
                plural(
                    "{column} holds one value only, {value}, and is empty in {n_missing:,} of {n:,} row.",
                    "{column} holds one value only, {value}, and is empty in {n_missing:,} of {n:,} rows.",
                    profile.n_sampled,
                    column=name,
                    value=value[:60],
                    n_missing=column.n_missing,
                ),
                tr("Say what an empty cell means, or choose a column whose values differ."),
                culprit=name,
                value=value[:60],
            )
            return
        yield _problem(
            "target-single-value",
            "target",
            tr("{column} has the same value in every row: {value}.", column=name, value=value[:60]),
            tr("Choose a column whose values differ."),
            culprit=name,
            value=value[:60],
        )
        return
    if labelled < MIN_ROWS:
        yield _problem(
            "too-few-rows",
            "target",
            plural(
                "Only {n} row has a value of {column}.",
                "Only {n} rows have a value of {column}.",
                labelled,
                column=name,
            ),
            tr("Use a table of at least {n} such rows; a few hundred are better.", n=MIN_ROWS),
            culprit=name,
            value=str(labelled),
        )
        return
    if plan.problem_type in ("binary", "multiclass"):
        yield from _classes(plan, column, labelled)
    elif column.minimum is None or column.kind == "date":
        yield _problem(
            "target-no-number",
            "problem_type",
            tr(
                "{column} is no number, so a {kind} model cannot be trained on it.",
                column=name,
                kind=said_kind(plan.problem_type),
            ),
            tr("Choose a classification, or a column of numbers."),
            culprit=name,
        )
    yield from _gaps(plan, profile)


def _gaps(plan: Plan, profile: TableProfile) -> Iterator[Problem]:
    name, n_missing = plan.target, profile.column(plan.target).n_missing
    if n_missing:
        n_rows = profile.n_sampled
        if plan.empty_target:
            title = plural(
                "{column} is empty in {n_missing:,} of {n:,} row, which count as {meaning}.",
                "{column} is empty in {n_missing:,} of {n:,} rows, which count as {meaning}.",
                n_rows,
                column=name,
                n_missing=n_missing,
                meaning=plan.empty_target,
            )
            remedy = tr("These rows are learned from and scored.")
        else:
            title = plural(
                "{column} is empty in {n_missing:,} of {n:,} row.",
                "{column} is empty in {n_missing:,} of {n:,} rows.",
                n_rows,
                column=name,
                n_missing=n_missing,
            )
            remedy = tr("These rows are neither learned from nor scored, unless an empty cell is an answer.")
        yield _problem(GAPS, "target", title, remedy, "info" if plan.empty_target else "warning", name)


def _classes(plan: Plan, column: ColumnProfile, labelled: int) -> Iterator[Problem]:
    name, n_classes = column.name, column.n_distinct
    if n_classes > MAX_CLASSES or (n_classes > 2 and n_classes > labelled / MIN_ROWS_PER_CLASS):
        yield _problem(
            "too-many-classes",
            "target",
            plural(
                "{column} has {n_values:,} different values in {n:,} row: too many to tell apart as classes.",
                "{column} has {n_values:,} different values in {n:,} rows: too many to tell apart as classes.",
                labelled,
                column=name,
                n_values=n_classes,
            ),
            tr("Choose another column, group its values, or predict it as a number if it is one."),
            culprit=name,
            value=str(n_classes),
        )
        return
    if plan.problem_type == "binary":
        if n_classes != 2:
            yield _problem(
                "not-binary",
                "problem_type",
                tr("{column} has {n:,} different values, not two.", column=name, n=n_classes),
                tr("Choose multiclass or regression."),
                culprit=name,
            )
        elif plan.positive_class not in {counted.value for counted in column.top_values}:
            yield _problem(
                "positive-class",
                "positive_class",
                tr("{column} has no value {value}.", column=name, value=plan.positive_class),
                tr("Choose one of its two values."),
                culprit=name,
                value=str(plan.positive_class),
            )
    if plan.metric == "quadratic_kappa" and n_classes > 2:
        yield from _order(column)
    if column.min_count < 2 or column.min_count / labelled < IMBALANCE:
        yield _problem(
            "imbalance",
            "target",
            plural(
                "The rarest value of {column} stands in {n_rarest:,} of {n:,} row.",
                "The rarest value of {column} stands in {n_rarest:,} of {n:,} rows.",
                labelled,
                column=name,
                n_rarest=column.min_count,
            ),
            tr("Rare classes are hard to learn and their score is uncertain; look beyond accuracy."),
            "warning",
            name,
        )


def _order(column: ColumnProfile) -> Iterator[Problem]:
    """Tell the order in which classes count that are words: that of their names, which is seldom the one meant."""
    names = sorted(counted.value for counted in column.top_values)
    if column.minimum is None and any(len(name.strip()) > 1 for name in names):
        yield _problem(
            "class-order",
            "metric",
            tr(
                "Quadratic kappa takes the classes of {column} in the order of their names: {names}.",
                column=column.name,
                names=", ".join(name[:20] for name in names[:MOST_NAMED]),
            ),
            tr("If that is not their order, number them in the table, or choose another metric."),
            "warning",
            column.name,
        )


def _columns(plan: Plan, names: tuple[str, ...]) -> Iterator[Problem]:
    for field, columns in (("ignore", plan.ignore), ("features", plan.features or ())):
        for unknown in (column for column in columns if column not in names):
            yield _problem(
                "unknown-column",
                field,
                tr("The table has no column {column}.", column=unknown),
                tr("Remove it from the plan."),
                culprit=unknown,
            )
    if plan.target in plan.asked_to_ignore:
        yield _problem(
            "target-ignored",
            "ignore",
            tr("{column} is both to be predicted and to be ignored.", column=plan.target),
            tr("Choose another target, or do not ignore it."),
            culprit=plan.target,
        )
    if not plan.feature_columns(names):
        yield _problem(
            "no-features",
            "ignore",
            tr("No column is left to predict {column} from.", column=plan.target),
            tr("Ignore fewer columns."),
            culprit=plan.target,
        )
