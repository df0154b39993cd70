"""Columns that give the answer away are found, and honest ones are left in peace."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.data import find_leaks, read_table, samples


@pytest.fixture(scope="module")
def honest():
    rng = np.random.default_rng(3)
    n = 600
    age, income = rng.normal(40, 12, n), rng.gamma(2, 900, n)
    town = rng.choice(["Bonn", "Ulm", "Kiel"], n)
    churned = np.where(0.05 * age + 0.0004 * income + rng.normal(0, 1, n) > 2.9, "yes", "no")
    spent = 3 * age + 0.02 * income + rng.normal(0, 20, n)
    return pd.DataFrame({"age": age, "income": income, "town": town, "churned": churned, "spent": spent})


FEATURES = ["age", "income", "town"]


def names(frame, target, is_number=False, features=(*FEATURES, "planted")):
    return [leak.column for leak in find_leaks(frame, target, features, is_number=is_number)]


@pytest.mark.parametrize("target", ["churned", "spent"])
def test_honest_columns_are_not_accused(honest, target):
    assert names(honest, target, is_number=target == "spent", features=FEATURES) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda frame: frame["churned"],
        lambda frame: (frame["churned"] == "yes").astype(int),
        lambda frame: frame["churned"] == "yes",
        lambda frame: frame["churned"].map({"yes": "left in May", "no": None}),
        lambda frame: pd.Series(np.where(frame["churned"] == "yes", pd.Timestamp("2024-05-01"), pd.NaT)),
        lambda frame: frame["churned"].astype("category"),
    ],
)
def test_a_class_in_disguise_is_found(honest, plant):
    assert names(honest.assign(planted=plant(honest)), "churned") == ["planted"]


@pytest.mark.parametrize(
    "plant",
    [
        lambda spent: spent,
        lambda spent: -2 * spent + 7,
        lambda spent: np.exp(spent / 100),
        lambda spent: spent.round(-1),
        lambda spent: spent.where(spent.index % 20 != 0),
        lambda spent: pd.to_datetime("2024-01-01") + pd.to_timedelta(spent, unit="D"),
    ],
)
def test_a_number_in_disguise_is_found(honest, plant):
    assert names(honest.assign(planted=plant(honest["spent"])), "spent", is_number=True) == ["planted"]


def test_a_column_of_many_values_is_no_leak_by_its_variety(honest):
    assert names(honest.assign(planted=[f"id {i}" for i in range(len(honest))]), "churned") == []


def test_a_column_that_stands_alone_is_found_though_it_is_not_perfect(honest):
    noise = np.random.default_rng(1).random(len(honest)) < 0.02
    nearly = honest["churned"].where(~noise, "no")
    found = find_leaks(honest.assign(planted=nearly), "churned", [*FEATURES, "planted"], is_number=False)
    assert [leak.column for leak in found] == ["planted"]
    assert 0.85 < found[0].strength <= 1


@pytest.mark.parametrize(
    ("plant", "target", "is_number"),
    [
        (lambda frame: frame["churned"].map({"yes": "left", "no": "stayed"}), "churned", False),
        (lambda frame: frame["town"].map({"Bonn": 1, "Ulm": 2, "Kiel": 3}), "town", False),
        (lambda frame: 2.5 * frame["spent"] + 3, "spent", True),
        (lambda frame: frame["spent"].rank() ** 3, "spent", True),
    ],
)
def test_the_answer_in_other_words_is_found_in_a_small_table(honest, plant, target, is_number):
    few = honest.head(20)
    features = [name for name in FEATURES if name != target]
    assert names(few, target, is_number, features) == []
    assert names(few.assign(planted=plant(few)), target, is_number, [*features, "planted"]) == ["planted"]


def test_one_large_value_in_both_columns_is_no_leak(honest):
    rng = np.random.default_rng(5)
    frame = honest.assign(planted=rng.normal(0, 1, len(honest)), other=rng.normal(0, 1, len(honest)))
    frame.loc[0, ["planted", "other"]] = 1e6
    assert names(frame, "other", is_number=True) == []


def test_two_rare_flags_in_the_same_row_are_no_leak(honest):
    few = honest.head(30).assign(churned=["yes", *["no"] * 29], planted=[1, *[0] * 29])
    assert names(few, "churned") == []


def test_as_many_values_as_classes_are_no_leak_by_that(honest):
    shuffled = honest["town"].sample(frac=1, random_state=0).to_numpy()
    assert names(honest.assign(planted=shuffled), "town", features=["planted"]) == []


@pytest.mark.parametrize("n", [0, 1, 10])
def test_too_few_rows_tell_nothing(honest, n):
    few = honest.head(n)
    assert names(few.assign(planted=few["churned"]), "churned") == []


def test_a_target_of_one_value_accuses_nobody(honest):
    assert names(honest.assign(churned="no", planted=1), "churned") == []


@pytest.mark.parametrize(
    ("sample", "target", "is_number"),
    [("flights", "late", False), ("penguins", "species", False), ("weather", "temperature", True)],
)
def test_the_clean_samples_are_clean(sample, target, is_number):
    table = read_table(next(s for s in samples() if s.name == sample).path)
    features = [column.name for column in table.profile.columns if column.kind != "id"]
    assert names(table.frame, target, is_number, features) == []


@pytest.mark.parametrize(
    ("column", "is_told"),
    [("people_2016", False), ("people_2026", True), ("people 2016", True), ("rooms_2016", True), ("people_5016", True)],
)
@pytest.mark.parametrize("n", [20, 400])
def test_the_same_measure_of_an_earlier_year_gives_nothing_away(column, is_told, n):
    rng = np.random.default_rng(0)
    people = rng.lognormal(9, 1, n)
    frame = pd.DataFrame({column: people * 0.97, "area": rng.normal(size=n), "people_2021": people})
    found = find_leaks(frame, "people_2021", [column, "area"], is_number=True)
    assert [leak.column for leak in found] == ([column] if is_told else [])
