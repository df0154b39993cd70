"""Lists of columns to leave out, and to keep to, as people say them."""

import pytest

from genie_widgets.intent.constraints import find_constraints
from genie_widgets.schema import ColumnProfile, TableProfile

KINDS = {"plot_id": "id", "sowing_date": "date", "note": "text"}
NAMES = ["plot_id", "sowing_date", "utm_x", "utm_y", "soil_ph", "rainfall", "moisture_pct", "price", "note", "yield_t"]


@pytest.fixture(scope="module")
def profile():
    columns = [
        ColumnProfile(name=name, kind=KINDS.get(name, "number"), dtype="object", n_distinct=400) for name in NAMES
    ]
    return TableProfile(name="plots.csv", n_rows=500, n_sampled=500, columns=tuple(columns))


@pytest.mark.parametrize(
    ("prompt", "ignored"),
    [
        ("how much will we reap? no note or price please", {"note", "price"}),
        ("how much will we reap? no ids no dates in it please", {"plot_id", "sowing_date"}),
        ("yield_t. The coordinates (utm_x, utm_y) and the price must not be in the model", {"utm_x", "utm_y", "price"}),
        ("yield_t, without where it is (utm_x and utm_y)", {"utm_x", "utm_y"}),
        ("how much will we reap. what only exists after that: price, note", {"price", "note"}),
        ("how much will we reap. Not to be used: price, note", {"price", "note"}),
        ("yield_t; price and note = spoilers, remove", {"price", "note"}),
        ("yield_t, price hidden", {"price"}),
        ("yield_t. price and note are only written after the harvest so take those away", {"price", "note"}),
        ("quanto raccoglieremo? niente price e niente note", {"price", "note"}),
        ("yield_t without price, which is worked out from the yield", {"price"}),
        ("入库时间不知道，price不用，预测yield_t", {"price"}),
    ],
)
def test_they_are_left_out(profile, prompt, ignored):
    found = find_constraints(prompt, profile)
    assert (set(found.ignore), found.features) == (ignored, [])


@pytest.mark.parametrize(
    ("prompt", "features"),
    [
        ("how much will we reap? just soil_ph, rainfall and moisture_pct", {"soil_ph", "rainfall", "moisture_pct"}),
        ("how much will we reap, from rainfall, moisture and soil", {"soil_ph", "rainfall", "moisture_pct"}),
        ("yield_t with rainfall as the only input", {"rainfall"}),
        ("how much will we reap? keep to rainfall and soil_ph", {"soil_ph", "rainfall"}),
        ("yield_t from soil_ph and rainfall, that's all", {"soil_ph", "rainfall"}),
        ("根据rainfall、soil_ph预测yield_t", {"soil_ph", "rainfall"}),
    ],
)
def test_they_alone_are_used(profile, prompt, features):
    found = find_constraints(prompt, profile)
    assert (set(found.features), found.ignore) == (features, [])


@pytest.mark.parametrize(
    "prompt",
    [
        "yield_t. We saw the rainfall in may, not sure that matters",
        "The bin is full of price tags. Predict yield_t.",
        "predict yield_t from scratch, the note is mine",
        "the yield_t as told by a rainfall tracker",
    ],
)
def test_what_is_only_mentioned_is_neither(profile, prompt):
    found = find_constraints(prompt, profile)
    assert (found.ignore, found.features) == ([], [])


def test_what_a_denial_does_not_name_is_no_column_that_fails(profile):
    assert find_constraints("how much will we reap? no cheating please", profile).unmatched == []
