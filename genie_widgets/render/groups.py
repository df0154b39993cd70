"""Figures by group: a table, and a plot with intervals."""

from __future__ import annotations

from genie_widgets.render.charts import HEIGHT_PX, Figure, axis, distinct, figure, label
from genie_widgets.render.escape import esc, metric_value
from genie_widgets.schema import GroupFigure, GroupReport, Part


def groups_html(report: GroupReport) -> str:
    """Show what differs in words, then every figure of every group."""
    words = "".join(f"<p>{esc(sentence)}</p>" for sentence in report.words)
    names = [item.label for item in report.groups[0].figures] if report.groups else []
    heads = "".join(f'<th scope="col" class="n">{esc(name)}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row">{esc(row.group)}{" <span class=g-mut>(few rows)</span>" if row.is_small else ""}</th>'
        f'<td class="n">{row.n_rows:,}</td>{"".join(_cell(item) for item in row.figures)}</tr>'
        for row in report.groups
    )
    return (
        f'{words}<p class="g-mut">On untouched rows, with 95% intervals. Marked: different from all other rows by more '
        'than chance, allowing for the number of groups.</p><div class="g-scroll" tabindex="0" role="region" '
        'aria-label="Figures by group"><table class="g-t">'
        f'<thead><tr><th scope="col">{esc(report.column)}</th><th scope="col" class="n">Rows</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def part_html(part: Part) -> str:
    """Say of which rows figures are shown."""
    few = " They are few: take every figure as a rough one." if part.is_small else ""
    return (
        f"<p>Figures and plots are of the rows where <b>{esc(part.column)}</b> is <b>{esc(part.group)}</b> only: "
        f"{part.evaluation.n_rows:,} of the {part.n_rows_of_all:,} untouched rows.{few}</p>"
    )


def _cell(item: GroupFigure) -> str:
    between = ""
    if item.low is not None and item.high is not None:
        low, high = (metric_value(item.name, bound) for bound in (item.low, item.high))
        between = f"<small class=g-why>{low} to {high}</small>"
    value = metric_value(item.name, item.value)
    if item.differs:
        value = f"<b>{value} ({'higher' if (item.difference or 0) > 0 else 'lower'})</b>"
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
    told = "; ".join(f"{row.group} ({row.n_rows:,} rows): {metric_value(item.name, item.value)}" for row, item in found)
    return figure(
        f"{name} by {report.column}",
        "groups",
        [points],
        f"{name} by {report.column}: {told}.",
        {
            "xaxis": axis(label(name)),
            "yaxis": axis(type="category", autorange="reversed"),
            "height": max(HEIGHT_PX // 2, 90 + 32 * len(found)),
            "showlegend": False,
        },
    )
