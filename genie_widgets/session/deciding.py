"""A person's threshold becomes the run's: figures, verdict, report, bundle and record follow it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from genie_widgets.language import speaking, tr
from genie_widgets.schema import Decision, GenieError, Problem, ResultUpdated
from genie_widgets.session.recording import record_again
from genie_widgets.session.tracing import scored_result, scored_rows
from genie_widgets.store import RunFolder

if TYPE_CHECKING:
    from genie_widgets.evaluate import Wish

# One at a time takes up a result to write it anew.
WRITING = threading.Lock()


def decide_for(folder: RunFolder, wish: Wish | None) -> Decision | None:
    """Choose a run's threshold and save it with the model.

    Parameters
    ----------
    folder : RunFolder
        Of a run that has ended.
    wish : Wish or None
        None goes back to the model's own threshold.

    Returns
    -------
    Decision or None
        As it was saved.

    Raises
    ------
    GenieError
        If the wish is unclear, or the run has no two classes or no scored rows.
    """
    with WRITING:
        return _decided_for(folder, wish)


def _decided_for(folder: RunFolder, wish: Wish | None) -> Decision | None:
    import pandas as pd

    from genie_widgets.evaluate import at_threshold, decide, group_codes, rows_of, verdict, widened
    from genie_widgets.evaluate.rows import ClassRows

    result, scored, request = scored_result(folder), scored_rows(folder), folder.read_request()
    assert result.evaluation is not None
    rows, used = rows_of(scored, result.plan, result.classes)
    if not isinstance(rows, ClassRows) or result.plan.problem_type != "binary":
        raise GenieError(_no_classes())
    if wish is not None:
        wish.check()
    groups = group_codes(scored.get("group"), used)
    cells = pd.read_parquet(folder.table_path, columns=list(result.features)).loc[scored.index]
    # What is kept with the run is in its own language, whoever decides.
    with speaking(request.language):
        decision = None
        if wish is not None:
            decision = decide(rows, wish, groups=groups, widened=widened(scored), seed=request.seed)
        threshold = None if decision is None else decision.threshold
        evaluation = at_threshold(
            result.evaluation, scored, result.plan, result.classes, threshold, cells=cells, seed=request.seed
        )
        result = result.model_copy(update={"decision": decision, "evaluation": evaluation})
        result = result.model_copy(update={"verdict": verdict(result)})
        folder.write_result(result)
        write_files(folder)
    folder.append(ResultUpdated(part="decision"))
    record_again(folder)
    return decision


def write_files(folder: RunFolder) -> None:
    """Write the report and the bundle anew, where the run had them."""
    import pandas as pd

    from genie_widgets.export import write_bundle
    from genie_widgets.render import report_html
    from genie_widgets.store.files import write_atomically

    result, request = folder.read_result(), folder.read_request()
    if result is None:
        return
    if folder.report_path.exists():
        write_atomically(folder.report_path, report_html(result, request.profile, request.prompt))
    if folder.bundle_path.exists():
        write_bundle(
            folder.bundle_path,
            result=result,
            model_path=folder.model_path,
            input_example=pd.read_parquet(folder.example_path),
            report_path=folder.report_path if folder.report_path.exists() else None,
        )


def _no_classes() -> Problem:
    return Problem(
        code="no-two-classes",
        title=tr("A threshold needs a model of two classes, and this one has not exactly two."),
        remedy=tr("Ask a yes-or-no question of the table to decide by costs or by a capacity."),
        culprit="decision",
    )
