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
        ("ein wert, den 9 von 10 autos nicht uberschreiten", 0.9),
        ("una cifra que 9 de cada 10 socios no superan", 0.9),
        ("a time we then promise, which we keep 95 times in 100", 0.95),
        ("give me a price that 5% of the houses exceed", 0.95),
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
        "predict the delay; one in ten flights takes longer, which matters",
        "how much is the delay? about 20% of flights are above the schedule",
        "the data is a sample of 1 in 20 flights, which covers january",
        "what will the tip be? one of ten waiters gets less than a dollar",
    ],
)
def test_a_share_that_is_only_told_is_none(sentence):
    assert share_in(folded(sentence)) is None
