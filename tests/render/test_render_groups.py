"""Decisions and groups as HTML and plots: everything is escaped, differences are marked in words."""

import json

import pytest

from genie_widgets import render
from genie_widgets.schema import Decision, Expected, GroupFigure, GroupReport, GroupRow

NAME = "<img src=x onerror=alert(1)>"


def report():
    plain = GroupFigure(name="accuracy", label="Accuracy", value=0.8, low=0.7, high=0.9, difference=0.0)
    worse = plain.model_copy(
        update={"value": 0.5, "difference": -0.3, "difference_low": -0.4, "difference_high": -0.1, "low": 0.4}
    )
    undefined = GroupFigure(name="accuracy", label="Accuracy")
    return GroupReport(
        column=NAME,
        was_used=False,
        groups=(
            GroupRow(group=NAME, n_rows=100, is_small=False, figures=(worse,)),
            GroupRow(group="b", n_rows=1_000, is_small=False, figures=(plain,)),
            GroupRow(group="c", n_rows=3, is_small=True, figures=(undefined,)),
        ),
        words=(NAME,),
    )


def test_groups_are_shown_escaped_with_what_differs_in_words():
    html = render.groups_html(report())
    assert "<img" not in html
    assert "50.0% (lower)" in html
    assert "40.0% to 90.0%" in html
    assert "(few rows)" in html
    assert "1,000" in html


def test_groups_are_drawn_with_their_intervals():
    figure = render.groups_figure(report())
    assert "<" not in json.dumps(figure.spec).replace("<extra></extra>", "")
    (points,) = figure.spec["data"]
    assert points["x"] == [0.5, 0.8]
    assert points["error_x"]["array"] == pytest.approx([0.4, 0.1])
    assert "50.0%" in figure.text
    bare = GroupReport(column="a", was_used=True, groups=(report().groups[2],))
    assert render.groups_figure(bare) is None


def test_a_decision_is_shown_escaped_with_its_figures_and_counts(make):
    decision = Decision(
        rule="cost",
        threshold=0.2,
        positive=NAME,
        negative="b",
        n_rows=90,
        expected=(
            Expected(name="recall", label="Found", value=0.9, low=0.8, high=0.95),
            Expected(name="cost_per_1000", label="Cost", value=1234.0),
        ),
        words=(NAME, "And so on."),
    )
    html = render.decision_html(make.result(NAME, "binary", decision=decision))
    assert "<img" not in html
    assert "90.0%" in html
    assert "80.0% to 95.0%" in html
    assert "1,234" in html
    assert render.decision_html(make.result("x", "binary")) == ""
    assert "With the model's own threshold" in render.decided_html(make.result("x", "binary"))
    assert render.decided_html(make.result("x", "binary", evaluation=None)) == (
        "<h3>With the model's own threshold</h3>"
    )
