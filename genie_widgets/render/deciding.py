"""A decision as HTML: what it says, what to expect of it, and the rows that it gets right and wrong."""

from __future__ import annotations

from genie_widgets.render.escape import esc, number
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
        '<div class="g-scroll" tabindex="0" role="region" aria-label="What to expect">'
        f'<table class="g-t g-stack g-pair"><caption>What to expect, on {decision.n_rows:,} untouched rows</caption>'
        '<thead><tr><th scope="col">Figure</th><th scope="col" class="n">Value</th>'
        f'<th scope="col" class="n">95% interval</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )
    return f"{words}{table}"


def decided_html(result: RunResult) -> str:
    """Show the rows that a run gets right and wrong, with the threshold decided on or its own."""
    confusion = result.evaluation.confusion if result.evaluation is not None else None
    heading = "With the model's own threshold" if result.decision is None else "Right and wrong with this threshold"
    return f"<h3>{heading}</h3>{_confusion(confusion) if confusion is not None else ''}"


def _confusion(confusion: Confusion) -> str:
    heads = "".join(f'<th scope="col" class="n">predicted {esc(name)}</th>' for name in confusion.labels)
    rows = "".join(
        f'<tr><th scope="row">truly {esc(name)}</th>{"".join(f"<td class=n>{count:,}</td>" for count in counts)}</tr>'
        for name, counts in zip(confusion.labels, confusion.counts, strict=True)
    )
    return (
        '<div class="g-scroll" tabindex="0" role="region" aria-label="Right and wrong"><table class="g-t"><thead><tr>'
        f"<td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _shown(value: float, figure: Expected) -> str:
    return f"{100 * value:.1f}%" if figure.name in _SHARES else number(value)


def _between(figure: Expected) -> str:
    if figure.low is None or figure.high is None:
        return "–"
    return f"{_shown(figure.low, figure)} to {_shown(figure.high, figure)}"
