"""SHAP values of any prediction on the person's own columns."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

import pandas as pd

from genie_widgets.ensemble import Ensemble
from genie_widgets.explain.cautions import cautions
from genie_widgets.explain.facts import output_facts
from genie_widgets.explain.kept import Kept
from genie_widgets.explain.meter import GOOD_ENOUGH, Predict
from genie_widgets.explain.partners import Partners
from genie_widgets.explain.shapley import ShapValues, shap_values
from genie_widgets.language import mark, plural, tr
from genie_widgets.schema import ExplainedOutput, Explanation


def explain(  # noqa: PLR0913 -- keywords, each with a meaning of its own
    predict: Predict,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    *,
    labels: tuple[str, ...],
    unit: Literal["probability", "target"],
    budget_s: float,
    ensemble: Ensemble | None = None,
    seed: int = 0,
    n_threads: int | None = None,
    on_partial: Callable[[Explanation], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    max_batch_rows: int = 40_000,
    good_enough: float = GOOD_ENOUGH,
    largest_enough: float = 0.0,
    compiling_s: float = 0.0,
    kept: Kept | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Explanation:
    """Explain predictions by SHAP values (interventional, against a stated background).

    Parameters
    ----------
    predict : callable
        Takes a DataFrame with the columns of `rows` and gives numbers of shape (n,) or
        (n, ``len(labels)``). It is called seldom, with many rows.
    rows : DataFrame
        Rows to explain, feature columns only.
    background : DataFrame
        Rows to compare with (100 to 1,000), same columns.
    labels : tuple of str
        Name of each output.
    unit : {"probability", "target"}
    budget_s : float
        Seconds. Each row gets at least one pair of walks if that takes no more than 2 s
        longer; rows that are not reached (the last ones) are not in the result.
    ensemble : Ensemble, optional
        The same predictor, taken apart: then its trees are solved by themselves, exactly where
        that is affordable. It is believed only while it says what `predict` says.
    seed : int
        Same seed and enough time, same result.
    n_threads : int, optional
        Cores for the trees; default all that this process may use.
    on_partial : callable, optional
        Told of what is known before the last word, first after about a second.
    should_stop : callable, optional
        Asked between calls of `predict`; what is known then is returned.
    max_batch_rows : int
        Rows of the largest call of `predict`.
    good_enough : float
        Walks end where their typical standard error is this share of the typical value.
    largest_enough : float
        Walks of what is asked about hybrids (the other members of an ensemble, else the predictor itself) end as well
        where the largest standard error is this share of the largest value. So do, at half this share, the walks
        through trees that such members stand on; not those through the ensemble's own trees.
    compiling_s : float
        Seconds beyond the budget that may be waited, after a first picture, for kernels that this machine never
        compiled.
    kept : Kept, optional
        What an explanation by the same predictor against the same background found out before.
    clock : callable
        Seconds that grow.

    Returns
    -------
    Explanation
        ``path="exact"`` where all combinations of differing columns could be tried in the time.

    Raises
    ------
    ValueError
        If the columns differ or are not unique, there are no rows, or `predict` gives another shape.
    GenieError
        If a prediction is not finite.
    """

    def facts(values: ShapValues) -> Explanation:
        outputs = _outputs(rows.iloc[: len(values.phi)], values, labels)
        return Explanation(
            path=values.path,
            method=_method(values, len(rows)),
            unit=unit,
            n_rows=len(values.phi),
            n_background=len(background),
            additivity_error=values.additivity_error,
            gate_error=values.gate_error,
            outputs=outputs,
            seconds=values.seconds,
            cautions=cautions(len(values.phi), background, outputs, kept.bases if kept is not None else {}),
        )

    found = shap_values(
        predict,
        rows,
        background,
        n_outputs=len(labels),
        budget_s=budget_s,
        ensemble=ensemble,
        seed=seed,
        n_threads=n_threads,
        on_partial=None if on_partial is None else lambda values: on_partial(facts(values)),
        should_stop=should_stop,
        max_batch_rows=max_batch_rows,
        good_enough=good_enough,
        largest_enough=largest_enough,
        compiling_s=compiling_s,
        kept=kept,
        clock=clock,
    )
    return facts(found)


def _outputs(rows: pd.DataFrame, values: ShapValues, labels: tuple[str, ...]) -> tuple[ExplainedOutput, ...]:
    partners = Partners(rows)
    return tuple(
        output_facts(
            label,
            rows,
            (values.phi[:, :, place], values.errors[:, :, place]),
            float(values.base[place]),
            values.predictions[: len(rows), place],
            partners,
        )
        for place, label in enumerate(labels)
    )


def _method(values: ShapValues, n_rows: int) -> str:
    text = plural(
        "SHAP values, {path}: {how}, against {n:,} background row.",
        "SHAP values, {path}: {how}, against {n:,} background rows.",
        values.n_background,
        path=tr(_PATHS[values.path]),
        how=values.how,
    )
    if len(values.phi) < n_rows:
        known = len(values.phi)
        text += " " + tr("Time was up after {n_known:,} of {n_rows:,} rows.", n_known=known, n_rows=n_rows)
    return text


_PATHS = {"exact": mark("exact"), "sampled": mark("sampled")}
