"""What stands in a plan's way, judged from the table's facts alone; every planner's plan comes through here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from genie_widgets.schema import METRICS, ColumnProfile, Plan, Problem, TableProfile

# Empty cells of the target: beside many values, and beside one only.
GAPS, VALUE_OR_EMPTY = "target-gaps", "target-value-or-empty"
MIN_ROWS = 20
MIN_TIME_S, MAX_TIME_S = 10, 24 * 3600
MAX_CLASSES = 100
MIN_ROWS_PER_CLASS = 5
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
            f"The table has no column {plan.target}.",
            "Choose one of its columns.",
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
            f"The metric {plan.metric} does not fit a {plan.problem_type} problem.",
            "Choose another metric.",
            culprit=plan.metric,
        )
    if not MIN_TIME_S <= plan.time_limit_s <= MAX_TIME_S:
        yield _problem(
            "time-limit",
            "time_limit_s",
            f"A time limit of {plan.time_limit_s} seconds is not possible.",
            f"Give between {MIN_TIME_S} seconds and 24 hours.",
            culprit="time limit",
            value=str(plan.time_limit_s),
        )
    if plan.problem_type == "quantile" and not (
        plan.quantile_levels and all(0 < level < 1 for level in plan.quantile_levels)
    ):
        yield _problem("quantiles", "quantile_levels", "The quantiles must lie between 0 and 1.", "Try 0.1, 0.5, 0.9.")
    if plan.validation.column is not None and plan.validation.column not in names:
        yield _problem(
            "validation-column",
            "validation",
            f"The table has no column {plan.validation.column} to split by.",
            "Choose one of its columns, or a random split.",
            culprit=plan.validation.column,
        )


def _target(plan: Plan, profile: TableProfile, column: ColumnProfile) -> Iterator[Problem]:
    labelled = profile.n_sampled - column.n_missing
    name = column.name
    if labelled == 0:
        yield _problem(
            "target-missing", "target", f"{name} has no values.", "Choose a column that is filled in.", culprit=name
        )
        return
    if column.n_distinct < 2:
        value = column.top_values[0].value if column.top_values else ""
        if column.n_missing and plan.problem_type in ("binary", "multiclass"):
            yield _problem(
                VALUE_OR_EMPTY,
                "target",
                f"{name} holds one value only, {value[:60]}, and is empty in {column.n_missing:,} of "
                f"{profile.n_sampled:,} rows.",
                "Say what an empty cell means, or choose a column whose values differ.",
                culprit=name,
                value=value[:60],
            )
            return
        yield _problem(
            "target-single-value",
            "target",
            f"{name} has the same value in every row: {value[:60]}.",
            "Choose a column whose values differ.",
            culprit=name,
            value=value[:60],
        )
        return
    if labelled < MIN_ROWS:
        yield _problem(
            "too-few-rows",
            "target",
            f"Only {labelled} rows have a value of {name}.",
            f"Use a table of at least {MIN_ROWS} such rows; a few hundred are better.",
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
            f"{name} is no number, so a {plan.problem_type} model cannot be trained on it.",
            "Choose a classification, or a column of numbers.",
            culprit=name,
        )
    yield from _gaps(plan, profile)


def _gaps(plan: Plan, profile: TableProfile) -> Iterator[Problem]:
    name, n_missing = plan.target, profile.column(plan.target).n_missing
    if n_missing:
        title, remedy = f"{name} is empty in {n_missing:,} of {profile.n_sampled:,} rows", "These rows are "
        if plan.empty_target:
            title, remedy = f"{title}, which count as {plan.empty_target}.", f"{remedy}learned from and scored."
        else:
            title, remedy = f"{title}.", f"{remedy}neither learned from nor scored, unless an empty cell is an answer."
        yield _problem(GAPS, "target", title, remedy, "info" if plan.empty_target else "warning", name)


def _classes(plan: Plan, column: ColumnProfile, labelled: int) -> Iterator[Problem]:
    name, n_classes = column.name, column.n_distinct
    if n_classes > MAX_CLASSES or (n_classes > 2 and n_classes > labelled / MIN_ROWS_PER_CLASS):
        yield _problem(
            "too-many-classes",
            "target",
            f"{name} has {n_classes:,} different values in {labelled:,} rows: too many to tell apart as classes.",
            "Choose another column, group its values, or predict it as a number if it is one.",
            culprit=name,
            value=str(n_classes),
        )
        return
    if plan.problem_type == "binary":
        if n_classes != 2:
            yield _problem(
                "not-binary",
                "problem_type",
                f"{name} has {n_classes:,} different values, not two.",
                "Choose multiclass or regression.",
                culprit=name,
            )
        elif plan.positive_class not in {counted.value for counted in column.top_values}:
            yield _problem(
                "positive-class",
                "positive_class",
                f"{name} has no value {plan.positive_class}.",
                "Choose one of its two values.",
                culprit=name,
                value=str(plan.positive_class),
            )
    if column.min_count < 2 or column.min_count / labelled < IMBALANCE:
        yield _problem(
            "imbalance",
            "target",
            f"The rarest value of {name} stands in {column.min_count:,} of {labelled:,} rows.",
            "Rare classes are hard to learn and their score is uncertain; look beyond accuracy.",
            "warning",
            name,
        )


def _columns(plan: Plan, names: tuple[str, ...]) -> Iterator[Problem]:
    for field, columns in (("ignore", plan.ignore), ("features", plan.features or ())):
        for unknown in (column for column in columns if column not in names):
            yield _problem(
                "unknown-column",
                field,
                f"The table has no column {unknown}.",
                "Remove it from the plan.",
                culprit=unknown,
            )
    if plan.target in plan.asked_to_ignore:
        yield _problem(
            "target-ignored",
            "ignore",
            f"{plan.target} is both to be predicted and to be ignored.",
            "Choose another target, or do not ignore it.",
            culprit=plan.target,
        )
    if not plan.feature_columns(names):
        yield _problem(
            "no-features",
            "ignore",
            f"No column is left to predict {plan.target} from.",
            "Ignore fewer columns.",
            culprit=plan.target,
        )
