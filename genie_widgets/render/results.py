"""What a run found, as HTML: verdict, figures, models."""

from __future__ import annotations

from collections.abc import Sequence

from genie_widgets.render.escape import duration, esc, metric_value, number
from genie_widgets.schema import METRICS, Evaluation, LeaderboardRow, MetricValue, ModelFinished, Rewording, RunResult


def verdict_html(result: RunResult) -> str:
    """Show the verdict: its first sentence large, the others below."""
    if not result.verdict:
        return ""
    first, *rest = result.verdict
    return f'<p class="g-verdict">{esc(first)}</p>' + "".join(f"<p>{esc(sentence)}</p>" for sentence in rest)


def sent_html(sentences: Sequence[str]) -> str:
    """Show what a language model would be sent of a verdict."""
    if not sentences:
        return ""
    return (
        '<details class="g-details"><summary>What the language model is sent</summary><p>No figure, no name, no cell: '
        f'blanks stand for them.</p><pre class="g-code" tabindex="0">{esc(chr(10).join(sentences))}</pre></details>'
    )


def rewording_html(rewording: Rewording) -> str:
    """Show a verdict in other words, and who wrote what."""
    n, refused, told = len(rewording.sentences), rewording.n_refused, ""
    if refused:
        told += (
            f" Its words for {refused} of the {n} sentences are not shown: they left something out, or held a figure, "
            "a denial or a comparison that is not Genie's. Those sentences stand as they are above."
        )
    if warnings := rewording.n_warnings:
        told += f" {'A warning is' if warnings == 1 else f'{warnings} warnings are'} never said in other words."
    if rewording.n_kept == n:
        none = "No words of the language model were taken."
        return f'<div role="status"><h3>In other words</h3><p>{none}{told}</p></div>'
    return (
        f'<div role="status"><h3>In other words</h3><p>{esc(" ".join(rewording.sentences))}</p><p class="g-mut">The '
        "language model chose these words; every figure and name in them is Genie's, in its place. What counts is the "
        f"verdict above.{told}</p></div>"
    )


def metrics_html(evaluation: Evaluation) -> str:
    """Show every figure with its interval, its baseline and a line on what it means."""
    rows = "".join(
        f'<tr><th scope="row">{esc(metric.label)}<small class="g-why">{esc(_meaning(metric.name))}</small></th>'
        f'<td class="n">{metric_value(metric.name, metric.value)}</td>'
        f'<td class="n">{_interval(metric)}</td><td class="n">{metric_value(metric.name, metric.baseline)}</td></tr>'
        for metric in evaluation.metrics
    )
    return (
        f'<div class="g-scroll" tabindex="0" role="region" aria-label="Figures"><table class="g-t g-metrics g-stack">'
        f"<caption>On {evaluation.n_rows:,} rows that no model has seen ({esc(evaluation.split)}). "
        f"Baseline: {esc(evaluation.baseline)}.</caption><thead><tr>"
        f'<th scope="col">Figure</th><th scope="col" class="n">Value</th><th scope="col" class="n">95% interval</th>'
        f'<th scope="col" class="n">Baseline</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _meaning(name: str) -> str:
    return METRICS[name].explanation if name in METRICS else ""


def _interval(metric: MetricValue) -> str:
    if metric.low is None or metric.high is None:
        return "–"
    return f"{metric_value(metric.name, metric.low)} to {metric_value(metric.name, metric.high)}"


def leaderboard_html(
    rows: Sequence[LeaderboardRow], metric: str, best: str, *, is_decided: bool = False, is_part: bool = False
) -> str:
    """Show the models, best first; the chosen one is marked in words.

    Parameters
    ----------
    rows : sequence of LeaderboardRow
    metric, best : str
        By which they are in order; the one that predicts.
    is_decided, is_part : bool
        Whether a person decided on a threshold, or looks at one group of rows: models are compared without.
    """
    body = "".join(
        f'<tr{" class=g-best" if row.model == best else ""}><th scope="row">{esc(row.model)}'
        f"{' <b>(chosen)</b>' if row.model == best else ''}</th>"
        f'<td class="n">{metric_value(metric, row.score_validation)}</td>'
        f'<td class="n">{metric_value(metric, row.score_holdout)}</td><td class="n">{row.fit_s:.1f} s</td></tr>'
        for row in rows
    )
    info = METRICS.get(metric)
    label = info.label if info else metric
    better = "" if info is None or info.greater_is_better else " Lower is better."
    if is_decided:
        better += " Each model has its own threshold here; the one that was decided on is in all other figures."
    if is_part:
        better += " Models are compared on all untouched rows, also while one group of them is shown elsewhere."
    return (
        f'<div class="g-scroll" tabindex="0" role="region" aria-label="Models"><table class="g-t g-stack"><caption>'
        f"Models by {esc(label)}, best on validation rows first; they were chosen by those rows, so only the "
        f'untouched rows are honest.{better}</caption><thead><tr><th scope="col">Model</th>'
        f'<th scope="col" class="n">Validation</th><th scope="col" class="n">Untouched rows</th>'
        f'<th scope="col" class="n">Training</th></tr></thead><tbody>{body}</tbody></table></div>'
    )


def models_html(models: Sequence[ModelFinished], current: str, best: str) -> str:
    """Show the models of a run that is under way, the newest last."""
    rows = "".join(
        f'<tr{" class=g-best" if model.model == best else ""}><th scope="row">{esc(model.model)}'
        f"{' <b>(best so far)</b>' if model.model == best else ''}"
        f"{f'<small class=g-why>{esc(model.reason)}</small>' if model.reason else ''}</th>"
        f'<td class="n">{number(model.score_validation)}</td><td class="n">{duration(model.fit_s)}</td></tr>'
        for model in models
    )
    if current:
        rows += f'<tr class="g-mut"><th scope="row">{esc(current)}</th><td class="n">training…</td><td></td></tr>'
    info = METRICS.get(models[-1].metric) if models else None
    label = f"Score ({info.label})" if info else "Score"
    return (
        f'<div class="g-scroll g-live" tabindex="0" role="region" aria-label="Models so far"><table class="g-t"><thead>'
        f'<tr><th scope="col">Model</th><th scope="col" class="n">{esc(label)}</th><th scope="col" class="n">Training'
        f"</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
