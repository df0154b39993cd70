"""Tables of many columns: AutoGluon's preparation gives the same with sets as without."""

import contextlib
import copy

import numpy as np
import pandas as pd
import pytest

from genie_widgets.ensemble import NOBODY, NotTreesError
from genie_widgets.train.anatomy import ownership
from genie_widgets.train.anatomy.ownership import Ownership
from genie_widgets.train.wide import MANY_COLUMNS, looked_up_by_sets


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    n = 120
    words = rng.choice(["good wine from the south", "red", "a bit dry for me", "white and sweet"], (n, 2))
    return pd.DataFrame(
        {
            **{f"number {i}": rng.normal(size=n) for i in range(4)},
            **{f"whole {i}": rng.integers(0, 9, n) for i in range(3)},
            "same": 1,
            "twin": np.arange(n) % 7,
            "twin again": np.arange(n) % 7,
            "yes": rng.choice([True, False], n),
            "kind": rng.choice(list("abc"), n),
            "day": pd.date_range("2024-01-01", periods=n).astype(str),
            "words": [f"{one}; {two} {i}" for i, (one, two) in enumerate(words)],
            "holes": np.where(rng.random(n) < 0.3, np.nan, 1.5),
        }
    )


def prepared(table):
    from autogluon.features.generators import AutoMLPipelineFeatureGenerator

    generator = AutoMLPipelineFeatureGenerator(verbosity=0)
    frame = generator.fit_transform(table)
    return frame, generator


def facts(generator):
    links = {name: sorted(outs) for name, outs in generator.get_feature_links().items()}
    metadata = generator.feature_metadata
    return links, metadata.to_dict(), metadata.to_dict(inverse=True), metadata.get_type_map_special()


def test_a_table_is_prepared_as_without(table):
    frame, generator = prepared(table)
    expected = facts(generator)
    with looked_up_by_sets(MANY_COLUMNS):
        again, same = prepared(table)
        assert facts(same) == expected
    pd.testing.assert_frame_equal(again, frame)
    pd.testing.assert_frame_equal(same.transform(table.head(9)), generator.transform(table.head(9)))
    assert {"twin again", "same"}.isdisjoint(expected[1])


def test_features_are_kept_and_removed_as_without(table):
    metadata = prepared(table)[1].feature_metadata
    some = metadata.get_features()[::2]
    kept, removed = metadata.keep_features(some), metadata.remove_features(some)
    with looked_up_by_sets(MANY_COLUMNS):
        assert metadata.keep_features(some) == kept
        assert metadata.remove_features(some) == removed
        own = copy.deepcopy(metadata)
        assert own.keep_features(some, inplace=True) is own
        assert own == kept
        with pytest.raises(KeyError, match="nobody"):
            metadata.keep_features([*some, "nobody"])
        with pytest.raises(KeyError, match="nobody"):
            metadata.remove_features(["nobody"])
    assert list(kept.to_dict()) == [name for name in metadata.get_features() if name in some]


def test_what_was_replaced_comes_back_and_narrow_tables_are_left_alone():
    from autogluon.common.features.feature_metadata import FeatureMetadata

    theirs = FeatureMetadata.keep_features
    with looked_up_by_sets(MANY_COLUMNS - 1):
        assert FeatureMetadata.keep_features is theirs
    with contextlib.suppress(ZeroDivisionError), looked_up_by_sets(MANY_COLUMNS):
        assert FeatureMetadata.keep_features is not theirs
        raise ZeroDivisionError
    assert FeatureMetadata.keep_features is theirs


def owners_of(rows, transform):
    frame = transform(rows)
    found = Ownership(transform, rows).of(rows, frame)
    return {
        name: rows.columns[place] if place != NOBODY else None for name, place in zip(frame.columns, found, strict=True)
    }


def test_each_prepared_column_is_traced_to_its_own_one():
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.normal(size=(60, 5)), columns=list("abcde"))
    rows.loc[::7, "a"] = np.nan
    rows["e"] = 1.0

    def transform(frame):
        return pd.DataFrame(
            {"a": frame["a"], "b": -frame["b"], "c": frame["d"], "d.year": frame["d"] * 2, "e": frame["e"]}
        )

    assert owners_of(rows, transform) == {"a": "a", "b": "b", "c": "d", "d.year": "d", "e": None}


def test_a_column_that_stays_as_it_is_in_some_rows_only_is_found_to_depend_on_two():
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.normal(size=(60, 2)), columns=["a", "b"])
    with pytest.raises(NotTreesError):
        owners_of(rows, lambda frame: pd.DataFrame({"a": frame["a"].where(frame["b"] < 0, 0.0)}))


def test_thousands_of_columns_are_traced_in_few_rows(monkeypatch):
    monkeypatch.setattr(ownership, "MOST_CELLS", 1_000_000)
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.normal(size=(50, 3000)), columns=[f"c{i}" for i in range(3000)])
    cells = []

    def transform(frame):
        cells.append(frame.size)
        return frame.assign(c7=-frame["c7"])

    assert owners_of(rows, transform) == {name: name for name in rows.columns}
    assert max(cells) < 1_000_000
    with pytest.raises(NotTreesError, match="too many"):
        owners_of(rows, lambda frame: -frame)


def test_mixed_rows_keep_every_type_and_cell(table):
    rows = table.head(9).assign(
        day=pd.to_datetime(table["day"]),
        kind=table["kind"].astype("category"),
        maybe=pd.array([1, None, 3] * 3, dtype="Int64"),
        zoned=pd.date_range("2024-01-01", periods=9, tz="Europe/Berlin"),
        short=np.arange(9, dtype=np.int8),
        span=pd.to_timedelta(np.arange(9), unit="h"),
    )
    source = np.random.default_rng(1).integers(len(rows), size=(20, rows.shape[1]))
    found = ownership.mixed(rows, source)
    pd.testing.assert_series_equal(found.dtypes, rows.dtypes)
    for place, name in enumerate(rows):
        expected = rows[name].take(source[:, place]).reset_index(drop=True)
        pd.testing.assert_series_equal(found[name], expected)


def test_numbers_that_are_passed_on_are_not_tried_one_by_one():
    asked = []

    def transform(rows):
        asked.append(rows.shape)
        return rows.copy()

    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.normal(size=(40, 3_000)), columns=[f"n{i}" for i in range(3_000)])
    owned = Ownership(transform, rows)
    assert asked == [(40, 3_000)]
    np.testing.assert_array_equal(owned.of(rows, rows), np.arange(3_000))
