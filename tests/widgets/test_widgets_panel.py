"""The panel without a browser: it shows the session's state, and its controls call the session."""

import json

import ipywidgets as w
import pytest

import genie_widgets as gw
from genie_widgets.data import samples

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
    chips = next(c for c in every(panel) if type(c).__name__ == "Chips")
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


def test_a_language_models_key_reaches_the_session_and_no_widget_state(panel):
    secret = next(c for c in every(panel) if type(c).__name__ == "Secret")
    secret._on_message(None, {"op": "secret", "value": "sk-very-secret"}, [])
    press(panel, "Use it")
    assert panel.session.llm.api_key.get_secret_value() == "sk-very-secret"
    states = [json.dumps(c.get_state(), default=str) for c in every(panel)]
    assert not any("sk-very-secret" in state for state in states)
    press(panel, "Do without")
    assert panel.session.llm is None


def test_history_is_hidden_where_strangers_share_the_server(monkeypatch):
    monkeypatch.setenv("GENIE_SHARED", "1")
    panel = gw.Genie()
    try:
        accordion = next(c for c in every(panel) if isinstance(c, w.Accordion) and c.get_title(0) == "Earlier runs")
        assert accordion.layout.display == "none"
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
