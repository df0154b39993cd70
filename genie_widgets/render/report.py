"""The report: one HTML file that needs nothing else; offline, printable, readable without pictures."""

from __future__ import annotations

import json

from genie_widgets.language import spoken, tr
from genie_widgets.render.charts import Figure
from genie_widgets.render.deciding import decided_html, decision_html
from genie_widgets.render.dependence import dependence_figure
from genie_widgets.render.escape import esc, moment
from genie_widgets.render.explained import beeswarm_figure, classes_figure, how_html, strongest
from genie_widgets.render.gallery import figures
from genie_widgets.render.pieces import plan_summary_html, problems_html, profile_html
from genie_widgets.render.results import leaderboard_html, metrics_html, verdict_html
from genie_widgets.render.stylesheet import style
from genie_widgets.render.waterfall import row_sentences
from genie_widgets.schema import Explanation, RunResult, TableProfile

EXAMPLE_ROWS, DEPENDENCES = 3, 3
# Scripts and styles of this file alone: nothing can be fetched or sent, whatever stands in the data.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
# On paper, plots are as wide as a sheet of A4 or Letter bears, and what is folded away is opened.
_DRAW = """
const plots = [...document.querySelectorAll('[data-figure]')];
for (const element of plots) {
  const figure = JSON.parse(document.getElementById(element.dataset.figure).textContent);
  Plotly.newPlot(element, figure.data, figure.layout, figure.config);
}
const PAPER_PX = 590;
let folded = [];
addEventListener('beforeprint', () => {
  folded = [...document.querySelectorAll('details:not([open])')];
  for (const details of folded) details.open = true;
  for (const element of plots) Plotly.relayout(element, { width: PAPER_PX });
});
addEventListener('afterprint', () => {
  for (const details of folded) details.open = false;
  for (const element of plots) Plotly.relayout(element, { width: null, autosize: true });
});
"""


def report_html(result: RunResult, profile: TableProfile, prompt: str, *, created_at: float | None = None) -> str:
    """Write the report of a run.

    Parameters
    ----------
    result : RunResult
        What the run found.
    profile : TableProfile
        The table it learned from.
    prompt : str
        The person's sentence.
    created_at : float, optional
        Seconds since 1970.

    Returns
    -------
    str
        A whole HTML document, Plotly included.
    """
    from plotly.offline import get_plotlyjs

    drawn = list(figures(result))
    if result.explanation is not None and result.explanation.outputs:
        drawn += explained_figures(result.explanation)
    sections = [
        (tr("Verdict"), verdict_html(result)),
        (
            tr("What was asked"),
            f"<blockquote>{esc(prompt) or '–'}</blockquote>{plan_summary_html(result.plan, profile)}",
        ),
        (tr("Decision"), decision_html(result) + decided_html(result) if result.decision is not None else ""),
        (
            tr("Figures"),
            metrics_html(result.evaluation) if result.evaluation else f"<p>{tr('There are none.')}</p>",
        ),
        (tr("Plots"), "".join(_plot(place, item.title, item.text, item.spec) for place, item in enumerate(drawn))),
        (tr("Examples"), _examples(result)),
        (
            tr("Models"),
            leaderboard_html(
                result.leaderboard,
                result.plan.metric,
                result.best_model,
                is_decided=result.decision is not None,
                n_folds=result.evaluation.n_folds if result.evaluation is not None else 0,
            ),
        ),
        (tr("The table"), profile_html(profile)),
        (tr("Notes"), problems_html((*result.plan.problems, *result.notes)) or f"<p>{tr('None.')}</p>"),
        # Translators: above the names of the programs that a report was made with
        (tr("Made with"), f"<p>{esc(', '.join(f'{name} {version}' for name, version in result.versions.items()))}</p>"),
    ]
    body = "".join(f'<section class="g-card"><h2>{title}</h2>{html}</section>' for title, html in sections if html)
    when = f" · {moment(created_at)}" if created_at is not None else ""
    # Translators: a column of a table, as a title
    title = tr("{target} in {table}", target=esc(result.plan.target), table=esc(result.table_name))
    head, run = tr("Genie report: {title}", title=title), tr("Genie report · run {run}", run=esc(result.run_id[:8]))
    return (
        f'<!doctype html><html lang="{spoken()}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{head}</title>'
        f"<style>{style()}@page {{ margin: 12mm; }}</style></head><body><main class='genie g-report'><h1>{title}</h1>"
        f'<p class="g-mut">{run}{when}</p>{body}</main>'
        f"<script>{get_plotlyjs()}</script><script>{_DRAW}</script></body></html>"
    )


def explained_figures(explanation: Explanation) -> list[Figure]:
    """Give the plots that stand beside the importance: classes, rows, and how the strongest columns go."""
    strong = [item.column for item in strongest(explanation.outputs[explanation.opening], DEPENDENCES)]
    found = [classes_figure(explanation), beeswarm_figure(explanation)]
    found += [dependence_figure(explanation, column) for column in strong]
    return [item for item in found if item is not None]


def _plot(place: int, title: str, text: str, spec: object) -> str:
    # "</script>" in a column's name must not end the script: "<" becomes an escape that JSON reads alike.
    data = json.dumps(spec).replace("<", "\\u003c")
    return (
        f'<figure><h3>{esc(title)}</h3><div data-figure="figure-{place}" aria-hidden="true"></div>'
        f'<script type="application/json" id="figure-{place}">{data}</script>'
        f"<figcaption>{esc(text)}</figcaption></figure>"
    )


def _examples(result: RunResult) -> str:
    if result.explanation is None or not result.explanation.outputs:
        return ""
    explanation = result.explanation
    items = ""
    for place in range(min(EXAMPLE_ROWS, len(explanation.outputs[0].rows))):
        output = explanation.outputs[explanation.likeliest(place)]
        sentences = row_sentences(explanation, output.rows[place], output.label, output.base_value)
        items += f"<li>{esc(' '.join(sentences))}</li>"
    said = (
        tr(
            "Some of the rows kept apart, and what moves the delivered model's predictions of them. It was trained "
            "on them after the score, so these predictions are no test."
        )
        if result.is_refitted
        else tr("Some of the untouched rows, and what moved their predictions.")
    )
    return f"{problems_html(explanation.cautions)}<p>{said}</p>{how_html(explanation)}<ol>{items}</ol>"
