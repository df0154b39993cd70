"""What the rows say against a plan: columns that give the answer away, and that they are but a part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genie_widgets.schema import Answer, Plan, Problem

if TYPE_CHECKING:
    from genie_widgets.data import Leak, Table

CODE = "leak"
# Told of the table, and true of whatever is learned from it.
_OF_THE_TABLE = "sampled"
_USELESS = ("id", "constant", "empty")
_NUMBERS = ("regression", "quantile")


class Cautions:
    """Adds warnings from the rows to plans of one table; what was found for a target is remembered."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, bool], list[Leak]] = {}

    def added(self, answer: Answer, table: Table | None) -> Answer:
        """Give the answer with its warnings; questions, refusals and plans without their table are as they were."""
        if answer.status != "plan" or table is None:
            return answer
        used = set(answer.feature_columns(table.columns))
        leaks = [leak for leak in self._leaks(answer, table) if leak.column in used]
        others = [problem for problem in answer.problems if problem.code not in (CODE, _OF_THE_TABLE)]
        told = [problem for problem in table.profile.problems if problem.code == _OF_THE_TABLE]
        return answer.model_copy(update={"problems": (*others, *told, *(_problem(leak, answer) for leak in leaks))})

    def _leaks(self, plan: Plan, table: Table) -> list[Leak]:
        from genie_widgets.data import find_leaks

        key = (plan.target, plan.problem_type in _NUMBERS)
        if key not in self._found:
            columns = [c.name for c in table.profile.columns if c.kind not in _USELESS]
            self._found[key] = find_leaks(table.frame, plan.target, columns, is_number=key[1])
        return self._found[key]


def _problem(leak: Leak, plan: Plan) -> Problem:
    return Problem(
        code=CODE,
        title=f"{leak.column} alone removes {leak.strength:.0%} of the error: it may give {plan.target} away.",
        remedy="Leave it out if it is only known after the outcome, or is the outcome in other words.",
        culprit=leak.column,
        severity="warning",
        field="ignore",
    )
