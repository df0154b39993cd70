"""The panel without a browser: it shows the session's state, and its controls call the session."""

import json
import re

import ipywidgets as w
import numpy as np
import pandas as pd
import pytest
from llm_server import LATE, LLMServer, answer, settings_for

import genie_widgets as gw
from genie_widgets.data import samples
from genie_widgets.render import esc
from genie_widgets.schema import LLMSettings, Reply, RunSummary, Sourced
from genie_widgets.session import Session, settings_from_env
from genie_widgets.store import People
from genie_widgets.widgets.disclosure import Disclosure
from genie_widgets.widgets.results.ask import AskTab

PENGUINS = next(sample for sample in samples() if sample.name == "penguins")


def every(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every(child)


def text(panel):
    return " ".join(child.value for child in every(panel) if isinstance(child, w.HTML) and is_shown(panel, child))


def is_shown(root, wanted):
    if root is wanted:
        return True
    if root.layout.display == "none":
        return False
    return any(is_shown(child, wanted) for child in getattr(root, "children", ()) if child.layout.display != "none")


def press(panel, words):
    found = [c for c in every(panel) if isinstance(c, w.Button) and words in c.description and is_shown(panel, c)]
    assert found, words
    assert not found[0].disabled
    found[0].click()


def unfold(panel, words):
    next(c for c in every(panel) if isinstance(c, Disclosure) and words in c.title).is_open = True


def control(panel, kind, words):
    return next(c for c in every(panel) if isinstance(c, kind) and words in c.description)


def settle(panel):
    assert panel.session.wait_idle()
    assert panel.wait_painted()


@pytest.fixture
def panel(monkeypatch):
    # No worker is started early: nothing is trained here.
    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)
    made = gw.Genie()
    yield made
    made.close()


def test_it_opens_with_what_to_do_and_why_not_yet(panel):
    assert "g-stage-empty" in panel._dom_classes
    assert "Choose a table first." in text(panel)
    button = control(panel, w.Button, "Make a plan")
    assert button.disabled


def test_a_sample_is_read_shown_and_planned(panel):
    press(panel, "Penguins")
    settle(panel)
    assert "344 rows" in text(panel)
    press(panel, "Make a plan")
    settle(panel)
    assert "g-stage-planned" in panel._dom_classes
    assert control(panel, w.Dropdown, "Predict").value == "species"
    assert "You said" in text(panel)


def test_changing_a_field_changes_the_plan_and_its_evidence(panel):
    press(panel, "Penguins")
    settle(panel)
    press(panel, "Make a plan")
    settle(panel)
    control(panel, w.Dropdown, "Judged by").value = "balanced_accuracy"
    settle(panel)
    assert panel.plan.metric == "balanced_accuracy"
    assert "Your choice" in text(panel)
    control(panel, w.Dropdown, "Predict").value = "body_mass_g"
    settle(panel)
    assert panel.plan.problem_type == "regression"
    assert control(panel, w.Dropdown, "Judged by").value == panel.plan.metric


def test_a_column_is_left_out_and_taken_back(panel):
    press(panel, "Penguins")
    settle(panel)
    press(panel, "Make a plan")
    settle(panel)
    chips = next(c for c in every(panel) if type(c).__name__ == "Chips" and "left out" in c.description)
    chips.value = ["island"]
    settle(panel)
    assert panel.plan.ignore == ("island",)
    chips.value = []
    settle(panel)
    assert panel.plan.ignore == ()


def test_changing_the_sentence_withdraws_the_plan(panel):
    press(panel, "Penguins")
    settle(panel)
    press(panel, "Make a plan")
    settle(panel)
    control(panel, w.Textarea, "know").value = "How heavy is it?"
    settle(panel)
    assert panel.plan is None
    assert "g-stage-profiled" in panel._dom_classes


def test_a_question_offers_its_answers(panel):
    press(panel, "Penguins")
    settle(panel)
    control(panel, w.Textarea, "know").value = "predict the bill"
    press(panel, "Make a plan")
    settle(panel)
    assert "g-stage-asked" in panel._dom_classes
    press(panel, "bill_length_mm")
    settle(panel)
    assert panel.plan.target == "bill_length_mm"


def test_a_refusal_says_what_can_be_done_instead(panel):
    press(panel, "Penguins")
    settle(panel)
    control(panel, w.Textarea, "know").value = "find groups of similar penguins"
    press(panel, "Make a plan")
    settle(panel)
    assert "g-stage-refused" in panel._dom_classes
    assert "g-refusal" in text(panel)


def test_a_broken_upload_becomes_a_notice_and_the_file_is_removed(panel, tmp_path):
    file = tmp_path / "empty.csv"
    file.write_bytes(b"")
    panel.session.load_upload(file, "empty.csv")
    settle(panel)
    assert 'role="alert"' in text(panel)
    assert not file.exists()
    press(panel, "Dismiss")
    settle(panel)
    assert 'role="alert"' not in text(panel)


def test_an_error_in_a_step_is_a_reference_number_and_no_traceback(panel, monkeypatch):
    monkeypatch.setattr(panel._steps[1], "render", lambda _state: 1 / 0)
    panel.session.set_prompt("anything")
    settle(panel)
    assert "Reference" in text(panel)
    assert "ZeroDivisionError" not in text(panel)
    log = (panel.session.settings.workspace / "log.txt").read_text()
    assert "ZeroDivisionError" in log
    assert panel.session.state.problem.reference in log


def test_hostile_text_is_escaped_everywhere(panel):
    import pandas as pd

    hostile = "<img src=x onerror=alert(1)>"
    frame = pd.DataFrame({hostile: [f"{hostile}{i % 4}" for i in range(40)], "y": ["a", "b"] * 20})
    panel.session.load_table(frame, name=hostile)
    panel.session.wait_idle()
    panel.session.set_prompt(f"predict y {hostile}")
    panel.session.make_plan()
    settle(panel)
    shown = [c.value for c in every(panel) if isinstance(c, w.HTML)]
    assert not any("<img" in value for value in shown)
    assert any("&lt;img" in value for value in shown)


def test_it_starts_with_a_frame_and_a_sentence(monkeypatch):
    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)
    panel = gw.Genie(gw.read_table(PENGUINS.path), "Which species is it?")
    try:
        settle(panel)
        assert panel.table.columns[0] == "species"
        assert control(panel, w.Textarea, "know").value == "Which species is it?"
    finally:
        panel.close()


def test_the_address_chooses_a_sample_and_refuses_a_strange_run(panel):
    panel._bridge.query = {"run": "", "sample": "weather"}
    panel._bridge.answered = True
    settle(panel)
    assert panel.table.name == "weather"
    panel._bridge.query = {"run": "../../etc", "sample": ""}
    panel._bridge.answered = False
    panel._bridge.answered = True
    settle(panel)
    assert panel.session.state.problem.code == "no-such-run"


def test_the_address_says_who_trains_and_the_plan_what_is_left(monkeypatch):
    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)
    settings = settings_from_env().model_copy(update={"shared": True, "seconds_each": 90})
    name = "<b>Ana"
    key = People(settings.workspace).enrol([name])[name]
    panel = gw.Genie(gw.read_table(PENGUINS.path), "Which species is it? 1 minute", session=Session(settings))
    try:
        settle(panel)
        earlier = next(c for c in every(panel) if isinstance(c, Disclosure) and "Earlier" in c.title)
        assert not is_shown(panel, earlier)
        panel._bridge.query = {"run": "", "sample": "", "person": key}
        panel._bridge.answered = True
        settle(panel)
        assert is_shown(panel, earlier)
        press(panel, "Make a plan")
        settle(panel)
        assert "You train as &lt;b&gt;Ana. Training time left: 1:30 min of 1:30 min." in text(panel)
    finally:
        panel.close()


def test_a_language_models_key_reaches_the_session_and_no_widget_state(panel):
    secret = next(c for c in every(panel) if type(c).__name__ == "Secret")
    secret._on_message(None, {"op": "secret", "value": "sk-very-secret"}, [])
    unfold(panel, "Language model")
    press(panel, "Use it")
    assert panel.session.llm.api_key.get_secret_value() == "sk-very-secret"
    states = [json.dumps(c.get_state(), default=str) for c in every(panel)]
    assert not any("sk-very-secret" in state for state in states)
    press(panel, "Do without")
    assert panel.session.llm is None


def test_a_hosts_key_is_sent_to_no_address_that_a_visitor_types(panel):
    panel.session.use_llm(LLMSettings(api_key="sk-of-the-host"))
    unfold(panel, "Language model")
    control(panel, w.Text, "Address").value = "http://evil.example"
    press(panel, "Use it")
    assert panel.session.llm.base_url == "http://evil.example"
    assert panel.session.llm.api_key.get_secret_value() == "none"


def test_where_nobody_may_name_a_language_model_there_is_no_field_for_one(monkeypatch):
    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)
    for llm in (None, LLMSettings(api_key="sk-of-the-host", model="hosted")):
        settings = settings_from_env().model_copy(update={"allow_llm": False, "llm": llm})
        panel = gw.Genie(session=Session(settings))
        try:
            settle(panel)
            model = next(c for c in every(panel) if isinstance(c, Disclosure) and "Language model" in c.title)
            assert is_shown(panel, model) == (llm is not None)
            assert not [c for c in every(panel) if isinstance(c, w.Text) and c.description in ("Model", "Address")]
            if llm is not None:
                unfold(panel, "Language model")
                press(panel, "Do without")
                assert panel.session.llm is None
                press(panel, "Use it")
                assert panel.session.llm == llm
        finally:
            panel.close()


def test_history_is_hidden_where_strangers_share_the_server(monkeypatch):
    monkeypatch.setenv("GENIE_SHARED", "1")
    panel = gw.Genie()
    try:
        earlier_runs = next(c for c in every(panel) if isinstance(c, Disclosure) and c.title == "Earlier runs")
        assert earlier_runs.layout.display == "none"
    finally:
        panel.close()


def test_a_leak_is_told_on_the_plan_and_left_out_by_one_button(panel):
    frame = gw.read_table(PENGUINS.path).frame
    frame = frame.assign(tag=frame["species"].str.upper())
    panel.session.load_table(frame, name="penguins")
    panel.session.wait_idle()
    panel.session.set_prompt("predict species")
    panel.session.make_plan()
    settle(panel)
    assert "tag alone removes" in text(panel)
    press(panel, "Leave out tag")
    settle(panel)
    assert panel.plan.ignore == ("tag",)
    assert "tag alone removes" not in text(panel)


def planned(panel, sentence="Which species is it? 2 minutes"):
    press(panel, "Penguins")
    settle(panel)
    control(panel, w.Textarea, "know").value = sentence
    press(panel, "Make a plan")
    settle(panel)


def test_the_words_behind_a_field_are_marked_and_named(panel):
    planned(panel)
    assert "<mark>2 minutes <small>time for everything</small></mark>" in text(panel)
    assert "<mark>species <small>predict</small></mark>" in text(panel)


def test_a_measure_is_explained_in_a_line_and_so_are_the_others(panel):
    planned(panel)
    assert "Share of rows whose class is right." in text(panel)
    assert "<dt>Matthews correlation</dt>" in text(panel)


def test_what_is_wrong_stands_beside_its_field_and_the_button_says_why(panel):
    planned(panel)
    panel.session.edit_plan(metric="r2")
    settle(panel)
    metric = next(c for c in every(panel) if getattr(c, "description", "") == "Judged by")
    cell = next(c for c in every(panel) if metric in getattr(c, "children", ()))
    assert "does not fit" in text(cell)
    confirm = control(panel, w.Button, "Start training")
    assert confirm.disabled
    reasons = next(c for c in every(panel) if confirm in getattr(c, "children", ())).children[1]
    assert "does not fit" in reasons.value


def test_the_buttons_of_a_warning_stand_right_below_it(panel):
    panel.session.load_table(patients(400), name="visits")
    panel.session.wait_idle()
    panel.session.set_prompt("predict ill")
    panel.session.make_plan()
    settle(panel)

    told = [one for one in every(panel) if isinstance(one, w.HTML | w.Button) and is_shown(panel, one)]
    words = [one.description or re.sub(r"<[^>]*>", "", one.value) for one in told]
    for warning, *buttons in (
        ("patient has 100 values", "Keep each patient together", "Split rows of one patient at random"),
        ("repeat an earlier one", "Leave out repeated rows", "Keep repeated rows"),
    ):
        place = max(i for i, said in enumerate(words) if warning in said)
        assert words[place + 1 : place + 3] == buttons


def patients(n):
    """Rows of patients who come again, some counted twice."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"patient": [f"P{i % 100}" for i in range(n)], "age": rng.integers(18, 90, n)})
    frame["ill"] = np.where(rng.random(n) < 0.4, "yes", "no")
    return pd.concat([frame, frame.iloc[:20]], ignore_index=True)


def test_a_sentence_changes_the_plan_shows_what_it_did_and_is_taken_back(panel):
    planned(panel)
    box = control(panel, w.Text, "in words")
    box.value = "use F1 instead, also drop the year"
    press(panel, "Change the plan")
    settle(panel)
    assert panel.plan.metric == "f1_macro"
    assert "<td>Accuracy</td><td>F1 (macro)</td>" in text(panel)
    assert "<mark>F1 <small>judged by</small></mark>" in text(panel)
    assert box.value == "", "there is room for the next"
    press(panel, "Undo the last change")
    settle(panel)
    assert panel.plan.metric == "accuracy"
    assert "The last change" not in text(panel)


def test_enter_sends_the_change_and_what_is_not_understood_stays_in_the_box(panel):
    planned(panel)
    box = control(panel, w.Text, "in words")
    box.value = "thanks, looks fine"
    box._handle_custom_msg({"event": "submit"}, [])
    settle(panel)
    assert "changes nothing in the plan" in text(panel)
    assert box.value == "thanks, looks fine"


def test_a_question_about_a_change_can_be_left(panel):
    planned(panel)
    control(panel, w.Text, "in words").value = "predict the bill instead"
    press(panel, "Change the plan")
    settle(panel)
    assert "g-stage-asked" in panel._dom_classes
    press(panel, "Leave the plan as it was")
    settle(panel)
    assert panel.plan.target == "species"


def test_quantiles_are_a_field_and_nonsense_in_it_is_told(panel):
    planned(panel, "predict body_mass_g with 10/50/90 quantiles")
    box = control(panel, w.Text, "Quantiles")
    assert box.value == "0.1, 0.5, 0.9"
    box.value = "0.25 0.75"
    settle(panel)
    assert panel.plan.quantile_levels == (0.25, 0.75)
    box.value = "a few"
    settle(panel)
    assert "cannot be a few" in text(panel)
    assert box.value == "0.25, 0.75"


def test_the_rows_kept_apart_and_the_effort_are_fields(panel):
    planned(panel)
    control(panel, w.Dropdown, "Rows kept apart").value = ("group", "island")
    settle(panel)
    assert (panel.plan.validation.kind, panel.plan.validation.column) == ("group", "island")
    control(panel, w.Dropdown, "Effort").value = "best"
    settle(panel)
    assert panel.plan.quality == "best"


@pytest.fixture
def server():
    made = LLMServer()
    yield made
    made.close()


def test_the_exact_text_is_shown_before_it_is_sent_and_its_bill_after(panel, server):
    server.answer = lambda _path, _body: answer(target="species")
    panel.session.use_llm(settings_for(server))
    press(panel, "Penguins")
    settle(panel)
    sent = panel.session.would_be_sent()
    assert esc(sent.text) in text(panel)
    assert esc(sent.instructions) in text(panel)
    assert "no cell" in text(panel)
    assert server.requests == []
    press(panel, "Make a plan")
    settle(panel)
    assert json.loads(server.requests[0][2])["input"] == sent.text
    assert "100 tokens in, 20 out; no cost is shown, since no prices are given." in text(panel)
    control(panel, w.Text, "in words").value = "forget the year"
    assert esc(panel.session.would_be_sent("forget the year").text) in text(panel)


def test_cells_are_sent_only_once_the_box_is_ticked(panel, server):
    panel.session.use_llm(settings_for(server))
    press(panel, "Penguins")
    settle(panel)
    tick = control(panel, w.Checkbox, "cells")
    assert tick.value is False
    assert "Gentoo" not in panel.session.would_be_sent().text
    tick.value = True
    assert "Gentoo" in panel.session.would_be_sent().text
    assert "Gentoo" in text(panel)
    assert "as you allowed" in text(panel)
    press(panel, "Make a plan")
    settle(panel)
    assert "Gentoo" in json.loads(server.requests[0][2])["input"]
    tick.value = False
    settle(panel)
    assert "Gentoo" not in panel.session.would_be_sent().text
    assert "no cell" in text(panel), "what the next plan would send, not what the last one did"


def test_the_model_is_asked_until_the_person_stops_it(panel, server):
    server.answer = lambda _path, _body: LATE
    panel.session.use_llm(settings_for(server, timeout_s=60))
    press(panel, "Penguins")
    settle(panel)
    press(panel, "Make a plan")
    assert server.waits.wait(30)
    assert panel.wait_painted()
    assert "Asking scripted" in text(panel)
    press(panel, "Stop asking")
    settle(panel)
    assert panel.plan.target == "species"
    assert "you stopped it" in text(panel)


def test_prices_and_patience_are_settings(panel):
    unfold(panel, "Language model")
    control(panel, w.Text, "Address").value = "localhost:11434"
    control(panel, w.Text, "Price").value = "0.4"
    press(panel, "Use it")
    assert panel.session.llm is None, "one price is none"
    control(panel, w.Text, "Price").value = "0.4, 1.6"
    control(panel, w.BoundedIntText, "Seconds").value = 90
    press(panel, "Use it")
    llm = panel.session.llm
    assert (llm.prices, llm.timeout_s, llm.base_url, llm.with_values) == ((0.4, 1.6), 90, "localhost:11434", False)


@pytest.fixture
def summary():
    def build(letter, **fields):
        known = {"created_at": 0.0, "table_name": "t", "target": "late", "problem_type": "binary", "metric": "roc_auc"}
        return RunSummary(**{"run_id": letter * 32, "status": "done", "score": 0.5, "low": 0.4, **known, **fields})

    return build


def test_earlier_runs_are_listed_when_they_are_asked_for(panel, monkeypatch, summary):
    asked, sure = [], summary("c", metric="accuracy", target="species", score=1.0)
    monkeypatch.setattr("genie_widgets.session.session.list_runs", lambda _settings: [summary("a"), summary("b"), sure])
    monkeypatch.setattr(panel.session, "compare_runs", lambda *ids: asked.append(ids))
    monkeypatch.setattr(panel.session, "promote", asked.append)
    unfold(panel, "Earlier runs")
    settle(panel)
    assert "0.500" in text(panel)
    labels = [label for label, _ in control(panel, w.Dropdown, "Run").options]
    assert "ROC AUC 0.500" in labels[0]
    assert "Accuracy 100.0%" in labels[2]
    press(panel, "Compare")
    press(panel, "Make it the champion")
    assert asked == [("b" * 32, "a" * 32), "a" * 32]


def test_only_runs_that_predict_the_same_are_offered_to_compare_with(panel, monkeypatch, summary):
    runs = [
        summary("a"),
        summary("b", target="delay"),
        summary("c", problem_type="multiclass"),
        summary("d", score=None, status="failed"),
        summary("e"),
    ]
    monkeypatch.setattr("genie_widgets.session.session.list_runs", lambda _settings: runs)
    unfold(panel, "Earlier runs")
    settle(panel)
    chosen, before = control(panel, w.Dropdown, "Run"), control(panel, w.Dropdown, "Compare with")
    assert [run_id[0] for _, run_id in chosen.options] == list("abcde")
    assert [run_id[0] for _, run_id in before.options] == ["e"]
    assert "3 other runs are not offered: they predict something else, or have no score." in text(panel)
    chosen.value = "e" * 32
    settle(panel)
    assert [run_id[0] for _, run_id in before.options] == ["a"]
    chosen.value = "b" * 32
    settle(panel)
    assert before.options == ()
    assert control(panel, w.Button, "Compare").disabled
    assert "No other run with a score predicts delay" in text(panel)
    chosen.value = "d" * 32
    settle(panel)
    assert "This run has no score" in text(panel)


def test_a_question_about_the_run_is_asked_and_its_answer_shown(panel, monkeypatch):
    tab = AskTab(panel.session)
    asked = []
    monkeypatch.setattr(panel.session, "ask", asked.append)
    tab.paint(panel.session.state)
    assert all(b.disabled for b in every(tab.root) if isinstance(b, w.Button))
    control(tab.root, w.Text, "Ask about").value = "why row 2?"
    tab._ask.disabled = False
    tab._ask.click()
    assert asked == ["why row 2?"]
    reply = Reply(
        question="why row 2?", words=("Because <b>.",), figures=(Sourced(label="a", value="0.25", source="s"),)
    )
    tab.paint(panel.session.state.model_copy(update={"reply": reply}))
    assert "Because &lt;b&gt;." in text(tab.root)
    assert "0.25" in text(tab.root)
