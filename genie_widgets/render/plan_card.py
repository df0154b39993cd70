"""The plan's card in HTML: the words behind it, what each change did, what the measures mean, what a model was sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from genie_widgets.language import mark, plural, tr
from genie_widgets.render.escape import duration, esc
from genie_widgets.schema import METRICS, Allowance, LLMExchange, Plan, TableProfile, Validation

# Said by `tr` where they are shown.
LABELS = {
    # Translators: what is predicted, above a column's name
    "target": mark("Predict"),
    "problem_type": mark("Kind of answer"),
    "metric": mark("Judged by"),
    "positive_class": mark("The answer looked for"),
    "features": mark("Learns only from"),
    "ignore": mark("Columns left out"),
    "quantile_levels": mark("Quantiles"),
    "time_limit_s": mark("Time for everything"),
    # Translators: how much effort training takes
    "quality": mark("Effort"),
    "validation": mark("Rows kept apart to score"),
    "rows_left_out": mark("Rows left out"),
    "empty_target": mark("An empty answer means"),
    "accepted": mark("Warnings set aside"),
}
# The same, beside the words in a sentence that say so.
_BESIDE = {
    "target": mark("predict"),
    "problem_type": mark("kind of answer"),
    "metric": mark("judged by"),
    "positive_class": mark("the answer looked for"),
    "features": mark("learns only from"),
    "ignore": mark("columns left out"),
    "quantile_levels": mark("quantiles"),
    "time_limit_s": mark("time for everything"),
    "quality": mark("effort"),
    "validation": mark("rows kept apart to score"),
    "rows_left_out": mark("rows left out"),
    "empty_target": mark("an empty answer means"),
    "accepted": mark("warnings set aside"),
}
PROBLEM_TYPES = {
    "binary": mark("Two classes (yes or no)"),
    "multiclass": mark("Several classes"),
    "regression": mark("A number"),
    "quantile": mark("A range of a number"),
}
QUALITIES = {
    "fast": mark("A quick look"),
    # Translators: how much effort training takes
    "balanced": mark("Balanced"),
    "best": mark("As good as the time allows"),
}
MAX_NAMES = 12


def allowance_html(allowance: Allowance) -> str:
    """Say who trains here, and what they may still train; nothing where neither is known."""
    who = tr("You train as {person}.", person=esc(allowance.person)) if allowance.person else ""
    if allowance.seconds_each is None or allowance.seconds_left is None:
        return who
    left, each = duration(allowance.seconds_left), duration(allowance.seconds_each)
    if who:
        return f"{who} {tr('Training time left: {left} of {each}.', left=left, each=each)}"
    return tr("Training time left: {left} of {each}, for all who have no name here.", left=left, each=each)


def said_html(said: Sequence[str], plan: Plan) -> str:
    """Show what was said with the words behind each field marked and named.

    Parameters
    ----------
    said : sequence of str
        The sentence, and those that changed its plan.
    plan : Plan
        Its evidence quotes the words.

    Returns
    -------
    str
        A mark names its fields in words, so that it is told without colour too.
    """
    marks: list[dict[tuple[int, int], list[str]]] = [{} for _ in said]
    for item in plan.evidence:
        if item.quote and item.source in ("prompt", "llm"):
            _place(marks, said, item.quote, tr(_BESIDE.get(item.field, item.field)))
    first, *more = (_marked(text, found) for text, found in zip(said, marks, strict=True))
    # Translators: before the second and every later sentence that a person said
    then = "".join(f'<p class="g-then"><span>{tr("then")}</span> {text}</p>' for text in more)
    return f'<div class="g-said" role="group" aria-label="{esc(tr("What you said"))}"><p>{first}</p>{then}</div>'


def _place(marks: list[dict[tuple[int, int], list[str]]], said: Sequence[str], quote: str, label: str) -> None:
    """Mark a quote where it was said last; what overlaps becomes one mark with both names."""
    for text, found in zip(reversed(said), reversed(marks), strict=True):
        match = re.search(re.escape(quote), text, re.IGNORECASE)
        if match is None:
            continue
        span, labels = match.span(), [label]
        for other in [other for other in found if other[0] < span[1] and span[0] < other[1]]:
            labels = [*found.pop(other), *labels]
            span = (min(span[0], other[0]), max(span[1], other[1]))
        found[span] = list(dict.fromkeys(labels))
        return


def _marked(text: str, found: dict[tuple[int, int], list[str]]) -> str:
    parts, end = [], 0
    for (start, stop), labels in sorted(found.items()):
        parts += [esc(text[end:start]), f"<mark>{esc(text[start:stop])} <small>{esc(', '.join(labels))}</small></mark>"]
        end = stop
    return "".join((*parts, esc(text[end:])))


def change_html(before: Plan, after: Plan, said: str = "", *, title: str | None = None) -> str:
    """Show what a change did, field by field."""
    title = tr("The last change") if title is None else title
    rows = "".join(
        f"<tr><th scope='row'>{esc(tr(LABELS.get(change.field, change.field)))}</th>"
        f"<td>{esc(_shown(change.field, change.before))}</td><td>{esc(_shown(change.field, change.after))}</td></tr>"
        for change in after.changes_since(before)
    )
    if not rows:
        return ""
    caption = tr("{title} by {said}", title=title, said=f"<q>{esc(said)}</q>") if said else title
    return (
        f'<div class="g-scroll" tabindex="0" role="region" aria-label="{esc(title)}"><table class="g-t g-change">'
        f"<caption>{caption}</caption><thead><tr><th scope='col'>{tr('Field')}</th><th scope='col'>{tr('Before')}</th>"
        f"<th scope='col'>{tr('Now')}</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _shown(field: str, value: Any) -> str:
    """Write a field's value as the card's control shows it."""
    if field == "empty_target" and not value:
        return tr("nothing: its rows are left out")
    if value is None or value == ():
        return tr("all others") if field == "features" else tr("none")
    if field == "time_limit_s":
        return duration(value)
    if field == "metric":
        return METRICS[value].label if value in METRICS else str(value)
    if isinstance(value, Validation):
        return split_label(value.kind, value.column)
    if isinstance(value, tuple):
        names = ", ".join(str(part) for part in value[:MAX_NAMES])
        more = len(value) - MAX_NAMES
        return tr("{names} and {n} more", names=names, n=more) if more > 0 else names
    if field in _OPTIONS and value in _OPTIONS[field]:
        return tr(_OPTIONS[field][value])
    return str(value)


_OPTIONS = {"problem_type": PROBLEM_TYPES, "quality": QUALITIES}


def split_label(kind: str, column: str | None) -> str:
    """Say how rows are kept apart for scoring."""
    if column is None or kind == "random":
        return tr("Rows at random")
    if kind == "time":
        return tr("The latest rows, by {column}", column=column)
    return tr("Whole groups of {column}", column=column)


def metric_html(name: str) -> str:
    """Say in a line what a measure means."""
    info = METRICS.get(name)
    return f'<small class="g-why">{esc(info.explanation)}</small>' if info is not None else ""


def metrics_offered_html(problem_type: str) -> str:
    """Say what each measure that fits means, a line each."""
    offered = "".join(
        f"<dt>{esc(info.label)}</dt><dd>{esc(info.explanation)}</dd>"
        for info in METRICS.values()
        if problem_type in info.problem_types
    )
    return (
        '<details class="g-details"><summary>' + tr("What the measures mean") + "</summary>"
        f'<dl class="g-terms">{offered}</dl></details>'
    )


def learns_from_html(plan: Plan, profile: TableProfile) -> str:
    """Say from how many columns is learned."""
    used, n = plan.feature_columns(profile.column_names), len(profile.columns) - 1
    said = tr("Learns from {n_used:,} of {n_columns:,} columns.", n_used=len(used), n_columns=n)
    return f'<small class="g-why">{said}</small>'


def exchange_html(exchange: LLMExchange) -> str:
    """Show what a language model is or was sent, to the letter, and what that took."""
    cells = (
        tr("The text holds cells of the table, as you allowed: common values, the least and the greatest.")
        if exchange.with_values
        else tr("The text holds names, kinds and counts of the columns, and no cell.")
    )
    return (
        f'<p class="g-mut">{esc(_outcome(exchange))} {cells}</p>'
        f'<details class="g-details"><summary>{tr(_SUMMARY.get(exchange.status, _SENT))}</summary>'
        f'<pre class="g-code" tabindex="0">{esc(exchange.instructions)}\n\n{esc(exchange.text)}</pre></details>'
    )


_SUMMARY = {"planned": mark("Exactly what will be sent"), "asking": mark("Exactly what is sent")}
_SENT = mark("Exactly what was sent")


def _outcome(exchange: LLMExchange) -> str:
    if exchange.status == "planned":
        return tr("{model} at {server} will read your sentence too.", model=exchange.model, server=exchange.server)
    if exchange.status == "asking":
        return tr("Asking {model} at {server}…", model=exchange.model, server=exchange.server)
    asked = plural(
        "{model} at {server} was asked ({n:,} request, {seconds:.1f} s).",
        "{model} at {server} was asked ({n:,} requests, {seconds:.1f} s).",
        exchange.requests,
        model=exchange.model,
        server=exchange.server,
        seconds=exchange.seconds,
    )
    end = {
        "failed": tr("It was of no help: {why}.", why=exchange.why),
        "stopped": tr("You stopped it."),
    }.get(exchange.status)
    return " ".join(sentence for sentence in (asked, end, _bill(exchange)) if sentence)


def _bill(exchange: LLMExchange) -> str:
    if exchange.input_tokens is None or exchange.output_tokens is None:
        return tr("The server did not say how many tokens that took.")
    if exchange.cost is None:
        return tr(
            "{n_in:,} tokens in, {n_out:,} out; no cost is shown, since no prices are given.",
            n_in=exchange.input_tokens,
            n_out=exchange.output_tokens,
        )
    return tr(
        "{n_in:,} tokens in, {n_out:,} out; by your prices that cost {cost:.2g}.",
        n_in=exchange.input_tokens,
        n_out=exchange.output_tokens,
        cost=exchange.cost,
    )
