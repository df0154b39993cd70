"""Lists of columns in a sentence: what stands between two of their columns, and which stand in one list."""

from __future__ import annotations

import re
from collections.abc import Iterable

from genie_widgets.intent.phrases import folded
from genie_widgets.intent.words import Span, words_of

SEPARATORS = re.compile(
    r"[,、，/&+]|\b(?:and|nd|or|nor|plus|as well as|also|too|y|e|o|u|et|ou|ni|nem|ne|und|oder|sowie|noch|и|или|а также|both)\b|"
    r"和|与|及|或|以及|と|や|및|(?<=[\w)\]])[와과랑](?=\s)|그리고|और|या|तथा"
)
ARTICLES = frozenset(
    "the a an my our this that these those not no nor neither either de del la el los las le les l des du der die das den "
    "dem ein eine il lo gli i o os as column columns".split()
)
# "Age (in years), sex": what stands in brackets tells of the one before.
_BRACKETED = re.compile(r"\([^()]*\)")
_ENDS = re.compile(r"[.;:!?。；：！？()]")
_TURNS = re.compile(
    r"\b(?:only|alone|without|but|solo|seulement|uniquement|nur|allein|apenas|soltanto|sin|sans|ohne|sem|senza|только|без)\b"
)
# "What is known at launch only": a time, and no column.
AT_A_TIME = re.compile(r"\b(?:at|before|until|upon|during|as of)(?: the| a| an)?\s*$")
# "X1 wall area, X2 roof area": what a column is may stand behind its name, in so few words.
MAX_TOLD = 3
_NEXT = re.compile(rf"(?:{SEPARATORS.pattern})\s*$")


def columns_in_lists(text: str, units: Iterable[tuple[Span, list[str]]]) -> list[list[str]]:
    """Group the columns that a sentence speaks of by the lists that they stand in.

    Parameters
    ----------
    text : str
        The sentence.
    units : iterable of (span, list of str)
        Where it speaks of columns, and of which.

    Returns
    -------
    list of list of str
        One column alone is a list, too.
    """
    small = folded(text)
    lists: list[list[str]] = []
    end = -1
    told = [match.span() for match in _BRACKETED.finditer(small)]
    for (start, stop), columns in sorted(units, key=lambda unit: unit[0]):
        if any(low < start < high and end <= low and not small[end:low].strip() for low, high in told if end >= 0):
            continue
        if end < 0 or not _goes_on(small[end:start]):
            lists.append([])
        lists[-1] += [name for name in columns if name not in lists[-1]]
        end = stop
    return lists


def _goes_on(between: str) -> bool:
    """Whether nothing but a sign of a list stands between two columns."""
    bare = _BRACKETED.sub(" ", between)
    left = SEPARATORS.sub(" ", bare)
    if left == bare or _ENDS.search(left) or _TURNS.search(left):
        return False
    words = [word for word in words_of(left) if word.plain not in ARTICLES]
    return not words or (len(words) <= MAX_TOLD and _NEXT.search(bare) is not None)
