"""What the run knows and the explanation cannot: columns that may give the answer away, cells unlike the table's."""

from __future__ import annotations

import pandas as pd

from genie_widgets.language import plural, tr
from genie_widgets.schema import Explanation, Plan, Problem, TableProfile
from genie_widgets.worker.trying import missing_anew, missing_said, outside

# A suspected leak with a smaller share of all movement is not what the predictions rest on.
WORTH_TELLING = 0.02
MOST_COLUMNS = 5


def with_cautions(explanation: Explanation, rows: pd.DataFrame, plan: Plan, profile: TableProfile) -> Explanation:
    """Add to an explanation what a reader should mind about its rows and columns."""
    told = (*leaks(explanation, plan), *_extrapolations(rows.iloc[: explanation.n_rows], profile))
    return explanation.model_copy(update={"cautions": (*told, *explanation.cautions)})


def leaks(explanation: Explanation, plan: Plan) -> list[Problem]:
    """Tell of columns that may give the answer away and are much of what is explained."""
    sizes: dict[str, float] = {}
    for output in explanation.outputs:
        for item in output.importance:
            sizes[item.column] = sizes.get(item.column, 0.0) + item.mean_abs
    total = sum(sizes.values())
    suspicious = [problem.culprit for problem in plan.problems if problem.code == "leak"]
    found = []
    for name in suspicious:
        share = sizes.get(name, 0.0) / total if total else 0.0
        if share >= WORTH_TELLING:
            found.append(
                Problem(
                    code="leak-explains",
                    title=tr(
                        "{share:.0%} of what is explained here is {column}, which may give {target} away.",
                        share=share,
                        column=name,
                        target=plan.target,
                    ),
                    remedy=tr(
                        "Check whether it is known before the outcome; if it is not, leave it out and train again."
                    ),
                    culprit=name,
                    severity="warning",
                )
            )
    return found


def _extrapolations(rows: pd.DataFrame, profile: TableProfile) -> list[Problem]:
    found = []
    for name in rows.columns:
        column = profile.column(str(name))
        odd, known = outside(rows[name], column)
        lacking = int(missing_anew(rows[name], column).sum())
        if odd.any():
            found.append(_unlike(str(name), _beyond(str(name), known, int(odd.sum()), len(rows))))
        if lacking:
            found.append(_unlike(str(name), _lacking(str(name), lacking, len(rows))))
    return found[:MOST_COLUMNS]


def _unlike(column: str, title: str) -> Problem:
    return Problem(
        code="cells-unlike",
        title=title,
        remedy=tr("Its prediction there is a guess, and so is what explains it."),
        culprit=column,
        severity="warning",
    )


def _lacking(column: str, count: int, n_rows: int) -> str:
    if n_rows == 1:
        return missing_said(column)
    return plural(
        "In {n:,} of {n_rows:,} explained rows {column} is missing, which the model has never seen.",
        "In {n:,} of {n_rows:,} explained rows {column} is missing, which the model has never seen.",
        count,
        n_rows=n_rows,
        column=column,
    )


def _beyond(column: str, known: str, count: int, n_rows: int) -> str:
    if n_rows == 1:
        return tr("The row has {column} outside what the model has seen ({known}).", column=column, known=known)
    return plural(
        "{n:,} of {n_rows:,} explained rows has {column} outside what the model has seen ({known}).",
        "{n:,} of {n_rows:,} explained rows have {column} outside what the model has seen ({known}).",
        count,
        n_rows=n_rows,
        column=column,
        known=known,
    )
