"""A quantile that is said as a share of the cases; and shares that are no more than told."""

import pytest

from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.phrases import folded
from genie_widgets.intent.shares import share_in
from genie_widgets.intent.wishes import find_quantiles


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
        ("hours of search we won't exceed on 90 percent of shifts", 0.9),
        ("a price at contract end which the asset undercuts only one time in ten", 0.1),
        ("a level which is only topped by one customer in ten", 0.9),
        ("a harvest that only one year in ten falls short of", 0.1),
        ("a load, such that 99% of the beams don't fall below it", 0.01),
        ("de um valor que nove em cada dez vendas nao ultrapassam", 0.9),
        ("a yield strength that the coil exceeds in nine of ten cases", 0.1),
        ("power that the turbine stays under in 90% of these intervals", 0.9),
        ("der wert soll in 90 % der falle reichen", 0.9),
        ("what should we budget so we're only short with one home in ten", 0.9),
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
        "i need to know which one in ten drivers exceeds it",
        "we want to know who keeps to it, about 70% of people keep to it",
        "which houses keep within budget in nine of ten months",
        "what share of the week is it above zero",
        "predict the delay; one in ten flights takes longer, which matters",
        "how much is the delay? about 20% of flights are above the schedule",
        "the data is a sample of 1 in 20 flights, which covers january",
        "what will the tip be? one of ten waiters gets less than a dollar",
    ],
)
def test_a_share_that_is_only_told_is_none(sentence):
    assert share_in(folded(sentence)) is None


@pytest.mark.parametrize(
    ("sentence", "levels"),
    [
        ("predict income, 95%-Quantil", (0.95,)),
        ("income, mit 5-, 50- und 95-Prozent-Quantil", (0.05, 0.5, 0.95)),
        ("renda: P10, P50 e P90", (0.1, 0.5, 0.9)),
        ("a range for income, p10 to p90", (0.1, 0.9)),
        ("income, the 95% mark", (0.95,)),
        ("a low, a middle and a high income (10%, 50%, 90%)", (0.1, 0.5, 0.9)),
        ("the lower and upper quartile of income", (0.25, 0.75)),
        ("the tenth percentile of income", (0.1,)),
        ("predict the BMI percentile of the child", ()),
        ("время подачи машины: 50-й и 90-й перцентиль", (0.5, 0.9)),
        ("income for uncored intervals; no zip", ()),
    ],
)
def test_levels_are_read_as_people_list_them(sentence, levels):
    found = Constraints(rest=sentence)
    find_quantiles(found)
    assert found.quantile_levels == levels
