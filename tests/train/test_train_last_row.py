"""A single row is prepared and predicted once, however often it is asked for; other rows are never remembered."""

import pandas as pd
import pytest

from genie_widgets.train.trained import TrainedModel


class Predictor:
    """Twice the number; notes what it is asked."""

    problem_type = "regression"
    original_features = ("a", "b")

    def __init__(self):
        self.asked = []

    def transform_features(self, frame):
        self.asked.append(("transform", len(frame)))
        return frame[["a"]] * 2

    def predict(self, frame, transform_features=True):
        self.asked.append(("predict", len(frame)))
        return (self.transform_features(frame) if transform_features else frame)["a"]


@pytest.fixture
def model():
    return TrainedModel(Predictor())


def row(a, b="x"):
    return pd.DataFrame({"b": [b], "a": [a], "more": [1]})


def test_the_same_row_is_asked_once(model):
    for _ in range(3):
        assert model.predict(row(3.0)).tolist() == [6.0]
    assert sorted(model.predictor.asked) == [("predict", 1), ("transform", 1)]


@pytest.mark.parametrize(
    "other", [row(4.0), row(3.0, "y"), row(3.0, None), row(3)], ids=["number", "word", "gap", "type"]
)
def test_another_row_is_asked_anew(model, other):
    model.predict(row(3.0))
    model.predictor.asked.clear()
    assert model.predict(other).tolist() == [2 * other["a"].iloc[0]]
    assert ("predict", 1) in model.predictor.asked


def test_a_row_that_was_changed_in_place_is_another_row(model):
    changing = row(3.0)
    model.predict(changing)
    changing.loc[0, "a"] = 5.0
    assert model.predict(changing).tolist() == [10.0]


def test_many_rows_are_asked_every_time(model):
    rows = pd.concat([row(1.0), row(2.0)])
    for _ in range(2):
        assert model.predict(rows).tolist() == [2.0, 4.0]
    assert model.predictor.asked.count(("predict", 2)) == 2
