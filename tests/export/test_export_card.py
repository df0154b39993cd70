"""The model card: what the model is, in plain words, with no figure that the result does not hold."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from genie_widgets.export.card import MAX_COLUMNS, model_card, plain
from genie_widgets.schema import METRICS, Evaluation, LeaderboardRow, MetricValue, Plan, Problem

HOSTILE = "<script>x</script>\n# Heading [a](javascript:b) | `c` ![i](http://a/b.png)"
TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=40)


def rendered(card):
    return MarkdownIt("commonmark").enable("table").parse(card)


def test_the_card_says_how_good_on_what_and_against_what(make_result):
    card = model_card(make_result()).replace("\\", "")
    for words in ("0.8123", "0.7512 to 0.8634", "0.5", "200 rows", "always no", "who will churn?", "LightGBM", "id."):
        assert words in card


def test_every_figure_of_the_card_is_one_of_the_result(make_result):
    result = make_result(versions={}, n_rows=123_456, n_train=98_765, n_holdout=24_691)
    allowed = {0.8123, 0.7512, 0.8634, 0.5, 200, 123_456, 98_765, 24_691, len(result.features), 95}
    card = model_card(result).replace("\\", "").replace(result.run_id, "")
    found = {float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", card)}
    assert found == allowed


def test_a_run_that_was_not_scored_says_so_and_shows_no_figure(make_result):
    card = model_card(make_result(evaluation=None, verdict=()))
    assert "It could not be scored." in card
    assert "| Figure |" not in card


def test_an_error_is_said_to_be_better_when_lower(make_result):
    name = next(info.name for info in METRICS.values() if not info.greater_is_better)
    metric = MetricValue(name=name, label="Error", value=3.25, greater_is_better=False)
    evaluation = Evaluation(n_rows=10, split="s", metrics=(metric,), baseline="b")
    assert "| Error (lower is better) | 3.25 |  |  |" in model_card(make_result(evaluation=evaluation))


def test_cautions_of_plan_and_run_are_both_in_the_card(make_result):
    noted, planned = (Problem(code=word, title=f"Beware of {word}", remedy="Look.") for word in ("notes", "plans"))
    plan = Plan(target="y", problem_type="regression", metric="r2", problems=(planned,))
    card = model_card(make_result(plan=plan, notes=(noted,)))
    assert "Beware of notes" in card
    assert "Beware of plans" in card


def test_a_very_wide_table_is_not_listed_whole(make_result):
    features = tuple(f"c{n}" for n in range(MAX_COLUMNS + 7))
    card = model_card(make_result(features=features))
    assert f"\n* c{MAX_COLUMNS - 1}\n" in card
    assert f"c{MAX_COLUMNS}\n" not in card
    assert "and 7 more" in card


def test_hostile_words_add_no_mark_to_the_card(make_result):
    def card_of(text):
        problem = Problem(code="w", title=text, remedy=text, severity="warning")
        metric = MetricValue(name=text, label=text, value=0.5)
        return model_card(
            make_result(
                prompt=text,
                features=(text, text),
                notes=(problem,),
                table_name=text,
                verdict=(text,),
                best_model=text,
                plan=Plan(target=text, problem_type="binary", metric="roc_auc", ignore=(text,)),
                evaluation=Evaluation(n_rows=2, split=text, metrics=(metric,), baseline=text),
            )
        )

    def marks(card):
        tokens = rendered(card)
        inner = [child.type for token in tokens for child in token.children or () if not child.type.startswith("text")]
        return [token.type for token in tokens], inner

    assert marks(card_of(HOSTILE)) == marks(card_of("word"))


@settings(max_examples=50, deadline=None)
@given(text=TEXT)
@example(text="1. first")
@example(text="2) second")
@example(text="- item")
@example(text="===")
@example(text="    code")
@example(text="a\n\n***\nb")
def test_plain_text_is_one_paragraph_of_the_same_words(text):
    words = " ".join(text.split())
    tokens = rendered(plain(text))
    if not words:
        assert tokens == []
        return
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert all(child.type.startswith("text") for child in tokens[1].children)
    assert "".join(child.content for child in tokens[1].children) == words.replace("\0", "\ufffd")


def test_the_card_says_which_model_was_scored_and_which_is_in_the_bundle(make_result):
    same = {"scored_model": "LightGBM", "delivered_model": "LightGBM", "n_delivered": 800}
    assert "The model in this bundle is the one that was scored" in model_card(make_result(**same))
    text = model_card(make_result(**{**same, "delivered_model": "LightGBM_FULL", "n_delivered": 1000}))
    assert "The model in this bundle is LightGBM\\_FULL" in text
    assert "trained on 800 rows" in text
    assert "trained on 1,000 rows, the scored ones among them" in text
    assert "measured with the scored model" in text
    assert "the same models" in text


def test_the_card_says_that_bags_became_one_model_of_each_kind(make_result):
    bag = LeaderboardRow(model="LightGBM_BAG_L1", score_validation=0.9, fit_s=1.0, predict_s=0.1)
    refitted = {"scored_model": "LightGBM_BAG_L1", "delivered_model": "LightGBM_BAG_L1_FULL", "n_delivered": 1000}
    text = model_card(make_result(**refitted, leaderboard=(bag,)))
    assert "each of which left out a part of the rows" in text
    assert "of each kind one" in text
    assert "the same models" not in text
