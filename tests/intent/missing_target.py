"""Tables without what is asked for: of these the planner must ask, and from them the reader learns."""

import re

# So many letters that another column's name has in common with the target's: it may be meant where that is missing.
STEM = 4


def without_columns(profile, out):
    """Take columns out of a table; None where another column may be meant by the same words."""
    left = tuple(column for column in profile.columns if column.name not in out)
    stems = {stem for name in out for stem in _stems_of(name)}
    if any(stems & _stems_of(column.name) for column in left):
        return None
    return profile.model_copy(update={"columns": left})


def _stems_of(name):
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))
    return {word.casefold()[:STEM] for word in words}
