"""Runs side by side as HTML and as one plot: everything escaped, both runs told apart without colour."""

import pytest

from genie_widgets import render
from genie_widgets.schema import ComparedFigure, Comparison, MetricValue, Plan, RunSummary

HOSTILE = "<img src=x onerror=alert(1)>"


def summary(**changes):
    fields = {"run_id": "a" * 32, "created_at": 0.0, "table_name": HOSTILE, "target": HOSTILE, "metric": "roc_auc"}
    return RunSummary(**{**fields, "status": "done", "score": 0.8, "low": 0.7, "high": 0.9, **changes})


@pytest.fixture
def comparison(make):
    def build(kind="binary"):
        result = make.result(HOSTILE, kind)
        plan = Plan(target=HOSTILE, problem_type="binary", metric="roc_auc")
        metric = MetricValue(name="roc_auc", label="ROC AUC", value=0.8)
        return Comparison(
            before=result,
            after=result,
            plan_before=plan,
            plan_after=plan.model_copy(update={"ignore": (HOSTILE,)}),
            figures=(ComparedFigure(name="roc_auc", label="ROC AUC", before=None, after=metric),),
            difference=None,
            words=(f"What {HOSTILE}", "Better."),
        )

    return build


def test_runs_are_listed_with_their_figures_and_the_champion_in_words():
    html = render.runs_html([summary(is_champion=True), summary(score=None, status=HOSTILE)])
    assert "ROC AUC 0.800" in html
    assert "0.700 to 0.900" in html
    assert html.count("(champion)") == 1
    assert "<img" not in html
    assert "none yet" in render.runs_html([])


def test_a_comparison_says_first_whether_it_is_better(comparison):
    html = render.comparison_html(comparison())
    assert html.startswith('<p class="g-verdict">Better.</p>')
    assert "<img" not in html
    assert "What was asked differently" in html


def test_the_curves_of_both_are_in_one_plot_told_apart_by_their_dashes(comparison):
    plot = render.comparison_figure(comparison())
    dashes = {trace["name"].partition(",")[0]: trace["line"]["dash"] for trace in plot.spec["data"]}
    assert dashes["before"] == "dot"
    assert dashes["now"] == "solid"
    assert "<img" not in str(plot.spec)
