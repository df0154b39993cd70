"""Figures by group: a table, and a plot with intervals."""

from __future__ import annotations

from genie_widgets.language import figure as written
from genie_widgets.language import plural, tr
from genie_widgets.render.charts import HEIGHT_PX, Figure, axis, distinct, figure, label
from genie_widgets.render.escape import between_said, esc, metric_value
from genie_widgets.schema import GroupFigure, GroupReport, Part


def groups_html(report: GroupReport) -> str:
    """Show what differs in words, then every figure of every group."""
    words = "".join(f"<p>{esc(sentence)}</p>" for sentence in report.words)
    names = [item.label for item in report.groups[0].figures] if report.groups else []
    heads = "".join(f'<th scope="col" class="n">{esc(name)}</th>' for name in names)
    few = f" <span class=g-mut>{tr('(few rows)')}</span>"
    rows = "".join(
        f'<tr><th scope="row">{esc(row.group)}{few if row.is_small else ""}</th>'
        f'<td class="n">{written(row.n_rows, ",")}</td>{"".join(_cell(item) for item in row.figures)}</tr>'
        for row in report.groups
    )
    note = tr(
        "On untouched rows, with 95% intervals. Marked: different from all other rows by more than chance, allowing "
        "for the number of groups."
    )
    return (
        f'{words}<p class="g-mut">{note}</p><div class="g-scroll" tabindex="0" role="region" '
        f'aria-label="{esc(tr("Figures by group"))}"><table class="g-t"><thead><tr>'
        f'<th scope="col">{esc(report.column)}</th><th scope="col" class="n">{tr("Rows")}</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def part_html(part: Part) -> str:
    """Say of which rows figures are shown."""
    said = tr(
        "Figures and plots are of the rows where {column} is {group} only: {n_rows:,} of the {n_all:,} untouched rows.",
        column=f"<b>{esc(part.column)}</b>",
        group=f"<b>{esc(part.group)}</b>",
        n_rows=part.evaluation.n_rows,
        n_all=part.n_rows_of_all,
    )
    if part.is_small:
        said += " " + tr("They are few: take every figure as a rough one.")
    return f"<p>{said}</p>"


def _cell(item: GroupFigure) -> str:
    between = ""
    if item.low is not None and item.high is not None:
        low, high = (metric_value(item.name, bound) for bound in (item.low, item.high))
        between = f"<small class=g-why>{between_said(low, high)}</small>"
    value = metric_value(item.name, item.value)
    if item.differs:
        is_higher = (item.difference or 0) > 0
        value = tr("{value} (higher)", value=value) if is_higher else tr("{value} (lower)", value=value)
        value = f"<b>{value}</b>"
    return f'<td class="n">{value}{between}</td>'


def groups_figure(report: GroupReport, place: int = 0) -> Figure | None:
    """Draw one of the figures, group by group; None where no group has it."""
    found = [(row, row.figures[place]) for row in report.groups if row.figures[place].value is not None]
    if not found:
        return None
    labels = distinct(label(row.group) for row, _ in found)
    values = [item.value or 0.0 for _, item in found]
    name = found[0][1].label
    above = [(item.high if item.high is not None else item.value or 0.0) - (item.value or 0.0) for _, item in found]
    below = [(item.value or 0.0) - (item.low if item.low is not None else item.value or 0.0) for _, item in found]
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": values,
        "y": labels,
        "name": label(name),
        "marker": {"size": 9},
        "error_x": {"type": "data", "symmetric": False, "array": above, "arrayminus": below},
        "hovertemplate": "%{y}: %{x:.3g}<extra></extra>",
    }
    told = [
        plural(
            "{group} ({n:,} row): {value}",
            "{group} ({n:,} rows): {value}",
            row.n_rows,
            group=row.group,
            value=metric_value(item.name, item.value),
        )
        for row, item in found
    ]
    return figure(
        tr("{metric} by {column}", metric=name, column=report.column),
        "groups",
        [points],
        tr("{metric} by {column}: {values}.", metric=name, column=report.column, values="; ".join(told)),
        {
            "xaxis": axis(label(name)),
            "yaxis": axis(type="category", autorange="reversed"),
            "height": max(HEIGHT_PX // 2, 90 + 32 * len(found)),
            "showlegend": False,
        },
    )
