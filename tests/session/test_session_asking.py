"""Questions about a run: every figure computed here, whatever words or a model choose; what is unclear is said."""

import re
import threading
from gettext import NullTranslations

import pandas as pd
import pytest

from genie_widgets.intent import LLMFailedError
from genie_widgets.render import moment
from genie_widgets.schema import (
    Contribution,
    ExplainedOutput,
    Explanation,
    FeatureImportance,
    GenieError,
    LLMSettings,
    RowExplanation,
)
from genie_widgets.session import Stage
from genie_widgets.session.asking import SUGGESTIONS, TOOLS, understood

MODEL = LLMSettings(api_key="sk-x", base_url="http://localhost:9/v1")


def figures(reply):
    return {item.label: item.value for item in reply.figures}


@pytest.fixture
def explained(monkeypatch):
    """A run whose explanation is known; gives what was asked for."""
    asked = []

    def explain(_run, frame=None, **_options):
        asked.append(frame)
        row = RowExplanation(row=0, prediction=0.8, contributions=(Contribution(column="size", cell="0.8", value=0.3),))
        output = ExplainedOutput(
            label="yes",
            base_value=0.5,
            importance=(FeatureImportance(column="size", mean_abs=0.25, standard_error=0.0),),
            rows=(row,),
        )
        return Explanation(
            path="exact",
            method="the trees themselves",
            unit="probability",
            n_rows=1,
            n_background=60,
            additivity_error=0.0,
            outputs=(output,),
            seconds=0.1,
        )

    monkeypatch.setattr("genie_widgets.session.running.Run.explain", explain)
    return asked


@pytest.mark.parametrize(
    ("question", "name", "arguments"),
    [
        ("How good is it?", "quality", {}),
        ("can I trust this model", "quality", {}),
        ("What matters most?", "importance", {}),
        ("Where does it fail?", "weak", {}),
        ("why row 12?", "row", {"row": 12}),
        ("Why was row #3 predicted so", "row", {"row": 3}),
        ("Is it better than last week's?", "compare", {"days": 7}),
        ("better than the run before?", "compare", {}),
        ("which rows are the riskiest?", "extreme", {"lowest": False}),
        ("the 5 lowest in oslo", "extreme", {"lowest": True, "n": 5, "column": "town", "value": "Oslo"}),
        ("Is it fair by town?", "groups", {"column": "town"}),
        ("On which town is it worst?", "groups", {"column": "town"}),
        ("How good is it for Oslo?", "groups", {"column": "town"}),
        ("What is the recall?", "quality", {"metric": "recall"}),
        ("and the ROC AUC", "quality", {"metric": "roc_auc"}),
        ("How big are the errors?", "quality", {}),
        ("Should I use it?", "quality", {}),
        ("What will the weather be?", "", {}),
    ],
)
def test_the_words_of_a_question_choose_what_is_computed(scored_run, question, name, arguments):
    assert understood(question, scored_run())[:2] == (name, arguments)


def test_every_suggestion_is_understood(scored_run):
    run = scored_run()
    assert all(understood(text, run)[0] in TOOLS for text in SUGGESTIONS)


def test_a_suggestion_in_another_language_is_understood_as_the_english_one(scored_run, explained, monkeypatch):
    class Backwards(NullTranslations):
        def gettext(self, message):
            return message[::-1] if message in SUGGESTIONS else message

    monkeypatch.setattr("genie_widgets.language.saying.translations", lambda _code: Backwards())
    run = scored_run()
    for suggestion in SUGGESTIONS:
        said, expected = (run.ask(text, llm=None) for text in (suggestion[::-1], suggestion))
        assert said == expected.model_copy(update={"question": suggestion[::-1]})
        assert said.how != ""
    assert SUGGESTIONS[0][::-1] in run.ask("nonsense", llm=None).words[1]


def test_how_good_is_told_with_the_runs_own_figures(scored_run):
    run = scored_run()
    reply = run.ask("How good is it?", llm=None)
    assert reply.words == run.result.verdict
    main = run.result.evaluation.metrics[0]
    assert float(figures(reply)["ROC AUC"]) == pytest.approx(main.value, abs=5e-4)
    assert all("300 untouched rows" in item.source for item in reply.figures[:-1])


def test_the_riskiest_of_a_value_are_the_scored_rows_themselves(scored_run):
    run = scored_run()
    reply = run.ask("Who are the 7 riskiest in Oslo?", llm=None)
    scored = run.scored
    oslo = scored[scored["town"] == "Oslo"]
    expected = oslo.sort_values("probability of yes", ascending=False, kind="stable").head(7)
    assert [int(row[0].replace(",", "")) - 1 for row in reply.rows] == list(expected.index)
    assert f"Of {len(oslo):,} untouched rows where town is Oslo" in reply.words[0]
    assert reply.note == ""


def test_a_place_that_no_row_has_is_told_and_not_passed_over(scored_run):
    reply = scored_run().ask("Who are the riskiest in Spain?", llm=None)
    assert "No cell of the untouched rows is 'spain'" in reply.note
    assert len(reply.rows) == 10
    assert "No cell of the untouched rows is 'spain'" in scored_run().ask("the top 5 for town Spain", llm=None).note


def test_a_measure_is_told_with_its_interval_and_the_verdict(scored_run):
    run = scored_run()
    reply = run.ask("What is the recall?", llm=None)
    recall = next(metric for metric in run.result.evaluation.metrics if metric.name == "recall")
    assert reply.words[0].startswith(f"{recall.label} is {recall.value:.1%} on 300 rows")
    assert f"{recall.low:.1%}" in reply.words[0]
    assert reply.words[1:] == run.result.verdict


def test_an_answer_about_some_rows_only_is_not_that_of_all(scored_run):
    reply = scored_run().ask("How good is it for Oslo?", llm=None)
    assert reply.note == "Understood as: by the groups of town."
    assert any("where town is Oslo" in item.label for item in reply.figures)


def test_a_row_is_explained_with_its_truth(scored_run, explained):
    run = scored_run()
    reply = run.ask("why row 150?", llm=None)
    assert explained[0].index.tolist() == [149]
    assert figures(reply) == {"size = 0.8": "0.300"}
    truth = run.table.frame["left"].iloc[149]
    assert f"In the table its left is {truth}. No model had seen it." in reply.words[-1]
    assert "may have learned from it" in run.ask("why row 1?", llm=None).words[-1]
    with pytest.raises(GenieError, match="no row 401"):
        run.ask("why row 401?", llm=None)


@pytest.mark.parametrize(("meaning", "told"), [("", "left is empty. "), ("no", "left is empty, which counts as no. ")])
def test_a_row_without_an_answer_says_so(scored_run, explained, meaning, told):
    run = scored_run(empty_target=meaning)
    frame = pd.read_parquet(run._folder.table_path)
    frame.loc[0, "left"] = None
    frame.to_parquet(run._folder.table_path)
    assert told in run.ask("why row 1?", llm=None).words[-1]


def test_what_matters_comes_from_the_shap_values(scored_run, explained):
    reply = scored_run().ask("What matters most?", llm=None)
    assert figures(reply) == {"size": "0.250"}
    assert "the trees themselves" in reply.figures[0].source


def test_groups_and_weak_groups_are_those_of_the_run(scored_run):
    run = scored_run()
    reply = run.ask("is it fair by town?", llm=None)
    assert reply.words == run.groups("town").words
    assert set(figures(reply)) == {"ROC AUC where town is Oslo", "ROC AUC where town is Rom"}
    weak = run.ask("where does it fail?", llm=None)
    assert len(weak.figures) == len(run.result.evaluation.weak_groups)


def test_the_run_before_is_the_last_one_of_the_same_target(scored_run):
    run = scored_run()
    assert "no earlier run" in run.ask("is it better than before?", llm=None).words[0]
    folder = run._folder
    folder.write_request(run.request.model_copy(update={"created_at": 5.0}))
    before = scored_run(blur=0.9)
    reply = run.ask("is it better than before?", llm=None)
    assert reply.words == run.compare(before).words
    assert "better by more than chance" in reply.words[-1]


def test_last_weeks_run_is_the_one_nearest_to_a_week_before_and_is_named_by_its_day(scored_run):
    run, day = scored_run(), 86_400.0
    made = {}
    for days in (1, 6, 20):
        made[days] = scored_run(blur=days / 30)
        request = made[days].request.model_copy(update={"created_at": (100 - days) * day})
        made[days]._folder.write_request(request)
    run._folder.write_request(run.request.model_copy(update={"created_at": 100 * day}))
    for question, days in (("better than last week's?", 6), ("better than yesterday's?", 1), ("than before?", 1)):
        reply = run.ask(question, llm=None)
        assert reply.words == run.compare(made[days]).words
        assert moment((100 - days) * day) in reply.how
    assert "the nearest to 7 days before" in run.ask("is it better than last week's?", llm=None).how


def test_what_cannot_be_answered_offers_what_can(scored_run):
    reply = scored_run().ask("What will the weather be?", llm=None)
    assert reply.figures == ()
    assert SUGGESTIONS[0] in reply.words[1]


def test_a_model_chooses_and_writes_nothing(scored_run, monkeypatch):
    asked = []

    def choose(question, columns, tools, _settings):
        asked.append((question, columns, set(tools)))
        return "extreme", {
            "column": "town",
            "value": "oslo",
            "n": 2,
            "lowest": False,
            "invented": 99.9,
            "answer": "1234567",
        }

    monkeypatch.setattr("genie_widgets.intent.choose_tool", choose, raising=False)
    run = scored_run()
    reply = run.ask("¿quién se irá en Oslo?", llm=MODEL)
    assert asked == [("¿quién se irá en Oslo?", ("size", "town", "left"), set(TOOLS))]
    assert len(reply.rows) == 2
    assert "wrote none of the answer" in reply.note
    assert not re.search(r"1234567|99\.9", reply.model_dump_json())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"column": "nowhere"}, "no column 'nowhere'"), ({"value": "Oslo"}, "not clear which column")],
)
def test_what_a_model_invents_is_refused(scored_run, monkeypatch, arguments, words):
    monkeypatch.setattr("genie_widgets.intent.choose_tool", lambda *_: ("extreme", arguments), raising=False)
    with pytest.raises(GenieError, match=words):
        scored_run().ask("?", llm=MODEL)


def test_a_model_that_fails_leaves_it_to_the_rules(scored_run, monkeypatch):
    def fail(*_arguments):
        raise LLMFailedError("its server gave no usable answer")

    monkeypatch.setattr("genie_widgets.intent.choose_tool", fail, raising=False)
    reply = scored_run().ask("How good is it?", llm=MODEL)
    assert "no usable answer" in reply.note
    assert reply.figures


def test_several_classes_have_no_order(scored_run):
    with pytest.raises(GenieError, match="no highest"):
        scored_run(problem_type="multiclass").ask("which are the highest?", llm=None)


def test_a_session_answers_about_the_run_that_is_shown(session, scored_run):
    run = scored_run()
    session.ask("How good is it?")
    assert session.state.reply is None
    done = threading.Event()
    session.subscribe(lambda state: done.set() if state.stage == Stage.DONE else None)
    session.open_run(run.id)
    assert done.wait(60)
    session.ask("How good is it?")
    assert session.state.reply.words == run.result.verdict
    session.open_run(run.id)
    assert session.state.reply is None
