"""What a run found, as HTML: verdict, figures, models."""

from __future__ import annotations

from collections.abc import Sequence

from genie_widgets.language import plural, tr
from genie_widgets.render.escape import between_said, duration, esc, metric_value, number
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
        f'<details class="g-details"><summary>{tr("What the language model is sent")}</summary>'
        f"<p>{tr('No figure, no name, no cell: blanks stand for them.')}</p>"
        f'<pre class="g-code" tabindex="0">{esc(chr(10).join(sentences))}</pre></details>'
    )


def rewording_html(rewording: Rewording) -> str:
    """Show a verdict in other words, and who wrote what."""
    n, refused, told = len(rewording.sentences), rewording.n_refused, []
    if refused:
        told.append(
            tr(
                "Its words for {n_refused} of the {n_sentences} sentences are not shown: they left something out, or "
                "held a figure, a denial or a comparison that is not Genie's. Those sentences stand as they are above.",
                n_refused=refused,
                n_sentences=n,
            )
        )
    if rewording.n_warnings:
        told.append(
            plural(
                "A warning is never said in other words.",
                "{n} warnings are never said in other words.",
                rewording.n_warnings,
            )
        )
    head = f"<h3>{tr('In other words')}</h3>"
    if rewording.n_kept == n:
        none = tr("No words of the language model were taken.")
        return f'<div role="status">{head}<p>{" ".join((none, *told))}</p></div>'
    note = tr(
        "The language model chose these words; every figure and name in them is Genie's, in its place. What counts is "
        "the verdict above."
    )
    return (
        f'<div role="status">{head}<p>{esc(" ".join(rewording.sentences))}</p>'
        f'<p class="g-mut">{" ".join((note, *told))}</p></div>'
    )


def metrics_html(evaluation: Evaluation) -> str:
    """Show every figure with its interval, its baseline and a line on what it means."""
    rows = "".join(
        f'<tr><th scope="row">{esc(metric.label)}<small class="g-why">{esc(_meaning(metric.name))}</small></th>'
        f'<td class="n">{metric_value(metric.name, metric.value)}</td>'
        f'<td class="n">{_interval(metric)}</td><td class="n">{metric_value(metric.name, metric.baseline)}</td></tr>'
        for metric in evaluation.metrics
    )
    caption = plural(
        "On {n:,} row, predicted by a model that had not seen it ({split}). Baseline: {baseline}.",
        "On {n:,} rows, each predicted by a model that had not seen it ({split}). Baseline: {baseline}.",
        evaluation.n_rows,
        split=esc(evaluation.split),
        baseline=esc(evaluation.baseline),
    )
    return (
        f'<div class="g-scroll" tabindex="0" role="region" aria-label="{esc(tr("Figures"))}">'
        f'<table class="g-t g-metrics g-stack"><caption>{caption}</caption><thead><tr>'
        f'<th scope="col">{tr("Figure")}</th><th scope="col" class="n">{tr("Value")}</th>'
        f'<th scope="col" class="n">{tr("95% interval")}</th><th scope="col" class="n">{tr("Baseline")}</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _meaning(name: str) -> str:
    return METRICS[name].explanation if name in METRICS else ""


def _interval(metric: MetricValue) -> str:
    if metric.low is None or metric.high is None:
        return esc(metric.no_interval) or "–"
    return between_said(metric_value(metric.name, metric.low), metric_value(metric.name, metric.high))


def leaderboard_html(
    rows: Sequence[LeaderboardRow],
    metric: str,
    best: str,
    *,
    is_decided: bool = False,
    is_part: bool = False,
    n_folds: int = 0,
) -> str:
    """Show the models, best first; the chosen one is marked in words.

    Parameters
    ----------
    rows : sequence of LeaderboardRow
    metric, best : str
        By which they are in order; the one that predicts.
    is_decided, is_part : bool
        Whether a person decided on a threshold, or looks at one group of rows: models are compared without.
    n_folds : int
        Where all rows were scored: models are compared on those of the first fold.
    """
    # Translators: beside the name of the model that was chosen
    chosen = f" <b>{tr('(chosen)')}</b>"
    body = "".join(
        f'<tr{" class=g-best" if row.model == best else ""}><th scope="row">{esc(row.model)}'
        f"{chosen if row.model == best else ''}</th>"
        f'<td class="n">{metric_value(metric, row.score_validation)}</td>'
        f'<td class="n">{metric_value(metric, row.score_holdout)}</td>'
        f'<td class="n">{tr("{seconds:.1f} s", seconds=row.fit_s)}</td></tr>'
        for row in rows
    )
    info = METRICS.get(metric)
    label = info.label if info else metric
    told = [
        tr(
            "Models by {metric}, best on validation rows first; they were chosen by those rows, so only the untouched "
            "rows are honest.",
            metric=esc(label),
        )
    ]
    if info is not None and not info.greater_is_better:
        told.append(tr("Lower is better."))
    if n_folds:
        told.append(tr("Untouched rows are those of the first fold here."))
    if is_decided:
        told.append(tr("Each model has its own threshold here; the one that was decided on is in all other figures."))
    if is_part:
        told.append(tr("Models are compared on all untouched rows, also while one group of them is shown elsewhere."))
    return (
        f'<div class="g-scroll" tabindex="0" role="region" aria-label="{esc(tr("Models"))}">'
        f'<table class="g-t g-stack"><caption>{" ".join(told)}</caption><thead><tr><th scope="col">{tr("Model")}</th>'
        f'<th scope="col" class="n">{tr("Validation")}</th><th scope="col" class="n">{tr("Untouched rows")}</th>'
        f'<th scope="col" class="n">{tr("Training")}</th></tr></thead><tbody>{body}</tbody></table></div>'
    )


def models_html(models: Sequence[ModelFinished], current: str, best: str) -> str:
    """Show the models of a run that is under way, the newest last."""
    best_so_far = f" <b>{tr('(best so far)')}</b>"
    rows = "".join(
        f'<tr{" class=g-best" if model.model == best else ""}><th scope="row">{esc(model.model)}'
        f"{best_so_far if model.model == best else ''}"
        f"{f'<small class=g-why>{esc(model.reason)}</small>' if model.reason else ''}</th>"
        f'<td class="n">{number(model.score_validation)}</td><td class="n">{duration(model.fit_s)}</td></tr>'
        for model in models
    )
    if current:
        rows += f'<tr class="g-mut"><th scope="row">{esc(current)}</th><td class="n">{tr("training…")}</td>'
        rows += "<td></td></tr>"
    info = METRICS.get(models[-1].metric) if models else None
    label = tr("Score ({metric})", metric=info.label) if info else tr("Score")
    return (
        f'<div class="g-scroll g-live" tabindex="0" role="region" aria-label="{esc(tr("Models so far"))}">'
        f'<table class="g-t"><thead><tr><th scope="col">{tr("Model")}</th><th scope="col" class="n">{esc(label)}</th>'
        f'<th scope="col" class="n">{tr("Training")}</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )
