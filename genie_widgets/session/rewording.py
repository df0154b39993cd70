"""A run's verdict in a language model's words, with our figures and names in them."""

from __future__ import annotations

from genie_widgets.language import spoken, tr
from genie_widgets.schema import GenieError, LLMSettings, Problem, Rewording, RunRequest, RunResult


def reworded(result: RunResult, request: RunRequest, llm: LLMSettings | None) -> Rewording:
    """Have a verdict reworded; see `Run.reword`."""
    from genie_widgets.intent import LLMFailedError, reword

    if llm is None:
        raise GenieError(
            Problem(
                code="no-language-model",
                title=tr("No language model is configured."),
                remedy=tr("Give a key or an address, or read the verdict as it stands."),
                culprit="llm",
            )
        )
    if not _is_english(request):
        raise GenieError(
            Problem(
                code="rewording-in-english-only",
                title=tr("A verdict is put in other words in English only."),
                remedy=tr("Read the verdict as it stands."),
                culprit="llm",
            )
        )
    try:
        return reword(result.verdict, _names_in(result, request), llm)
    except LLMFailedError as failure:
        raise GenieError(
            Problem(
                code="llm-failed",
                title=tr("The language model was of no help: {reason}.", reason=failure),
                remedy=tr("Try again later, or read the verdict as it stands."),
                culprit="llm",
                severity="warning",
            )
        ) from None


def would_be_sent(result: RunResult, request: RunRequest) -> tuple[str, ...]:
    """Give the sentences that a language model would be sent, with a blank for each figure and name."""
    from genie_widgets.intent import sent_to_reword

    return sent_to_reword(result.verdict, _names_in(result, request)) if _is_english(request) else ()


def _is_english(request: RunRequest) -> bool:
    """Whether the verdict may be sent: names and figures are known, and what comes back is judged, in English alone."""
    return request.language == spoken() == "en"


def _names_in(result: RunResult, request: RunRequest) -> set[str]:
    """Give the table's texts that may stand in a verdict: no name and no cell is shown to a language model."""
    weak = result.evaluation.weak_groups if result.evaluation is not None else ()
    return {
        *(repr(name) for name in request.profile.column_names),
        *(repr(name) for name in result.classes),
        *(f"{group.column!r} is {group.group}" for group in weak if group.group),
    }
