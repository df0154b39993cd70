"""Pieces of HTML from values: problems, profile, plan, progress, rows. Everything shown is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from genie_widgets.render.escape import duration, esc, number
from genie_widgets.schema import METRICS, ColumnProfile, Plan, Problem, TableProfile

_ROLE = {"error": "alert", "warning": "note", "info": "note"}
_MARK = {"error": "Problem", "warning": "Take care", "info": "Note"}
MAX_PROFILE_COLUMNS = 200
_PROBLEM_TYPE = {
    "binary": "Two classes (yes or no)",
    "multiclass": "Several classes",
    "regression": "A number",
    "quantile": "A range of a number",
}


def problem_html(problem: Problem) -> str:
    """Show a problem: what, and what to do."""
    reference = f' <span class="g-mut">Reference {esc(problem.reference)}</span>' if problem.reference else ""
    return (
        f'<div class="g-problem g-{problem.severity}" role="{_ROLE[problem.severity]}">'
        f"<b>{_MARK[problem.severity]}:</b> {esc(problem.title)} {esc(problem.remedy)}{reference}</div>"
    )


def problems_html(problems: Iterable[Problem]) -> str:
    """Show problems, the gravest first."""
    order = {"error": 0, "warning": 1, "info": 2}
    return "".join(problem_html(problem) for problem in sorted(problems, key=lambda p: order[p.severity]))


def profile_html(profile: TableProfile) -> str:
    """Show a table's facts: a line, what looks wrong, and the columns on demand."""
    sampled = "" if profile.n_sampled == profile.n_rows else f" (figures from {profile.n_sampled:,} random rows)"
    read = f' <span class="g-mut">Read as: {esc(", ".join(profile.reading))}.</span>' if profile.reading else ""
    rows = "".join(_column_row(column, profile.n_sampled) for column in profile.columns[:MAX_PROFILE_COLUMNS])
    more = len(profile.columns) - MAX_PROFILE_COLUMNS
    rest = f'<p class="g-mut">and {more:,} more columns</p>' if more > 0 else ""
    return (
        f'<p class="g-lead"><b>{esc(profile.name)}</b> · {profile.n_rows:,} rows · {len(profile.columns):,} columns'
        f"{sampled}.{read}</p>{problems_html(profile.problems)}"
        f'<details class="g-details"><summary>What is in the columns</summary><div class="g-scroll" tabindex="0" '
        f'role="region" aria-label="Columns"><table class="g-t"><thead><tr><th scope="col">Column</th>'
        f'<th scope="col">Kind</th><th scope="col" class="n">Missing</th><th scope="col" class="n">Different</th>'
        f'<th scope="col">Values</th></tr></thead><tbody>{rows}</tbody></table></div>{rest}</details>'
    )


def _column_row(column: ColumnProfile, n_rows: int) -> str:
    missing = "" if not column.n_missing else f"{100 * column.n_missing / max(1, n_rows):.0f}%"
    if column.minimum is not None and column.maximum is not None and column.kind in ("number", "integer"):
        values = f"{number(column.minimum)} to {number(column.maximum)}"
    else:
        values = ", ".join(counted.value[:40] for counted in column.top_values[:3])
    return (
        f'<tr><th scope="row">{esc(column.name)}</th><td>{column.kind}</td><td class="n">{missing}</td>'
        f'<td class="n">{column.n_distinct:,}</td><td>{esc(values)}</td></tr>'
    )


def plan_summary_html(plan: Plan, profile: TableProfile) -> str:
    """Show a plan as read-only tiles with the evidence of each."""
    metric = METRICS.get(plan.metric)
    used = plan.feature_columns(profile.column_names)
    tiles = [
        ("target", "Predict", plan.target),
        ("problem_type", "Kind", _PROBLEM_TYPE[plan.problem_type]),
        ("metric", "Judged by", metric.label if metric else plan.metric),
        ("time_limit_s", "Time", duration(plan.time_limit_s)),
        ("features", "Learns from", f"{len(used):,} columns"),
        ("ignore", "Leaves out", ", ".join(plan.ignore) or "nothing"),
    ]
    cells = "".join(
        f'<div class="g-kv"><span>{label}</span><b>{esc(value)}</b>{evidence_html(plan, field)}</div>'
        for field, label, value in tiles
    )
    return f'<div class="g-grid">{cells}</div>'


_SOURCE = {
    "prompt": "You said",
    "data": "From the data",
    "default": "Genie's default",
    "llm": "The language model",
    "user": "Your choice",
}


def evidence_html(plan: Plan, field: str) -> str:
    """Show who says so, and the words or the fact."""
    lines = []
    for item in plan.evidence:
        if item.field != field:
            continue
        quote = ""
        if item.quote and item.source != "user":
            quote = f": <q>{esc(item.quote)}</q>" if item.source == "prompt" else f": {esc(item.quote)}"
        lines.append(f"{_SOURCE[item.source]}{quote}")
    shown = lines[:3] + ([f"and {len(lines) - 3} more"] if len(lines) > 3 else [])
    return f'<small class="g-why">{"<br>".join(shown)}</small>' if lines else ""


def progress_html(*, fraction: float, text: str, elapsed_s: float, limit_s: float) -> str:
    """Show a progress bar with words."""
    percent = round(100 * fraction)
    return (
        f'<div class="g-bar" role="progressbar" aria-label="Training" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{percent}"><i style="width:{percent}%"></i></div>'
        f'<p class="g-status" role="status">{esc(text)} · {duration(elapsed_s)} of {duration(limit_s)}</p>'
    )


def rows_html(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    """Show rows of text as a table."""
    head = "".join(f'<th scope="col">{esc(column)}</th>' for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{esc(cell[:120])}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<p class="g-mut">{esc(caption)}</p>'
        f'<div class="g-scroll" tabindex="0" role="region" aria-label="{esc(caption)}"><table class="g-t g-rows">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
