"""What was read as a whole sorts the columns that the phrases missed, or took wrongly."""

import numpy as np
import pytest

from genie_widgets.intent import hearing
from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.hearing import KEPT, TAKEN, hear
from genie_widgets.intent.requests import classifier
from genie_widgets.intent.rereading import Rereading
from genie_widgets.intent.wished import FEATURES, IGNORE, NEITHER
from genie_widgets.schema import ColumnProfile, Evidence, TableProfile

NAMES = ("customer_id", "cancel_note", "age", "zip_code", "monthly_fee", "renewed")
PREDICTS = {kind: float(kind == "predict") for kind in classifier().kinds}
KINDS = {"renewed": ("boolean", 2), "customer_id": ("id", 5000), "cancel_note": ("category", 9)}


@pytest.fixture(scope="module")
def profile():
    columns = []
    for name in NAMES:
        kind, n = KINDS.get(name, ("number", 400))
        columns.append(ColumnProfile(name=name, kind=kind, dtype="object", n_distinct=n))
    return TableProfile(name="contracts.csv", n_rows=5000, n_sampled=5000, columns=tuple(columns))


@pytest.fixture
def reads(monkeypatch):
    """Let the second reading say so: the target, and the role of some columns with its probability."""

    def told(target, roles, unread=()):
        columns = np.full(len(NAMES) + 1, 0.01)
        columns[NAMES.index(target)] = 1 - 0.01 * len(NAMES)
        made = np.zeros((len(NAMES), 3))
        made[:, NEITHER] = 1.0
        for name, (role, chance) in roles.items():
            made[NAMES.index(name)] = 0.0
            made[NAMES.index(name), [NEITHER, role]] = 1 - chance, chance
        read = [i for i, name in enumerate(NAMES) if name not in unread]
        monkeypatch.setattr(hearing, "read_again", lambda *_: Rereading(columns, made, read, PREDICTS))

    return told


def test_a_column_that_the_phrases_missed_is_left_out(profile, reads):
    prompt = "who stays with us at the end? cancel_note would be telling"
    reads("renewed", {"cancel_note": (IGNORE, TAKEN[IGNORE] + 0.05)})
    heard = hear(prompt, profile)
    assert heard.asked.ignore == ["cancel_note"]
    assert heard.ranked[0].column == "renewed"
    (told,) = [item for item in heard.asked.evidence if item.field == "ignore"]
    assert (told.value, told.quote) == ("cancel_note", "cancel_note")


def test_a_column_that_is_kept_to(profile, reads):
    reads("renewed", {"age": (FEATURES, 0.9), "monthly_fee": (FEATURES, 0.9)})
    heard = hear("who renews, age and monthly fee is all I have", profile)
    assert set(heard.asked.features) == {"age", "monthly_fee"}


def test_a_column_that_the_phrases_took_wrongly_is_given_back(profile, reads):
    prompt = "predict renewed, ignore age and zip_code"
    reads("renewed", {"age": (IGNORE, 0.95), "zip_code": (IGNORE, KEPT[IGNORE] - 0.05)})
    heard = hear(prompt, profile)
    assert heard.asked.ignore == ["age"]
    assert [item.value for item in heard.asked.evidence if item.field == "ignore"] == ["age"]


def test_a_column_that_was_not_read_stays_as_the_phrases_found_it(profile, reads):
    reads("renewed", {}, unread=("zip_code",))
    assert hear("predict renewed, ignore zip_code", profile).asked.ignore == ["zip_code"]


def test_the_target_is_not_left_out_of_its_own_prediction(profile, reads):
    reads("renewed", {"renewed": (IGNORE, 0.99)})
    assert hear("who stays? nothing after that", profile).asked.ignore == []


def test_a_wish_without_a_name_quotes_the_sentence(profile, reads):
    prompt = "who stays, " + "and I have no more to say of it " * 9 + ", leave out whatever they wrote"
    reads("renewed", {"cancel_note": (IGNORE, 0.9)})
    (told,) = [item for item in hear(prompt, profile).asked.evidence if item.field == "ignore"]
    assert told.quote
    assert told.quote in prompt


def test_a_sentence_that_speaks_of_one_column_is_read_once(profile, monkeypatch):
    def never(*_):
        raise AssertionError("read again")

    monkeypatch.setattr(hearing, "read_again", never)
    assert hear("predict renewed", profile).ranked[0].column == "renewed"


def test_what_is_left_out_does_not_contend_for_the_target(profile, monkeypatch):
    roles = np.zeros((len(NAMES), 3))
    roles[:, NEITHER] = 1.0
    roles[NAMES.index("monthly_fee")] = 0.05, 0.95, 0.0
    columns = np.full(len(NAMES) + 1, 0.01)
    columns[[NAMES.index("renewed"), NAMES.index("monthly_fee")]] = 0.5, 0.45
    read = list(range(len(NAMES)))
    monkeypatch.setattr(hearing, "read_again", lambda *_: Rereading(columns, roles, read, PREDICTS))
    heard = hear("will they stay with us? not by what they pay each month", profile)
    assert heard.ranked[0].column == "renewed"
    assert heard.ranked[0].score - heard.ranked[1].score > 0.5
    assert sum(candidate.score for candidate in heard.ranked) < 1


def test_a_name_in_code_casts_doubt_on_a_column_of_like_words():
    kinds = {"koi_disposition": 3, "koi_pdisposition": 2, "koi_period": 900}
    columns = [
        ColumnProfile(name=name, kind="category" if n < 9 else "number", dtype="object", n_distinct=n)
        for name, n in kinds.items()
    ]
    table = TableProfile(name="cumulative.csv", n_rows=5000, n_sampled=5000, columns=tuple(columns))
    heard = hear("Predict the disposition from data analysis (koi_pdisposition)", table)
    assert heard.ranked[0].column == "koi_pdisposition" or not hearing.is_clear(heard.ranked)


def test_what_is_given_back_leaves_no_evidence_though_its_name_has_a_comma():
    asked = Constraints(rest="", ignore=["Income, yearly", "age"])
    asked.evidence = [Evidence(field="ignore", value=v, source="prompt", quote="x") for v in ("Income, yearly", "age")]
    asked.give_back("ignore", ["Income, yearly"])
    assert asked.ignore == ["age"]
    assert [item.value for item in asked.evidence] == ["age"]
