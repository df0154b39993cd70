"""Answers and results as text for a terminal."""

from __future__ import annotations

from genie_widgets.schema import METRICS, Answer, Plan, Problem, RunResult

_FIELDS = (
    ("target", "predict"),
    ("problem_type", "problem type"),
    ("metric", "metric"),
    ("positive_class", "positive class"),
    ("features", "use only"),
    ("ignore", "leave out"),
    ("quantile_levels", "quantiles"),
    ("time_limit_s", "time"),
    ("quality", "quality"),
    ("validation", "validation"),
    ("rows_left_out", "rows left out"),
    ("empty_target", "empty answer"),
)


def printable(text: str) -> str:
    """Replace control characters: a terminal obeys some of them, and cells are a stranger's text."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def _value(plan: Plan, field: str) -> str:
    value = getattr(plan, field)
    if field == "time_limit_s":
        return f"{value} s"
    if field == "validation":
        return value.kind if value.column is None else f"{value.kind} by {value.column}"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


def print_problem(problem: Problem) -> None:
    """Print one problem, its severity first."""
    print(printable(f"{problem.severity}: {problem.title} {problem.remedy}"))


def print_answer(answer: Answer) -> None:
    """Print a plan with the evidence for each field, a question or a refusal."""
    if answer.status == "question":
        print(printable(answer.text))
        for number, candidate in enumerate(answer.candidates, start=1):
            print(printable(f"  {number}. {candidate}"))
        return
    if answer.status == "refusal":
        print(printable(answer.text))
        return
    for field, label in _FIELDS:
        if getattr(answer, field) in (None, (), ""):
            continue
        evidence = "; ".join(
            f"{item.source}: {item.quote}" if item.quote else item.source
            for item in answer.evidence
            if item.field == field
        )
        print(printable(f"{label:>15}  {_value(answer, field)}" + (f"   ({evidence})" if evidence else "")))
    for problem in answer.problems:
        print_problem(problem)


def print_result(result: RunResult) -> None:
    """Print the verdict, and every figure with its interval and baseline."""
    for sentence in result.verdict:
        print(printable(sentence))
    evaluation = result.evaluation
    if evaluation is not None:
        split = printable(evaluation.split)
        print(f"\nOn {evaluation.n_rows:,} rows, each predicted by a model that had not seen it ({split}):")
        for metric in evaluation.metrics:
            interval = "" if metric.low is None else f"  [{metric.low:.4g} to {metric.high:.4g}]"
            if metric.no_interval:
                interval = f"  [{printable(metric.no_interval)} for an interval]"
            baseline = "" if metric.baseline is None else f"  baseline {metric.baseline:.4g}"
            direction = "" if metric.greater_is_better else "  (lower is better)"
            label = METRICS[metric.name].label if metric.name in METRICS else metric.label
            print(f"  {label:<24} {metric.value:.4g}{interval}{baseline}{direction}")
    for note in result.notes:
        print_problem(note)
