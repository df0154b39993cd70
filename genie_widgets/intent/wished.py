"""What speaks for a column's being left out, or kept to, as numbers: what the reader joins with the sentence."""

from __future__ import annotations

import numpy as np

from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.features import Matrix
from genie_widgets.intent.roles import ROLES, classifier
from genie_widgets.schema import TableProfile

N_WISHES = 12
# So many of them are the column's own; the others are the sentence's.
IN_SENTENCE = 8
NEITHER, IGNORE, FEATURES = range(len(ROLES))
# So many places are counted; more are many.
_MANY = 8


def wishes_of(found: Constraints, profile: TableProfile) -> Matrix:
    """Gather what the phrases, and what stands around each column, say of its role.

    Parameters
    ----------
    found : Constraints
        What the phrases found.
    profile : TableProfile
        The columns.

    Returns
    -------
    array, shape (n_columns, N_WISHES)
        Zeros but for what holds of the sentence as a whole, where a column is not spoken of.
    """
    names = profile.column_names
    place = {name: at for at, name in enumerate(names)}
    made = np.zeros((len(names), N_WISHES))
    spans = [span for span, _ in found.units]
    for at, (here, columns) in enumerate(found.units):
        chances = classifier().probabilities(found.whole, here, spans[:at] + spans[at + 1 :])
        told = [1.0, 1.0 / len(columns), *(chances[role] for role in ROLES), here[0] / max(1, len(found.whole))]
        for name in columns:
            # Spoken of twice: what is wished of it counts.
            if not made[place[name], 0] or made[place[name], 2] > chances[ROLES[NEITHER]]:
                made[place[name], : len(told)] = told
    for name in found.ignore:
        made[place[name], 6] = 1.0
    for name in found.features:
        made[place[name], 7] = 1.0
    made[:, IN_SENTENCE:] = [
        bool(found.ignore),
        bool(found.features),
        min(len(found.units), _MANY) / _MANY,
        bool(found.unmatched),
    ]
    return made
