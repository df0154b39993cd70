"""What a run had no time to explain, explained while somebody looks: result, report and bundle follow it."""

from __future__ import annotations

from statistics import fmean
from typing import Any

from genie_widgets.language import speaking, tr
from genie_widgets.schema import Explanation, Problem, ResultUpdated, Resumed
from genie_widgets.session.deciding import WRITING, write_files
from genie_widgets.store import RunFolder


def take_refined(folder: RunFolder, answer: dict[str, Any], part: Resumed | None) -> bool:
    """Keep what a worker found out, where it is better than what the run has.

    The run's record in MLflow stays what the run found in its own seconds, until it is recorded again.

    Parameters
    ----------
    folder : RunFolder
        Of a run that has ended.
    answer : dict
        The worker's, to ``refine``.
    part : Resumed or None
        How the run had last been taken up again when the worker was asked: of another model nothing is kept.

    Returns
    -------
    bool
        Whether to ask again would tell no more.
    """
    from genie_widgets.evaluate import verdict

    with WRITING, speaking(folder.read_request().language):
        result = folder.read_result()
        if folder.last_resumed() != part:
            return False
        if answer["explanation"] is not None and result is not None:
            found = Explanation.model_validate(answer["explanation"])
            if _is_better(found, result.explanation):
                notes = tuple(note for note in result.notes if not _tells_of_none(note))
                result = result.model_copy(update={"explanation": found, "notes": notes})
                folder.write_result(result.model_copy(update={"verdict": verdict(result)}))
                write_files(folder)
                folder.append(ResultUpdated(part="explanation"))
        if answer["is_final"]:
            folder.to_explain_path.unlink(missing_ok=True)
    return not answer["again"]


def _tells_of_none(note: Problem) -> bool:
    """Whether it says that the predictions were not explained: for want of time, or for what went wrong."""
    none, failed = (
        tr("There was no time left to explain the predictions."),
        tr("The predictions could not be explained"),
    )
    return note.title == none or note.title.startswith(failed)


def _is_better(found: Explanation, before: Explanation | None) -> bool:
    """Whether it is exact and was not, or tells of more rows, or of as many more surely."""
    if before is None:
        return True
    if found.path != before.path:
        return found.path == "exact" and found.n_rows >= before.n_rows
    if found.n_rows != before.n_rows:
        return found.n_rows > before.n_rows
    if found.path == "exact":
        return found.n_background > before.n_background
    return _error(found) < _error(before)


def _error(explanation: Explanation) -> float:
    """How far columns' importance may be off, on average."""
    return fmean([item.standard_error for output in explanation.outputs for item in output.importance] or [0.0])
