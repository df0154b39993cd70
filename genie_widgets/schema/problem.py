"""What a person can mend, told as culprit, value and remedy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from genie_widgets.language import plural, tr
from genie_widgets.schema.base import Value

Severity = Literal["error", "warning", "info"]
MOST_NAMED = 10


class Problem(Value):
    """Something a person should know, and what to do about it.

    Attributes
    ----------
    code : str
        Stable kebab-case name, e.g. ``"target-single-value"``; tests and links use it.
    title : str
        One sentence: what is wrong, naming the culprit (column, file, setting).
    remedy : str
        One sentence: what to do now.
    culprit : str
        The column, file, or setting concerned; empty where there is none.
    value : str
        The offending value as the person would recognise it; may be empty.
    severity : {"error", "warning", "info"}
        Errors block the step; warnings and infos are shown beside it.
    field : str or None
        The `Plan` field concerned, so that it can be shown beside it.
    reference : str
        For the unexpected: the number under which the log holds the traceback.
    """

    code: str
    title: str
    remedy: str
    culprit: str = ""
    value: str = ""
    severity: Severity = "error"
    field: str | None = None
    reference: str = ""

    @property
    def key(self) -> str:
        """Tells it from the others of a plan: `Plan.accepted` and the buttons beside it go by this."""
        return f"{self.code}: {self.culprit}"

    def set_aside(self) -> Problem:
        """Make a note of a warning that a person has set aside: it stays true, and blocks and asks nothing."""
        return self.model_copy(update={"severity": "info", "remedy": tr("You decided to leave it so.")})

    def __str__(self) -> str:
        tail = tr("(reference {reference})", reference=self.reference) if self.reference else ""
        return f"{self.title} {self.remedy} {tail}".strip()


class GenieError(Exception):
    """Carries a `Problem`; the only exception whose text is shown to a person.

    Parameters
    ----------
    problem : Problem
        What is wrong and how to mend it.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def columns_missing(names: Sequence[str]) -> GenieError:
    """Tell that new rows lack columns that a model was trained on."""
    listed = ", ".join(names[:MOST_NAMED])
    return GenieError(
        Problem(
            code="columns-missing",
            title=plural(
                "The table lacks {n} column that the model was trained on: {columns}.",
                "The table lacks {n} columns that the model was trained on: {columns}.",
                len(names),
                columns=listed,
            ),
            remedy=tr("Add them under the same names; empty cells will do."),
            culprit=listed,
        )
    )


def nodes_lack_workspace(title: str, workspace: str) -> Problem:
    """Tell that a cluster, or one of its nodes, does not see the workspace; the title says which."""
    return Problem(
        code="nodes-lack-workspace",
        title=title,
        remedy=tr("Set GENIE_HOME to a folder on storage that this machine and all nodes have under the same path."),
        culprit="GENIE_HOME",
        value=workspace,
    )
