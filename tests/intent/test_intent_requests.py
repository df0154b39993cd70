"""What kind of thing is asked: sentences of no table, judged by how they are put."""

import pytest

from genie_widgets.intent import make_plan
from genie_widgets.intent.refusals import suspicion_of
from genie_widgets.intent.requests import COLUMN, classifier, masked, masked_request, vector
from genie_widgets.intent.rereading import kinds_of_request
from genie_widgets.schema import ColumnProfile, TableProfile
from genie_widgets.schema.table import ValueCount


def _column(name, kind="number", values=()):
    top = tuple(ValueCount(value=v, count=50) for v in values)
    ends = {} if values else {"minimum": 0.0, "maximum": 9.0}
    return ColumnProfile(name=name, kind=kind, dtype="object", n_distinct=len(values) or 90, top_values=top, **ends)


BOATS = TableProfile(
    name="boats.csv",
    n_rows=200,
    n_sampled=200,
    columns=(
        _column("length_m"),
        _column("engine_hours"),
        _column("harbour", "category", ("Oslo", "Bergen", "Bodo")),
        _column("sank", "boolean", ("yes", "no")),
        _column("asking_price"),
    ),
)


@pytest.mark.parametrize(
    "prompt",
    [
        "would painting the hull red bring a better asking_price?",
        "how come so many of them sank?",
        "what should we do so that fewer boats go down",
        "which harbour sold the most boats last year?",
        "bundle boats that look alike into families",
        "please strip the empty lines and store the sheet again",
        "¿por qué se hundieron estos barcos?",
        "warum sind so viele gesunken?",
        "pourquoi ces bateaux ont-ils coulé ?",
        "なぜ沈んだのですか",
        "почему они затонули?",
        "把相似的船分成几组",
        "这些船为什么会沉",
        "把没有价格的船删掉",
        "画一下价格的分布",
        "नावें क्यों डूबीं?",
        "배가 왜 가라앉았나요",
        "전부 몇 척이야",
        "how many boats are there in Oslo",
        "what could we do to sell them faster",
    ],
)
def test_what_is_no_prediction_is_not_planned(prompt):
    assert make_plan(BOATS, prompt).status != "plan"


@pytest.mark.parametrize(
    ("prompt", "target"),
    [
        ("what will the asking_price of a boat be", "asking_price"),
        ("asking_price, please, without harbour", "asking_price"),
        ("which boats sank?", "sank"),
        ("sank yes or no", "sank"),
        ("tell me the harbour: Oslo, Bergen or Bodo", "harbour"),
        ("predecir asking_price", "asking_price"),
        ("asking_price vorhersagen, bitte ohne harbour", "asking_price"),
        ("预测asking_price", "asking_price"),
        ("engine_hours को छोड़कर asking_price का अनुमान लगाओ", "asking_price"),
    ],
)
def test_a_prediction_is_planned(prompt, target):
    answer = make_plan(BOATS, prompt)

    assert (answer.status, getattr(answer, "target", None)) == ("plan", target)


def test_a_doubtful_request_is_asked_about_with_the_likely_column_first(monkeypatch):
    from genie_widgets.intent import hearing
    from genie_widgets.intent.refusals import Suspicion

    monkeypatch.setattr(hearing, "suspicion_of", lambda *_: Suspicion("causal", 0.55, 0.25))

    answer = make_plan(BOATS, "predict asking_price")

    assert answer.status == "question"
    assert answer.candidates[0] == "asking_price"


def test_the_table_does_not_decide_what_kind_of_thing_is_asked():
    assert masked("predict price now", [(8, 13)]) == f"predict  {COLUMN}  now"
    assert "harbour" not in masked_request("predict the harbour, Oslo or not", BOATS)
    assert "Oslo" not in masked_request("predict the harbour, Oslo or not", BOATS)


def test_probabilities_sum_to_one_and_know_every_reason():
    chances = classifier().probabilities("predict it")

    assert sum(chances.values()) == pytest.approx(1, abs=1e-4)
    assert {"predict", "vague", "causal", "clustering", "editing", "reporting", "chat"} <= set(chances)


def test_any_text_is_judged():
    for text in ("", " ", "?", "\ud83d\udea2" * 500, "\x00", "ก" * 300, "(" * 200):
        buckets, values = vector(text.encode("utf-8", "replace").decode())
        assert len(buckets) == len(values) > 0
    assert 0 <= suspicion_of("", BOATS, kinds_of_request("")).probability <= 1
