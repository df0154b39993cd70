"""Names that run two words together are met by the words; other names are not."""

import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.intent.reading import read
from genie_widgets.intent.run_together import is_known, runs_together


def spoken(sentence, *names):
    frame = pd.DataFrame({name: [0.5 + i for i in range(30)] for name in names})
    reading = read(sentence, read_table(frame).profile)
    found = {name: next(iter(reading.mentions_of(name)), None) for name in names}
    return {name: sentence[m.start : m.end] for name, m in found.items() if m is not None and m.score >= 0.5}


@pytest.mark.parametrize(
    ("sentence", "column", "said"),
    [
        ("Predict the total length of a possum.", "totlngth", "total length"),
        ("the average rain", "avrain", "average rain"),
        ("lluvia media de primavera", "avrain", "lluvia media"),
        ("how long is the tail length", "taill", "tail length"),
        ("body fat percentage", "pcBfat", "body fat"),
    ],
)
def test_two_words_speak_of_the_name_that_runs_them_together(sentence, column, said):
    assert spoken(sentence, column, "hdlngth", "weight") == {column: said}


@pytest.mark.parametrize(
    ("part", "one", "other"),
    [
        ("avrain", "rain", "average"),
        ("skull", "skin", "ulcer"),
        ("belly", "big", "elephant"),
        ("taill", "tiny", "lamp"),
    ],
)
def test_other_words_do_not(part, one, other):
    assert not runs_together(part, one, other)


def test_a_word_is_no_run_of_two_others():
    assert is_known("price")
    assert is_known("temp")
    assert spoken("people rising", "price", "weight") == {}


@pytest.mark.parametrize(("said", "column"), [("how many pieces do we sell", "sold"), ("what was paid", "pay_amount")])
def test_irregular_verbs_meet_their_forms(said, column):
    assert column in spoken(said, column, "weight")
