"""A decision as HTML: what it says, what to expect of it, and the rows that it gets right and wrong."""

from __future__ import annotations

from genie_widgets.language import figure as written
from genie_widgets.language import plural, tr
from genie_widgets.render.escape import between_said, esc, number
from genie_widgets.schema import Confusion, Expected, RunResult

_SHARES = ("alarms", "precision", "recall")


def decision_html(result: RunResult) -> str:
    """Show the decision of a run, and what to expect of it; nothing where there is none."""
    decision = result.decision
    if decision is None:
        return ""
    first, *rest = decision.words
    words = f'<p class="g-verdict">{esc(first)}</p>' + "".join(f"<p>{esc(sentence)}</p>" for sentence in rest)
    rows = "".join(
        f'<tr><th scope="row">{esc(figure.label)}</th><td class="n">{_shown(figure.value, figure)}</td>'
        f'<td class="n">{_between(figure)}</td></tr>'
        for figure in decision.expected
    )
    table = (
        f'<div class="g-scroll" tabindex="0" role="region" aria-label="{esc(tr("What to expect"))}">'
        f'<table class="g-t g-stack g-pair"><caption>{esc(_on_rows(decision.n_rows))}</caption>'
        f'<thead><tr><th scope="col">{tr("Figure")}</th><th scope="col" class="n">{tr("Value")}</th>'
        f'<th scope="col" class="n">{tr("95% interval")}</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )
    return f"{words}{table}"


def _on_rows(n: int) -> str:
    return plural("What to expect, on {n:,} untouched row", "What to expect, on {n:,} untouched rows", n)


def decided_html(result: RunResult) -> str:
    """Show the rows that a run gets right and wrong, with the threshold decided on or its own."""
    confusion = result.evaluation.confusion if result.evaluation is not None else None
    own = result.decision is None
    heading = tr("With the model's own threshold") if own else tr("Right and wrong with this threshold")
    return f"<h3>{heading}</h3>{_confusion(confusion) if confusion is not None else ''}"


def _confusion(confusion: Confusion) -> str:
    heads = "".join(
        f'<th scope="col" class="n">{tr("predicted {label}", label=esc(name))}</th>' for name in confusion.labels
    )
    rows = "".join(
        f'<tr><th scope="row">{tr("truly {label}", label=esc(name))}</th>'
        f"{''.join(_counted(count) for count in counts)}</tr>"
        for name, counts in zip(confusion.labels, confusion.counts, strict=True)
    )
    return (
        f'<div class="g-scroll" tabindex="0" role="region" aria-label="{esc(tr("Right and wrong"))}">'
        f'<table class="g-t"><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _counted(count: int) -> str:
    return f"<td class=n>{written(count, ',')}</td>"


def _shown(value: float, figure: Expected) -> str:
    return written(value, ".1%") if figure.name in _SHARES else number(value)


def _between(figure: Expected) -> str:
    if figure.low is None or figure.high is None:
        return "–"
    return between_said(_shown(figure.low, figure), _shown(figure.high, figure))
