"""What helps to read an explanation: interactions, and what to mind."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.explain import explain
from genie_widgets.explain.cautions import cautions
from genie_widgets.explain.partners import Partners, design_of
from genie_widgets.schema import ExplainedOutput, FeatureImportance


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    n = 120
    return pd.DataFrame(
        {
            "a": rng.normal(size=n),
            "plan": rng.choice(["x", "y", "z"], n),
            "b": rng.normal(size=n),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n), unit="D"),
            "c": rng.normal(size=n),
        }
    )


def partner_of(rows, **parts):
    values = np.column_stack([parts.get(name, np.zeros(len(rows))) for name in rows])
    order = np.argsort(-np.abs(values).mean(axis=0), kind="stable")
    found = Partners(rows).of(values, order)
    return {rows.columns[place]: rows.columns[other] for place, other in found.items()}


def test_a_part_that_depends_on_another_columns_sign_has_it_as_partner(rows):
    noise = np.random.default_rng(1).normal(size=len(rows)) * 0.05
    found = partner_of(rows, a=rows["a"] * np.sign(rows["b"]) + noise, b=rows["b"] * 0.5, c=rows["c"] * 0.4)
    assert found == {"a": "b"}


def test_words_and_dates_are_partners_too(rows):
    by_plan = rows["a"] * rows["plan"].map({"x": 1.0, "y": -1.0, "z": 0.0})
    late = (rows["day"] > "2024-06-01").astype(float)
    plan_size = rows["plan"].map({"x": 0.3, "y": -0.2, "z": 0.0})
    found = partner_of(rows, a=by_plan, plan=plan_size * (1 + late), day=late * 0.1, c=rows["c"] * 0.01)
    assert found == {"a": "plan", "plan": "day"}


def test_what_moves_nothing_is_no_partner(rows):
    found = partner_of(rows, a=rows["a"] * np.sign(rows["b"]), c=rows["c"] * 0.4)
    assert found.get("a") != "b"


@pytest.mark.parametrize("seed", range(5))
def test_chance_makes_no_partner(rows, seed):
    noise = np.random.default_rng(seed).normal(size=(len(rows), 2)) * 0.3
    found = partner_of(rows, a=rows["a"] + noise[:, 0], b=rows["b"], c=rows["c"] + noise[:, 1])
    assert len(found) <= 1, "one in a hundred by chance, not every column"


def test_few_rows_or_one_column_make_no_partner(rows):
    few = rows.head(20)
    assert partner_of(few, a=few["a"] * few["b"], b=few["b"]) == {}
    assert partner_of(rows[["a"]], a=rows["a"]) == {}


def test_odd_columns_are_described_all_the_same():
    for cells in ([None] * 5, [1, None, 2, 3, 3], [True, False, True, None, True], ["x"] * 5, [pd.NaT] * 5):
        design = design_of(pd.Series(cells))
        assert design.shape[0] == 5
        assert np.isfinite(design).all()


def told(rows, background, **sizes):
    importance = tuple(
        FeatureImportance(column=name, mean_abs=sizes.get(name, 0.0), standard_error=0.0) for name in rows.columns
    )
    output = ExplainedOutput(label="y", base_value=0.0, importance=importance, rows=())
    return [(found.code, found.culprit, found.value) for found in cautions(len(rows), background, (output,), {})]


def test_columns_that_go_together_are_told_where_both_matter(rows):
    twin = rows.assign(b=rows["a"] * 2 + 1e-3 * rows["c"], plan=rows["plan"].where(rows.index > 3))
    assert told(twin, twin, a=1.0, b=0.5, plan=0.3) == [("columns-alike", "a", "b")]
    assert told(twin, twin, a=1.0, plan=0.3) == [], "b moves nothing"
    assert told(rows, rows, a=1.0, b=0.5, plan=0.3, day=0.2, c=0.1) == []


def test_a_word_that_tells_a_number_is_told(rows):
    banded = rows.assign(plan=np.where(rows["a"] > 0, "high", "low"), a=np.sign(rows["a"]) + 0.1 * rows["b"])
    assert ("columns-alike", "a", "plan") in told(banded, banded, a=1.0, plan=0.3)


def test_few_rows_are_told(rows):
    assert told(rows.head(12), rows) == [("few-rows-explained", "", "")]
    assert told(rows.head(1), rows) == [], "one row's explanation is no picture of many"
    assert told(rows, rows.head(10)) == [("few-rows-compared", "", "")]


def test_an_explanation_carries_partners_and_cautions(rows):
    columns = rows[["a", "b"]]

    def predict(frame):
        return (frame["a"] * frame["b"]).to_numpy()

    found = explain(predict, columns, columns.head(20), labels=("y",), unit="target", budget_s=20)
    assert {item.column: item.partner for item in found.outputs[0].importance} == {"a": "b", "b": "a"}
    assert [caution.code for caution in found.cautions] == ["few-rows-compared"]
