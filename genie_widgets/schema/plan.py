"""The plan: what will be trained, and the evidence for each field.

A planner answers with one of three values, told apart by `status`: a `Plan`,
a `Question` when in doubt, a `Refusal` when it is not a prediction task.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from genie_widgets.language import mark, tr
from genie_widgets.schema.base import Value
from genie_widgets.schema.problem import Problem
from genie_widgets.schema.table import ColumnProfile, TableProfile

ProblemType = Literal["binary", "multiclass", "regression", "quantile"]
EvidenceSource = Literal["prompt", "data", "default", "llm", "user"]
Quality = Literal["fast", "balanced", "best"]
RowsLeftOut = Literal["repeated", "rare classes"]


class Evidence(Value):
    """Why a field of the plan has its value.

    Attributes
    ----------
    field : str
        The `Plan` field this speaks for.
    value : str
        The value as text.
    source : {"prompt", "data", "default", "llm", "user"}
        Who says so.
    quote : str
        The prompt's own words, or the fact in a few words.
    """

    field: str
    value: str
    source: EvidenceSource
    quote: str = ""


class Validation(Value):
    """How rows are kept apart for scoring.

    Attributes
    ----------
    kind : {"random", "group", "time"}
        Random (stratified for classes), whole groups, or the latest rows.
    column : str or None
        The group or time column.
    """

    kind: Literal["random", "group", "time"] = "random"
    column: str | None = None


class Change(NamedTuple):
    """A field of a plan whose value is another than before."""

    field: str
    before: Any
    after: Any


class Plan(Value):
    """What will be trained. Columns are named exactly as in the table.

    Attributes
    ----------
    target : str
        Column to predict.
    problem_type : {"binary", "multiclass", "regression", "quantile"}
        AutoGluon's problem type.
    metric : str
        Named as AutoGluon names it; always filled.
    positive_class : str or None
        For binary: the class whose probability is reported, as text.
    features : tuple of str or None
        Columns to learn from; None means all but the target and the ignored.
    ignore : tuple of str
        Columns left out, asked for or because data says so (ids, leaks).
    asked_to_ignore : tuple of str
        The part of `ignore` that the person asked for.
    quantile_levels : tuple of float
        For quantile: levels in (0, 1), ascending.
    time_limit_s : int
        Seconds for everything from confirmation to the report.
    quality : {"fast", "balanced", "best"}
        How hard to try within the time.
    validation : Validation
        How the scored rows are kept apart.
    rows_left_out : tuple of {"repeated", "rare classes"}
        Rows that are neither learned from nor scored: those that equal an earlier one, those of classes of few rows.
    empty_target : str
        The class or number that an empty cell of the target stands for; empty where its rows are neither learned
        from nor scored.
    evidence : tuple of Evidence
        At least one for every field that is filled.
    problems : tuple of Problem
        What stands in the way (errors) or should be known (warnings).
    accepted : tuple of str
        The warnings that the person has set aside.
    """

    status: Literal["plan"] = "plan"
    target: str
    problem_type: ProblemType
    metric: str
    positive_class: str | None = None
    features: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    asked_to_ignore: tuple[str, ...] = ()
    quantile_levels: tuple[float, ...] = ()
    time_limit_s: int = Field(default=120)
    quality: Quality = "balanced"
    validation: Validation = Validation()
    rows_left_out: tuple[RowsLeftOut, ...] = ()
    empty_target: str = ""
    evidence: tuple[Evidence, ...] = ()
    problems: tuple[Problem, ...] = ()
    accepted: tuple[str, ...] = ()

    @property
    def blockers(self) -> tuple[Problem, ...]:
        """The problems that must be mended before training."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def target_facts(self, profile: TableProfile) -> ColumnProfile:
        """Give the facts of the target with its empty cells counted as what they stand for.

        Raises
        ------
        KeyError
            If the table has no such column.
        """
        return profile.column(self.target).filled(self.empty_target)

    def changes_since(self, before: Plan) -> tuple[Change, ...]:
        """Tell what differs from an earlier plan, field by field; evidence and problems are no fields of their own."""
        told = [name for name in Plan.model_fields if name not in _TOLD_ELSEWHERE]
        pairs = ((name, getattr(before, name), getattr(self, name)) for name in told)
        return tuple(Change(name, old, new) for name, old, new in pairs if old != new)

    def feature_columns(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Columns of the table that the model learns from, in the table's order."""
        wanted = set(columns if self.features is None else self.features)
        left_out = {self.target, *self.ignore}
        return tuple(name for name in columns if name in wanted and name not in left_out)


# Follows from other fields, or is shown beside them.
_TOLD_ELSEWHERE = ("status", "asked_to_ignore", "evidence", "problems")


class Question(Value):
    """The planner is in doubt and asks.

    Attributes
    ----------
    text : str
        The question.
    candidates : tuple of str
        At most five answers (column names where `field` is ``"target"``), best first.
    field : str
        The plan field the answer fills.
    """

    status: Literal["question"] = "question"
    text: str
    candidates: tuple[str, ...] = ()
    field: str = "target"


class Refusal(Value):
    """Not a prediction task.

    Attributes
    ----------
    text : str
        What was understood, and what Genie can do with this table instead.
    reason : str
        Kebab-case class of task, e.g. ``"clustering"``.
    """

    status: Literal["refusal"] = "refusal"
    text: str
    reason: str


Answer = Annotated[Plan | Question | Refusal, Field(discriminator="status")]


class MetricInfo(Value):
    """A metric as AutoGluon names it, with a line for people; both are held in English, marked."""

    name: str
    english_label: str
    english_explanation: str
    problem_types: tuple[ProblemType, ...]
    greater_is_better: bool

    @property
    def label(self) -> str:
        """What people call it."""
        return tr(self.english_label)

    @property
    def explanation(self) -> str:
        """What it measures, in a line."""
        return tr(self.english_explanation)


def _metric(name: str, label: str, explanation: str, types: str, greater: bool = True) -> MetricInfo:
    kinds: dict[str, ProblemType] = {"b": "binary", "m": "multiclass", "r": "regression", "q": "quantile"}
    return MetricInfo(
        name=name,
        english_label=label,
        english_explanation=explanation,
        problem_types=tuple(kinds[letter] for letter in types),
        greater_is_better=greater,
    )


METRICS: dict[str, MetricInfo] = {
    info.name: info
    for info in (
        _metric(
            "roc_auc",
            mark("ROC AUC"),
            mark("How well positives are ranked above negatives; 0.5 is chance, 1 is perfect."),
            "b",
        ),
        _metric(
            "roc_auc_ovo_macro",
            mark("ROC AUC (one-vs-one)"),
            mark("Ranking quality averaged over pairs of classes."),
            "m",
        ),
        _metric(
            "average_precision",
            mark("Average precision"),
            mark("Area under the precision-recall curve; for rare positives."),
            "b",
        ),
        _metric("accuracy", mark("Accuracy"), mark("Share of rows whose class is right."), "bm"),
        _metric(
            "balanced_accuracy",
            mark("Balanced accuracy"),
            mark("Mean share found of each class; every class counts alike."),
            "bm",
        ),
        _metric("f1", mark("F1"), mark("Balance of precision and recall for the positive class."), "b"),
        _metric("f1_macro", mark("F1 (macro)"), mark("F1 averaged over the classes; every class counts alike."), "bm"),
        _metric("f1_weighted", mark("F1 (weighted)"), mark("F1 averaged over the classes by their size."), "bm"),
        _metric("precision", mark("Precision"), mark("Share of alarms that are right."), "b"),
        _metric("recall", mark("Recall"), mark("Share of the positives that are found."), "b"),
        _metric(
            "mcc", mark("Matthews correlation"), mark("Correlation of predicted and true classes; 0 is chance."), "bm"
        ),
        _metric(
            "quadratic_kappa",
            mark("Quadratic kappa"),
            mark("Agreement on ordered classes beyond chance; classes count in the order of their names."),
            "bm",
        ),
        _metric(
            "log_loss", mark("Log loss"), mark("Punishes confident wrong probabilities; lower is better."), "bm", False
        ),
        _metric(
            "root_mean_squared_error",
            mark("RMSE"),
            mark("Typical error in the target's unit; large errors weigh more."),
            "r",
            False,
        ),
        _metric(
            "mean_squared_error", mark("MSE"), mark("Mean of the squared errors; large errors weigh more."), "r", False
        ),
        _metric("mean_absolute_error", mark("MAE"), mark("Mean error in the target's unit."), "r", False),
        _metric(
            "median_absolute_error", mark("Median error"), mark("Half of the errors are smaller than this."), "r", False
        ),
        _metric(
            "mean_absolute_percentage_error", mark("MAPE"), mark("Mean error as a share of the true value."), "r", False
        ),
        _metric("r2", mark("R²"), mark("Share of the target's variance that is explained."), "r"),
        _metric(
            "pinball_loss", mark("Pinball loss"), mark("Error of the predicted quantiles; lower is better."), "q", False
        ),
    )
}

_DEFAULT_METRIC: dict[ProblemType, str] = {
    "binary": "roc_auc",
    "multiclass": "accuracy",
    "regression": "root_mean_squared_error",
    "quantile": "pinball_loss",
}


def default_metric(problem_type: ProblemType) -> str:
    """Name the metric used where nobody asked for one."""
    return _DEFAULT_METRIC[problem_type]
