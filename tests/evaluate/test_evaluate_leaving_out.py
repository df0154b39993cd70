"""Rows that a plan leaves out are in no part; all others are there as they were."""

import pandas as pd
import pytest

from genie_widgets.evaluate import rare_classes, without_left_out
from genie_widgets.schema import Plan


@pytest.fixture
def frame():
    classes = ["a"] * 20 + ["b"] * 20 + ["c"] * 10 + ["d"] * 9 + [None]
    frame = pd.DataFrame({"id": range(60), "x": 1.0, "y": classes})
    return pd.concat([frame, frame.head(2)], ignore_index=True)


def plan(*rows, kind="multiclass"):
    return Plan(target="y", problem_type=kind, metric="accuracy", rows_left_out=rows)


def test_nothing_is_left_out_unasked(frame):
    assert without_left_out(frame, plan()) is frame


def test_rows_that_repeat_an_earlier_one_in_every_column_go(frame):
    assert without_left_out(frame, plan("repeated")).index.tolist() == list(range(60))


def test_rows_of_rare_classes_go_and_those_without_a_class_stay(frame):
    rest = without_left_out(frame, plan("rare classes"))
    assert set(rest["y"].dropna()) == {"a", "b", "c"}
    assert len(rest) == len(frame) - 9
    assert without_left_out(frame, plan("rare classes", kind="regression")) is frame


def test_too_few_classes_are_not_made_fewer(frame):
    assert rare_classes(frame["y"].replace("c", "a")).empty


def test_cells_that_cannot_be_hashed_are_compared_as_text():
    lists = pd.DataFrame({"x": [[1], [1], [2]], "y": ["a", "a", "b"]})
    assert without_left_out(lists, plan("repeated")).index.tolist() == [0, 2]
    assert rare_classes(lists["x"]).empty
