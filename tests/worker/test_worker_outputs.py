"""What is explained of a model's predictions."""

import numpy as np
import pandas as pd

from genie_widgets.schema import Plan
from genie_widgets.worker.outputs import MAX_EXPLAINED_CLASSES, explained


class ManyClasses:
    """Says of each row that it is most probably of the class in its cell."""

    positive_class = None

    def __init__(self, n):
        self.classes = tuple(range(n))

    def predict_proba(self, frame):
        shares = np.full((len(frame), len(self.classes)), 0.01)
        shares[np.arange(len(frame)), frame["n"].to_numpy()] = 1.0
        return pd.DataFrame(shares / shares.sum(axis=1, keepdims=True), columns=list(self.classes))


def test_of_very_many_classes_those_that_the_rows_may_be_are_explained():
    plan = Plan(target="y", problem_type="multiclass", metric="accuracy")
    rows = pd.DataFrame({"n": [37, 22, 37]})
    asked = explained(ManyClasses(40), plan, rows)
    assert len(asked.places) == len(asked.labels) == MAX_EXPLAINED_CLASSES
    assert {22, 37} <= set(asked.places)
    assert asked.labels == tuple(str(place) for place in asked.places)
    values = asked.predict(rows)
    assert values.shape == (3, MAX_EXPLAINED_CLASSES)
    assert [asked.labels[place] for place in values.argmax(axis=1)] == ["37", "22", "37"]
    few = explained(ManyClasses(4), plan, pd.DataFrame({"n": [1]}))
    assert few.places == (0, 1, 2, 3)
