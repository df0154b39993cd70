"""Rows that are not independent are seen; tables of independent rows are left in peace."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.data import find_entities, find_time_order, read_table

N = 400


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "patient_id": np.repeat([f"p{i:03d}" for i in range(N // 4)], 4),
            "visit_id": range(N),
            "zip_code": rng.integers(10000, 10080, N),
            "age": rng.integers(20, 90, N),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(N), "D"),
            "ill": rng.choice(["yes", "no"], N),
        }
    )


def entities(frame, target="ill"):
    return find_entities(frame, read_table(frame).profile, target)


def order(frame, target="ill"):
    return find_time_order(frame, read_table(frame).profile, target)


def test_things_with_several_rows_are_found(frame):
    found = entities(frame)
    assert (found.column, found.n_values, found.n_rows) == ("patient_id", N // 4, N)


@pytest.mark.parametrize(
    "name", ["id", "customer", "Customer No", "userId", "household_key", "subject-id", "player name"]
)
def test_things_have_many_names(frame, name):
    assert entities(frame.rename(columns={"patient_id": name})).column == name


@pytest.mark.parametrize("name", ["zip", "paid", "valid", "grid", "product code", "town"])
def test_what_names_no_thing_is_left_in_peace(frame, name):
    assert entities(frame.rename(columns={"patient_id": name})) is None


def test_a_thing_a_row_few_things_or_one_great_one_are_no_groups(frame):
    assert entities(frame.assign(patient_id=[f"p{i}" for i in range(N)])) is None
    assert entities(frame.assign(patient_id=frame.index % 3)) is None
    assert entities(frame.assign(patient_id=np.where(frame.index < 250, "x", frame["patient_id"]))) is None
    assert entities(frame.head(20)) is None
    assert entities(frame, target="patient_id") is None


@pytest.mark.parametrize("turn", [1, -1])
def test_rows_that_follow_time_are_found(frame, turn):
    found = order(frame.iloc[::turn])
    assert (found.column, found.first, found.last) == ("day", "2024-01-01", "2025-02-03")


def test_rows_in_no_order_of_time_are_left_in_peace(frame):
    assert order(frame.sample(frac=1, random_state=0)) is None
    assert order(frame, target="day") is None
    assert order(frame.assign(day=pd.Timestamp("2024-01-01"))) is None
    assert order(frame.drop(columns="day")) is None
    assert order(frame.head(20)) is None
