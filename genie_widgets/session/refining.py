"""What a run had no time to explain, explained while somebody looks: result, report and bundle follow it."""

from __future__ import annotations

from typing import Any

from genie_widgets.language import speaking, tr
from genie_widgets.schema import Explanation, ResultUpdated
from genie_widgets.session.deciding import WRITING, write_files
from genie_widgets.store import RunFolder


def take_refined(folder: RunFolder, answer: dict[str, Any]) -> bool:
    """Keep what a worker found out, where it is better than what the run has.

    The run's record in MLflow stays what the run found in its own seconds.

    Parameters
    ----------
    folder : RunFolder
        Of a run that has ended.
    answer : dict
        The worker's, to ``refine``.

    Returns
    -------
    bool
        Whether there is nothing left to find out.
    """
    from genie_widgets.evaluate import verdict

    is_final = bool(answer["is_final"])
    with WRITING, speaking(folder.read_request().language):
        result = folder.read_result()
        if answer["explanation"] is not None and result is not None:
            found = Explanation.model_validate(answer["explanation"])
            if _is_better(found, result.explanation):
                none = tr("There was no time left to explain the predictions.")
                notes = tuple(note for note in result.notes if note.title != none)
                result = result.model_copy(update={"explanation": found, "notes": notes})
                folder.write_result(result.model_copy(update={"verdict": verdict(result)}))
                write_files(folder)
                folder.append(ResultUpdated(part="explanation"))
    if is_final:
        folder.to_explain_path.unlink(missing_ok=True)
    return is_final


def _is_better(found: Explanation, before: Explanation | None) -> bool:
    """Whether it tells of as many rows, and as exactly."""
    if before is None:
        return True
    return found.n_rows >= before.n_rows and (found.path == "exact" or before.path != "exact")
