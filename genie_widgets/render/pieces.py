"""Pieces of HTML from values: problems, profile, plan, progress, rows. Everything shown is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from genie_widgets.language import figure, mark, plural, tr
from genie_widgets.render.escape import between_said, cell_number, duration, esc
from genie_widgets.schema import METRICS, ColumnProfile, Plan, Problem, TableProfile, kind_said

_ROLE = {"error": "alert", "warning": "note", "info": "note"}
_MARK = {"error": mark("Problem"), "warning": mark("Take care"), "info": mark("Note")}
MAX_PROFILE_COLUMNS = 200
_PROBLEM_TYPE = {
    "binary": mark("Two classes (yes or no)"),
    "multiclass": mark("Several classes"),
    "regression": mark("A number"),
    "quantile": mark("A range of a number"),
}


def problem_html(problem: Problem) -> str:
    """Show a problem: what, and what to do."""
    reference = ""
    if problem.reference:
        reference = f' <span class="g-mut">{tr("Reference {reference}", reference=esc(problem.reference))}</span>'
    # Translators: before what is wrong
    weight = tr("{severity}:", severity=tr(_MARK[problem.severity]))
    return (
        f'<div class="g-problem g-{problem.severity}" role="{_ROLE[problem.severity]}">'
        f"<b>{weight}</b> {esc(problem.title)} {esc(problem.remedy)}{reference}</div>"
    )


def problems_html(problems: Iterable[Problem]) -> str:
    """Show problems, the gravest first."""
    order = {"error": 0, "warning": 1, "info": 2}
    return "".join(problem_html(problem) for problem in sorted(problems, key=lambda p: order[p.severity]))


def profile_html(profile: TableProfile) -> str:
    """Show a table's facts: a line, what looks wrong, and the columns on demand."""
    read = ""
    if profile.reading:
        read = f' <span class="g-mut">{tr("Read as: {reading}.", reading=esc(", ".join(profile.reading)))}</span>'
    rows = "".join(_column_row(column, profile.n_sampled) for column in profile.columns[:MAX_PROFILE_COLUMNS])
    more = len(profile.columns) - MAX_PROFILE_COLUMNS
    rest = ""
    if more > 0:
        rest = f'<p class="g-mut">{plural("and {n:,} more column", "and {n:,} more columns", more)}</p>'
    return (
        f'<p class="g-lead"><b>{esc(profile.name)}</b> · {_size(profile)}.{read}</p>{problems_html(profile.problems)}'
        f'<details class="g-details"><summary>{tr("What is in the columns")}</summary><div class="g-scroll" '
        f'tabindex="0" role="region" aria-label="{esc(tr("Columns"))}"><table class="g-t"><thead><tr>'
        f'<th scope="col">{tr("Column")}</th><th scope="col">{tr("Kind")}</th>'
        f'<th scope="col" class="n">{tr("Missing")}</th><th scope="col" class="n">{tr("Different")}</th>'
        f'<th scope="col">{tr("Values")}</th></tr></thead><tbody>{rows}</tbody></table></div>{rest}</details>'
    )


def _size(profile: TableProfile) -> str:
    rows = plural("{n:,} row", "{n:,} rows", profile.n_rows)
    columns = plural("{n:,} column", "{n:,} columns", len(profile.columns))
    if profile.n_sampled != profile.n_rows:
        return plural(
            "{rows} · {columns} (figures from {n:,} random row)",
            "{rows} · {columns} (figures from {n:,} random rows)",
            profile.n_sampled,
            rows=rows,
            columns=columns,
        )
    return f"{rows} · {columns}"


def _column_row(column: ColumnProfile, n_rows: int) -> str:
    missing = "" if not column.n_missing else figure(column.n_missing / max(1, n_rows), ".0%")
    if column.minimum is not None and column.maximum is not None and column.kind in ("number", "integer"):
        values = between_said(cell_number(column.minimum), cell_number(column.maximum))
    else:
        values = ", ".join(counted.value[:40] for counted in column.top_values[:3])
    return (
        f'<tr><th scope="row">{esc(column.name)}</th><td>{kind_said(column.kind)}</td><td class="n">{missing}</td>'
        f'<td class="n">{figure(column.n_distinct, ",")}</td><td>{esc(values)}</td></tr>'
    )


def plan_summary_html(plan: Plan, profile: TableProfile) -> str:
    """Show a plan as read-only tiles with the evidence of each."""
    metric = METRICS.get(plan.metric)
    used = plan.feature_columns(profile.column_names)
    tiles = [
        # Translators: what is predicted, above a column's name
        ("target", tr("Predict"), plan.target),
        ("problem_type", tr("Kind"), tr(_PROBLEM_TYPE[plan.problem_type])),
        ("metric", tr("Judged by"), metric.label if metric else plan.metric),
        ("time_limit_s", tr("Time"), duration(plan.time_limit_s)),
        ("features", tr("Learns from"), plural("{n:,} column", "{n:,} columns", len(used))),
        # Translators: which columns are left out
        ("ignore", tr("Leaves out"), ", ".join(plan.ignore) or tr("nothing")),
    ]
    cells = "".join(
        f'<div class="g-kv"><span>{label}</span><b>{esc(value)}</b>{evidence_html(plan, field)}</div>'
        for field, label, value in tiles
    )
    return f'<div class="g-grid">{cells}</div>'


_SOURCE = {
    "prompt": mark("You said"),
    "data": mark("From the data"),
    "default": mark("Genie's default"),
    "llm": mark("The language model"),
    "user": mark("Your choice"),
}


def evidence_html(plan: Plan, field: str) -> str:
    """Show who says so, and the words or the fact."""
    lines = []
    for item in plan.evidence:
        if item.field != field:
            continue
        source = tr(_SOURCE[item.source])
        if item.quote and item.source != "user":
            words = f"<q>{esc(item.quote)}</q>" if item.source == "prompt" else esc(item.quote)
            # Translators: who says so, and the words or the fact
            source = tr("{source}: {words}", source=source, words=words)
        lines.append(source)
    shown = lines[:3] + ([tr("and {n} more", n=len(lines) - 3)] if len(lines) > 3 else [])
    return f'<small class="g-why">{"<br>".join(shown)}</small>' if lines else ""


def progress_html(*, fraction: float, text: str, elapsed_s: float, limit_s: float) -> str:
    """Show a progress bar with words."""
    percent = round(100 * fraction)
    of_limit = tr("{elapsed} of {limit}", elapsed=duration(elapsed_s), limit=duration(limit_s))
    return (
        f'<div class="g-bar" role="progressbar" aria-label="{esc(tr("Training"))}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{percent}"><i style="width:{percent}%"></i></div>'
        f'<p class="g-status" role="status">{esc(text)} · {of_limit}</p>'
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
