"""A plan's columns, blockers and metrics; run ids; problems as text."""

import string
from typing import get_args

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked_language import speak_marked

from genie_widgets.schema import (
    METRICS,
    ColumnProfile,
    GenieError,
    Plan,
    Problem,
    ProblemType,
    TableProfile,
    default_metric,
    new_run_id,
    run_id_is_valid,
)

COLUMNS = ("id", "age", "town", "churn")
NAMES = st.lists(st.text(max_size=4), max_size=8, unique=True).map(tuple)


def plan_of(**fields):
    return Plan(**{"target": "churn", "problem_type": "binary", "metric": "roc_auc", **fields})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("id", "age", "town")),
        ({"ignore": ("id",)}, ("age", "town")),
        ({"features": ("town", "age")}, ("age", "town")),
        ({"features": ("town", "id"), "ignore": ("id",)}, ("town",)),
        ({"features": ("churn", "age")}, ("age",)),
        ({"features": ("a column of another table", "age")}, ("age",)),
        ({"ignore": ("a column of another table",)}, ("id", "age", "town")),
        ({"features": ()}, ()),
        ({"target": "age"}, ("id", "town", "churn")),
    ],
)
def test_a_plan_learns_from_the_wanted_columns_in_the_tables_order(fields, expected):
    assert plan_of(**fields).feature_columns(COLUMNS) == expected


@settings(max_examples=50, deadline=None)
@given(columns=NAMES, ignore=NAMES, features=st.none() | NAMES, target=st.text(max_size=4))
def test_a_plan_never_learns_from_its_target_or_what_is_left_out(columns, ignore, features, target):
    learned = plan_of(target=target, ignore=ignore, features=features).feature_columns(columns)
    assert target not in learned
    assert not set(learned) & set(ignore)
    assert [name for name in columns if name in learned] == list(learned)
    assert features is None or set(learned) <= set(features)


def test_only_errors_block_a_plan():
    problems = tuple(
        Problem(code=severity, title="", remedy="", severity=severity) for severity in ("info", "error", "warning")
    )
    assert [problem.code for problem in plan_of(problems=problems).blockers] == ["error"]
    assert plan_of().blockers == ()


@pytest.mark.parametrize("kind", get_args(ProblemType))
def test_the_default_metric_fits_its_problem_type(kind):
    assert kind in METRICS[default_metric(kind)].problem_types


def test_a_plan_of_an_unknown_problem_type_is_refused():
    with pytest.raises(pydantic.ValidationError):
        plan_of(problem_type="clustering")


@pytest.mark.parametrize("name", sorted(METRICS))
def test_a_metric_is_explained_in_words(name):
    info = METRICS[name]
    assert info.name == name
    assert info.label
    assert info.explanation.endswith(".")
    assert info.problem_types


def test_metrics_and_problems_are_said_in_the_language_of_then(monkeypatch):
    noted = Problem(code="a", title="It rains.", remedy="Wait.", reference="12ab")
    speak_marked(monkeypatch)
    assert METRICS["mean_absolute_error"].label == "«MAE»"
    assert METRICS["mean_absolute_error"].explanation == "«Mean error in the target's unit.»"
    assert noted.set_aside().remedy == "«You decided to leave it so.»"


def test_run_ids_are_fresh_and_valid():
    made = {new_run_id() for _ in range(100)}
    assert len(made) == 100
    assert all(map(run_id_is_valid, made))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 31,
        "a" * 33,
        "A" * 32,
        "g" * 32,
        "a" * 32 + "\n",
        "\n" + "a" * 32,
        "../" + "a" * 29,
        "a" * 16 + "/" + "a" * 15,
        "a" * 31 + "\x00",
        "\N{ARABIC-INDIC DIGIT ONE}" * 32,
    ],
)
def test_what_is_no_run_id_is_refused(text):
    assert not run_id_is_valid(text)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40) | st.text(string.hexdigits, min_size=30, max_size=34))
def test_a_valid_run_id_is_a_plain_name(text):
    assert run_id_is_valid(text) == (len(text) == 32 and set(text) <= set("0123456789abcdef"))


def test_a_problem_reads_as_title_remedy_and_reference():
    assert str(Problem(code="a", title="It rains.", remedy="Wait.")) == "It rains. Wait."
    assert str(Problem(code="a", title="It rains.", remedy="", reference="12ab")) == "It rains.  (reference 12ab)"
    error = GenieError(Problem(code="a", title="It rains.", remedy="Wait."))
    assert str(error) == "It rains. Wait."
    assert error.problem.code == "a"


def test_a_profile_finds_its_columns_by_name():
    columns = tuple(ColumnProfile(name=name, kind="number", dtype="float64") for name in COLUMNS)
    profile = TableProfile(name="people.csv", n_rows=1, n_sampled=1, columns=columns)
    assert profile.column_names == COLUMNS
    assert profile.column("town") is columns[2]
    with pytest.raises(KeyError, match="village"):
        profile.column("village")
