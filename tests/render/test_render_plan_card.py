"""The plan's card in words: what was said, what changed, what a language model was sent."""

import pytest

from genie_widgets.render import change_html, exchange_html, metrics_offered_html, said_html
from genie_widgets.schema import METRICS, Evidence, LLMExchange, Plan, Validation

PLAN = Plan(target="left", problem_type="binary", metric="roc_auc", positive_class="yes")


def quoting(*quotes):
    return PLAN.model_copy(
        update={"evidence": tuple(Evidence(field=f, value="", source=s, quote=q) for f, s, q in quotes)}
    )


def test_words_are_marked_where_they_were_said_last_and_named():
    plan = quoting(("target", "prompt", "left"), ("metric", "llm", "false alarms"), ("ignore", "prompt", "Left Out"))
    made = said_html(("who LEFT? mind false alarms", "what was left out"), plan)
    assert "mind <mark>false alarms <small>judged by</small></mark>" in made
    assert "what was <mark>left out <small>predict, columns left out</small></mark>" in made
    assert made.count("<mark>") == 2


def test_words_that_overlap_are_one_mark_with_every_name():
    plan = quoting(("quantile_levels", "prompt", "10/90 quantiles"), ("problem_type", "prompt", "quantiles of it"))
    made = said_html(("the 10/90 quantiles of it",), plan)
    assert "the <mark>10/90 quantiles of it <small>quantiles, kind of answer</small></mark></p>" in made


@pytest.mark.parametrize("source", ["data", "default", "user"])
def test_what_nobody_said_marks_nothing(source):
    assert "<mark>" not in said_html(("left",), quoting(("target", source, "left")))


def test_every_kind_of_field_is_told_as_its_control_shows_it():
    after = PLAN.model_copy(
        update={
            "target": "price",
            "problem_type": "quantile",
            "metric": "pinball_loss",
            "positive_class": None,
            "features": ("age",),
            "ignore": tuple(f"c{n}" for n in range(20)),
            "quantile_levels": (0.1, 0.9),
            "time_limit_s": 600,
            "quality": "best",
            "validation": Validation(kind="time", column="day"),
        }
    )
    made = change_html(PLAN, after, "a <b>sentence</b>")
    for before, now in [
        ("left", "price"),
        ("Two classes (yes or no)", "A range of a number"),
        ("ROC AUC", "Pinball loss"),
        ("yes", "none"),
        ("all others", "age"),
        ("none", "0.1, 0.9"),
        ("2 min", "10 min"),
        ("Balanced", "As good as the time allows"),
        ("Rows at random", "The latest rows, by day"),
    ]:
        assert f"<td>{before}</td><td>{now}</td>" in made
    assert "c11 and 8 more" in made
    assert "<q>a &lt;b&gt;sentence&lt;/b&gt;</q>" in made
    assert change_html(PLAN, PLAN) == ""


def test_each_measure_that_fits_is_explained_in_a_line():
    made = metrics_offered_html("regression")
    assert made.count("<dt>") == sum("regression" in info.problem_types for info in METRICS.values())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "planned"}, "will read your sentence too"),
        ({"status": "planned"}, "Exactly what will be sent"),
        ({"status": "asking"}, "Asking m at s"),
        ({"status": "answered", "requests": 1, "seconds": 1.25}, "(1 request, 1.2 s)"),
        ({"status": "answered"}, "did not say how many tokens"),
        (
            {"status": "answered", "input_tokens": 1200, "output_tokens": 90},
            "1,200 tokens in, 90 out; no cost is shown",
        ),
        ({"status": "answered", "input_tokens": 1, "output_tokens": 1, "cost": 0.00021}, "that cost 0.00021."),
        ({"status": "failed", "why": "the key was refused"}, "of no help: the key was refused."),
        ({"status": "stopped"}, "You stopped it."),
        ({"with_values": True}, "as you allowed"),
        ({}, "and no cell"),
    ],
)
def test_an_exchange_is_told_with_its_text_and_its_bill(changes, words):
    made = exchange_html(LLMExchange(model="m", server="s", instructions="rules", text="facts", **changes))
    assert words in made
    assert "rules\n\nfacts</pre>" in made
