"""The facts of a table, counted against pandas; and the four tables that ship with Genie."""

import pandas as pd
import pytest

from genie_widgets.data import profile_frame, read_table, samples

N = 200


@pytest.fixture(scope="module")
def frame():
    return pd.DataFrame(
        {
            "order_id": [f"A-{i}" for i in range(N)],
            "row": range(N),
            "price": [i * 1.25 % 37 for i in range(N)],
            "visits": [i * 7 % 23 for i in range(N)],
            "member": ["yes", "no"] * (N // 2),
            "flag": [i % 2 for i in range(N)],
            "town": [f"town {i * 3 % 17}" for i in range(N)],
            "remark": [f"he said on day {i} that all was well" for i in range(N)],
            "seen": pd.date_range("2024-01-01", periods=N),
            "empty": [None] * N,
            "same": ["x"] * N,
            "sparse": [1.0, 2.0, 3.0] + [None] * (N - 3),
        }
    )


@pytest.fixture(scope="module")
def profile(frame):
    return read_table(frame, name="orders").profile


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("order_id", "id"), ("row", "id"), ("price", "number"), ("visits", "integer"), ("member", "boolean"),
        ("flag", "boolean"), ("town", "category"), ("remark", "text"), ("seen", "date"), ("empty", "empty"),
        ("same", "constant"),
    ],
)  # fmt: skip
def test_each_column_is_of_the_kind_a_person_would_say(profile, name, kind):
    assert profile.column(name).kind == kind


def test_the_figures_are_those_of_pandas(profile, frame):
    for name in frame.columns:
        column = profile.column(name)
        counts = frame[name].value_counts()
        assert column.n_missing == frame[name].isna().sum()
        assert column.n_distinct == frame[name].nunique()
        assert [top.count for top in column.top_values] == list(counts.head(len(column.top_values)))
        assert len(column.top_values) == (column.n_distinct if column.n_distinct <= 50 else 5)
        assert column.min_count == (counts.min() if len(counts) else 0)
    price = profile.column("price")
    expected = frame["price"].agg(["min", "max", "mean", "std"]).tolist()
    assert [price.minimum, price.maximum, price.mean, price.std] == pytest.approx(expected)
    assert profile.column("seen").minimum == pd.Timestamp("2024-01-01").timestamp()
    assert profile.column("town").minimum is None


def test_what_looks_wrong_is_told_with_the_column(profile):
    told = {(problem.code, problem.culprit) for problem in profile.problems}
    assert told == {
        ("id-column", "order_id"),
        ("id-column", "row"),
        ("constant-column", "same"),
        ("empty-column", "empty"),
        ("nearly-empty-column", "sparse"),
    }
    assert {problem.severity for problem in profile.problems} == {"info"}


def test_a_value_that_stands_in_some_rows_only_is_not_told_to_be_in_every_one():
    profile = read_table(pd.DataFrame({"a": ["x", None, None, None], "b": [1, 2, 3, 4]})).profile
    told = {problem.culprit: problem.title for problem in profile.problems}
    assert told["a"] == "a has one value only, and is missing in 75% of the rows."


def test_repeated_rows_are_counted():
    profile = read_table(pd.DataFrame({"a": [1, 2, 1, 1], "b": ["x", "y", "x", "x"]})).profile
    assert profile.n_duplicate_rows == 2
    assert "duplicate-rows" in {problem.code for problem in profile.problems}


def test_a_large_table_is_profiled_by_a_sample_of_its_rows():
    frame = pd.DataFrame({"a": range(100_001), "b": [0, 1, 2] * 33_333 + [0, 1]})
    profile = profile_frame(frame, name="large")
    assert (profile.n_rows, profile.n_sampled) == (100_001, 100_000)
    assert profile == profile_frame(frame, name="large")


@pytest.mark.parametrize("cells", [[1e308, -1e308, 1e308], [float("inf"), 1, 2], [float("inf"), -float("inf"), None]])
def test_numbers_at_the_edge_give_a_profile_that_can_be_written_and_read(cells):
    profile = read_table(pd.DataFrame({"a": cells, "b": [1, 2, 3]})).profile
    assert type(profile).model_validate_json(profile.model_dump_json()).column_names == ("a", "b")


def test_a_long_cell_is_cut_in_the_profile():
    profile = read_table(pd.DataFrame({"a": ["x" * 10_000, "y", "y"], "b": [1, 2, 3]})).profile
    assert max(len(top.value) for top in profile.column("a").top_values) == 200


@pytest.mark.parametrize(
    ("name", "n_rows", "target", "n_distinct"),
    [
        ("flights", 4000, "late", 2),
        ("penguins", 344, "species", 3),
        ("weather", 3000, "temperature", 121),
        ("birdstrikes", 5000, None, None),
    ],
)
def test_a_shipped_sample_is_what_its_description_says(name, n_rows, target, n_distinct):
    (sample,) = [sample for sample in samples() if sample.name == name]
    profile = read_table(sample.path).profile
    assert profile.n_rows == n_rows
    assert f"{n_rows:,}" in sample.description
    assert not [problem for problem in profile.problems if problem.severity == "error"]
    assert target is None or profile.column(target).n_distinct == n_distinct


def test_the_four_samples_are_the_shipped_ones():
    folder = samples()[0].path.parent
    assert {sample.path for sample in samples()} == set(folder.glob("*.csv"))
    assert len({sample.title for sample in samples()}) == 4
