"""One row's SHAP values: as a waterfall, and as sentences that never claim a cause."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from genie_widgets.language import figure as written
from genie_widgets.language import listed, mark, plural, tr
from genie_widgets.render.axes import cell_said
from genie_widgets.render.charts import DOWN, QUIET, UP, Figure, axis, distinct, figure, label
from genie_widgets.render.escape import esc
from genie_widgets.render.explained import ROW_PX, points_of, scale_of, share_of
from genie_widgets.schema import Explanation, Flip, RowExplanation

MAX_STEPS, MAX_SENTENCES = 10, 4
# Twice the standard error, as a share of the value, from which on it is worth a word.
WORTH_A_WORD = 0.05
# Room beside the way from the average to the row, as a share of what it spans.
MARGIN = 0.06


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
    # Translators: where a waterfall begins: the prediction of an average row
    names = [tr("average"), *(f"{label(part.column, 24)} = {label(cell_said(part.cell), 18)}" for part in first)]
    values = [shown.base_value, *(part.value for part in first)]
    if rest:
        names.append(plural("{n} other column", "{n} other columns", len(rest)))
        values.append(sum(part.value for part in rest))
    # Translators: where a waterfall ends
    places = distinct([*names, tr("this row")])
    bars = {
        "type": "waterfall",
        "orientation": "h",
        "y": places,
        "x": [*(scale * value for value in values), scale * explained.prediction],
        "measure": ["absolute", *["relative"] * (len(values) - 1), "total"],
        "increasing": {"marker": {"color": UP}},
        "decreasing": {"marker": {"color": DOWN}},
        # The axis begins near the way, so a bar from zero would be cut off: its two ends are points.
        "totals": {"marker": {"color": "rgba(0,0,0,0)"}},
        "connector": {"line": {"color": QUIET, "width": 1}},
        "hovertemplate": "%{y}: %{delta:+.3g}<extra></extra>",
    }
    ends = {
        "type": "scatter",
        "mode": "markers",
        "y": [places[0], places[-1]],
        "x": [scale * shown.base_value, scale * explained.prediction],
        "marker": {"symbol": "diamond", "size": 12, "color": QUIET},
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{x:.3g}<extra></extra>",
    }
    data: list[Any] = [bars, ends]
    way, errors = list(accumulate(values)), [0.0, *(2 * part.standard_error for part in first)]
    if any(errors):
        # A waterfall has no error bars of its own: each stands where its step ends.
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "y": places[1 : len(first) + 1],
                "x": [scale * end for end in way[1 : len(first) + 1]],
                "error_x": {
                    "type": "data",
                    "array": [scale * error for error in errors[1:]],
                    "color": QUIET,
                    "thickness": 1,
                },
                "marker": {"size": 1, "color": QUIET},
                "hoverinfo": "skip",
            }
        )
    unit = label(shown.label)
    if explanation.unit == "probability":
        unit = tr("probability of {output}, %", output=unit)
    return figure(
        tr("Row {number}", number=explained.row + 1),
        "waterfall",
        data,
        " ".join(row_sentences(explanation, explained, shown.label, shown.base_value)),
        {
            "height": 100 + ROW_PX * (len(values) + 1),
            "xaxis": axis(unit, range=_around(way, errors, scale, is_share=explanation.unit == "probability")),
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


def _around(way: list[float], errors: list[float], scale: float, *, is_share: bool) -> list[float]:
    """Give the ends of an axis that shows the whole way; no probability lies outside 0 and 1."""
    errors = [*errors, *[0.0] * (len(way) - len(errors))]
    low = min(place - error for place, error in zip(way, errors, strict=True))
    high = max(place + error for place, error in zip(way, errors, strict=True))
    margin = MARGIN * (high - low) or MARGIN * abs(low) or 1.0
    low, high = low - margin, high + margin
    if is_share:
        # Sums of parts may go beyond on their way.
        low, high = max(low, min(0.0, *way)), min(high, max(1.0, *way))
    return [scale * low, scale * high]


def row_sentences(explanation: Explanation, row: RowExplanation, name: str, base: float) -> list[str]:
    """Say what moved one prediction; every figure is one of the explanation's."""
    is_share = explanation.unit == "probability"
    sentences = [
        tr(
            _PROBABILITY_IS if is_share else _PREDICTED_IS,
            output=name,
            value=share_of(explanation, row.prediction),
            average=share_of(explanation, base),
        )
    ]
    told = [part for part in row.contributions[:MAX_SENTENCES] if part.value]
    for place, part in enumerate(told):
        size = points_of(explanation, abs(part.value))
        error = 2 * part.standard_error
        if error > WORTH_A_WORD * abs(part.value):
            size = f"{size} (± {points_of(explanation, error)})"
        raises, lowers = (_RAISES_PROBABILITY if is_share else _RAISES_PREDICTED) if place == 0 else _RAISES_IT
        sentences.append(
            tr(
                raises if part.value > 0 else lowers,
                column=part.column,
                cell=cell_said(part.cell),
                output=name,
                size=size,
            )
        )
    rest = row.contributions[len(told) :]
    others = sum(part.value for part in rest)
    if told and rest and others:
        size = points_of(explanation, abs(others))
        if others > 0:
            together = plural(
                "The other column raises it by {size}.",
                "The other {n} columns together raise it by {size}.",
                len(rest),
                size=size,
            )
        else:
            together = plural(
                "The other column lowers it by {size}.",
                "The other {n} columns together lower it by {size}.",
                len(rest),
                size=size,
            )
        sentences.append(together)
    return sentences


_PROBABILITY_IS = mark("The predicted probability of {output} is {value}, against {average} on average.")
_PREDICTED_IS = mark("The predicted {output} is {value}, against {average} on average.")
_RAISES_PROBABILITY = (
    mark("{column} = {cell} raises the predicted probability of {output} for this row by {size}."),
    mark("{column} = {cell} lowers the predicted probability of {output} for this row by {size}."),
)
_RAISES_PREDICTED = (
    mark("{column} = {cell} raises the predicted {output} for this row by {size}."),
    mark("{column} = {cell} lowers the predicted {output} for this row by {size}."),
)
_RAISES_IT = (
    mark("{column} = {cell} raises it by {size}."),
    mark("{column} = {cell} lowers it by {size}."),
)


def flip_html(flip: Flip) -> str:
    """Say which smallest change flips the answer of a made-up row."""
    if not flip.changes:
        none = tr(
            "No change of up to three columns, to values that the model has seen, was found that turns {answer} into "
            "another answer.",
            answer=f"<b>{esc(flip.before)}</b>",
        )
        return f'<p role="status">{none}</p>'
    told = [
        tr(
            "{changed} instead of {before}",
            changed=f"<b>{esc(name)} = {esc(_cell(value))}</b>",
            before=esc(_cell(flip.cells.get(name))),
        )
        for name, value in flip.changes.items()
    ]
    flips = tr(
        "With {changes}, the answer would be {after} instead of {before}.",
        changes=listed(told),
        after=f"<b>{esc(flip.after)}</b>",
        before=esc(flip.before),
    )
    note = tr("The smallest change that was found; it tells what the model would say, not what would happen.")
    return f'<p role="status">{flips} <span class="g-mut">{note}</span></p>'


def _cell(value: str | float | bool | None) -> str:
    if value is None:
        return tr("missing")
    return written(value, ".6g") if isinstance(value, float) else str(value)
