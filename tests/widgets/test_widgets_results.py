"""The result tabs on figures made by hand: the group of rows that was chosen is what every tab shows."""

import threading
from types import SimpleNamespace

import ipywidgets as w
import numpy as np
import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.evaluate import by_group, evaluate, rows_of, scored_table, within
from genie_widgets.schema import Part, Plan, Problem, Rewording, RunResult, Tracking
from genie_widgets.widgets.results.decide import DecideTab
from genie_widgets.widgets.results.files import FilesTab
from genie_widgets.widgets.results.groups import GroupsTab
from genie_widgets.widgets.results.plots import PlotsTab
from genie_widgets.widgets.results.verdict import VerdictTab
from genie_widgets.widgets.step import Step

PLAN = Plan(target="y", problem_type="binary", metric="roc_auc", positive_class="yes")
CLASSES = ("no", "yes")


@pytest.fixture
def state():
    rng = np.random.default_rng(0)
    chance, town = rng.random(400), np.where(np.arange(400) < 100, "<b>Ulm", "Bonn")
    truth = np.array(CLASSES)[(rng.random(400) < chance).astype(int)]
    frame = pd.DataFrame({"age": chance, "town": town, "y": truth})
    scored = scored_table(
        frame["y"],
        plan=PLAN,
        predictions=np.array(CLASSES)[(chance > 0.5).astype(int)],
        probabilities=pd.DataFrame({"no": 1 - chance, "yes": chance}),
    )
    whole = evaluate(scored, plan=PLAN, classes=CLASSES, y_train=truth, how="h")
    few = within(whole, scored, PLAN, CLASSES, frame["town"], "<b>Ulm", y_train=truth)
    result = RunResult(
        run_id="r",
        status="done",
        prompt="",
        table_name="t",
        plan=PLAN,
        n_rows=400,
        n_train=0,
        n_holdout=400,
        features=("age",),
        classes=CLASSES,
        evaluation=whole,
    )
    return SimpleNamespace(
        run_id="r",
        result=result,
        profile=read_table(frame, name="t").profile,
        groups=by_group(rows_of(scored, PLAN, CLASSES)[0], frame["town"], PLAN, was_used=False),
        rewording=None,
        part=Part(column="town", group="<b>Ulm", is_small=False, n_rows_of_all=400, evaluation=few),
        view=SimpleNamespace(is_over=True),
        busy="",
        stage=None,
        has_model=True,
    )


class Asked:
    llm = None

    def __init__(self):
        self.parts, self.rewordings = [], 0

    def reword(self):
        self.rewordings += 1

    def sent_to_reword(self):
        return ("<i> is {1}.",)

    def show_part(self, group):
        self.parts.append(group)

    def decide(self, **_wish):
        raise AssertionError


def test_the_group_that_was_chosen_is_what_every_tab_shows(state):
    session, part = Asked(), state.part
    verdict, plots, decide = VerdictTab(session), PlotsTab(session), DecideTab(session)
    for shown, n_rows in ((part, "100"), (None, "400")):
        state.part = shown
        evaluation = state.result.evaluation if shown is None else shown.evaluation
        for tab in (verdict, plots, decide):
            tab.paint(state)
            assert (tab._part.root.layout.display == "none") == (shown is None)
        assert f"On {n_rows} rows" in verdict._figures.value
        heat = plots._plots[0]._output.outputs[0]["data"]["application/vnd.plotly.v1+json"]["data"][0]
        counts = [[f"{count:,}" for count in row] for row in evaluation.confusion.counts]
        assert heat["text"] == counts
        assert all(f"<td class=n>{count}</td>" in decide._counts.value for row in counts for count in row)
        threshold = decide._plot._output.outputs[0]["data"]["application/vnd.plotly.v1+json"]["data"][0]
        curve = next(curve for curve in evaluation.curves if curve.kind == "threshold")
        assert list(threshold["y"]) == list(curve.y)
    state.part = part
    verdict.paint(state)
    assert "<b>&lt;b&gt;Ulm</b> only: 100 of the 400 untouched rows." in verdict._part._words.value
    verdict._part.root.children[1].children[0].click()
    assert session.parts == [None]


def test_a_group_is_chosen_where_groups_are_compared(state):
    session, part = Asked(), state.part
    state.part = None
    tab = GroupsTab(session)
    tab.paint(state)
    assert tab._part.label == "all rows"
    assert [name for name, _ in tab._part.options] == ["all rows", "only Bonn (300 rows)", "only <b>Ulm (100 rows)"]
    person = threading.Thread(target=lambda: setattr(tab._part, "value", 1))
    person.start()
    person.join()
    assert session.parts == ["<b>Ulm"]
    state.part = part
    tab.paint(state)
    state.part = None
    tab.paint(state)
    assert tab._part.label == "all rows"
    assert session.parts == ["<b>Ulm"], "what the panel itself shows is no choice"


def test_other_words_are_offered_with_what_is_sent_where_there_is_a_language_model(state, monkeypatch):
    monkeypatch.setattr("genie_widgets.widgets.results.verdict.blockers", lambda _state, _what: [])
    session = Asked()
    tab = VerdictTab(session)
    tab.paint(state)
    assert tab._words.layout.display == "none"
    session.llm = object()
    tab.paint(state)
    assert tab._words.layout.display is None
    assert "&lt;i&gt; is {1}." in tab._sent.value
    tab._say.click()
    assert session.rewordings == 1
    state.rewording = Rewording(sentences=("It is <b>good</b>.", "As it was."), n_kept=1, n_warnings=1)
    tab.paint(state)
    assert "It is &lt;b&gt;good&lt;/b&gt;. As it was." in tab._said.value
    assert "A warning is never said in other words." in tab._said.value
    state.rewording = Rewording(sentences=("It is good.", "As it was."), n_kept=1, n_refused=1)
    tab.paint(state)
    assert "Its words for 1 of the 2 sentences are not shown" in tab._said.value
    assert "warning" not in tab._said.value
    state.rewording = Rewording(sentences=("As it was.",) * 2, n_kept=2, n_refused=2)
    tab.paint(state)
    assert "No words of the language model were taken. Its words for 2 of the 2" in tab._said.value
    assert "As it was." not in tab._said.value


class Choice(Step):
    """A list that `render` sets, and what a person chose in it."""

    def __init__(self):
        super().__init__(None)
        self.control, self.chosen = w.Dropdown(options=["a", "b", "c"]), []
        self.on_change(self.control, self.chosen.append)

    def render(self, state):
        self.control.value = state


def test_what_a_person_chooses_counts_whoever_painted_last():
    step = Choice()
    step.paint("b")  # by the thread that a person's choice comes from, as when a tab is opened
    step.control.value = "c"
    painter = threading.Thread(target=step.paint, args=("a",))
    painter.start()
    painter.join()
    assert step.chosen == ["c"]


def test_a_record_that_failed_is_told_and_one_button_makes_it_again(state, tmp_path):
    path = tmp_path / "none"
    run = SimpleNamespace(id="0" * 32, report_path=path, bundle_path=path, notebook_path=path, log_path=path)
    recorded = []
    session = SimpleNamespace(
        run=run,
        settings=SimpleNamespace(allow_mlflow_ui=True),
        record=lambda: recorded.append(True),
        open_mlflow=None,
    )
    problem = Problem(code="tracking-failed", title="The server was <b>down</b>.", remedy="Again.", severity="warning")
    state.mlflow_address = ""
    tab = FilesTab(session)
    for tracking, status, words, has_button in (
        (None, "training", "will be written once the training is over", False),
        (None, "done", "is being written", False),
        (Tracking(uri="sqlite:///x", problem=problem), "done", "&lt;b&gt;down", True),
        (Tracking(uri="sqlite:///x", experiment="genie", run_id="r"), "done", "Recorded in MLflow", False),
    ):
        state.result = state.result.model_copy(update={"tracking": tracking, "status": status})
        tab.paint(state)
        assert words in tab._record.value
        assert (tab._again.layout.display is None) == has_button
        assert (tab._mlflow.layout.display is None) == (status == "done" and "Recorded" in words)
    tab._again.click()
    assert recorded == [True]
    state.mlflow_address = "http://127.0.0.1:7/"
    found = Tracking(uri="sqlite:///x", experiment="genie", experiment_id="3", run_id="r<")
    state.result = state.result.model_copy(update={"tracking": found})
    tab.paint(state)
    assert 'href="http://127.0.0.1:7/#/experiments/3/runs/r&lt;?workflowType=machine_learning"' in tab._opened.value
