"""The tabs that explain: what they open on, what follows a choice, and a change put into the form."""

import threading
from types import SimpleNamespace

import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.schema import (
    Contribution,
    ExplainedOutput,
    Explanation,
    FeatureImportance,
    Flip,
    Plan,
    Problem,
    RowExplanation,
    Settings,
    WhatIf,
)
from genie_widgets.session import Session
from genie_widgets.widgets.results.explanation import ExplanationTab
from genie_widgets.widgets.results.predict import PredictTab
from genie_widgets.widgets.results.what_if import WhatIfTab

CAUTION = Problem(code="columns-alike", title="a and <b> go together.", remedy="Read both.", severity="info")


def output_of(label, predictions):
    rows = tuple(
        RowExplanation(
            row=place,
            prediction=value,
            contributions=(
                Contribution(column="town", cell="Ulm" if place % 2 else "Bonn", value=value - 0.3),
                Contribution(column="age", cell=str(20 + place), value=-0.1),
            ),
        )
        for place, value in enumerate(predictions)
    )
    importance = (
        FeatureImportance(column="town", mean_abs=0.2, standard_error=0.01, partner="age"),
        FeatureImportance(column="age", mean_abs=0.1, standard_error=0.01),
    )
    return ExplainedOutput(label=label, base_value=0.4, importance=importance, rows=rows)


def explanation_of(*outputs):
    return Explanation(
        path="exact",
        method="Exactly.",
        unit="probability",
        n_rows=len(outputs[0].rows),
        n_background=100,
        additivity_error=0.0,
        outputs=outputs,
        seconds=0.1,
        cautions=(CAUTION,),
    )


@pytest.fixture
def explanation():
    rare = [0.9, 0.1, 0.2, 0.1]
    return explanation_of(output_of("rare", rare), output_of("common", [1 - value for value in rare]))


def by_the_person(action):
    """Act as the browser does: from another thread than the one that paints."""
    thread = threading.Thread(target=action)
    thread.start()
    thread.join()


def set_value(control, value):
    by_the_person(lambda: setattr(control, "value", value))


def looked_at():
    """A session that counts how often it is told that somebody looks."""
    session = SimpleNamespace(looks=0)
    session.refine = lambda: setattr(session, "looks", session.looks + 1)
    return session


def shown(explanation, part=None, *, is_refining=False, is_over=True):
    result = SimpleNamespace(explanation=explanation)
    view = SimpleNamespace(is_over=is_over)
    return SimpleNamespace(result=result, view=view, part=part, is_refining=is_refining)


def title(plot):
    return plot._title.value if plot.root.layout.display != "none" else ""


def test_it_opens_on_the_common_class_and_each_row_on_its_own(explanation):
    tab = ExplanationTab(looked_at())
    tab.paint(shown(explanation))
    assert "common" in title(tab._importance)
    assert "for which class" in title(tab._classes)
    assert "town goes with the prediction of common" in title(tab._dependence)
    assert "differ by town" in title(tab._compared)
    assert "probability of rare is 90.0%" in tab._sentences.value, "row 1 is predicted to be rare"
    assert "a and &lt;b&gt; go together." in tab._cautions.value
    assert tab._row.description == f"Row (1 to {len(explanation.outputs[0].rows)})"
    set_value(tab._row, 2)
    assert "probability of common is 90.0%" in tab._sentences.value
    set_value(tab._row_output, 0)
    assert "probability of rare is 10.0%" in tab._sentences.value
    assert "common" in title(tab._importance), "one row's class is not that of all"


def test_a_choice_redraws_what_it_is_about(explanation):
    tab = ExplanationTab(looked_at())
    tab.paint(shown(explanation))
    set_value(tab._column, "age")
    assert "age goes with" in title(tab._dependence)
    set_value(tab._output, 0)
    assert "rare" in title(tab._importance)
    assert "age goes with the prediction of rare" in title(tab._dependence)
    better = explanation.model_copy(update={"seconds": 9.0})
    tab.paint(shown(better))
    assert (tab._output.value, tab._column.value) == (0, "age"), "a better explanation leaves the person there"
    tab.paint(shown(None))
    assert tab._cautions.value == ""
    assert tab._body.layout.display == "none"


def test_what_the_run_had_no_time_for_is_worked_out_while_one_looks(explanation):
    session = looked_at()
    tab = ExplanationTab(session)
    tab.paint(shown(explanation, is_over=False))
    assert session.looks == 0, "the run itself is at it"
    tab.paint(shown(explanation, is_refining=True))
    assert session.looks == 1
    assert "worked out further while you look" in tab._further.value
    tab.paint(shown(None, is_refining=True))
    assert "explained now" in tab._further.value
    assert "no explanation" not in tab._note.value
    tab.paint(shown(None))
    assert "no explanation" in tab._note.value
    assert tab._further.value == ""


def test_a_group_that_is_shown_elsewhere_is_compared_here(explanation):
    tab = ExplanationTab(looked_at())
    part = SimpleNamespace(column="age", group="<b>")
    tab.paint(shown(explanation, part))
    assert "not only those where age is &lt;b&gt;. They are compared by age below." in tab._of_part.value
    assert "differ by age" in title(tab._compared)
    set_value(tab._by, "town")
    tab.paint(shown(explanation.model_copy(update={"seconds": 9.0}), part))
    assert tab._by.value == "town", "a better explanation leaves the person there"
    tab.paint(shown(explanation, SimpleNamespace(column="left out", group="a")))
    assert "not only those where left out is a." in tab._of_part.value
    tab.paint(shown(explanation))
    assert tab._of_part.value == ""


def test_one_answer_needs_no_choice(explanation):
    tab = ExplanationTab(looked_at())
    tab.paint(shown(explanation_of(explanation.outputs[1])))
    assert tab._cell.layout.display == tab._row_cell.layout.display == "none"
    assert title(tab._classes) == ""


def test_why_a_row_was_predicted_so_says_how_that_was_found_and_what_to_mind(explanation, tmp_path):
    session = Session(Settings(workspace=tmp_path))
    tab = PredictTab(session)
    tab.paint(session.state.model_copy(update={"row_explanation": explanation_of(explanation.outputs[0])}))
    for said in ("probability of rare is 90.0%", "Exactly.", "not what causes what", "a and &lt;b&gt; go together."):
        assert said in tab._sentences.value
    session.close()


class Asked:
    """A session that remembers what it was asked."""

    def __init__(self):
        self.tried, self.flips = [], 0

    def what_if(self, cells):
        self.tried.append(cells)

    def flip(self):
        self.flips += 1


def test_a_change_that_flips_the_answer_is_put_into_the_form(explanation):
    frame = pd.DataFrame({"age": [20, 30, 40] * 20, "town": ["Ulm", "Bonn", "Kiel"] * 20, "y": ["no", "yes"] * 30})
    cells = {"town": "Bonn", "age": 30}
    plan = Plan(target="y", problem_type="binary", metric="roc_auc")
    state = SimpleNamespace(
        result=SimpleNamespace(explanation=explanation, features=("age", "town"), plan=plan),
        profile=read_table(frame, name="t").profile,
        view=SimpleNamespace(is_over=True),
        run_id="one",
        what_if=WhatIf(cells=cells, prediction="no", answers=(("no", 0.7),), explanation=explanation),
        flip=None,
        busy="",
        stage=None,
        has_model=True,
    )
    session = Asked()
    tab = WhatIfTab(session)
    tab.paint(state)
    assert "a and &lt;b&gt; go together." in tab._problems.value, "what is to be minded, here too"
    for how in ("Exactly.", "add up to its prediction within 0.0e+00", "not what causes what"):
        assert how in tab._sentences.value
    assert "threshold" not in tab._answer.value
    lower = {"prediction": "yes", "answers": (("no", 0.55), ("yes", 0.45))}
    state.what_if = state.what_if.model_copy(update=lower)
    tab.paint(state)
    assert "follows the threshold (see Decide), not the larger probability" in tab._answer.value
    assert tab._take_flip.layout.display == "none"
    tab._ask_flip.click()
    assert session.flips == 1
    state.flip = Flip(cells=cells, changes={"town": "Kiel", "age": 41}, before="no", after="yes")
    tab.paint(state)
    assert "the answer would be <b>yes</b> instead of no" in tab._flipping.value
    by_the_person(tab._take_flip.click)
    assert session.tried[-1] == {"town": "Kiel", "age": 41}
    state.flip = None
    tab.paint(state)
    assert tab._flipping.value == ""
    state.result.plan = Plan(target="y", problem_type="regression", metric="root_mean_squared_error")
    tab.paint(state)
    assert tab._ask_flip.layout.display == "none"


def test_the_form_says_what_the_table_holds(explanation):
    rng = range(200)
    frame = pd.DataFrame(
        {
            "age": [n % 40 + 18 for n in rng],
            "price": [n / 3 for n in rng],
            "town": [f"town {n % 90}" for n in rng],
            "plan": ["free", "paid"] * 100,
            "since": pd.date_range("2020-01-01", periods=200),
            "y": ["no", "yes"] * 100,
        }
    )
    names = tuple(frame.columns[:-1])
    plan = Plan(target="y", problem_type="binary", metric="roc_auc")
    state = SimpleNamespace(
        result=SimpleNamespace(explanation=explanation, features=names, plan=plan),
        profile=read_table(frame, name="t").profile,
        view=SimpleNamespace(is_over=True),
        run_id="one",
        what_if=None,
        flip=None,
        busy="",
        stage=None,
        has_model=True,
    )
    tab = WhatIfTab(Asked())
    tab.paint(state)
    cells = {cell.children[0].description: cell.children for cell in (*tab._first.children, *tab._others.children)}
    said = {name: "".join(part.value for part in parts[1:2]) for name, parts in cells.items()}
    assert "18 to 57" in said["age"]
    assert "0 to 66.33" in said["price"]
    assert "2020-01-01 to 2020-07-18" in said["since"]
    assert said["town"] == said["plan"] == ""
    # Few categories are chosen from, many are typed with those of the table at hand; another one may be tried.
    assert [label for label, _ in cells["plan"][0].options] == ["free", "paid", "(missing)"]
    assert "town 3" in cells["town"][0].options
    set_value(cells["town"][0], "Atlantis")
    assert tab.session.tried[-1]["town"] == "Atlantis"
    for name, empty in {"town": "", "since": "", "plan": "(missing)"}.items():
        set_value(cells[name][0], empty)
        assert tab.session.tried[-1][name] is None
    for name in ("age", "price"):
        box = cells[name][-1]
        assert (box.description, box.tooltip) == ("missing", f"{name} is missing")
        set_value(box, True)
        assert tab.session.tried[-1][name] is None
        assert cells[name][0].disabled
    tab._flip = Flip(cells={}, changes={"age": 41}, before="no", after="yes")
    by_the_person(tab._take)
    assert tab.session.tried[-1]["age"] == 41
    assert tab.session.tried[-1]["price"] is None
    by_the_person(tab._go_back)
    assert None not in tab.session.tried[-1].values()
    assert not cells["price"][0].disabled
