"""SHAP values as facts, on the person's own columns."""

from __future__ import annotations

from typing import Literal

from genie_widgets.schema.base import Value
from genie_widgets.schema.problem import Problem


class FeatureImportance(Value):
    """Mean absolute SHAP value of a column, with its standard error.

    `partner` is the column that its part depends on most beside its own value; empty where none
    does so by more than chance.
    """

    column: str
    mean_abs: float
    standard_error: float
    partner: str = ""


class Contribution(Value):
    """What one column adds to one row's prediction, in the output's unit."""

    column: str
    cell: str
    value: float
    standard_error: float = 0.0


class RowExplanation(Value):
    """One row: ``base_value + sum of contributions = prediction``.

    Attributes
    ----------
    row : int
        Position of the row in the explained table (0-based).
    prediction : float
        The output explained (a probability, or the target's unit).
    contributions : tuple of Contribution
        One for every feature column, largest absolute value first.
    """

    row: int
    prediction: float
    contributions: tuple[Contribution, ...]


class ExplainedOutput(Value):
    """One output of the model: a class's probability, a value, a quantile."""

    label: str
    base_value: float
    importance: tuple[FeatureImportance, ...]
    rows: tuple[RowExplanation, ...]


class Explanation(Value):
    """SHAP values of the very predictions shown.

    Attributes
    ----------
    path : {"exact", "sampled"}
        Exact for the stated background, or sampled with standard errors.
    method : str
        A sentence on how, for people.
    unit : {"probability", "target"}
        Unit of every value.
    n_rows, n_background : int
        Rows explained; background rows they are compared with.
    additivity_error : float
        max |sum of contributions + base - prediction| over rows and outputs.
    gate_error : float or None
        Where the model's own parts were solved: the largest difference between them and the
        predictor on all rows and on 200 mixed ones. None where the predictor alone was asked.
    outputs : tuple of ExplainedOutput
        Binary: the positive class alone. Multiclass: one for each class.
    seconds : float
        Time it took.
    cautions : tuple of Problem
        What to mind when reading it: few rows, columns that tell the same, cells unlike the rest.
    """

    path: Literal["exact", "sampled"]
    method: str
    unit: Literal["probability", "target"]
    n_rows: int
    n_background: int
    additivity_error: float
    gate_error: float | None = None
    outputs: tuple[ExplainedOutput, ...]
    seconds: float
    cautions: tuple[Problem, ...] = ()

    @property
    def opening(self) -> int:
        """Give the output to begin with: of classes the one predicted most often, of quantiles the middle one."""
        if len(self.outputs) < 2 or self.unit != "probability":
            return len(self.outputs) // 2
        counts = [0] * len(self.outputs)
        for row in range(len(self.outputs[0].rows)):
            counts[self.likeliest(row)] += 1
        return max(range(len(counts)), key=counts.__getitem__)

    def likeliest(self, row: int) -> int:
        """Give the output that a person asks about one row: of classes its likeliest, else the one to begin with."""
        if len(self.outputs) < 2 or self.unit != "probability":
            return self.opening
        return max(range(len(self.outputs)), key=lambda place: self.outputs[place].rows[row].prediction)
