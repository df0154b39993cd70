"""A quantile that is said as a share of the cases; and shares that are no more than told."""

import pytest

from genie_widgets.intent.phrases import folded
from genie_widgets.intent.shares import share_in


@pytest.mark.parametrize(
    ("sentence", "level"),
    [
        ("give me a number of crates that nine days in ten will stay under", 0.9),
        ("the repair time that only one job in twenty exceeds, what is it", 0.95),
        ("I need litres that are enough in 95 of 100 cases", 0.95),
        ("quote a price that four out of five flats stay below", 0.8),
        ("so that in only 1 of 10 cases the roof brings less", 0.9),
        ("an upper limit: the value that 90% of trips stay below", 0.9),
        ("je veux une borne que 90 % des biens ne depassent pas", 0.9),
    ],
)
def test_a_share_that_stays_below_a_figure_is_a_quantile(sentence, level):
    assert share_in(folded(sentence)).level == pytest.approx(level)


@pytest.mark.parametrize(
    "sentence",
    [
        "about one parcel in eight returns to us, which ones will it be",
        "one in twenty patients stays longer than 30 days, who",
        "give me the flats that cost more than 9 of 10 others",
        "predict whether the delay exceeds 15 minutes",
        "80% of the rows for training, 20% for testing",
        "nine out of ten customers stay, who leaves",
        "what share of the week is it above zero",
    ],
)
def test_a_share_that_is_only_told_is_none(sentence):
    assert share_in(folded(sentence)) is None
