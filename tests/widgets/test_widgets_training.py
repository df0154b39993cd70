"""The training step: the best so far while it goes on, and what can be done once it is over."""

import ipywidgets as w
import pytest

from genie_widgets.schema import (
    Evaluation,
    MetricValue,
    ModelFinished,
    Plan,
    Problem,
    RunResult,
    TableProfile,
)
from genie_widgets.session import Session, SessionState
from genie_widgets.store import RunView
from genie_widgets.widgets.training_step import TrainingStep

PLAN = Plan(target="left", problem_type="binary", metric="roc_auc", time_limit_s=60)
PROFILE = TableProfile(name="people.csv", n_rows=900, n_sampled=900, columns=())


def model(name, score):
    return ModelFinished(model=name, score_validation=score, metric="roc_auc", fit_s=1.0, is_best=True)


def view(status, *models, problem=None):
    return RunView(status=status, models=models, best=models[0] if models else None, problem=problem, last_seq=3)


def early(model="Light<b>GBM"):
    metric = MetricValue(name="roc_auc", label="ROC AUC", value=0.8312, low=0.79, high=0.87, baseline=0.5)
    return RunResult(
        run_id="a",
        status="training",
        prompt="",
        table_name="people.csv",
        plan=PLAN,
        n_rows=900,
        n_train=700,
        n_holdout=200,
        features=("age",),
        best_model=model,
        evaluation=Evaluation(n_rows=200, split="at random", metrics=(metric,), baseline="the share"),
    )


class Calls(Session):
    def __init__(self):
        self.called = []

    run = None

    def stop(self):
        self.called.append("stop")

    def salvage(self):
        self.called.append("salvage")

    def extend(self, seconds):
        self.called.append(("extend", seconds))


@pytest.fixture
def step():
    return TrainingStep(Calls())


def painted(step, view, result=None, busy=""):
    step.render(SessionState(profile=PROFILE, answer=PLAN, run_id="a", view=view, result=result, busy=busy))
    return " ".join(c.value for c in every(step.root) if isinstance(c, w.HTML))


def every(widget, shown=True):
    shown = shown and widget.layout.display != "none"
    if shown:
        yield widget
        for child in getattr(widget, "children", ()):
            yield from every(child)


def buttons(step):
    return {c.description: c for c in every(step.root) if isinstance(c, w.Button)}


def test_the_best_so_far_is_shown_with_its_honest_score(step):
    said = painted(step, view("running", model("Light<b>GBM", 0.83)), early())
    assert "Best so far: Light&lt;b&gt;GBM" in said
    assert "ROC AUC 0.831 (likely 0.790 to 0.870) on 200 rows that no model has seen" in said
    assert "A trivial guess: 0.500" in said
    assert "One model so far" in said


def test_before_the_first_score_and_after_the_end_there_is_no_best_so_far(step):
    assert "Best so far" not in painted(step, view("running"))
    assert "Best so far" not in painted(
        step, view("done", model("a", 0.8)), early().model_copy(update={"status": "done"})
    )


def test_only_models_that_there_are_count(step):
    assert "2 models, 1 left out" in painted(step, view("done", model("a", 0.8), model("b", 0.7), model("c", None)))
    assert ": 1 model " in painted(step, view("done", model("a", 0.8))).replace("<", " <")


def test_an_interrupted_run_with_models_offers_them(step):
    problem = Problem(code="run-interrupted", title="It was killed.", remedy="Use the models.")
    said = painted(step, view("interrupted", model("a", 0.8), problem=problem))
    assert "the models finished by then can be used" in said
    buttons(step)["Use the models finished so far"].click()
    assert step.session.called == ["salvage"]


def test_an_interrupted_run_without_models_offers_none(step):
    painted(step, view("interrupted"))
    assert "Use the models finished so far" not in buttons(step)
    assert "Train on" in buttons(step), "it can be given time all the same"


def test_more_time_is_asked_for_after_the_end_only(step):
    painted(step, view("running", model("a", 0.8)))
    assert set(buttons(step)) == {"Stop and keep the best"}
    painted(step, view("done", model("a", 0.8)))
    buttons(step)["Train on"].click()
    assert step.session.called == [("extend", 300)]


def test_while_something_else_is_under_way_nothing_more_is_offered(step):
    painted(step, view("done", model("a", 0.8)), busy="Going on with the training")
    assert "Train on" not in buttons(step)
