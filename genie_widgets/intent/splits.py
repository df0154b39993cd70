"""How scored rows are to be kept apart: by time, or whole groups."""

from __future__ import annotations

import re

from genie_widgets.intent import phrases
from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.facts import TIME_UNITS
from genie_widgets.intent.reading import read
from genie_widgets.intent.wishes import names_a_metric
from genie_widgets.schema import TableProfile
from genie_widgets.schema.plan import Validation

NAMED = 0.5


def find_validation(found: Constraints, profile: TableProfile) -> None:
    """Read "split by time", "keep each patient together" and the like."""
    text = phrases.folded(found.rest)
    reading = None
    for kind in ("time", "group"):
        for match in phrases.pattern("validation", kind).finditer(text):
            start, end = match.span()
            if kind == "group" and match.lastindex and names_a_metric(text, match.start(1)):
                # "scored by mean absolute error"
                continue
            reading = reading or read(found.rest, profile)
            named = [m.column for m in reading.mentions(start, end) if m.score >= NAMED]
            if not named and kind == "group":
                # The column may be named just before: "customer_id: don't mix".
                named = [m.column for m in reading.mentions(max(0, start - 40), end) if m.score >= 0.7]
            if not named and kind == "group" and re.search("|".join(TIME_UNITS), match.group()):
                kind = "time"  # noqa: PLW2901
            if kind == "time":
                named = [name for name in named if profile.column(name).kind in ("date", "integer")]
                named = named or [column.name for column in profile.columns if column.kind == "date"]
                named = named or _by_unit(profile)
            if not named:
                continue
            chosen = min(named, key=lambda name: _awkward(name, profile)) if kind == "group" else named[0]
            found.validation = Validation.model_validate({"kind": kind, "column": chosen})
            found.note("validation", f"{kind} by {chosen}", start, end)
            return


def _by_unit(profile: TableProfile) -> list[str]:
    return [column.name for column in profile.columns if column.name.lower() in TIME_UNITS]


def _awkward(name: str, profile: TableProfile) -> int:
    """Rank columns as groups: those that hold few rows each, but more than one, come first."""
    column = profile.column(name)
    return int(column.kind in ("number", "constant", "empty")) + int(column.n_distinct < 3)
