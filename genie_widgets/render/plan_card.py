"""The plan's card in HTML: the words behind it, what each change did, what the measures mean, what a model was sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from genie_widgets.render.escape import duration, esc
from genie_widgets.schema import METRICS, Allowance, LLMExchange, Plan, TableProfile, Validation

LABELS = {
    "target": "Predict",
    "problem_type": "Kind of answer",
    "metric": "Judged by",
    "positive_class": "The answer looked for",
    "features": "Learns only from",
    "ignore": "Columns left out",
    "quantile_levels": "Quantiles",
    "time_limit_s": "Time for everything",
    "quality": "Effort",
    "validation": "Rows kept apart to score",
    "rows_left_out": "Rows left out",
    "empty_target": "An empty answer means",
    "accepted": "Warnings set aside",
}
PROBLEM_TYPES = {
    "binary": "Two classes (yes or no)",
    "multiclass": "Several classes",
    "regression": "A number",
    "quantile": "A range of a number",
}
QUALITIES = {"fast": "A quick look", "balanced": "Balanced", "best": "As good as the time allows"}
MAX_NAMES = 12


def allowance_html(allowance: Allowance) -> str:
    """Say who trains here, and what they may still train; nothing where neither is known."""
    who = f"You train as {esc(allowance.person)}." if allowance.person else ""
    if allowance.seconds_each is None or allowance.seconds_left is None:
        return who
    left = f"Training time left: {duration(allowance.seconds_left)} of {duration(allowance.seconds_each)}"
    return f"{who} {left}{'.' if who else ', for all who have no name here.'}".strip()


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
            _place(marks, said, item.quote, LABELS.get(item.field, item.field))
    first, *more = (_marked(text, found) for text, found in zip(said, marks, strict=True))
    then = "".join(f'<p class="g-then"><span>then</span> {text}</p>' for text in more)
    return f'<div class="g-said" role="group" aria-label="What you said"><p>{first}</p>{then}</div>'


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
        names = ", ".join(name.lower() for name in labels)
        parts += [esc(text[end:start]), f"<mark>{esc(text[start:stop])} <small>{esc(names)}</small></mark>"]
        end = stop
    return "".join((*parts, esc(text[end:])))


def change_html(before: Plan, after: Plan, said: str = "", *, title: str = "The last change") -> str:
    """Show what a change did, field by field."""
    rows = "".join(
        f"<tr><th scope='row'>{LABELS.get(change.field, esc(change.field))}</th>"
        f"<td>{esc(_shown(change.field, change.before))}</td><td>{esc(_shown(change.field, change.after))}</td></tr>"
        for change in after.changes_since(before)
    )
    if not rows:
        return ""
    words = f" by <q>{esc(said)}</q>" if said else ""
    return (
        f'<div class="g-scroll" tabindex="0" role="region" aria-label="{title}"><table class="g-t g-change">'
        f"<caption>{title}{words}</caption><thead><tr><th scope='col'>Field</th><th scope='col'>Before</th>"
        f"<th scope='col'>Now</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _shown(field: str, value: Any) -> str:
    """Write a field's value as the card's control shows it."""
    if field == "empty_target" and not value:
        return "nothing: its rows are left out"
    if value is None or value == ():
        return "all others" if field == "features" else "none"
    if field == "time_limit_s":
        return duration(value)
    if field == "metric":
        return METRICS[value].label if value in METRICS else str(value)
    if isinstance(value, Validation):
        return split_label(value.kind, value.column)
    if isinstance(value, tuple):
        more = f" and {len(value) - MAX_NAMES} more" if len(value) > MAX_NAMES else ""
        return ", ".join(str(part) for part in value[:MAX_NAMES]) + more
    return {"problem_type": PROBLEM_TYPES, "quality": QUALITIES}.get(field, {}).get(value, str(value))


def split_label(kind: str, column: str | None) -> str:
    """Say how rows are kept apart for scoring."""
    if column is None or kind == "random":
        return "Rows at random"
    return f"The latest rows, by {column}" if kind == "time" else f"Whole groups of {column}"


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
        '<details class="g-details"><summary>What the measures mean</summary>'
        f'<dl class="g-terms">{offered}</dl></details>'
    )


def learns_from_html(plan: Plan, profile: TableProfile) -> str:
    """Say from how many columns is learned."""
    used, n = plan.feature_columns(profile.column_names), len(profile.columns) - 1
    return f'<small class="g-why">Learns from {len(used):,} of {n:,} columns.</small>'


def exchange_html(exchange: LLMExchange) -> str:
    """Show what a language model is or was sent, to the letter, and what that took."""
    cells = (
        "The text holds cells of the table, as you allowed: common values, the least and the greatest."
        if exchange.with_values
        else "The text holds names, kinds and counts of the columns, and no cell."
    )
    return (
        f'<p class="g-mut">{esc(_outcome(exchange))} {cells}</p>'
        f'<details class="g-details"><summary>{_SUMMARY.get(exchange.status, "Exactly what was sent")}</summary>'
        f'<pre class="g-code" tabindex="0">{esc(exchange.instructions)}\n\n{esc(exchange.text)}</pre></details>'
    )


_SUMMARY = {"planned": "Exactly what will be sent", "asking": "Exactly what is sent"}


def _outcome(exchange: LLMExchange) -> str:
    who = f"{exchange.model} at {exchange.server}"
    if exchange.status == "planned":
        return f"{who} will read your sentence too."
    if exchange.status == "asking":
        return f"Asking {who}…"
    took = f"{exchange.requests:,} request{'s' if exchange.requests != 1 else ''}, {exchange.seconds:.1f} s"
    if exchange.input_tokens is None or exchange.output_tokens is None:
        bill = "The server did not say how many tokens that took."
    else:
        bill = f"{exchange.input_tokens:,} tokens in, {exchange.output_tokens:,} out"
        bill += (
            "; no cost is shown, since no prices are given."
            if exchange.cost is None
            else f"; by your prices that cost {exchange.cost:.2g}."
        )
    failed = {"failed": f" It was of no help: {exchange.why}.", "stopped": " You stopped it."}.get(exchange.status, "")
    return f"{who} was asked ({took}).{failed} {bill}"
