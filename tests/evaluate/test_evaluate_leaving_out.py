"""Rows that a plan leaves out are in no part; all others are there as they were."""

import pandas as pd
import pytest

from genie_widgets.data.profiling import profile_frame
from genie_widgets.evaluate import rare_classes, with_target_filled, without_left_out
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


@pytest.mark.parametrize(
    ("cells", "meaning", "filled"),
    [
        (["yes", None, "yes"], "no", ["yes", "no", "yes"]),
        ([1.0, None, 1.0], "0", [1.0, 0.0, 1.0]),
        ([3.0, None, 1.5], "none", ["3", "none", "1.5"]),
        ([3.0, None, 1.5], "1_000", [3.0, 1000.0, 1.5]),
        ([3.0, None, 1.5], "inf", ["3", "inf", "1.5"]),
        ([True, None, False], "(empty)", ["True", "(empty)", "False"]),
        (pd.Categorical(["a", None, "b"]), "a", ["a", "a", "b"]),
    ],
)
def test_empty_answers_become_what_they_mean_whatever_the_column_holds(cells, meaning, filled):
    frame = pd.DataFrame({"x": range(3), "y": cells}, index=[7, 8, 9])
    asked = plan().model_copy(update={"empty_target": meaning})
    meant = with_target_filled(frame, asked)
    assert meant["y"].tolist() == filled
    assert meant.index.tolist() == [7, 8, 9]
    assert frame["y"].isna().sum() == 1  # the table stays as it was read
    assert with_target_filled(frame, plan()) is frame
    pd.testing.assert_frame_equal(without_left_out(frame, asked), meant)
    # The facts that the plan is judged by are those of the filled column.
    facts, truth = (profile_frame(f, name="t").column("y") for f in (frame, meant))
    told = facts.filled(meaning)
    assert (told.n_missing, told.n_distinct, told.min_count) == (0, truth.n_distinct, truth.min_count)
    assert (told.minimum, told.maximum) == (truth.minimum, truth.maximum)
