"""One row's SHAP values: as a waterfall, and as sentences that never claim a cause."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from genie_widgets.render.charts import DOWN, QUIET, UP, Figure, axis, distinct, figure, label
from genie_widgets.render.escape import esc
from genie_widgets.render.explained import ROW_PX, points_of, scale_of, share_of
from genie_widgets.schema import Explanation, Flip, RowExplanation

MAX_STEPS, MAX_SENTENCES = 10, 4
# Twice the standard error, as a share of the value, from which on it is worth a word.
WORTH_A_WORD = 0.05


def waterfall_figure(explanation: Explanation, row: int, output: int | None = None) -> Figure:
    """Draw one row's way from the average prediction to its own, column by column.

    Parameters
    ----------
    explanation : Explanation
        Made for that row.
    row : int
        Place in the output's rows.
    output : int, optional
        Place of the output; by default the one that a person asks about this row.
    """
    shown = explanation.outputs[explanation.likeliest(row) if output is None else output]
    explained = shown.rows[row]
    first, rest = explained.contributions[:MAX_STEPS], explained.contributions[MAX_STEPS:]
    scale = scale_of(explanation)
    names = ["average", *(f"{label(part.column, 24)} = {label(part.cell, 18)}" for part in first)]
    values = [shown.base_value, *(part.value for part in first)]
    if rest:
        names.append(f"{len(rest)} other column{'' if len(rest) == 1 else 's'}")
        values.append(sum(part.value for part in rest))
    places = distinct([*names, "this row"])
    bars = {
        "type": "waterfall",
        "orientation": "h",
        "y": places,
        "x": [*(scale * value for value in values), scale * explained.prediction],
        "measure": ["absolute", *["relative"] * (len(values) - 1), "total"],
        "increasing": {"marker": {"color": UP}},
        "decreasing": {"marker": {"color": DOWN}},
        "totals": {"marker": {"color": QUIET}},
        "connector": {"line": {"color": QUIET, "width": 1}},
        "hovertemplate": "%{y}: %{delta:+.3g}<extra></extra>",
    }
    data: list[Any] = [bars]
    if any(part.standard_error for part in first):
        # A waterfall has no error bars of its own: each stands where its step ends.
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "y": places[1 : len(first) + 1],
                "x": [scale * end for end in list(accumulate(values))[1 : len(first) + 1]],
                "error_x": {
                    "type": "data",
                    "array": [2 * scale * part.standard_error for part in first],
                    "color": QUIET,
                    "thickness": 1,
                },
                "marker": {"size": 1, "color": QUIET},
                "hoverinfo": "skip",
            }
        )
    unit = f"probability of {label(shown.label)}, %" if explanation.unit == "probability" else label(shown.label)
    return figure(
        f"Row {explained.row + 1}",
        "waterfall",
        data,
        " ".join(row_sentences(explanation, explained, shown.label, shown.base_value)),
        {
            "height": 100 + ROW_PX * (len(values) + 1),
            "xaxis": axis(unit),
            "yaxis": axis(autorange="reversed", type="category"),
            "showlegend": False,
        },
        (
            ("column", "cell", "part", "standard error"),
            ("average", "", shown.base_value, ""),
            *((part.column, part.cell, part.value, part.standard_error) for part in explained.contributions),
            ("this row", "", explained.prediction, ""),
        ),
    )


def row_sentences(explanation: Explanation, row: RowExplanation, name: str, base: float) -> list[str]:
    """Say what moved one prediction; every figure is one of the explanation's."""
    what = f"predicted probability of {name}" if explanation.unit == "probability" else f"predicted {name}"
    shown, average = share_of(explanation, row.prediction), share_of(explanation, base)
    sentences = [f"The {what} is {shown}, against {average} on average."]
    told = [part for part in row.contributions[:MAX_SENTENCES] if part.value]
    for place, part in enumerate(told):
        size = points_of(explanation, abs(part.value))
        error = 2 * part.standard_error
        unsure = f" (± {points_of(explanation, error)})" if error > WORTH_A_WORD * abs(part.value) else ""
        where = f"the {what} for this row" if place == 0 else "it"
        sentences.append(f"{part.column} = {part.cell} {_verb(part.value)} {where} by {size}{unsure}.")
    rest = row.contributions[len(told) :]
    others = sum(part.value for part in rest)
    if told and rest and others:
        who = f"The other {len(rest)} columns together" if len(rest) > 1 else "The other column"
        verb = ("raise" if others > 0 else "lower") + ("" if len(rest) > 1 else "s")
        sentences.append(f"{who} {verb} it by {points_of(explanation, abs(others))}.")
    return sentences


def _verb(value: float) -> str:
    return "raises" if value > 0 else "lowers"


def flip_html(flip: Flip) -> str:
    """Say which smallest change flips the answer of a made-up row."""
    if not flip.changes:
        return (
            f'<p role="status">No change of up to three columns, to values that the model has seen, was found that '
            f"turns <b>{esc(flip.before)}</b> into another answer.</p>"
        )
    told = " and ".join(
        f"<b>{esc(name)} = {esc(_cell(value))}</b> instead of {esc(_cell(flip.cells.get(name)))}"
        for name, value in flip.changes.items()
    )
    return (
        f'<p role="status">With {told}, the answer would be <b>{esc(flip.after)}</b> instead of {esc(flip.before)}. '
        f'<span class="g-mut">The smallest change that was found; it tells what the model would say, not what would '
        f"happen.</span></p>"
    )


def _cell(value: str | float | bool | None) -> str:
    return "missing" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
