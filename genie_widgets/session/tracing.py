"""A run's figures traced to their rows: the scored rows, and any part of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genie_widgets.language import tr
from genie_widgets.schema import GenieError, GroupReport, Part, Problem, RunRequest, RunResult
from genie_widgets.store import RunFolder

if TYPE_CHECKING:
    import pandas as pd


def scored_rows(folder: RunFolder) -> pd.DataFrame:
    """Read the scored rows of a run, named by their place in its table.

    Raises
    ------
    GenieError
        If the run kept none.
    """
    import pandas as pd

    if not folder.scored_path.exists():
        raise GenieError(
            Problem(
                code="no-scored-rows",
                title=tr("This run has no scored rows."),
                remedy=tr("Wait for its end, or train again: runs of older versions did not keep them."),
                culprit="run",
            )
        )
    return pd.read_parquet(folder.scored_path)


def scored_result(folder: RunFolder) -> RunResult:
    """Read the result of a run that was scored.

    Raises
    ------
    GenieError
        If there is none yet.
    """
    result = folder.read_result()
    if result is None or result.evaluation is None:
        raise GenieError(
            Problem(
                code="not-scored",
                title=tr("This run was not scored."),
                remedy=tr("Wait for its end; its notes say why if there is no score then."),
                culprit="run",
            )
        )
    return result


def unseen_rows(folder: RunFolder) -> pd.Index:
    """Name the rows that the model which predicts has not learned from, by their place in the table."""
    import pandas as pd

    from genie_widgets.evaluate import kept_apart

    return pd.Index([]) if scored_result(folder).is_refitted else kept_apart(scored_rows(folder)).index


def groups_of(folder: RunFolder, column: str) -> GroupReport:
    """Give a run's figures by the groups of a column; see `Run.groups`."""
    import pandas as pd

    from genie_widgets.evaluate import at_decision, by_group, group_codes, rows_of, widened

    result, scored, request = scored_result(folder), scored_rows(folder), folder.read_request()
    _check_column(column, request)
    rows, used = rows_of(scored, result.plan, result.classes)
    cells = pd.read_parquet(folder.table_path, columns=[column]).loc[scored.index, column]
    return by_group(
        at_decision(rows, result.decision),
        cells[used],
        result.plan,
        was_used=column in result.features,
        clusters=group_codes(scored.get("group"), used),
        widened=widened(scored),
        seed=request.seed,
    )


def part_of(folder: RunFolder, column: str, group: str) -> Part:
    """Give a run's figures on the rows of one group; see `Run.part`."""
    import pandas as pd

    from genie_widgets.evaluate import LEAST_ROWS, with_target_filled, within

    result, scored, request = scored_result(folder), scored_rows(folder), folder.read_request()
    _check_column(column, request)
    assert result.evaluation is not None
    target = result.plan.target
    table = pd.read_parquet(folder.table_path, columns=list(dict.fromkeys((column, target))))
    learned = with_target_filled(table, result.plan)[target].dropna()
    if not result.evaluation.n_folds:  # else each row was learned from by all models but its own
        learned = learned.drop(index=scored.index)
    try:
        found = within(
            result.evaluation,
            scored,
            result.plan,
            result.classes,
            table.loc[scored.index, column],
            group,
            y_train=learned,
            decision=result.decision,
            seed=request.seed,
        )
    except LookupError:
        raise GenieError(
            Problem(
                code="no-such-group",
                title=tr("{column!r} has no group {group!r} among the untouched rows.", column=column, group=group),
                remedy=tr("Name a group as the comparison of the groups does."),
                culprit=column,
                value=group,
            )
        ) from None
    return Part(
        column=column,
        group=group,
        is_small=found.n_rows < LEAST_ROWS,
        n_rows_of_all=result.evaluation.n_rows,
        evaluation=found,
    )


def _check_column(column: str, request: RunRequest) -> None:
    if column not in request.profile.column_names:
        raise GenieError(
            Problem(
                code="no-such-column",
                title=tr("The table has no column {column!r}.", column=column),
                remedy=tr("Name one of its columns, as it is written there."),
                culprit=column,
            )
        )
