"""Results of every problem type, with one text in every place where people's text can stand."""

import pytest

from genie_widgets.schema import (
    METRICS,
    ColumnProfile,
    Confusion,
    Contribution,
    Curve,
    Evaluation,
    Evidence,
    ExplainedOutput,
    Explanation,
    FeatureImportance,
    LeaderboardRow,
    MetricValue,
    Plan,
    Problem,
    RowExplanation,
    RunResult,
    TableProfile,
    ValueCount,
    default_metric,
)

KINDS = {
    "binary": ("roc", "precision_recall", "calibration", "gain", "lift", "threshold"),
    "multiclass": ("roc", "precision_recall", "calibration"),
    "regression": ("predicted_true", "residuals", "error_by_size"),
    "quantile": ("quantile_coverage", "pinball"),
}


def make_problem(text, severity="error"):
    return Problem(
        code="c", title=text, remedy=text, culprit=text, value=text, severity=severity, field="target", reference=text
    )


def make_profile(text):
    columns = (
        ColumnProfile(
            name=text, kind="category", dtype="object", n_missing=1, top_values=(ValueCount(value=text, count=2),)
        ),
        ColumnProfile(name="size", kind="number", dtype="float64", minimum=0.5, maximum=1e6),
    )
    return TableProfile(
        name=text, n_rows=1000, n_sampled=500, columns=columns, reading=(text,), problems=(make_problem(text),)
    )


def make_plan(text, problem_type="multiclass"):
    fields = ("target", "problem_type", "metric", "time_limit_s", "features", "ignore")
    sources = ("prompt", "data", "default", "llm", "user")
    return Plan(
        target=text,
        problem_type=problem_type,
        metric=default_metric(problem_type),
        ignore=(text,),
        evidence=tuple(
            Evidence(field=field, value=text, source=source, quote=text) for field in fields for source in sources
        ),
        problems=tuple(make_problem(text, severity) for severity in ("info", "error", "warning")),
    )


def make_explanation(text, *, unit="probability", n_columns=12, n_rows=4, columns=None):
    columns = columns or [text, *(f"column {n}" for n in range(1, n_columns))]
    parts = tuple(
        Contribution(column=name, cell=text, value=(0.1 if n % 2 else -0.1) / (n + 1)) for n, name in enumerate(columns)
    )
    base = 0.4
    rows = tuple(
        RowExplanation(row=n, prediction=base + sum(part.value for part in parts), contributions=parts)
        for n in range(n_rows)
    )
    importance = tuple(
        FeatureImportance(column=name, mean_abs=0.1 / (n + 1), standard_error=0.01) for n, name in enumerate(columns)
    )
    output = ExplainedOutput(label=text, base_value=base, importance=importance, rows=rows)
    return Explanation(
        path="sampled",
        method=text,
        unit=unit,
        n_rows=n_rows,
        n_background=100,
        additivity_error=0.0,
        outputs=(output, output),
        seconds=1.0,
    )


def make_result(text="x", problem_type="multiclass", **changes):
    classes = problem_type in ("binary", "multiclass")
    metric = METRICS[default_metric(problem_type)]
    evaluation = Evaluation(
        n_rows=30,
        split=text,
        baseline=text,
        metrics=(
            MetricValue(name=metric.name, label=text, value=0.9, low=0.8, high=0.95, baseline=0.5),
            MetricValue(name=text, label=text, value=0.9),
        ),
        curves=tuple(
            Curve(kind=kind, series=series, x=(0.0, 0.1, 1.0), y=(0.2, 0.6, 1.0), counts=(10, 10, 10))
            for kind in KINDS[problem_type]
            for series in (text, "other")
        ),
        confusion=Confusion(labels=(text, "other"), counts=((5, 1), (0, 0))) if classes else None,
    )
    fields = {
        "run_id": "0" * 32,
        "status": "done",
        "prompt": text,
        "table_name": text,
        "plan": make_plan(text, problem_type),
        "n_rows": 1000,
        "n_train": 800,
        "n_holdout": 200,
        "features": (text, "size"),
        "classes": (text, "other") if classes else (),
        "best_model": text,
        "leaderboard": (
            LeaderboardRow(model=text, score_validation=0.9, score_holdout=0.8, fit_s=1.0),
            LeaderboardRow(model="other", score_validation=None),
        ),
        "evaluation": evaluation,
        "explanation": make_explanation(text, unit="probability" if classes else "target"),
        "verdict": (text, text),
        "notes": (make_problem(text, "warning"),),
        "versions": {text: text},
    }
    return RunResult.model_validate({**fields, **changes})


@pytest.fixture
def make():
    """Give the makers of values, by name."""

    class Makers:
        problem = staticmethod(make_problem)
        profile = staticmethod(make_profile)
        plan = staticmethod(make_plan)
        explanation = staticmethod(make_explanation)
        result = staticmethod(make_result)
        kinds = KINDS

    return Makers
