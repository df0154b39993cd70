"""Words that say what the rows are, or what an answer is counted in, name no column."""

import sys
from pathlib import Path

import pytest

from genie_widgets.intent import make_plan
from genie_widgets.intent.asked_about import asked_about
from genie_widgets.intent.lexicon import concepts_of
from genie_widgets.intent.reading import read
from genie_widgets.schema import ColumnProfile, TableProfile

sys.path.insert(0, str(Path(__file__).parent / "training"))
from material import questions

# What rows are, and what they have; or two that tables keep apart.
APART = [
    ("flight", "airline"), ("flight", "plane"), ("hotel", "reservation"), ("transaction", "payment"),
    ("accident", "severity"), ("concrete", "cement"), ("baby", "birthweight"), ("mushroom", "edible"),
    ("crime", "arrest"), ("visitor", "passenger"), ("machine", "device"), ("chocolate", "cocoa"),
    ("heating", "cooling"), ("stress", "anxiety"), ("anxiety", "depression"), ("cut", "color"),
    ("bathrooms", "bedrooms"), ("children", "family"),
]  # fmt: skip


def table(*names):
    facts = {"kind": "number", "dtype": "float64", "n_distinct": 500, "minimum": 0, "maximum": 1}
    return TableProfile(
        name="t.csv", n_rows=1000, n_sampled=1000, columns=tuple(ColumnProfile(name=n, **facts) for n in names)
    )


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_rows_are_means_nothing_else(one, other):
    assert concepts_of(one)
    assert not {c for c, _ in concepts_of(one)} & {c for c, _ in concepts_of(other)}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("which flights will arrive late?", "flights"),
        ("¿Qué vuelos llegarán tarde?", "vuelos"),
        ("Quelles réservations d'hôtel seront annulées ?", "réservations d'hôtel"),
        ("Welche Flüge kommen zu spät an?", "Flüge"),
        ("Quais reservas do hotel serão canceladas?", "reservas do hotel"),
        ("Quali voli arriveranno in ritardo?", "voli"),
        ("Какие бывшие заключённые вернутся?", "бывшие заключённые"),
        ("哪些航班会晚到？", "航班"),
        ("どの便が遅れますか？", "便"),
        ("어떤 항공편이 늦게 도착할까요?", "항공편"),
        ("कौन से मरीज़ नहीं आएँगे?", "मरीज़"),
    ],
)
def test_some_of_many_are_the_rows(text, rows):
    ((start, end),) = asked_about(read(text, table("a"))).rows
    assert text[start:end].endswith(rows)


@pytest.mark.parametrize(
    "text",
    [
        "which species is this?",
        "which class are they?",
        "Welche Art von Pinguin ist das?",
        "Welche Farbe hat es?",
        "Quelle espèce est-ce ?",
        "¿Qué especie es?",
        "Какой это вид?",
        "यह कौन सी किस्म है?",
        "どの島に住んでいますか？",
        "这是哪种花？",
    ],
)
def test_the_kind_of_one_is_a_column(text):
    assert not asked_about(read(text, table("a"))).rows


def _kept(text, column):
    reading = read(text, table(column))
    return [m.score for m in asked_about(reading).without(reading.mentions_of(column), column)]


def test_a_column_whose_own_name_is_said_stays_one():
    assert _kept("which airlines are late?", "airlines") == [1.0]
    assert not _kept("Quels vols seront en retard ?", "flight")
    assert not _kept("which patients will come back?", "PatientId")
    assert not _kept("Quelles réservations d'hôtel seront annulées ?", "hôtel")
    assert _kept("Quels types de vin sont bons ?", "types de vin") == [1.0]


def test_a_unit_of_time_names_no_point_in_time():
    assert not _kept("¿Cuántos años vive la gente?", "year")
    assert not _kept("how many minutes late are they?", "minute")
    assert _kept("how many hours do they work?", "hours")
    assert _kept("¿Cuántas horas trabaja?", "hours")
    assert _kept("which year was it?", "year")


def test_questions_that_name_the_rows_are_seldom_planned_wrong():
    answers = [(x, make_plan(x.profile, x.prompt)) for examples in questions().values() for x in examples]
    planned = [(x, a.target in x.right) for x, a in answers if a.status == "plan"]
    wrong = [x.prompt for x, right in planned if not right]

    assert len(answers) == 530
    assert sum(right for _, right in planned) >= 290
    assert len(wrong) <= 16, wrong
    samples = [x for name, examples in questions().items() if name.startswith("samples/") for x in examples]
    assert len(samples) == 40
    assert not {x.prompt for x in samples} & set(wrong)
