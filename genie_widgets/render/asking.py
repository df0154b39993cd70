"""The answer to a question as HTML: sentences, each figure with its source, rows where it lists some."""

from __future__ import annotations

from genie_widgets.language import tr
from genie_widgets.render.escape import esc
from genie_widgets.render.pieces import rows_html
from genie_widgets.schema import Reply


def reply_html(reply: Reply) -> str:
    """Show an answer; everything in it is escaped."""
    words = "".join(f"<p>{esc(sentence)}</p>" for sentence in reply.words)
    head = f"<h3>{esc(reply.how)}</h3>" if reply.how else ""
    figures = "".join(
        f'<tr><th scope="row">{esc(item.label)}</th><td class="n">{esc(item.value)}</td>'
        f"<td>{esc(item.source)}</td></tr>"
        for item in reply.figures
    )
    table = (
        f'<div class="g-scroll" tabindex="0" role="region" aria-label="{esc(tr("Figures and their sources"))}">'
        f'<table class="g-t"><thead><tr><th scope="col">{tr("Figure")}</th>'
        f'<th scope="col" class="n">{tr("Value")}</th><th scope="col">{tr("Computed from")}</th>'
        f"</tr></thead><tbody>{figures}</tbody></table></div>"
        if figures
        else ""
    )
    rows = rows_html(reply.columns, reply.rows, tr("Rows are counted from 1")) if reply.rows else ""
    note = f'<p class="g-mut">{esc(reply.note)}</p>' if reply.note else ""
    return f'<div role="status"><p class="g-mut">{esc(reply.question)}</p>{head}{words}{rows}{table}{note}</div>'
