"""What a run found: scores on untouched rows, plots' figures, files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from genie_widgets.schema.base import Value
from genie_widgets.schema.decision import Decision
from genie_widgets.schema.explanation import Explanation
from genie_widgets.schema.plan import Plan
from genie_widgets.schema.problem import Problem


class LeaderboardRow(Value):
    """One trained model.

    Scores are in the metric's own sign (an error is positive, lower is better).
    `score_validation` is AutoGluon's, used to choose; `score_holdout` is honest.
    """

    model: str
    score_validation: float | None
    score_holdout: float | None = None
    fit_s: float = 0.0
    predict_s: float | None = None

    @property
    def only_weighs(self) -> bool:
        """Whether it only weighs other models; AutoGluon names such a one so."""
        return self.model.startswith("WeightedEnsemble")


class MetricValue(Value):
    """A metric on the untouched rows, with a 95% interval and a baseline; `no_interval` says what it lacks for one."""

    name: str
    label: str
    value: float
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    greater_is_better: bool = True
    no_interval: str = ""


class Curve(Value):
    """Points of one line or cloud of a plot.

    `kind` is one of ``roc``, ``precision_recall``, ``calibration``, ``gain``, ``lift``,
    ``threshold``, ``predicted_true``, ``residuals``, ``error_by_size``,
    ``quantile_coverage``, ``pinball``; `series` names the class,
    quantile or figure; `x` and `y` have the same length. `counts`: rows behind each
    point, where a point stands for many (calibration, error by size).
    """

    kind: str
    series: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    counts: tuple[int, ...] = ()


class Confusion(Value):
    """Counts, rows true and columns predicted, in the order of `labels`."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class WeakGroup(Value):
    """Rows on which the model errs clearly more than on all others.

    Attributes
    ----------
    column, group : str
        The column, and its value or part of its range; empty for missing cells.
    n_rows : int
        Untouched rows in it.
    error, elsewhere : float
        Inside and outside: the share of wrong rows for classes, else the mean error.
    at_least : float
        The difference that is sure at 95%, allowing for all groups looked at.
    n_looked_at : int
        How many that were.
    """

    column: str
    group: str
    n_rows: int
    error: float
    elsewhere: float
    at_least: float
    n_looked_at: int


class Drift(Value):
    """A column whose values lie differently in new rows; `share` of them would have to move.

    `learned` and `new` say in a few words where they lie.
    """

    column: str
    share: float
    is_large: bool
    learned: str = ""
    new: str = ""


class Interval(Value):
    """How far the true number may lie from a predicted one.

    Split-conformal (Vovk et al., 2005; Lei et al., 2018): of rows like the `n_rows` untouched ones, at least the share
    `level` lies within `half_width` of its prediction, whatever the model. Where all rows were scored out-of-fold it is
    cross-conformal (Vovk, 2015): in practice the same, by proof a little less.
    """

    level: float
    half_width: float
    n_rows: int


class Evaluation(Value):
    """Figures on rows that no model has seen.

    Attributes
    ----------
    n_rows : int
        Untouched rows scored.
    split : str
        How they were kept apart, in words.
    metrics : tuple of MetricValue
        The plan's metric first.
    baseline : str
        The trivial prediction the model is compared with, in words.
    curves : tuple of Curve
        Figures of the plots, thinned to at most 1,000 points each.
    confusion : Confusion or None
        For classes.
    shuffled_as_good : float or None
        Share of 199 shuffles of the true answers among the rows that score at least as well
        by the plan's metric (a permutation test's p-value); None where it cannot be told.
    weak_groups : tuple of WeakGroup
        Where the model errs clearly more, worst first.
    drift : tuple of Drift
        Where the untouched rows are the latest ones, or whole groups: columns whose values lie
        differently in them than in the rows that were learned from.
    interval : Interval or None
        For numbers: of predictions of new rows.
    n_folds : int
        Where all rows of a small table were scored: by so many models, each of the same recipe and trained on the rows
        of the other folds. 0 where one model was scored on rows that were kept apart.
    """

    n_rows: int
    split: str
    metrics: tuple[MetricValue, ...]
    baseline: str
    curves: tuple[Curve, ...] = ()
    confusion: Confusion | None = None
    shuffled_as_good: float | None = None
    weak_groups: tuple[WeakGroup, ...] = ()
    drift: tuple[Drift, ...] = ()
    interval: Interval | None = None
    n_folds: int = 0


class Artefact(Value):
    """A file of the run, its path relative to the run folder."""

    name: str
    path: str
    kind: Literal["report", "bundle", "notebook", "predictions", "log"]
    size: int


class Tracking(Value):
    """Where the run is recorded; `problem` says why it is not."""

    uri: str
    experiment: str = ""
    run_id: str = ""
    model_uri: str = ""
    experiment_id: str = ""
    problem: Problem | None = None

    @property
    def is_in_file(self) -> bool:
        """Whether it is in a database of this machine, with no pages of its own."""
        return self.problem is None and self.uri.startswith("sqlite:")


class RunResult(Value):
    """All that a finished (or stopped) run found. Grows part by part.

    Attributes
    ----------
    status : {"training", "done", "stopped"}
        ``"stopped"``: a person asked to stop and keep the best.
    classes : tuple of str
        For classes: labels as text, in the model's order.
    timings : dict
        Seconds by stage.
    verdict : tuple of str
        Sentences, made from figures by rule.
    versions : dict
        Versions of the libraries that matter for loading the model.
    requirements : tuple of str
        Pins of what the model needs to predict, as pip reads them.
    decision : Decision or None
        The threshold that a person chose; `evaluation` and predictions then follow it.
    scored_model : str
        The model that every figure of `evaluation` is of.
    delivered_model : str
        The model that predicts, is explained and is taken away. Where there was time, it is the scored one trained
        once more, on the scored rows too: no figure can be measured with it on those.
    n_delivered : int
        Rows that the delivered model learned from.
    """

    run_id: str
    status: Literal["training", "done", "stopped"]
    prompt: str
    table_name: str
    plan: Plan
    n_rows: int
    n_train: int
    n_holdout: int
    features: tuple[str, ...]
    classes: tuple[str, ...] = ()
    best_model: str = ""
    leaderboard: tuple[LeaderboardRow, ...] = ()
    evaluation: Evaluation | None = None
    explanation: Explanation | None = None
    verdict: tuple[str, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    tracking: Tracking | None = None
    notes: tuple[Problem, ...] = ()
    timings: dict[str, float] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    requirements: tuple[str, ...] = ()
    decision: Decision | None = None
    scored_model: str = ""
    delivered_model: str = ""
    n_delivered: int = 0

    @property
    def is_refitted(self) -> bool:
        """Whether the model that predicts is another one than the model that was scored."""
        return self.delivered_model != self.scored_model

    @property
    def is_bagged(self) -> bool:
        """Whether several models of a kind were trained, each without a part of the rows."""
        return any("_BAG_" in row.model for row in self.leaderboard)

    @property
    def positive_class(self) -> str:
        """The class whose probability is reported; empty unless there are two."""
        if self.plan.problem_type != "binary":
            return ""
        return self.plan.positive_class or "".join(self.classes[1:2])
