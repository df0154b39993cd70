"""The smallest change that flips an answer, of models whose smallest change is known."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.worker.flipping import plain_cell, smallest_flip


@pytest.fixture
def learned():
    rng = np.random.default_rng(0)
    n = 400
    return pd.DataFrame(
        {
            "age": rng.integers(18, 80, n),
            "income": rng.normal(3000, 1000, n),
            "plan": rng.choice(["free", "pro", "team"], n, p=[0.6, 0.3, 0.1]),
            "member": rng.random(n) < 0.5,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1000, n), unit="D"),
            "note": [f"note {i}" for i in range(n)],
        }
    )


@pytest.fixture
def row():
    return pd.DataFrame(
        {
            "age": [30],
            "income": [3000.0],
            "plan": ["free"],
            "member": [False],
            "since": [pd.Timestamp("2020-06-01")],
            "note": ["mine"],
        }
    )


def judging(score):
    def judge(rows):
        value = np.asarray(score(rows), dtype=float)
        return np.where(value > 0, "yes", "no"), value

    return judge


def test_one_number_is_moved_just_over_the_edge(row, learned):
    found = smallest_flip(judging(lambda r: r["age"] - 41.5), row, learned).cells
    assert found == {"age": 42}


def test_a_fraction_is_written_with_few_digits(row, learned):
    found = smallest_flip(judging(lambda r: r["income"] - 3210.123), row, learned).cells
    ((name, value),) = found.items()
    assert name == "income"
    assert 3210.123 < value < 3260
    assert len(f"{value:.10g}".replace(".", "")) <= 6


def test_the_cheaper_of_two_ways_is_taken(row, learned):
    near = smallest_flip(judging(lambda r: np.maximum(r["age"] - 75, r["income"] - 3100)), row, learned).cells
    assert list(near) == ["income"]
    word = smallest_flip(judging(lambda r: np.maximum(r["age"] - 75, (r["plan"] == "team") - 0.5)), row, learned).cells
    assert word == {"plan": "team"}


def test_two_columns_are_changed_where_one_is_not_enough(row, learned):
    judge = judging(lambda r: (r["plan"] == "pro") + (r["age"] > 50) * 1.0 - 1.5)
    found = smallest_flip(judge, row, learned).cells
    assert found == {"plan": "pro", "age": 51}


def test_only_what_was_seen_is_tried(row, learned):
    judge = judging(lambda r: np.maximum(r["age"] - 200, (r["plan"] == "gold") - 0.5))
    assert smallest_flip(judge, row, learned).cells == {}


def test_dates_truths_and_missing_cells_are_changed_too(row, learned):
    later = smallest_flip(judging(lambda r: (r["since"] > "2021-01-01") - 0.5), row, learned).cells
    assert later["since"] > pd.Timestamp("2021-01-01")
    assert plain_cell(later["since"]).startswith("202")
    member = smallest_flip(judging(lambda r: r["member"].astype(bool) - 0.5), row, learned).cells
    assert [plain_cell(value) for value in member.values()] == [True]
    empty = row.assign(age=[np.nan], plan=[None])
    filled = smallest_flip(judging(lambda r: (r["age"] > 60) - 0.5), empty, learned).cells
    assert filled["age"] > 60


def test_a_row_is_asked_as_the_model_wants_it(row, learned):
    def judge(rows):
        assert list(rows.columns) == list(row.columns)
        assert rows["since"].dtype.kind == "M"
        assert rows["age"].dtype.kind in "if"
        return np.full(len(rows), "no"), np.zeros(len(rows))

    assert smallest_flip(judge, row, learned).cells == {}
