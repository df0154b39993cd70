"""Budget, stop, batches, wild tables, wrong predictions."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.explain import explain
from genie_widgets.explain.facts import cell_text
from genie_widgets.schema import GenieError


class Slow:
    """A function that costs seconds a row on a clock of its own."""

    def __init__(self, seconds_a_row, seconds_a_call=0.0):
        self.now, self.sizes = 0.0, []
        self.seconds_a_row, self.seconds_a_call = seconds_a_row, seconds_a_call

    def __call__(self, frame):
        self.sizes.append(len(frame))
        self.now += self.seconds_a_call + self.seconds_a_row * len(frame)
        return np.sin(frame.to_numpy() * np.arange(1, frame.shape[1] + 1)).prod(axis=1) + frame.iloc[:, 0]

    def clock(self):
        return self.now


def numbers(n, m, seed=0):
    return pd.DataFrame(np.random.default_rng(seed).normal(size=(n, m)), columns=[f"x{i}" for i in range(m)])


@pytest.mark.parametrize("budget", [2.0, 10.0, 60.0])
def test_the_budget_is_kept(budget):
    slow, frame = Slow(1 / 20_000, 0.05), numbers(150, 20)
    found = explain(
        slow, frame.iloc[:50], frame.iloc[50:], labels=("y",), unit="target", budget_s=budget, clock=slow.clock
    )
    assert found.n_rows == 50
    assert found.seconds == slow.now
    assert slow.now <= budget + 2.0
    assert slow.now >= min(0.5 * budget, 10)  # beyond that, enough is known
    assert len(slow.sizes) <= 5 + budget / 0.5
    assert found.additivity_error < 1e-9


def test_a_hopelessly_slow_function_explains_the_first_rows_and_says_so():
    slow, frame = Slow(0.01), numbers(220, 20)
    found = explain(
        slow, frame.iloc[:200], frame.iloc[200:], labels=("y",), unit="target", budget_s=1, clock=slow.clock
    )
    assert 1 <= found.n_rows < 200
    assert f"Time was up after {found.n_rows} of 200 rows." in found.method
    assert [row.row for row in found.outputs[0].rows] == list(range(found.n_rows))
    assert found.additivity_error < 1e-9
    assert slow.now < 15


def test_a_first_picture_comes_early_and_changes_nothing():
    frame, found, pictures = numbers(130, 20), [], []
    for look in (None, pictures.append):
        slow = Slow(1 / 20_000, 0.05)
        keep = {"labels": ("y",), "unit": "target", "good_enough": 0.2, "on_partial": look, "clock": slow.clock}
        found.append(explain(slow, frame.iloc[:30], frame.iloc[30:], budget_s=300, **keep))
    (picture,) = pictures
    assert picture.seconds < 3
    assert picture.n_rows == 30
    assert picture.additivity_error < 1e-9
    assert picture.outputs[0].importance[0].standard_error > 0
    assert found[0].outputs == found[1].outputs


def test_little_time_is_not_spent_on_a_first_picture():
    slow, frame, pictures = Slow(1 / 20_000, 0.05), numbers(130, 20), []
    keep = {"labels": ("y",), "unit": "target", "on_partial": pictures.append, "clock": slow.clock}
    explain(slow, frame.iloc[:30], frame.iloc[30:], budget_s=2, **keep)
    assert not pictures


def test_a_first_picture_that_is_exact_is_the_last():
    slow, frame, pictures = Slow(1e-7), numbers(40, 4), []
    keep = {"labels": ("y",), "unit": "target", "on_partial": pictures.append, "clock": slow.clock}
    found = explain(slow, frame.iloc[:10], frame.iloc[10:], budget_s=60, **keep)
    assert found.path == "exact"
    assert pictures == [found]


def test_a_first_picture_of_few_rows_comes_in_time_where_all_would_not():
    # A pass over all rows takes 10 s; the promise is 2.
    slow, frame, pictures = Slow(1 / 500), numbers(200, 26), []
    keep = {"labels": ("y",), "unit": "target", "on_partial": pictures.append, "clock": slow.clock}
    explain(slow, frame.iloc[:100], frame.iloc[100:], budget_s=30, **keep)
    assert pictures[0].seconds <= 2
    assert 1 <= pictures[0].n_rows < 100
    assert pictures[0].additivity_error < 1e-9


@pytest.mark.parametrize(("n_columns", "calls"), [(12, 4), (12, 60), (20, 4)])
def test_stop_is_heard_between_calls(n_columns, calls):
    slow, frame = Slow(1e-5), numbers(60, n_columns)

    def should_stop():
        return len(slow.sizes) >= calls

    found = explain(
        slow,
        frame.iloc[:5],
        frame.iloc[5:],
        labels=("y",),
        unit="target",
        budget_s=1e9,
        should_stop=should_stop,
        clock=slow.clock,
    )
    # From 12 columns every coalition can be tried; rows not finished by then are sampled once.
    assert len(slow.sizes) <= calls + 1
    assert found.path == "sampled"
    assert found.n_rows == 5
    assert found.additivity_error < 1e-9
    assert ("exactly; for the others" in found.method) == (calls == 60)


def test_batches_are_few_and_bounded():
    slow, frame = Slow(1e-6), numbers(200, 15)
    explain(
        slow,
        frame.iloc[:100],
        frame.iloc[100:],
        labels=("y",),
        unit="target",
        budget_s=3,
        clock=slow.clock,
        max_batch_rows=7000,
    )
    assert max(slow.sizes) <= 7000
    assert np.median(slow.sizes) > 5000


@pytest.mark.slow
def test_a_wide_table_is_batched_by_cells():
    slow, frame = Slow(1e-6), numbers(30, 3000)
    found = explain(slow, frame.iloc[:3], frame.iloc[3:], labels=("y",), unit="target", budget_s=2, clock=slow.clock)
    assert max(slow.sizes) * 3000 <= 20_000_000
    assert found.additivity_error < 1e-9


def test_hostile_names_and_kinds_of_cells():
    names = ["<script>alert(1)</script>", "", "a\nb", "0", " x ", "__class__", "é" * 300]
    frame = pd.DataFrame([[i * (j + 1) % 5 for j in range(7)] for i in range(30)], columns=names)
    found = explain(
        lambda f: f.sum(axis=1) + f.iloc[:, 0] * f.iloc[:, 1],
        frame.iloc[:3],
        frame.iloc[3:][names[::-1]],
        labels=("<b>y</b>",),
        unit="target",
        budget_s=5,
    )
    assert {item.column for item in found.outputs[0].importance} == set(names)
    assert found.outputs[0].label == "<b>y</b>"
    assert found.additivity_error < 1e-12


def test_rows_typed_unlike_the_background():
    background = pd.DataFrame(
        {
            "gap": [1.0, np.nan, 3.0, 4.0],
            "cat": pd.Categorical(["a", "b", "a", "b"]),
            "when": pd.to_datetime(["2024-01-01"] * 4).astype("datetime64[s]"),
            "odd": [[1], [2], [1], None],
            "big": pd.array([1, None, 3, 4], dtype="Int64"),
        }
    )
    rows = pd.DataFrame(
        {
            "gap": [2],
            "cat": pd.Categorical(["new"]),
            "when": pd.to_datetime(["2025-01-01"]).astype("datetime64[ns]"),
            "odd": [[9]],
            "big": [7],
        }
    )

    def predict(frame):
        assert isinstance(frame["cat"].dtype, pd.CategoricalDtype)
        return (
            frame["gap"].fillna(0)
            + (frame["cat"] == "new") * 2
            + frame["when"].dt.year
            + frame["odd"].map(lambda cell: 5 if cell == [9] else 0)
            + frame["big"].astype(float).fillna(0)
        )

    found = explain(predict, rows, background, labels=("y",), unit="target", budget_s=5)
    assert found.path == "exact"
    assert found.additivity_error < 1e-9
    values = {part.column: part.value for part in found.outputs[0].rows[0].contributions}
    assert values == pytest.approx({"gap": 0, "cat": 2, "when": 1, "odd": 5, "big": 5})


def test_a_function_that_never_moves():
    frame = numbers(40, 20)
    found = explain(
        lambda f: np.full(len(f), 0.25), frame.iloc[:5], frame.iloc[5:], labels=("y",), unit="target", budget_s=0.1
    )
    assert found.additivity_error == 0
    assert all(item.mean_abs == 0 for item in found.outputs[0].importance)


def test_a_row_equal_to_its_background():
    frame = pd.concat([numbers(1, 20)] * 5, ignore_index=True)
    found = explain(lambda f: f.sum(axis=1), frame.iloc[:2], frame, labels=("y",), unit="target", budget_s=1)
    assert found.path == "exact"
    assert all(part.value == 0 for row in found.outputs[0].rows for part in row.contributions)


def test_wrong_input_is_refused():
    frame = numbers(10, 3)
    keep = {"labels": ("y",), "unit": "target", "budget_s": 1}
    with pytest.raises(ValueError, match="same columns"):
        explain(lambda f: f.sum(axis=1), frame, frame.iloc[:, :2], **keep)
    with pytest.raises(ValueError, match="at least one row"):
        explain(lambda f: f.sum(axis=1), frame.iloc[:0], frame, **keep)
    with pytest.raises(ValueError, match=r"predict gave shape \(20, 3\), not \(20, 1\)"):
        explain(lambda f: f, frame, frame, **keep)
    with pytest.raises(GenieError, match="no usable number for some rows"):
        explain(lambda f: f["x0"] * np.nan, frame, frame, **keep)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, "missing"),
        (np.nan, "missing"),
        (np.float32("nan"), "missing"),
        (pd.NaT, "missing"),
        (pd.NA, "missing"),
        (True, "True"),
        (np.bool_(False), "False"),
        (7, "7"),
        (np.int64(123456), "123456"),
        (0.123456, "0.1235"),
        (1234.56, "1235"),
        (-987654.3, "-987654"),
        (1e-9, "1e-09"),
        (2.0, "2"),
        (np.inf, "inf"),
        (pd.Timestamp("2024-03-01"), "2024-03-01"),
        (pd.Timestamp("2024-03-01 12:30"), "2024-03-01 12:30:00"),
        ("two\n words", "two words"),
        ("x" * 80, "x" * 59 + "…"),
        ("", ""),
    ],
)
def test_cells_as_text(cell, text):
    assert cell_text(cell) == text
